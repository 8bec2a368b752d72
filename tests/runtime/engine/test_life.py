"""The life of a run: from its trigger to its end, with a stop for a person or a timer on the way."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from runtime.models import Run, Signal
from tests.makers.engine import (
    PATIENCE_S,
    Engine,
    Gate,
    ScriptedDoors,
    answer,
    case_of,
    drawn,
    ended,
    fetch,
    journal,
    node,
    outcome,
    review,
    seal,
    settled,
    story,
    until,
)

PURE = drawn(
    [
        node("a", "execute.transform", {"output": {"x": "input.n + 1"}}),
        node("b", "execute.transform", {"output": {"y": "steps.a.output.x * 2"}}),
        outcome("won", y="steps.b.output.y"),
    ],
    "start > a",
    "a > b",
    "b > won",
)
ASKING = drawn(
    [review("ask"), outcome("won"), outcome("lost")], "start > ask", "ask.approve > won", "ask.reject > lost"
)
FETCHING = drawn([fetch(), outcome("won", got="steps.fetch.output.body")], "start > fetch", "fetch > won")


def test_a_run_without_effects_is_one_transaction_from_start_to_outcome(engine: Engine) -> None:
    run = ended(engine.start(seal(PURE), {"n": 1}))
    assert (run.status, run.outcome, run.last_seq) == ("succeeded", "won", 5)
    assert engine.listener.heard == [(run.pk, 5, "succeeded")]
    assert story(run.pk) == [
        "run.started",
        "step.finished a/1 done",
        "step.finished b/1 done",
        "step.finished won/1",
        "run.finished won/1",
    ]
    assert journal(run.pk)[-1].data["output"] == {"y": 4}
    assert run.owner is None
    assert run.finished_at == journal(run.pk)[-1].at


def test_what_comes_before_an_effect_is_kept_before_the_effect_begins(engine: Engine, doors: ScriptedDoors) -> None:
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    run_id = engine.start(seal(FETCHING))
    assert gate.reached.wait(PATIENCE_S)
    assert story(run_id) == ["run.started", "step.started fetch/1"]
    gate.opened.set()
    assert ended(run_id).outcome == "won"
    assert story(run_id)[2:] == ["step.finished fetch/1 done", "step.finished won/1", "run.finished won/1"]


def test_the_trace_shows_what_a_step_asked_of_the_outside(engine: Engine) -> None:
    run_id = engine.run(seal(FETCHING))
    finished = journal(run_id)[2].data
    assert finished["calls"][0]["door"] == "http"
    assert finished["calls"][0]["status"] == 200
    assert finished["ms"] >= 0


def test_an_effect_carries_the_identity_of_its_step(engine: Engine, doors: ScriptedDoors) -> None:
    run_id = engine.run(seal(FETCHING))
    assert doors.keys("fetch") == [f"{run_id}:fetch:1"]


def test_a_run_that_asks_parks_and_goes_on_with_the_answer(engine: Engine) -> None:
    run_id = engine.run(seal(ASKING))
    assert Run.objects.get(pk=run_id).status == "waiting"
    assert Run.objects.get(pk=run_id).owner is None
    assert engine.runner.held == ()
    case = case_of(run_id)
    assert [choice["name"] for choice in case.asked["choices"]] == ["approve", "reject"]
    answer(case, "reject")
    assert ended(run_id).outcome == "lost"
    finished = journal(run_id)[2]
    assert (finished.type, finished.data["port"], finished.data["by"]) == ("step.finished", "reject", "rosa")
    assert not Signal.objects.exists()


@pytest.mark.usefixtures("no_polls")
def test_an_answer_wakes_its_run(engine: Engine) -> None:
    blueprint = seal(ASKING)
    for _ in range(5):
        run_id = engine.run(blueprint)
        answer(case_of(run_id))
        assert ended(run_id).outcome == "won"


def test_an_overdue_case_leaves_through_its_own_port(engine: Engine) -> None:
    document = drawn(
        [review("ask", due_hours=0.00005), outcome("won"), outcome("late")],
        "start > ask",
        "ask.approve > won",
        "ask.reject > won",
        "ask.overdue > late",
    )
    run_id = engine.run(seal(document))
    assert ended(run_id).outcome == "late"
    assert "step.finished ask/1 overdue" in story(run_id)


@pytest.mark.usefixtures("no_polls")
def test_a_timer_wakes_its_run_in_time_and_not_before(engine: Engine) -> None:
    document = drawn([node("nap", "execute.wait", {"seconds": 0.3}), outcome()], "start > nap", "nap > won")
    blueprint = seal(document)
    for _ in range(3):
        run_id = engine.run(blueprint)
        assert ended(run_id).status == "succeeded"
        began, _, woken, *_ = journal(run_id)
        assert woken.at - began.at >= timedelta(seconds=0.3)


def test_a_timer_does_not_wait_for_an_effect_beside_it(engine: Engine, doors: ScriptedDoors) -> None:
    document = drawn(
        [
            fetch(),
            node("nap", "execute.wait", {"seconds": 0.05}),
            node("after", "execute.transform", {"output": {"x": "1"}}),
            node("both", "execute.transform", {"output": {"x": "1"}}),
            outcome(),
        ],
        "start > fetch",
        "start > nap",
        "nap > after",
        "after > both",
        "fetch > both",
        "both > won",
    )
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    run_id = engine.start(seal(document))
    until(lambda: "step.finished after/1 done" in story(run_id))
    gate.opened.set()
    assert ended(run_id).status == "succeeded"


@pytest.mark.usefixtures("no_polls")
def test_waiting_runs_cost_no_polling_between_their_timers(engine: Engine) -> None:
    document = drawn([node("nap", "execute.wait", {"seconds": 0.1}), outcome()], "start > nap", "nap > won")
    ended(engine.run(seal(document)))
    asked = 0
    claim = engine.store.claim

    async def counted(*asking: Any) -> object:
        nonlocal asked
        asked += 1
        return await claim(*asking)

    engine.store.claim = counted  # type: ignore[assignment, method-assign] # counts what the pump asks
    time.sleep(0.6)
    assert asked <= 3


def test_two_branches_run_at_the_same_time(engine: Engine, doors: ScriptedDoors) -> None:
    document = drawn(
        [fetch("one"), fetch("two"), node("both", "execute.transform", {"output": {"x": "1"}}), outcome()],
        "start > one",
        "start > two",
        "one > both",
        "two > both",
        "both > won",
    )
    first, second = Gate(), Gate()
    doors.answers |= {"one": [first.answer], "two": [second.answer]}
    run_id = engine.start(seal(document))
    assert first.reached.wait(PATIENCE_S)
    assert second.reached.wait(PATIENCE_S)
    second.opened.set()
    until(lambda: "step.finished two/1 done" in story(run_id))
    first.opened.set()
    assert ended(run_id).status == "succeeded"


def test_a_case_is_called_off_when_its_run_ends_without_it(engine: Engine) -> None:
    document = drawn(
        [review("ask"), node("first", "execute.transform", {"output": {"x": "1"}}, join="any"), outcome()],
        "start > ask",
        "start > first",
        "ask.approve > first",
        "ask.reject > first",
        "first > won",
    )
    run = ended(engine.start(seal(document)))
    assert run.status == "succeeded"
    assert [case.state for case in run.escalations.all()] == ["cancelled"]


def test_a_long_series_is_driven_to_its_end(engine: Engine) -> None:
    names = [f"n{number}" for number in range(450)]
    nodes = [node(name, "execute.transform", {"output": {"x": "1"}}) for name in names]
    ways = [f"{a} > {b}" for a, b in zip(names, [*names[1:], "won"], strict=True)]
    run_id = engine.start(seal(drawn([*nodes, outcome()], "start > n0", *ways)))
    assert ended(run_id).last_seq == 453


@pytest.mark.parametrize("action", ["retry", "skip", "fail"])
def test_an_incident_is_settled_by_a_person(engine: Engine, doors: ScriptedDoors, action: str) -> None:
    from runtime.core.node import Failed, HttpResponse

    doors.answers["fetch"] = [Failed("http.refused", "No."), HttpResponse(200, {}, {"got": 1})]
    run_id = engine.run(seal(FETCHING))
    case = case_of(run_id)
    assert (case.kind, case.node) == ("incident", "fetch")
    answer(case, action, edits={"port": "done", "value": {"body": 7}} if action == "skip" else {})
    run = ended(run_id)
    assert run.status == ("failed" if action == "fail" else "succeeded")
    output = journal(run_id)[-1].data.get("output")
    assert output == {"retry": {"got": {"got": 1}}, "skip": {"got": 7}, "fail": None}[action]
    assert len(set(doors.keys("fetch"))) == 1
    assert len(doors.keys("fetch")) == (2 if action == "retry" else 1)


def test_an_entry_has_its_number_and_none_is_left_out(engine: Engine) -> None:
    run_id = engine.run(seal(ASKING))
    answer(case_of(run_id))
    settled(run_id, ["succeeded"])
    assert [entry.seq for entry in journal(run_id)] == list(range(1, Run.objects.get(pk=run_id).last_seq + 1))
