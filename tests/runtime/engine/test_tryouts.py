"""Try-outs: what would be seen outside stays inside, pinned steps are not run, and people are asked without a case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from runtime import tryouts
from runtime.cases.answers import Answer
from runtime.core.node import HttpResponse
from runtime.engine.ports import Pin, Tryout
from runtime.forgetting import DRAFT
from runtime.models import Escalation, OutboxMail, Run
from runtime.permissions import visible_runs
from runtime.refused import Refused
from runtime.runs import Signalled, Trigger
from runtime.traces import reading as traces
from tests.makers.engine import (
    Engine,
    ScriptedDoors,
    child_of,
    drawn,
    ended,
    journal,
    node,
    outcome,
    review,
    seal,
    settled,
    story,
)
from tests.makers.people import person

MAIL = {"to": "ann@example.org", "subject": "Hello", "body": "Dear {{ input.name }}"}
ACTING = drawn(
    [
        node("write", "execute.prompt", {"connection": "default", "prompt": "Write."}),
        node("post", "execute.http", {"method": "POST", "url": "https://there.example/", "expect_status": [201]}),
        node("look", "execute.http", {"method": "GET", "url": "https://there.example/"}),
        node("mail", "execute.email", MAIL),
        outcome("won", status="steps.post.output.status", id="steps.mail.output.message_id"),
    ],
    "start > write",
    "write > post",
    "post > look",
    "look > mail",
    "mail > won",
)
ASKING = drawn(
    [review("ask", due_hours=1), outcome("won"), outcome("lost"), outcome("late")],
    "start > ask",
    "ask.approve > won",
    "ask.reject > lost",
    "ask.overdue > late",
)
CALLING = drawn(
    [node("call", "execute.workflow", {"workflow": "child", "input": {"name": "input.name"}}), outcome()],
    "start > call",
    "call > won",
)


@pytest.fixture(autouse=True)
def _created(doors: ScriptedDoors) -> None:
    """The other side answers as is hoped for."""
    doors.answers["post"] = [HttpResponse(201, {}, {"ok": True})]


def doors_used(doors: ScriptedDoors) -> list[tuple[str, str]]:
    return [(door, key.split(":")[1]) for door, key, _ in doors.calls]


def held(run_id: str) -> dict[str, dict[str, Any]]:
    """What was held back, by node."""
    calls = [(each.node or "", call) for each in journal(run_id) for call in each.data.get("calls", ())]
    return {name: call["held_back"] for name, call in calls if "held_back" in call}


def test_nothing_that_would_be_seen_outside_leaves_a_tryout(engine: Engine, doors: ScriptedDoors) -> None:
    run = ended(engine.start(seal(ACTING), {"name": "Ann"}, tryout=Tryout()))
    assert run.outcome == "won"
    assert doors_used(doors) == [("model", "write"), ("http", "look")]
    assert not OutboxMail.objects.exists()
    assert journal(run.pk)[-1].data["output"] == {"status": 201, "id": "held-back"}


def test_the_trace_shows_what_would_have_been_sent(engine: Engine) -> None:
    run = ended(engine.start(seal(ACTING), {"name": "Ann"}, tryout=Tryout()))
    found = held(run.pk)
    assert set(found) == {"post", "mail"}
    assert found["mail"] == {**MAIL, "body": "Dear Ann", "connection": ""}
    assert (found["post"]["method"], found["post"]["url"]) == ("POST", "https://there.example/")
    told = {step.sign.node: step.why for step in traces.steps(Run.objects.get(pk=run.pk))}
    assert told["mail"].startswith("Held back, because this is a try-out: a mail to ")
    assert told["post"].endswith("the call POST https://there.example/. Nothing was sent.")


def test_who_insists_lets_the_effects_out(engine: Engine, doors: ScriptedDoors) -> None:
    ended(engine.start(seal(ACTING), {"name": "Ann"}, tryout=Tryout(insist=True)))
    assert doors_used(doors) == [("model", "write"), ("http", "post"), ("http", "look"), ("mail", "mail")]


def test_a_run_that_is_no_tryout_holds_nothing_back(engine: Engine, doors: ScriptedDoors) -> None:
    run = ended(engine.start(seal(ACTING), {"name": "Ann"}))
    assert ("mail", "mail") in doors_used(doors)
    assert held(run.pk) == {}


def test_a_pinned_step_is_not_run_and_says_so(engine: Engine, doors: ScriptedDoors) -> None:
    pins = {"write": Pin("done", {"text": "pinned"}), "look": Pin("done", {"status": 200})}
    run = ended(engine.start(seal(ACTING), {"name": "Ann"}, tryout=Tryout(pins)))
    assert run.outcome == "won"
    assert doors.calls == []
    finished = {each.node: each.data for each in journal(run.pk) if each.type == "step.finished"}
    assert finished["write"]["output"] == {"text": "pinned"}
    assert [name for name, data in finished.items() if data.get("pinned")] == ["write", "look"]


def test_a_pinned_question_is_not_asked(engine: Engine) -> None:
    run = ended(engine.start(seal(ASKING), tryout=Tryout({"ask": Pin("reject", {"choice": "reject"})})))
    assert run.outcome == "lost"


def test_a_called_workflow_is_tried_out_as_well(engine: Engine, doors: ScriptedDoors) -> None:
    seal(ACTING, "child")
    run_id = engine.start(seal(CALLING), {"name": "Ann"}, tryout=Tryout({"mail": Pin("error", {})}))
    child = ended(child_of(run_id, "call").pk)
    assert ended(run_id).outcome == "won"
    assert child.tryout
    assert "mail" in held(child.pk), "the pins of the caller are not those of the called"
    assert ("mail", "mail") not in doors_used(doors)


def test_a_tryout_that_another_worker_takes_up_is_still_one(engine: Engine, doors: ScriptedDoors) -> None:
    slow = drawn(
        [node("nap", "execute.wait", {"seconds": 0.2}), *ACTING["nodes"]],
        *("start > nap", "nap > write", "write > post", "post > look", "look > mail", "mail > won"),
    )
    run_id = engine.start(seal(slow), {"name": "Ann"}, tryout=Tryout({"look": Pin("done", {})}))
    assert settled(run_id, ("waiting",)).tryout
    assert ended(run_id).outcome == "won"
    assert doors_used(doors) == [("model", "write")]


def test_people_are_asked_without_a_case_and_whoever_tries_answers(engine: Engine) -> None:
    run = settled(engine.start(seal(ASKING), tryout=Tryout()), ("waiting",))
    assert not Escalation.objects.exists()
    assert journal(run.pk)[-1].data["asked"]["question"] == "May we?"
    assert journal(run.pk)[-1].data["reasons"] == []
    done = tryouts.answer(run, "ask", Answer("approve"), person("dora", "designer"), datetime.now(UTC))
    assert done == Signalled(run.pk)
    assert ended(run.pk).outcome == "won"


def test_silence_can_be_tried_as_well(engine: Engine) -> None:
    run = settled(engine.start(seal(ASKING), tryout=Tryout()), ("waiting",))
    tryouts.answer(run, "ask", Answer("overdue"), person("dora", "designer"), datetime.now(UTC))
    assert ended(run.pk).outcome == "late"


def test_an_incident_of_a_tryout_is_settled_where_it_is_tried(engine: Engine, doors: ScriptedDoors) -> None:
    failing = drawn(
        [node("look", "execute.http", {"method": "GET", "url": "no address"}), outcome()], "start > look", "look > won"
    )
    run = settled(engine.start(seal(failing), tryout=Tryout()), ("waiting",))
    assert not Escalation.objects.exists()
    skip = Answer("skip", {"value": {"status": 200}}, "it does not matter here")
    assert tryouts.answer(run, "look", skip, person("dora", "designer"), datetime.now(UTC)) == Signalled(run.pk)
    assert ended(run.pk).outcome == "won"


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("ask", Answer("perhaps"), "unknown_choice"),
        ("ask", Answer("approve", {"x": 1}), "invalid_edits"),
        ("won", Answer("approve"), "not_asked"),
        ("nobody", Answer("approve"), "not_asked"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(engine: Engine, name: str, given: Answer, code: str) -> None:
    run = settled(engine.start(seal(ASKING), tryout=Tryout()), ("waiting",))
    refused = tryouts.answer(run, name, given, person("dora", "designer"), datetime.now(UTC))
    assert isinstance(refused, Refused)
    assert refused.code == code


def test_a_real_case_cannot_be_answered_past_the_inbox(engine: Engine) -> None:
    run = settled(engine.start(seal(ASKING)), ("waiting",))
    refused = tryouts.answer(run, "ask", Answer("approve"), person("dora", "designer"), datetime.now(UTC))
    assert isinstance(refused, Refused)
    assert refused.code == "not_a_tryout"


def test_lists_leave_tryouts_out_and_their_id_finds_them(engine: Engine) -> None:
    run = ended(engine.start(seal(ACTING), {"name": "Ann"}, tryout=Tryout()))
    dora = person("dora", "designer")
    assert not visible_runs(dora).exists()
    assert list(visible_runs(dora, tryouts=True)) == [run]


def test_a_draft_is_never_what_a_trigger_runs(engine: Engine) -> None:
    seal(ACTING, version=DRAFT)
    for version in (None, DRAFT):
        refused = engine.trigger(Trigger("w", {}, version=version))
        assert isinstance(refused, Refused)
        assert refused.code == "not_published"


def test_a_run_can_go_on_from_a_step_of_an_earlier_one(engine: Engine, doors: ScriptedDoors) -> None:
    blueprint = seal(ACTING)
    past = ended(engine.start(blueprint, {"name": "Ann"}, tryout=Tryout()))
    doors.calls.clear()
    pins = tryouts.pins_before(engine.drawing(blueprint), tryouts.state_of(past), "look")
    assert set(pins) == {"write", "post"}
    again = ended(engine.start(blueprint, {"name": "Ann"}, tryout=Tryout(pins)))
    assert again.outcome == "won"
    assert doors_used(doors) == [("http", "look")]


def test_the_story_of_a_tryout_is_that_of_the_run_it_tries(engine: Engine) -> None:
    tried = ended(engine.start(seal(ACTING), {"name": "Ann"}, tryout=Tryout()))
    real = ended(engine.start(seal(ACTING, "other"), {"name": "Ann"}))
    plain = [each for each in story(real.pk) if not each.startswith("step.started")]
    assert [each for each in story(tried.pk) if not each.startswith("step.started")] == plain
