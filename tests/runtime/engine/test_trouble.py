"""What goes wrong in a step: handlers that raise or return garbage, time that runs out, answers that come too late."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from runtime import blueprints, runs
from runtime.core.node import (
    Ask,
    Call,
    Choice,
    Context,
    Done,
    Failed,
    HttpResponse,
    Inputs,
    NodeKind,
    Outcome,
    Params,
    Resolution,
    Wait,
)
from runtime.journal import send_signal
from runtime.models import Run, Signal
from runtime.nodes import discover
from runtime.refused import Refused
from tests.makers.engine import (
    PATIENCE_S,
    Engine,
    Gate,
    ScriptedDoors,
    ago,
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
from tests.makers.runs import Story

FETCHING = drawn([fetch(), outcome("won", got="steps.fetch.output.body")], "start > fetch", "fetch > won")
GUARDED = drawn(
    [fetch(retry={"attempts": 1}), outcome("won"), outcome("lost", code="steps.fetch.output.code")],
    "start > fetch",
    "fetch > won",
    "fetch.error > lost",
)
ODD = drawn([node("odd", "execute.odd"), outcome()], "start > odd", "odd > won")

type Handler = Callable[..., Any]


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], None]:
    """Makes a kind `execute.odd` of a handler."""

    def make(handler: Handler, **more: Any) -> None:
        kind = NodeKind(
            name="execute.odd",
            title="Odd",
            help="Odd.",
            icon="bug",
            params=Params,
            run=handler,
            example={},
            ports=lambda _params: ("done", "error"),
            **more,
        )
        kinds = {**discover(), "execute.odd": kind}
        monkeypatch.setattr(blueprints, "discover", lambda: kinds)

    return make


def cyclic() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


def deep() -> Any:
    value: Any = 1
    for _ in range(5_000):
        value = [value]
    return value


GARBAGE = {
    "nothing at all": None,
    "something else": "done",
    "a port that there is not": Done({}, "elsewhere"),
    "no port": Done({}, None),
    "a port that is no text": Done({}, ["done"]),  # type: ignore[arg-type] # garbage on purpose
    "not a number": Done({"x": math.nan}),
    "infinity": Done([math.inf]),
    "a surrogate": Done("\ud800"),
    "what is no JSON": Done({"x": object()}),  # type: ignore[dict-item] # garbage on purpose
    "a ring": Done(cyclic()),
    "ten thousand brackets": Done(deep()),
    "five megabytes": Done("x" * 5_000_000),
    "a moment that is none": Wait("tomorrow"),  # type: ignore[arg-type] # garbage on purpose
    "a question of no JSON": Ask("Well?", (Choice("yes"),), show={"x": object()}),  # type: ignore[dict-item]
    "a question due at no time": Ask("Well?", (Choice("yes"),), due_hours=math.nan),
    "a failure with details of no JSON": Failed("odd", "Odd.", detail={"x": math.nan}),
    "a call of nothing": Call("nowhere", {}),
    "a call with no JSON": Call("nowhere", {"x": math.nan}),
}


@pytest.mark.parametrize("way", ["at once", "awaited"])
def test_garbage_becomes_an_incident_and_is_not_kept(
    engine: Engine, odd: Callable[[Handler], None], way: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def awaited(_params: Params, inputs: Inputs, _context: Context) -> Any:
        return GARBAGE[str(inputs.run_input)]

    def at_once(_params: Params, inputs: Inputs, _context: Context) -> Any:
        return GARBAGE[str(inputs.run_input)]

    odd(awaited if way == "awaited" else at_once)
    blueprint = seal(ODD)
    for name, run_id in {name: engine.start(blueprint, name) for name in GARBAGE}.items():
        case = case_of(run_id)
        assert case.kind == "incident", name
        assert len(str(case.asked)) < 10_000, name
        answer(case, "skip", edits={"port": "done", "value": {}})
        assert ended(run_id).status == "succeeded", name


@pytest.mark.parametrize("after_s", [math.inf, math.nan, -1.0])
def test_another_attempt_at_no_time_is_made_all_the_same(
    engine: Engine, odd: Callable[[Handler], None], after_s: float
) -> None:
    odd(lambda *_: Failed("odd", "Odd.", passing=True, after_s=after_s))
    patient = node("odd", "execute.odd", retry={"first_s": 60})
    run_id = engine.run(seal({**ODD, "nodes": [patient, outcome()]}))
    assert journal(run_id)[-1].type == "step.failed"


@pytest.mark.parametrize(
    "failure", [RuntimeError("boom"), RecursionError(), MemoryError(), SystemExit(3), asyncio.CancelledError()]
)
def test_a_handler_that_raises_stops_its_own_run_only(
    engine: Engine, doors: ScriptedDoors, failure: BaseException
) -> None:
    doors.answers["fetch"] = [failure, HttpResponse(200, {}, {})]
    blueprint = seal(FETCHING)
    run_id = engine.run(blueprint)
    case = case_of(run_id)
    assert case.asked["show"]["error"]["code"] == "crash"
    assert "boom" not in str(case.asked)
    assert ended(engine.start(blueprint)).status == "succeeded"
    answer(case, "retry")
    assert ended(run_id).status == "succeeded"


def test_a_handler_that_raises_before_it_awaits_is_an_incident(engine: Engine, odd: Callable[[Handler], None]) -> None:
    def raising(*_: object) -> Outcome:
        raise SystemExit(1)

    odd(raising)
    assert case_of(engine.run(seal(ODD))).kind == "incident"


def test_a_kind_that_cannot_take_the_answer_is_an_incident(engine: Engine, odd: Callable[..., None]) -> None:
    def answer_to(_params: Params, _said: Resolution) -> Done:
        raise KeyError("edits")

    odd(lambda *_: Ask("Well?", (Choice("done"),)), answer=answer_to)
    run_id = engine.run(seal(ODD))
    answer(case_of(run_id), "done")
    assert until(lambda: case_of(run_id).kind == "incident")


def test_an_error_port_that_is_wired_takes_the_failure(engine: Engine, doors: ScriptedDoors) -> None:
    doors.answers["fetch"] = [Failed("http.refused", "No.")]
    run = ended(engine.run(seal(GUARDED)))
    assert run.outcome == "lost"
    assert journal(run.pk)[-1].data["output"] == {"code": "http.refused"}


def test_a_step_that_takes_too_long_is_stopped(engine: Engine, doors: ScriptedDoors) -> None:
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    document = drawn(
        [fetch(timeout_s=0.05, retry={"attempts": 1}), outcome("won"), outcome("lost", code="steps.fetch.output.code")],
        "start > fetch",
        "fetch > won",
        "fetch.error > lost",
    )
    run = ended(engine.run(seal(document)))
    assert run.outcome == "lost"
    assert gate.cancelled.is_set()
    assert journal(run.pk)[-1].data["output"] == {"code": "timeout"}


def test_a_passing_failure_is_tried_again_with_the_same_key(engine: Engine, doors: ScriptedDoors) -> None:
    doors.answers["fetch"] = [
        Failed("http.busy", "Busy.", passing=True),
        Failed("http.busy", "Busy.", passing=True),
        HttpResponse(200, {}, {"got": 1}),
    ]
    document = drawn([fetch(retry={"attempts": 3, "first_s": 0.04}), outcome()], "start > fetch", "fetch > won")
    run = ended(engine.start(seal(document)))
    failed = [entry for entry in journal(run.pk) if entry.type == "step.failed"]
    assert [entry.data["attempt"] for entry in failed] == [1, 2]
    assert len(set(doors.keys("fetch"))) == 1
    assert len(doors.keys("fetch")) == 3
    # The wait was reckoned after the attempt began and before its failure was written down.
    begun = [entry for entry in journal(run.pk) if entry.type == "step.started"]
    due = [datetime.fromisoformat(entry.data["retry_at"]) for entry in failed]
    for number, (least, most) in enumerate([(0.03, 0.04), (0.06, 0.08)]):
        assert timedelta(seconds=least) <= due[number] - begun[number].at
        assert due[number] - failed[number].at <= timedelta(seconds=most)
        assert begun[number + 1].at >= due[number]


def test_a_run_that_backs_off_is_held_by_nobody(transactional_db: None) -> None:
    doors = ScriptedDoors({"fetch": [Failed("http.busy", "Busy.", passing=True, after_s=3000)]})
    with Engine(doors) as engine:
        run = Run.objects.get(pk=engine.run(seal(FETCHING)))
        assert run.status == "waiting"
        assert run.wake_at
        assert run.wake_at - run.created_at > timedelta(seconds=2990)
        assert engine.runner.held == ()


def test_attempts_that_are_used_up_end_as_the_step_says(engine: Engine, odd: Callable[[Handler], None]) -> None:
    odd(lambda *_: Failed("odd", "Odd.", passing=True, otherwise=Done({"unsure": True})))
    document = drawn([node("odd", "execute.odd", retry={"attempts": 1}), outcome()], "start > odd", "odd > won")
    run = ended(engine.run(seal(document)))
    assert "step.finished odd/1 done" in story(run.pk)


# People


def test_a_running_effect_is_cancelled_with_its_run(engine: Engine, doors: ScriptedDoors) -> None:
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    run_id = engine.start(seal(FETCHING))
    assert gate.reached.wait(PATIENCE_S)
    assert runs.cancel(run_id, "ada", "No longer needed.") == runs.Signalled(run_id)
    run = ended(run_id)
    assert run.status == "cancelled"
    assert gate.cancelled.wait(PATIENCE_S)
    assert journal(run_id)[-1].data == {"by": "ada", "reason": "No longer needed."}


def test_a_waiting_run_is_cancelled_with_its_case(engine: Engine) -> None:
    document = drawn([review("ask"), outcome()], "start > ask", "ask.approve > won", "ask.reject > won")
    run_id = engine.run(seal(document))
    case = case_of(run_id)
    runs.cancel(run_id, "ada")
    assert ended(run_id).status == "cancelled"
    case.refresh_from_db()
    assert case.state == "cancelled"


def test_a_queued_run_is_cancelled_before_it_begins(transactional_db: None, doors: ScriptedDoors) -> None:
    with Engine(doors, max_active=0) as full:
        run_id = full.start(seal(FETCHING))
        assert Run.objects.get(pk=run_id).status == "queued"
        runs.cancel(run_id, "ada")
    with Engine(doors):
        assert ended(run_id).status == "cancelled"
    assert doors.calls == []


def test_an_ended_run_cannot_be_cancelled_and_an_unknown_one_neither(engine: Engine) -> None:
    run_id = engine.run(seal(FETCHING))
    ended(run_id)
    refused = runs.cancel(run_id, "ada")
    assert isinstance(refused, Refused)
    assert refused.code == "ended"
    refused = runs.cancel("0" * 26, "ada")
    assert isinstance(refused, Refused)
    assert refused.code == "not_found"


def test_a_failed_run_is_retried_from_the_step_that_failed(engine: Engine, doors: ScriptedDoors) -> None:
    doors.answers["fetch"] = [Failed("http.refused", "No."), HttpResponse(200, {}, {"got": 1})]
    run_id = engine.run(seal(FETCHING))
    answer(case_of(run_id), "fail")
    assert ended(run_id).status == "failed"
    assert runs.retry(run_id, None, "ada") == runs.Signalled(run_id)
    run = settled(run_id, ["succeeded"])
    assert run.outcome == "won"
    assert len(set(doors.keys("fetch"))) == 1
    assert "run.retried fetch/0" in story(run_id)


def test_a_cancelled_run_is_retried_from_a_step_that_is_named(engine: Engine, doors: ScriptedDoors) -> None:
    document = drawn(
        [fetch("one"), fetch("two"), review("ask"), outcome()],
        "start > one",
        "one > two",
        "two > ask",
        "ask.approve > won",
        "ask.reject > won",
    )
    run_id = engine.run(seal(document))
    runs.cancel(run_id, "ada")
    ended(run_id)
    runs.retry(run_id, "two", "ada")
    until(lambda: len(doors.keys("two")) == 2)
    answer(case_of(run_id))
    settled(run_id, ["succeeded"])
    assert doors.keys("two") == [f"{run_id}:two:1", f"{run_id}:two:2"]
    assert len(doors.keys("one")) == 1


def test_only_a_run_that_has_failed_is_retried_and_only_from_where_it_was(engine: Engine) -> None:
    document = drawn(
        [fetch(), review("ask"), outcome("won"), outcome("lost")],
        "start > fetch",
        "fetch > ask",
        "ask.approve > won",
        "ask.reject > lost",
    )
    run_id = engine.run(seal(document))
    codes = []
    refused = runs.retry(run_id, None, "ada")
    assert isinstance(refused, Refused)
    codes.append(refused.code)
    runs.cancel(run_id, "ada")
    ended(run_id)
    for where in ("nowhere", "won"):
        refused = runs.retry(run_id, where, "ada")
        assert isinstance(refused, Refused)
        codes.append(refused.code)
    assert codes == ["not_failed", "unknown_node", "not_reached"]
    assert Run.objects.get(pk=run_id).status == "cancelled"


def test_a_run_with_nothing_to_retry_ends_again_as_it_was(engine: Engine) -> None:
    told = Story(seal(FETCHING), {}).does("fetch", "done", {"body": 1}).does("won", None, {}).breaks("won", "Nowhere.")
    runs.retry(told.run.pk, None, "ada")
    run = settled(told.run.pk, ["failed"])
    assert run.finished_at is not None
    assert not Signal.objects.exists()


@pytest.mark.parametrize("type_", ["answer", "overdue", "incident", "child"])
def test_a_signal_that_fits_nothing_any_more_is_taken_away(engine: Engine, type_: str) -> None:
    from django.db import transaction

    document = drawn([review("ask"), outcome()], "start > ask", "ask.approve > won", "ask.reject > won")
    run_id = engine.run(seal(document))
    data: dict[str, Any] = {"escalation": "of another time", "run": "another", "action": "fail", "status": "failed"}
    with transaction.atomic():
        send_signal(run_id, type_, "ask", 1, {**data, "resolution": {}, "outcome": None})
    until(lambda: not Signal.objects.exists())
    settled(run_id, ["waiting"])
    assert story(run_id) == ["run.started", "step.asked ask/1"]
    answer(case_of(run_id))
    assert ended(run_id).status == "succeeded"


def test_time_never_runs_backwards_in_a_journal(transactional_db: None) -> None:
    late = [timedelta(0)]
    document = drawn([node("nap", "execute.wait", {"seconds": 0.05}), outcome()], "start > nap", "nap > won")
    with Engine(clock=lambda: ago(seconds=late[0].total_seconds())) as engine:
        run_id = engine.run(seal(document))
        # This worker's clock falls behind the database's, which says that the timer is due.
        late[0] = timedelta(seconds=30)
        ended(run_id)
        times = [entry.at for entry in journal(run_id)]
        assert times == sorted(times)
