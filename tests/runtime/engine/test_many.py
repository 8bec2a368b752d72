"""Many at once: trigger keys, places, parked runs, group commit under load."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest

from runtime import runs
from runtime.core.node import HttpResponse
from runtime.engine.ports import StoreError
from runtime.engine.runner import Started
from runtime.models import Run, TriggerKey
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
    node,
    outcome,
    review,
    seal,
    settled,
    story,
    until,
)

PURE = drawn(
    [node("a", "execute.transform", {"output": {"x": "input.n + 1"}}), outcome("won", x="steps.a.output.x")],
    "start > a",
    "a > won",
    schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
)
FETCHING = drawn([fetch(), outcome("won")], "start > fetch", "fetch > won")
ASKING = drawn([review("ask"), outcome("won")], "start > ask", "ask.approve > won", "ask.reject > won")


def test_a_hundred_triggers_with_one_key_get_one_run(engine: Engine) -> None:
    blueprint = seal(PURE)

    async def together() -> list[Started]:
        return await asyncio.gather(*(engine.started(blueprint, {"n": 1}, key="k") for _ in range(100)))

    created = [started.created for started in engine.call(together())]
    assert len({each.run_id for each in created}) == 1
    assert sum(each.new for each in created) == 1
    assert not any(each.conflict for each in created)
    assert Run.objects.count() == 1
    until(lambda: engine.runner.held == ())


def test_two_workers_and_one_key_make_one_run(transactional_db: None) -> None:
    blueprint = seal(FETCHING)
    with Engine(alone=False) as one, Engine(alone=False) as other:
        for round_ in range(20):
            begun = [worker.submit(worker.started(blueprint, key=f"k{round_}")) for worker in (one, other)]
            created = [each.result(PATIENCE_S).created for each in begun]
            assert len({each.run_id for each in created}) == 1
            assert sorted(each.new for each in created) == [False, True]
        until(lambda: Run.objects.filter(status="succeeded").count() == 20)


def test_one_key_with_another_body_is_a_conflict(engine: Engine) -> None:
    blueprint = seal(PURE)
    first = engine.call(engine.started(blueprint, {"n": 1}, key="k", digest="1")).created
    second = engine.call(engine.started(blueprint, {"n": 2}, key="k", digest="2")).created
    assert (second.run_id, second.new, second.conflict) == (first.run_id, False, True)
    assert Run.objects.count() == 1


def test_a_key_belongs_to_its_workflow(engine: Engine) -> None:
    one, other = seal(PURE, "one"), seal(PURE, "other")
    assert engine.start(one, {"n": 1}, key="k") != engine.start(other, {"n": 1}, key="k")


@pytest.mark.parametrize(("days", "same"), [(29.9, True), (30.1, False)])
def test_a_key_is_kept_for_thirty_days(engine: Engine, days: float, same: bool) -> None:
    blueprint = seal(PURE)
    first = engine.start(blueprint, {"n": 1}, key="k", created_at=ago(days=days))
    second = engine.start(blueprint, {"n": 1}, key="k")
    assert (first == second) is same
    assert TriggerKey.objects.get(key="k").run_id == second


def test_a_trigger_says_what_became_of_it(engine: Engine) -> None:
    seal(PURE)
    asked = runs.Trigger("w", {"n": 1}, key="k", body_digest="d", wait_s=5)
    first = engine.trigger(asked)
    assert isinstance(first, runs.Triggered)
    assert first.settled
    second = engine.trigger(asked)
    assert isinstance(second, runs.Triggered)
    assert (second.run_id, second.replay) == (first.run_id, True)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (runs.Trigger("nowhere", {}), "not_published"),
        (runs.Trigger("w", {"n": 1}, version=2), "not_published"),
        (runs.Trigger("w", {"n": "1"}), "invalid_input"),
        (runs.Trigger("w", None), "invalid_input"),
    ],
)
def test_a_trigger_that_is_refused_leaves_nothing(engine: Engine, asked: runs.Trigger, code: str) -> None:
    seal(PURE)
    refused = engine.trigger(asked)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert not Run.objects.exists()


def test_a_trigger_waits_no_longer_than_it_was_told(engine: Engine, doors: ScriptedDoors) -> None:
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    seal(FETCHING)
    done = engine.trigger(runs.Trigger("w", {}, wait_s=0.05))
    assert isinstance(done, runs.Triggered)
    assert not done.settled
    gate.opened.set()
    assert ended(done.run_id).status == "succeeded"


def test_a_trigger_that_waits_hears_of_a_parked_run_too(engine: Engine) -> None:
    seal(ASKING)
    done = engine.trigger(runs.Trigger("w", {}, wait_s=5))
    assert isinstance(done, runs.Triggered)
    assert done.settled
    assert Run.objects.get(pk=done.run_id).status == "waiting"


def test_a_newer_version_is_used_as_soon_as_it_is_announced(engine: Engine) -> None:
    seal(PURE)
    assert isinstance(engine.trigger(runs.Trigger("w", {"n": 1})), runs.Triggered)
    seal(FETCHING, version=2)
    runs.forget_newest("w")
    done = engine.trigger(runs.Trigger("w", {}))
    assert isinstance(done, runs.Triggered)
    assert Run.objects.get(pk=done.run_id).version == 2


@pytest.mark.usefixtures("no_polls")
def test_no_more_runs_are_driven_than_there_are_places_and_a_freed_place_is_taken_at_once(
    transactional_db: None, doors: ScriptedDoors
) -> None:
    most, now, all_there = 0, 0, threading.Event()

    async def slow(_key: str, _asked: object) -> HttpResponse:
        nonlocal most, now
        now += 1
        most = max(most, now)
        while not all_there.is_set():  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        now -= 1
        return HttpResponse(200, {}, None)

    doors.answers["fetch"] = [slow]
    with Engine(doors, max_active=3) as engine:
        blueprint = seal(FETCHING)
        ids = [engine.start(blueprint) for _ in range(30)]
        until(lambda: now == 3)
        all_there.set()
        until(lambda: Run.objects.filter(status="succeeded").count() == len(ids))
    assert most == 3


def test_a_parked_run_takes_no_place(transactional_db: None) -> None:
    with Engine(max_active=2) as engine:
        blueprint = seal(ASKING)
        parked = [engine.run(blueprint) for _ in range(10)]
        assert {settled(run_id).status for run_id in parked} == {"waiting"}
        assert ended(engine.start(seal(PURE, "pure"), {"n": 1})).status == "succeeded"


def test_a_thousand_parked_runs_hold_nothing_in_memory(engine: Engine) -> None:
    blueprint = seal(ASKING)

    async def together() -> list[Started]:
        return await asyncio.gather(*(engine.started(blueprint) for _ in range(1000)))

    ids = [started.created.run_id for started in engine.call(together())]
    # Those that found every place taken were queued, and are driven a moment later.
    until(lambda: Run.objects.filter(status="waiting").count() == 1000)
    until(lambda: engine.runner.held == () and not engine.runner._tasks)
    gc.collect()
    assert not [each for each in gc.get_objects() if type(each).__name__ in ("Driver", "State")]
    answer(case_of(ids[500]))
    assert ended(ids[500]).status == "succeeded"


def test_a_thousand_runs_at_once_all_end(engine: Engine) -> None:
    blueprint = seal(PURE)

    async def together() -> list[Started]:
        return await asyncio.gather(*(engine.started(blueprint, {"n": n}) for n in range(1000)))

    ids = [started.created.run_id for started in engine.call(together())]
    assert len(set(ids)) == 1000
    # Those that found every place taken were queued, and are driven a moment later.
    until(lambda: Run.objects.filter(status="succeeded", last_seq=4).count() == 1000)


def test_runs_are_handed_back_when_a_worker_stops(transactional_db: None, doors: ScriptedDoors) -> None:
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    with Engine(doors) as first:
        run_id = first.start(seal(FETCHING))
        assert gate.reached.wait(PATIENCE_S)
    run = Run.objects.get(pk=run_id)
    assert (run.status, run.owner) == ("queued", None)
    assert gate.cancelled.is_set()
    gate.opened.set()
    with Engine(doors):
        assert ended(run_id).status == "succeeded"
    assert len(set(doors.keys("fetch"))) == 1
    assert story(run_id).count("step.started fetch/1") == 2


def test_a_stopping_worker_keeps_what_it_is_given_for_the_next(transactional_db: None) -> None:
    with Engine() as engine:
        engine.runner._stopping = True
        run_id = engine.start(seal(PURE), {"n": 1})
        assert Run.objects.get(pk=run_id).status == "queued"
    with Engine():
        assert ended(run_id).status == "succeeded"


def test_a_writer_that_is_closed_says_so(engine: Engine) -> None:
    blueprint = seal(PURE)
    engine.drawing(blueprint)
    engine.writer._closed = True
    with pytest.raises(StoreError):
        engine.start(blueprint, {"n": 1})
    engine.writer._closed = False
    assert ended(engine.start(blueprint, {"n": 1})).finished_at


def test_a_run_in_the_queue_is_claimed_by_its_age(transactional_db: None, doors: ScriptedDoors) -> None:
    blueprint = seal(FETCHING)
    with Engine(max_active=0) as full:
        ids = [full.start(blueprint, created_at=ago(seconds=60 - number)) for number in range(5)]
    with Engine(doors, max_active=1):
        until(lambda: Run.objects.filter(status="succeeded").count() == 5)
    assert [key.split(":")[0] for key in doors.keys("fetch")] == ids
