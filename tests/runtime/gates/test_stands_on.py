"""A gate begins anew when what it stands on changes: steps that it reads, workflows that these run, their models."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.core.node import ModelAnswer
from runtime.gates import changes
from runtime.models import Connection, Decision, Gate
from tests.makers import gated as gates
from tests.makers.engine import (
    Engine,
    ScriptedDoors,
    answer,
    case_of,
    child_of,
    drawn,
    node,
    outcome,
    review,
    seal,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    """Its models write something, and are sure of what they choose."""
    doors = ScriptedDoors({"gate": [ModelAnswer("pay", {"logprob": 0.9})], "draft": [ModelAnswer("Dear all")]})
    with Engine(doors) as started:
        yield started


def reading(first: dict[str, Any], read: str) -> dict[str, Any]:
    """A gate that reads what the step before it gave."""
    document = gates.gated(gate={"question": f"May this be paid? {{{{ {read} }}}}"})
    document["nodes"].append(first)
    document["edges"][0]["to"] = first["id"]
    done = {"id": "e99", "from": first["id"], "port": "done", "to": "gate"}
    return {**document, "edges": [*document["edges"], done]}


def drafted(prompt: str = "Write.", **more: Any) -> dict[str, Any]:
    first = node("draft", "execute.prompt", {"connection": "writer", "prompt": prompt}, **more)
    return reading(first, "steps.draft.output.text")


CALLING = reading(node("call", "execute.workflow", {"workflow": "child", "input": {}}), "steps.call.output.x")
EACH = reading(node("call", "execute.each", {"workflow": "child", "items": "[1]", "input": {}}), "steps.call.output")


def child(value: str, **more: Any) -> dict[str, Any]:
    return drawn([{**outcome(x=value), **more}], "start > won")


def decided(run_id: str) -> str:
    """Once the gate has decided this run's case."""
    until(lambda: Decision.objects.filter(run=run_id).exists())
    return run_id


def epochs() -> list[tuple[int, bool, int]]:
    """Epoch, whether it is the current one, and how many cases came to it."""
    return list(Gate.objects.order_by("epoch").values_list("epoch", "current", "arrivals"))


def began() -> tuple[str, ...]:
    """Why the newest epoch began."""
    before, after = Gate.objects.order_by("-epoch").values_list("basis", flat=True)[:2][::-1]
    told: Any = (before, after)
    return changes.why(*told)


def test_another_prompt_of_a_step_that_it_reads_is_a_new_epoch_and_late_cases_count_for_theirs(engine: Engine) -> None:
    first = seal(drafted(), version=1)
    engine.run(first)
    second = seal(drafted("Write kindly.", name="Draft reply"), version=2)
    engine.run(second)
    assert epochs() == [(1, False, 1), (2, True, 1)]
    assert began() == ("the step “Draft reply”, which this gate reads, was changed",)
    late = engine.run(first)
    assert epochs() == [(1, False, 2), (2, True, 1)]
    assert Decision.objects.get(run=late).gate.epoch == 1


def test_a_step_that_was_renamed_moved_and_made_more_patient_is_the_same_to_it(engine: Engine) -> None:
    engine.run(seal(drafted(), version=1))
    engine.run(seal(drafted(name="Write it", at=[7, 7], retry={"attempts": 5}, timeout_s=9), version=2))
    assert epochs() == [(1, True, 2)]


def test_another_model_behind_the_connection_of_a_step_that_it_reads_is_a_new_epoch(engine: Engine) -> None:
    config = {"base_url": "https://there.example", "model": "small"}
    Connection.objects.create(name="writer", provider="openai", config=config)
    blueprint = seal(drafted())
    decided(engine.start(blueprint))
    Connection.objects.filter(name="writer").update(config={**config, "model": "large"})
    decided(engine.start(blueprint))
    Connection.objects.filter(name="writer").update(config={**config, "model": "large", "budget_per_day": 3.0})
    decided(engine.start(blueprint))
    assert epochs() == [(1, False, 1), (2, True, 2)]
    assert began() == ("another model answers behind the connection “writer”",)


@pytest.mark.parametrize("caller", [CALLING, EACH])
def test_a_newer_version_of_a_workflow_that_runs_before_it_is_a_new_epoch_unless_it_means_the_same(
    engine: Engine, caller: dict[str, Any]
) -> None:
    blueprint = seal(caller)
    for version, document in enumerate([child("1"), child("1", at=[9, 9]), child("2")], 1):
        seal(document, "child", version)
        decided(engine.start(blueprint))
    assert epochs() == [(1, False, 2), (2, True, 1)]
    assert began() == ("the workflow “child”, which a step that this gate reads runs, was published anew",)


def test_a_pinned_version_stays_what_it_is(engine: Engine) -> None:
    document = copy.deepcopy(CALLING)
    document["nodes"][-1]["config"]["version"] = 1
    blueprint = seal(document)
    for version in (1, 2):
        seal(child(str(version)), "child", version)
        decided(engine.start(blueprint))
    assert epochs() == [(1, True, 2)]


def test_a_case_whose_workflow_began_before_the_newer_version_counts_for_what_ran(engine: Engine) -> None:
    asking = drawn([review("ask"), outcome(x="1")], "start > ask", "ask.approve > won", "ask.reject > won")
    seal(asking, "child", 1)
    blueprint = seal(CALLING)
    early, waiting = engine.run(blueprint), engine.run(blueprint)
    seal(child("2"), "child", 2)
    for run in (early, waiting):
        below = child_of(run, "call").pk
        answer(case_of(below))
        decided(run)
    decided(engine.start(blueprint))
    assert epochs() == [(1, False, 2), (2, True, 1)]


def test_a_deeper_change_counts_and_workflows_that_call_each_other_do_no_harm(engine: Engine) -> None:
    def calling(name: str) -> dict[str, Any]:
        config = {"workflow": name, "input": {}}
        never = {"choices": [{"name": "again", "when": "false"}], "otherwise": "enough"}
        nodes = [node("rule", "decide.rule", never), node("call", "execute.workflow", config), outcome(x="1")]
        return drawn(nodes, "start > rule", "rule.again > call", "rule.enough > won", "rule.unsure > won", "call > won")

    seal(calling("deep"), "child")
    seal(calling("child"), "deep", 1)
    blueprint = seal(CALLING)
    decided(engine.start(blueprint))
    decided(engine.start(blueprint))
    assert epochs() == [(1, True, 2)]
    seal(child("3"), "deep", 2)
    decided(engine.start(blueprint))
    assert epochs() == [(1, False, 2), (2, True, 1)]


OLD = {
    "machine": {"question": "Q", "choices": ["a"], "connection": "c", "model": None},
    "connections": {"c": {"model": "m"}},
    "choices": ["a"],
    "signals": ["logprob"],
    "familiar_at": None,
    "promise": {"max_error": 0.05, "confidence": 0.95},
}
NEW = {**OLD, "steps": {"one": "1", "two": "2"}, "checks": [], "titles": {"one": "First", "two": "Second"}, "calls": {}}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ()),
        ({"machine": {**OLD["machine"], "question": "R"}}, ("its question changed",)),  # type: ignore[dict-item]  # JSON
        ({"promise": {"max_error": 0.1, "confidence": 0.95}}, ("what it promises changed",)),
        ({"steps": {"one": "1"}}, ("this gate no longer reads the step “Second”",)),
        ({"steps": {"one": "1", "two": "2", "three": "3"}}, ("this gate now reads the step “three”",)),
        ({"checks": ["one"]}, ("which checks every case passes before it was changed",)),
        ({"signals": ["probability"]}, ("what it scores by changed",)),
        ({"connections": {"d": {"model": "m"}}}, ()),
    ],
)
def test_why_an_epoch_began_is_told_in_words(change: dict[str, Any], why: tuple[str, ...]) -> None:
    assert changes.why(NEW, {**NEW, **change}) == why


def test_epochs_of_older_releases_did_not_look_at_the_steps_that_a_gate_reads() -> None:
    assert changes.why(OLD, NEW) == ("the steps that this gate reads count from here on",)
