"""Jobs that take long or lose their worker: leases, places kept, cancellation, and nobody who writes too late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from runtime import jobs
from runtime.jobs import JobWorker, worker
from runtime.models import Job
from tests.makers.engine import drawn, fetch, outcome
from tests.makers.eventually import asked_until, eventually
from tests.makers.jobs import NOW, Clock, handling, job, place, put, until_state, work_off, working

pytestmark = pytest.mark.django_db(transaction=True)

FETCHING = drawn([fetch(), outcome("won")], "start > fetch", "fetch > won")


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    yield
    await sync_to_async(connections.close_all)()


async def test_a_job_that_was_under_way_when_its_process_died_is_done_once_more_under_the_same_key() -> None:
    seen: list[tuple[str, str]] = []
    reached = asyncio.Event()

    async def send(work: jobs.Work) -> jobs.Outcome:
        seen.append((work.job_id, work.key))
        if len(seen) == 1:
            reached.set()
            await asyncio.Event().wait()
        return jobs.Done()

    with handling("letter", send):
        async with place(clock := Clock()) as at:
            job_id = await put(at)
            dying = JobWorker(at)
            pump = asyncio.create_task(dying.work())
            await reached.wait()
            # As kill -9 leaves it: nothing is settled and nothing given back.
            pump.cancel()
            for _, task in tuple(dying._working.values()):
                task.cancel()
            await asyncio.wait([pump])
            assert (await job(at)).state == "working"
            clock.goes(seconds=worker.LEASE_S + 1)
            async with working(at):
                await until_state(at, job_id, "done")
    assert seen == [(job_id, "k")] * 2


async def test_a_process_that_is_alone_takes_over_at_once() -> None:
    done: list[str] = []

    async def send(work: jobs.Work) -> jobs.Outcome:
        done.append(work.key)
        return jobs.Done()

    with handling("letter", send):
        async with place(Clock()) as at:
            await put(at)
            await at.writer.submit(lambda: Job.objects.update(state="working", owner="dead", lease_until=NOW))
            await JobWorker(at).take_over()
            await work_off(at, "letter")
    assert done == ["k"]


async def test_two_workers_do_each_job_once() -> None:
    done: list[str] = []

    async def send(work: jobs.Work) -> jobs.Outcome:
        done.append(work.key)
        await asyncio.sleep(0)
        return jobs.Done()

    with handling("letter", send):
        async with place() as one, place() as other:
            for number in range(60):
                await put(one, str(number))
            async with working(one, poll_s=0.01), working(other, poll_s=0.01):
                await eventually(lambda: len(done) >= 60)
    assert sorted(done) == sorted(str(number) for number in range(60))


async def test_an_attempt_that_takes_too_long_is_stopped_and_tried_again() -> None:
    async def send(_work: jobs.Work) -> jobs.Outcome:
        await asyncio.Event().wait()
        return jobs.Done()

    with handling("letter", send, timeout_s=0.01):
        async with place(Clock()) as at:
            await put(at)
            await work_off(at, "letter")
            now = await job(at)
    assert (now.state, now.error) == ("due", "It took too long and was stopped.")


async def test_a_long_job_keeps_its_place_tells_how_far_it_is_and_goes_on_after_a_stop() -> None:
    written: list[int] = []
    half = asyncio.Event()

    async def copy(work: jobs.Work) -> jobs.Outcome:
        for number in range(work.data["next"], 10):
            await work.write(partial(written.append, number), data={"next": number + 1})
            work.progress(number + 1, 10, "Copying")
            if number == 4 and not half.is_set():
                half.set()
                await asyncio.Event().wait()
        return jobs.Done()

    with handling("letter", copy):
        async with place() as at:
            job_id = await put(at, data={"next": 0})
            async with working(at, poll_s=0.01):
                await half.wait()
                await asked_until(lambda: at.writer.submit(lambda: Job.objects.filter(done=5).exists()))
            stopped = await job(at)
            assert (stopped.state, stopped.data, stopped.note, stopped.total) == ("due", {"next": 5}, "Copying", 10)
            async with working(at):
                now = await until_state(at, job_id, "done")
    assert written == list(range(10))
    assert (now.done, now.total) == (10, 10)


async def test_a_handler_hears_that_its_job_is_cancelled() -> None:
    begun = asyncio.Event()

    async def send(work: jobs.Work) -> jobs.Outcome:
        begun.set()
        while not work.cancelled():  # noqa: ASYNC110 - as handlers do between their parts
            await asyncio.sleep(0.001)
        return jobs.Stopped()

    with handling("letter", send):
        async with place() as at, working(at, poll_s=0.01):
            job_id = await put(at)
            await begun.wait()
            assert await at.writer.submit(lambda: jobs.cancel(job_id=job_id))
            await until_state(at, job_id, "cancelled")


async def test_a_lease_is_kept_up_for_as_long_as_a_job_is_worked_on() -> None:
    begun, end = asyncio.Event(), asyncio.Event()
    attempts: list[int] = []

    async def send(work: jobs.Work) -> jobs.Outcome:
        attempts.append(work.attempt)
        begun.set()
        await end.wait()
        return jobs.Done()

    with handling("letter", send):
        async with place(clock := Clock()) as at, working(at, poll_s=0.001):
            job_id = await put(at)
            await begun.wait()
            for _ in range(4):
                clock.goes(seconds=worker.LEASE_S / 2)
                wanted = Job.objects.filter(lease_until=clock.now + timedelta(seconds=worker.LEASE_S))
                await asked_until(lambda wanted=wanted: at.writer.submit(wanted.exists))  # type: ignore[misc]
            end.set()
            await until_state(at, job_id, "done")
    assert attempts == [1]


async def test_whoever_lost_a_job_can_write_nothing_more() -> None:
    begun, go_on, lost = asyncio.Event(), asyncio.Event(), asyncio.Event()
    written: list[str] = []

    async def send(work: jobs.Work) -> jobs.Outcome:
        begun.set()
        await go_on.wait()
        try:
            await work.write(lambda: written.append("too late"))
        except jobs.LostJob:
            lost.set()
            raise
        return jobs.Done()

    with handling("letter", send):
        async with place() as at, working(at, poll_s=3600):
            job_id = await put(at)
            await begun.wait()
            later = datetime.now(UTC) + timedelta(days=1)
            await at.writer.submit(lambda: jobs.replace("letter", "k", None, later))
            go_on.set()
            await lost.wait()
            now = await until_state(at, job_id, "due")
    assert (written, now.due_at) == ([], later)


async def test_stopping_gives_back_what_is_under_way_and_does_not_count_it() -> None:
    begun = asyncio.Event()

    async def send(_work: jobs.Work) -> jobs.Outcome:
        begun.set()
        await asyncio.Event().wait()
        return jobs.Done()

    with handling("letter", send):
        async with place() as at:
            await put(at)
            async with working(at):
                await begun.wait()
            now = await job(at)
    assert (now.state, now.attempts, now.owner) == ("due", 0, None)
