"""Several workers on one database: leases, fences, takeovers, and signals that come while a run parks."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from django.db import connection, transaction

from runtime import journal, runs
from runtime.core.node import HttpResponse
from runtime.engine.driver import MAX_CLAIMS
from runtime.engine.ports import Claim, Wave
from runtime.live import bell
from runtime.models import Entry, Escalation, Run, Signal, Worker
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

pytestmark = pytest.mark.django_db(transaction=True)

FETCHING = drawn([fetch(), outcome("won", by="steps.fetch.output.body.by")], "start > fetch", "fetch > won")
ASKING = drawn([review("ask"), outcome("won")], "start > ask", "ask.approve > won", "ask.reject > won")
# A lease that runs out because a test says so, and never because the machine was slow.
LONG_S = 3600.0
PROGRAM = Path(__file__).parents[2] / "programs" / "worker.py"


def by(who: str) -> HttpResponse:
    return HttpResponse(200, {}, {"by": who})


def rows(run_id: str) -> list[tuple[object, ...]]:
    """Everything that is kept of a run."""
    run = Run.objects.filter(pk=run_id).values_list("status", "outcome", "owner", "fence", "last_seq").get()
    return [run, *Entry.objects.filter(run_id=run_id).order_by("seq").values_list("seq", "type", "at", "data")]


def silent_past_its_lease(owner: str | None) -> None:
    """As if this worker had not said for two leases that it lives."""
    assert Worker.objects.filter(pk=owner).update(beat_at=ago(seconds=2 * LONG_S)) == 1


async def looked_around(engine: Engine) -> None:
    """Once the worker has looked for runs that nobody holds."""
    await engine.store.reap(engine.owner, lambda: engine.runner.held, LONG_S)


async def everything_written(engine: Engine) -> None:
    """Once everything that stood in the writer's queue is in the database, or refused."""
    await engine.writer.submit(lambda: None)


def test_a_new_worker_goes_on_at_once_where_it_is_the_only_one() -> None:
    gate, doors = Gate(by("first")), ScriptedDoors()
    doors.answers["fetch"] = [gate.answer]
    with Engine(doors, lease_s=LONG_S) as first:
        run_id = first.start(seal(FETCHING))
        assert gate.reached.wait(PATIENCE_S)
        first.kill()
    assert Run.objects.get(pk=run_id).owner == first.owner
    doors.answers["fetch"] = [by("second")]
    # The lease of the first has not run out, and will not while this test waits.
    with Engine(doors, lease_s=LONG_S):
        assert ended(run_id).fence == 2
    assert not Worker.objects.filter(pk=first.owner).exists()


def test_runs_of_a_dead_worker_are_taken_over_after_its_lease_and_not_before() -> None:
    gate, doors = Gate(by("first")), ScriptedDoors()
    doors.answers["fetch"] = [gate.answer]
    with Engine(doors, alone=False, lease_s=LONG_S) as first:
        run_id = first.start(seal(FETCHING))
        assert gate.reached.wait(PATIENCE_S)
        first.kill()
    with Engine(ScriptedDoors({"fetch": [by("second")]}), alone=False, lease_s=LONG_S) as second:
        second.call(looked_around(second))
        assert Run.objects.get(pk=run_id).owner == first.owner
        silent_past_its_lease(first.owner)
        assert ended(run_id).status == "succeeded"
        assert second.doors.keys("fetch") == doors.keys("fetch")


def test_a_worker_that_lost_its_claim_writes_nothing() -> None:
    gate = Gate(by("the slow one"))
    silent = Engine(ScriptedDoors({"fetch": [gate.answer]}), alone=False, lease_s=LONG_S)
    with silent as slow, Engine(ScriptedDoors({"fetch": [by("the other")]}), alone=False, lease_s=LONG_S):
        run_id = slow.start(seal(FETCHING))
        assert gate.reached.wait(PATIENCE_S)
        # Its own pump would take the run up again, as if it were alive.
        slow.call(slow.stands_still())
        silent_past_its_lease(slow.owner)
        run = ended(run_id)
        before = rows(run_id)
        gate.opened.set()
        until(lambda: run_id not in slow.runner.held)
        slow.call(everything_written(slow))
        assert rows(run_id) == before
        assert run.fence == 2
        assert story(run_id).count("step.finished fetch/1 done") == 1
        assert Entry.objects.get(run_id=run_id, type="run.finished").data["output"] == {"by": "the other"}


def test_a_worker_that_cannot_say_that_it_lives_lets_go_of_its_runs() -> None:
    gate, failing = Gate(), threading.Event()

    def beat(owner: str) -> None:
        if failing.is_set():
            raise OSError("no database")
        from runtime.store import beat as real

        real(owner)

    with Engine(ScriptedDoors({"fetch": [gate.answer]}), alone=False, lease_s=LONG_S, heartbeat=beat) as ill:
        run_id = ill.start(seal(FETCHING))
        assert gate.reached.wait(PATIENCE_S)
        failing.set()
        ill.heart._last -= LONG_S
        silent_past_its_lease(ill.owner)
        assert gate.cancelled.wait(PATIENCE_S)
        until(lambda: ill.runner.held == ())
        later = ill.start(seal(FETCHING, "later"))
        assert Run.objects.get(pk=later).owner is None
        with Engine(ScriptedDoors({"fetch": [by("the other")]}), alone=False, lease_s=LONG_S):
            assert ended(run_id).status == "succeeded"
            assert ended(later).status == "succeeded"
            gate.opened.set()


def test_a_busy_loop_does_not_starve_the_heart() -> None:
    beats, enough = itertools.count(1), threading.Event()

    def beat(_owner: str) -> None:
        if next(beats) == 3:
            enough.set()

    with Engine(alone=False, lease_s=0.6, heartbeat=beat) as engine:

        async def busy() -> bool:
            return enough.wait(PATIENCE_S / 2)  # Holding the loop is what this is about.

        assert engine.call(busy())


def test_a_step_that_kills_its_workers_is_an_incident_in_the_end() -> None:
    gate = Gate()
    doors = ScriptedDoors({"fetch": [gate.answer]})
    blueprint = seal(FETCHING)
    run_id = ""
    for _ in range(MAX_CLAIMS + 2):
        with Engine(doors) as engine:
            run_id = run_id or engine.start(blueprint)
            until(lambda: gate.reached.is_set() or Run.objects.get().status == "waiting")
            gate.reached.clear()
            engine.kill()
    doors.answers["fetch"] = [by("the last")]
    with Engine(doors):
        case = case_of(run_id)
        assert case.asked["show"]["error"]["code"] == "worker_lost"
        assert len(doors.keys("fetch")) == MAX_CLAIMS + 1
        answer(case, "retry")
        assert ended(run_id).status == "succeeded"


def test_a_run_that_gets_on_between_two_losses_is_not_blamed_for_them() -> None:
    names = [f"f{number}" for number in range(MAX_CLAIMS + 2)]
    ways = [f"{a} > {b}" for a, b in zip(names, [*names[1:], "won"], strict=True)]
    gates = {name: Gate() for name in names}
    doors = ScriptedDoors({name: [gate.answer] for name, gate in gates.items()})
    blueprint = seal(drawn([*(fetch(name) for name in names), outcome("won")], "start > f0", *ways))
    run_id = ""
    for name in names:
        with Engine(doors) as engine:
            run_id = run_id or engine.start(blueprint)
            assert gates[name].reached.wait(PATIENCE_S)
            gates[name].opened.set()
            following = names.index(name) + 1
            until(lambda: following == len(names) or gates[names[following]].reached.is_set())  # noqa: B023 - at once
            engine.kill()
    with Engine(doors):
        assert ended(run_id).status == "succeeded"


def test_what_a_runner_does_not_hold_is_requeued_though_the_worker_lives() -> None:
    blueprint = seal(ASKING)
    with Engine() as engine:
        run_id = engine.run(blueprint)
        Run.objects.filter(pk=run_id).update(status="running", owner=engine.owner)
        assert settled(run_id, ["waiting"]).claims == 0


def test_two_workers_share_the_work_and_no_run_is_driven_twice() -> None:
    blueprint = seal(FETCHING)
    with Engine(max_active=0, alone=False) as full:
        ids = [full.start(blueprint) for _ in range(60)]
    gate = Gate()
    doors = [ScriptedDoors({"fetch": [gate.answer]}) for _ in range(2)]
    with (
        Engine(doors[0], alone=False, max_active=4) as one,
        Engine(doors[1], alone=False, max_active=4) as other,
    ):
        until(lambda: one.doors.calls and other.doors.calls)
        gate.opened.set()
        until(lambda: Run.objects.filter(status__in=["succeeded", "waiting"]).count() == len(ids))
        keys = one.doors.keys("fetch") + other.doors.keys("fetch")
        assert sorted(keys) == sorted(f"{run_id}:fetch:1" for run_id in ids)


# Signals that come while a run parks


def test_a_signal_that_comes_while_a_run_parks_is_never_lost() -> None:
    document = drawn(
        [
            fetch("a"),
            review("ask"),
            node("b", "execute.transform", {"output": {"x": "1"}}),
            outcome("won"),
        ],
        "start > a",
        "a > ask",
        "ask.approve > b",
        "ask.reject > b",
        "b > won",
    )
    blueprint, chance = seal(document), random.Random(7)

    def cancelled(run_id: str, wait_s: float) -> str:
        try:
            time.sleep(wait_s)
            runs.cancel(run_id, "ada")
            return run_id
        finally:
            connection.close()

    with Engine(alone=False) as engine, ThreadPoolExecutor(4) as people:
        pending = []
        for _ in range(150):
            run_id = engine.start(blueprint)
            pending.append(people.submit(cancelled, run_id, chance.random() * 0.006))
        ids = [each.result(PATIENCE_S) for each in pending]
        until(lambda: Run.objects.filter(pk__in=ids, status="cancelled").count() == len(ids))
    assert not Signal.objects.exists()
    assert not Escalation.objects.filter(state="open").exists()


def test_a_signal_and_a_parking_run_see_each_other_whichever_comes_first() -> None:
    """The statements alone, hammered: afterwards the run is never waiting with a signal that nobody will read."""
    blueprint, chance = seal(ASKING), random.Random(11)
    with Engine() as engine:
        run_id = engine.run(blueprint)
        owner, last = engine.owner, Run.objects.get(pk=run_id).last_seq
    at_line = threading.Barrier(2)
    claim = Claim(run_id, owner, 99)

    def park() -> None:
        try:
            for _ in range(100):
                at_line.wait(PATIENCE_S)
                with transaction.atomic():
                    written = journal.append(Wave(claim, (), "waiting"))
                assert written in ("kept", "requeued")
                at_line.wait(PATIENCE_S)
                at_line.wait(PATIENCE_S)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        parking = other.submit(park)
        for _ in range(100):
            Signal.objects.all().delete()
            Run.objects.filter(pk=run_id).update(status="running", owner=owner, fence=99, last_seq=last)
            at_line.wait(PATIENCE_S)
            time.sleep(chance.random() * 0.002)
            with transaction.atomic():
                journal.send_signal(run_id, "cancel", None, 0, {})
            at_line.wait(PATIENCE_S)
            assert Run.objects.get(pk=run_id).status == "queued"
            at_line.wait(PATIENCE_S)
        parking.result(PATIENCE_S)


# A worker that is stopped by the system


@contextmanager
def process(lease_s: float) -> Iterator[tuple[subprocess.Popen[str], IO[str], IO[str]]]:
    """A worker process on the tests' database, with its input and output."""
    command = [sys.executable, str(PROGRAM), str(connection.settings_dict["NAME"]), str(lease_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ) as made:
        assert made.stdin
        assert made.stdout
        try:
            yield made, made.stdin, made.stdout
        finally:
            made.kill()


@pytest.mark.slow
def test_a_worker_that_was_stopped_past_its_lease_cannot_write() -> None:
    blueprint = seal(FETCHING)
    with Engine(max_active=0, alone=False) as full:
        run_id = full.start(blueprint)
    with process(LONG_S) as (paused, to_it, from_it):
        assert from_it.readline().startswith("up")
        assert from_it.readline() == "called\n"
        paused.send_signal(signal.SIGSTOP)
        silent_past_its_lease(Run.objects.get(pk=run_id).owner)
        with Engine(ScriptedDoors({"fetch": [by("the other")]}), alone=False, lease_s=LONG_S) as other:
            run = ended(run_id)
            before = rows(run_id)
            assert (run.fence, other.doors.keys("fetch")) == (2, [f"{run_id}:fetch:1"])
        paused.send_signal(signal.SIGCONT)
        to_it.write("go\n")
        to_it.flush()
        assert from_it.readline() == "let go\n"
        to_it.write("stop\n")
        to_it.flush()
        assert paused.wait(PATIENCE_S) == 0
        assert rows(run_id) == before


def test_bells_that_ring_for_nothing_do_no_harm() -> None:
    with Engine() as engine:
        for _ in range(200):
            bell.ring()
        assert settled(engine.start(seal(ASKING))).status == "waiting"
