"""Jobs worked off: done at least once under one key, patient with failures, heard when cancelled, behind the runs."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from runtime import jobs, launch, runs
from runtime.core.definition import Retry
from runtime.jobs import Place, table, worker
from runtime.models import Job, Run
from tests.makers.engine import PATIENCE_S, ScriptedDoors, drawn, fetch, outcome, seal
from tests.makers.eventually import asked_until, eventually
from tests.makers.jobs import NOW, Clock, handling, job, place, put, until_state, work_off, working

pytestmark = pytest.mark.django_db(transaction=True)

FETCHING = drawn([fetch(), outcome("won")], "start > fetch", "fetch > won")


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    runs._newest.clear()
    yield
    await launch.stop()
    await sync_to_async(connections.close_all)()
    runs._newest.clear()


async def test_a_job_is_done_and_what_belongs_to_it_is_written_with_its_end() -> None:
    seen: list[tuple[str, object, int]] = []

    async def send(work: jobs.Work) -> jobs.Outcome:
        seen.append((work.key, work.data, work.attempt))
        return jobs.Done(also=lambda: jobs.put("parcel", work.key))

    with handling("letter", send):
        async with place() as at:
            await put(at, data={"to": "ada"})
            await work_off(at, "letter")
            assert (await job(at)).state == "done"
            assert await at.writer.submit(lambda: Job.objects.filter(kind="parcel").exists())
    assert seen == [("k", {"to": "ada"}, 1)]


async def test_what_raises_is_tried_again_with_growing_waits_then_fails_and_says_so_without_telling_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waits: list[float] = []

    async def send(_work: jobs.Work) -> jobs.Outcome:
        raise RuntimeError("the password is hunter2")

    with handling("letter", send, retry=Retry(attempts=4, first_s=10, factor=3)), caplog.at_level(logging.CRITICAL):
        async with place(clock := Clock()) as at:
            await put(at)
            while True:
                await work_off(at, "letter")
                if (now := await job(at)).state != "due":
                    break
                waits.append((now.due_at - clock.now).total_seconds())
                clock.now = now.due_at
    assert (now.state, now.attempts, now.error) == ("failed", 4, worker.STUMBLED)
    assert [7.5 <= waits[0] <= 10, 22.5 <= waits[1] <= 30, 67.5 <= waits[2] <= 90] == [True] * 3


async def test_a_handler_says_itself_when_it_is_tried_again_and_when_it_gives_up() -> None:
    async def send(work: jobs.Work) -> jobs.Outcome:
        if work.attempt < 3:
            return jobs.Again(after_s=60, why="Nobody opened.")
        return jobs.GivenUp("Nobody lives there.")

    with handling("letter", send):
        async with place(clock := Clock()) as at:
            await put(at)
            for attempt in (1, 2):
                await work_off(at, "letter")
                now = await job(at)
                assert (now.state, now.attempts, now.error) == ("due", attempt, "Nobody opened.")
                assert now.due_at == clock.now + timedelta(seconds=60)
                clock.goes(seconds=60)
            await work_off(at, "letter")
            now = await job(at)
    assert (now.state, now.error, now.finished_at) == ("failed", "Nobody lives there.", clock.now)


async def test_an_end_that_cannot_be_written_is_an_attempt_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    def impossible() -> None:
        raise ValueError("no")

    async def send(_work: jobs.Work) -> jobs.Outcome:
        return jobs.Done(also=impossible)

    with handling("letter", send), caplog.at_level(logging.CRITICAL):
        async with place(Clock()) as at:
            await put(at)
            await work_off(at, "letter")
            now = await job(at)
    assert (now.state, now.attempts, now.error) == ("due", 1, worker.STUMBLED)


async def test_what_comes_back_comes_back_whatever_happens(caplog: pytest.LogCaptureFixture) -> None:
    times: list[datetime] = []

    async def sweep(work: jobs.Work) -> jobs.Outcome:
        times.append(work.now)
        if len(times) == 2:
            return jobs.GivenUp("The broom is gone.")
        return jobs.Done()

    with handling("letter", sweep, period_s=60.0, at_once=1):
        async with place(clock := Clock()) as at:
            for _ in range(3):
                await work_off(at, "letter") if times else await _first(at)
                now = await job(at, "")
                assert (now.state, now.due_at) == ("due", clock.now + timedelta(seconds=60))
                assert now.error == ("The broom is gone." if len(times) == 2 else "")
                clock.goes(seconds=60)
    assert times == [NOW + timedelta(minutes=minutes) for minutes in range(3)]


async def _first(at: Place) -> None:
    """Nothing is put for what comes back: the worker sees to it."""
    async with working(at, poll_s=0.01):
        await asked_until(
            lambda: at.writer.submit(lambda: Job.objects.filter(kind="letter", due_at__gt=at.now()).exists())
        )


async def test_what_is_being_claimed_when_a_worker_is_stopped_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered, claim = threading.Event(), threading.Event(), table.claim

    def slow(*given: Any) -> table.Claimed:
        asked.set()
        answered.wait(PATIENCE_S)
        return claim(*given)

    async with place() as at:
        monkeypatch.setattr(table, "claim", slow)
        stopped = worker.JobWorker(at)
        task = asyncio.create_task(stopped.work())
        await eventually(asked.is_set)
        task.cancel()
        answered.set()
        await asyncio.wait([task])
        await stopped.stop(within_s=0.0)
        assert task.cancelled()
        assert await at.writer.submit(lambda: Job.objects.filter(owner__isnull=False).count()) == 0


async def test_no_kind_has_more_than_its_share_and_none_waits_behind_another() -> None:
    now_working = most = 0
    end = asyncio.Event()

    async def slow(_work: jobs.Work) -> jobs.Outcome:
        nonlocal now_working, most
        now_working += 1
        most = max(most, now_working)
        await end.wait()
        now_working -= 1
        return jobs.Done()

    async def quick(_work: jobs.Work) -> jobs.Outcome:
        return jobs.Done()

    with handling("letter", slow, at_once=2), handling("note", quick):
        async with place() as at, working(at):
            for number in range(5):
                await put(at, str(number))
            await eventually(lambda: now_working == 2)
            note = await put(at, kind="note")
            await until_state(at, note, "done")
            end.set()
            for number in range(5):
                await until_state(at, (await job(at, str(number))).pk, "done")
    assert most == 2


async def test_while_runs_crowd_fewer_jobs_are_worked_on() -> None:
    at_work = 0
    end = asyncio.Event()

    async def slow(_work: jobs.Work) -> jobs.Outcome:
        nonlocal at_work
        at_work += 1
        await end.wait()
        return jobs.Done()

    with handling("letter", slow, at_once=8):
        async with place(crowded=lambda: True) as at:
            for number in range(8):
                await put(at, str(number))
            async with working(at, poll_s=0.001):
                await eventually(lambda: at_work == worker.SLOTS_WHILE_CROWDED)
                await at.writer.submit(lambda: None)
                assert at_work == worker.SLOTS_WHILE_CROWDED
                end.set()


async def test_a_job_is_begun_soon_after_the_commit_that_put_it() -> None:
    begun: dict[str, float] = {}

    async def send(work: jobs.Work) -> jobs.Outcome:
        begun[work.key] = time.monotonic()
        return jobs.Done()

    waits = []
    with handling("letter", send):
        async with place() as at, working(at, poll_s=3600):
            for number in range(9):
                await put(at, str(number))
                asked = time.monotonic()
                await eventually(lambda number=number: str(number) in begun)  # type: ignore[misc]
                waits.append(begun[str(number)] - asked)
    assert min(waits) < 0.05


async def test_five_thousand_due_jobs_do_not_keep_a_run_waiting() -> None:
    async def send(_work: jobs.Work) -> jobs.Outcome:
        await asyncio.sleep(0)
        return jobs.Done()

    def many() -> None:
        row = {"kind": "letter", "due_at": NOW, "created_at": NOW}
        Job.objects.bulk_create([Job(key=str(number), **row) for number in range(5_000)], batch_size=500)

    with handling("letter", send):
        await sync_to_async(many)()
        await sync_to_async(seal)(FETCHING)
        started = await launch.start(doors=ScriptedDoors())
        done = await runs.trigger(started.runner, runs.Trigger("w", {}, wait_s=PATIENCE_S))
        assert isinstance(done, runs.Triggered)
        assert (await Run.objects.aget(pk=done.run_id)).status == "succeeded"
        assert await Job.objects.filter(kind="letter", state="due").acount() > 4_000


async def test_a_database_that_cannot_be_asked_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    asked = 0
    whole = table.claim

    def stumbling(*given: object) -> object:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise OperationalError("locked")
        return whole(*given)  # type: ignore[arg-type]

    async def send(_work: jobs.Work) -> jobs.Outcome:
        return jobs.Done()

    monkeypatch.setattr(table, "claim", stumbling)
    with handling("letter", send):
        async with place() as at:
            job_id = await put(at)
            async with working(at, poll_s=0.001):
                await until_state(at, job_id, "done")
    assert asked >= 3


async def test_a_job_that_is_postponed_was_no_attempt_and_keeps_what_was_wrong_before() -> None:
    outcomes: list[jobs.Outcome] = [jobs.Again(after_s=1, why="It rang out."), *[jobs.Postponed(60)] * 30, jobs.Done()]

    async def send(_work: jobs.Work) -> jobs.Outcome:
        return outcomes.pop(0)

    with handling("letter", send):
        async with place(clock := Clock()) as at:
            await put(at)
            for _ in range(31):
                await work_off(at, "letter")
                now = await job(at)
                assert (now.state, now.attempts, now.error) == ("due", 1, "It rang out.")
                clock.now = now.due_at
            await work_off(at, "letter")
            assert (await job(at)).state == "done"
