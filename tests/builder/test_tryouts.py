"""Trying a draft out from the canvas: what may be tried, by whom, from where, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from builder import tryouts
from builder.models import Version, Workflow
from builder.publishing import NotPublishable
from builder.tryouts import Trial, Trying
from runtime import blueprints
from runtime.cases.answers import Answer
from runtime.cases.escalations import Resolved, resolve
from runtime.models import AuditEntry, Blueprint, Run
from runtime.refused import Refused
from runtime.tryouts import answer
from tests.makers.engine import Engine, ScriptedDoors, case_of, drawn, ended, node, outcome, review, settled
from tests.makers.people import person
from tests.makers.sealed import drafted

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
SAFE = drawn(
    [node("first", "execute.transform", {"output": {"n": "input.n + 1"}}),
     node("then", "execute.transform", {"output": {"n": "steps.first.output.n * 2"}}),
     outcome("won", n="steps.then.output.n")],
    "start > first", "first > then", "then > won",
    schema=SCHEMA,
)  # fmt: skip
UNSAFE = drawn(
    [node("mail", "execute.email", {"to": "a@example.org", "subject": "Hi", "body": "Hi"}), outcome()],
    "start > mail", "mail > won",
)  # fmt: skip

GUARDED = drawn(
    [review("ask", due_hours=1), *UNSAFE["nodes"], outcome("lost")],
    *("start > ask", "ask.approve > mail", "ask.reject > lost", "ask.overdue > lost", "mail > won"),
)
APPROVED = {"ask": {"port": "approve", "output": {"choice": "approve"}}}


@pytest.fixture
def doors() -> ScriptedDoors:
    return ScriptedDoors()


@pytest.fixture
def engine(transactional_db: None, doors: ScriptedDoors) -> Iterator[Engine]:
    with Engine(doors) as started:
        yield started
    blueprints.sealed.cache_clear()


@pytest.fixture
def workflow(transactional_db: None) -> Workflow:
    return drafted("w", SAFE)


@pytest.fixture
def dora(transactional_db: None) -> User:
    return person("dora", "designer")


def tried(engine: Engine, workflow: Workflow, trial: Trial, user: User) -> Any:
    return engine.call(tryouts.start(engine.runner, workflow, trial, user, datetime.now(UTC)))


def test_a_drawing_is_tried_without_being_published(engine: Engine, workflow: Workflow, dora: User) -> None:
    done = tried(engine, workflow, Trial(SAFE, {"n": 1}, True), dora)
    run = ended(done.run_id)
    assert (run.outcome, run.tryout, run.version, run.requester) == ("won", True, 0, "dora")
    assert not Version.objects.exists()


def test_the_same_drawing_is_sealed_once(engine: Engine, workflow: Workflow, dora: User) -> None:
    for n in range(3):
        ended(tried(engine, workflow, Trial(SAFE, {"n": n}, True), dora).run_id)
    ended(tried(engine, workflow, Trial({**SAFE, "input": {}}, {"n": 1}, True), dora).run_id)
    assert Blueprint.objects.filter(version=0).count() == 2


def test_an_unsafe_drawing_may_be_tried_since_nothing_leaves(
    engine: Engine, doors: ScriptedDoors, workflow: Workflow, dora: User
) -> None:
    assert ended(tried(engine, workflow, Trial(UNSAFE, {}, True), dora).run_id).outcome == "won"
    assert doors.calls == []


def test_nobody_can_insist_on_the_effects_of_an_unsafe_drawing(
    engine: Engine, doors: ScriptedDoors, workflow: Workflow, dora: User
) -> None:
    refused = tried(engine, workflow, Trial(UNSAFE, {}, True, insist=True), dora)
    assert isinstance(refused, NotPublishable)
    assert "safety.ungated_action" in {each.code for each in refused.problems}
    assert not Run.objects.exists()
    assert doors.calls == []


@pytest.mark.parametrize(
    "given",
    [{"pins": APPROVED}, {"from_node": "mail"}],
    ids=["a pinned answer", "run from here"],
)
def test_nobody_insists_past_the_checks_and_people_of_a_safe_drawing(
    engine: Engine, doors: ScriptedDoors, workflow: Workflow, dora: User, given: dict[str, Any]
) -> None:
    past = tried(engine, workflow, Trial(GUARDED, {}, True, pins=APPROVED), dora)
    assert ended(past.run_id).outcome == "won"
    trial = Trial(GUARDED, {}, True, **given, from_run=past.run_id, insist=True)
    refused = tried(engine, workflow, trial, dora)
    assert isinstance(refused, Refused)
    assert refused.code == "invalid_pins"
    assert not AuditEntry.objects.exists()
    assert doors.calls == []


def test_where_effects_are_let_out_a_case_is_settled_by_those_who_may_and_not_by_who_tries(
    engine: Engine, doors: ScriptedDoors, workflow: Workflow, dora: User
) -> None:
    run = settled(tried(engine, workflow, Trial(GUARDED, {}, True, insist=True), dora).run_id)
    refused = answer(run, "ask", Answer(choice="approve"), dora, datetime.now(UTC))
    assert isinstance(refused, Refused)
    assert refused.code == "in_inbox"
    case, now = case_of(run.pk), datetime.now(UTC)
    yes = Answer(choice="approve", digest=case.digest)
    assert isinstance(resolve(case.pk, dora, yes, now), Refused)
    assert doors.calls == []
    assert isinstance(resolve(case.pk, person("rui", "reviewer"), yes, now), Resolved)
    assert ended(run.pk).outcome == "won"
    assert len(doors.keys("mail")) == 1


def test_insisting_is_audited_and_trying_is_not(engine: Engine, workflow: Workflow, dora: User) -> None:
    ended(tried(engine, workflow, Trial(SAFE, {"n": 1}, True), dora).run_id)
    assert not AuditEntry.objects.exists()
    ended(tried(engine, workflow, Trial(SAFE, {"n": 1}, True, insist=True), dora).run_id)
    assert [(each.actor, each.action) for each in AuditEntry.objects.all()] == [("dora", "tryout.insisted")]


def test_a_drawing_that_cannot_run_is_not_tried(engine: Engine, workflow: Workflow, dora: User) -> None:
    for broken in ({**SAFE, "edges": SAFE["edges"][:1]}, {**SAFE, "nodes": SAFE["nodes"][1:]}):
        assert isinstance(tried(engine, workflow, Trial(broken, {"n": 1}, True), dora), NotPublishable)
    assert not Blueprint.objects.exists()


@pytest.mark.parametrize(
    ("trial", "code"),
    [
        (Trial(None), "malformed"),
        (Trial([1]), "malformed"),
        (Trial({**SAFE, "colour": 1}), "malformed"),
        (Trial(SAFE, {"n": "one"}, True), "invalid_input"),
        (Trial(SAFE), "invalid_input"),
        (Trial(SAFE, {"n": 1}, True, pins={"nobody": {"port": "done", "output": 1}}), "invalid_pins"),
        (Trial(SAFE, {"n": 1}, True, pins={"first": {"port": "error!", "output": 1}}), "invalid_pins"),
        (Trial(SAFE, {"n": 1}, True, pins={"first": {"port": ["done"], "output": 1}}), "invalid_pins"),
        (Trial(SAFE, {"n": 1}, True, pins={"first": "done"}), "invalid_pins"),
        (Trial(SAFE, {"n": 1}, True, from_run="nothing", from_node="then"), "unknown_run"),
        (Trial(SAFE, {"n": 1}, True, from_node="nobody"), "unknown_node"),
    ],
)
def test_what_cannot_be_tried_is_refused_and_nothing_is_kept(
    engine: Engine, workflow: Workflow, dora: User, trial: Trial, code: str
) -> None:
    refused = tried(engine, workflow, trial, dora)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert not Blueprint.objects.exists()
    assert not Run.objects.exists()


def test_what_a_case_lacks_is_told_where_it_would_be(engine: Engine, workflow: Workflow, dora: User) -> None:
    refused = tried(engine, workflow, Trial(SAFE, {}, True), dora)
    assert isinstance(refused, Refused)
    assert [(each.path, each.message) for each in refused.errors] == [("/input/n", "N is needed.")]


def test_a_run_goes_on_from_here_with_what_the_past_gave(engine: Engine, workflow: Workflow, dora: User) -> None:
    past = ended(tried(engine, workflow, Trial(SAFE, {"n": 1}, True), dora).run_id)
    changed = drawn(
        [
            *SAFE["nodes"][:1],
            node("then", "execute.transform", {"output": {"n": "steps.first.output.n * 100"}}),
            *SAFE["nodes"][2:],
        ],
        *("start > first", "first > then", "then > won"),
        schema=SCHEMA,
    )
    done = tried(engine, workflow, Trial(changed, from_run=past.pk, from_node="then"), dora)
    assert isinstance(done, Trying)
    assert done.pinned == ("first",)
    last = ended(done.run_id).entries.order_by("-seq").first()
    assert last is not None
    assert last.data["output"] == {"n": 200}


def test_a_pin_given_by_hand_wins_over_the_past(engine: Engine, workflow: Workflow, dora: User) -> None:
    past = ended(tried(engine, workflow, Trial(SAFE, {"n": 1}, True), dora).run_id)
    pins = {"first": {"port": "done", "output": {"n": 7}}}
    done = tried(engine, workflow, Trial(SAFE, pins=pins, from_run=past.pk, from_node="then"), dora)
    last = ended(done.run_id).entries.order_by("-seq").first()
    assert last is not None
    assert last.data["output"] == {"n": 14}


def test_a_run_of_another_workflow_is_no_past(engine: Engine, workflow: Workflow, dora: User) -> None:
    other = drafted("other", SAFE)
    past = ended(tried(engine, other, Trial(SAFE, {"n": 1}, True), dora).run_id)
    refused = tried(engine, workflow, Trial(SAFE, from_run=past.pk, from_node="then"), dora)
    assert isinstance(refused, Refused)
    assert refused.code == "unknown_run"


def test_a_reviewer_tries_nothing(engine: Engine, workflow: Workflow) -> None:
    refused = tried(engine, workflow, Trial(SAFE, {"n": 1}, True), person("rui", "reviewer"))
    assert isinstance(refused, Refused)
    assert refused.code == "forbidden"


def test_what_is_archived_is_not_tried(engine: Engine, workflow: Workflow, dora: User) -> None:
    Workflow.objects.update(archived_at=datetime.now(UTC))
    workflow.refresh_from_db()
    refused = tried(engine, workflow, Trial(SAFE, {"n": 1}, True), dora)
    assert isinstance(refused, Refused)
    assert refused.code == "archived"
