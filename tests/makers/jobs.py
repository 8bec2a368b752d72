"""Side jobs worked off by a worker of the test's own, with the test's own clock.

Needs `django_db(transaction=True)`: a worker writes in a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections

from runtime import jobs
from runtime.egress import Egress
from runtime.engine.writer import Writer
from runtime.ids import new_id
from runtime.jobs import JobWorker, Place, handlers
from runtime.models import Job
from tests.makers.eventually import asked_until

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def goes(self, **by: float) -> None:
        self.now += timedelta(**by)


@contextmanager
def handling(kind: str, call: handlers.Call, **how: Any) -> Iterator[None]:
    """A kind of job that only this test knows."""
    before = handlers.registered()
    handlers._handlers[kind] = handlers.Handler(call, **how)
    try:
        yield
    finally:
        handlers._handlers.clear()
        handlers._handlers.update(before)


@asynccontextmanager
async def place(
    now: Callable[[], datetime] | None = None, egress: Egress | None = None, crowded: Callable[[], bool] | None = None
) -> AsyncIterator[Place]:
    """Where a worker works: a writer and a door of its own."""
    writer, own = Writer(), egress or Egress()
    writer.start()
    try:
        yield Place(writer, own, new_id(), now or (lambda: datetime.now(UTC)), crowded or (lambda: False))
    finally:
        await asyncio.to_thread(writer.stop)
        if egress is None:
            await own.close()


@asynccontextmanager
async def working(at: Place, **how: Any) -> AsyncIterator[JobWorker]:
    """A worker that works, and is stopped at the end."""
    worker = JobWorker(at, **how)
    task = asyncio.create_task(worker.work())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.wait([task])
        await worker.stop(within_s=0.0)


async def work_off(at: Place, kind: str) -> None:
    """Work until no job of this kind is due by the place's clock, and none is worked on."""

    def is_over() -> bool:
        left = Job.objects.filter(kind=kind)
        return not (left.filter(state="due", due_at__lte=at.now()).exists() or left.filter(state="working").exists())

    async with working(at, poll_s=0.01):
        await asked_until(lambda: at.writer.submit(is_over))


def worked_off(kind: str, now: datetime | None = None, egress: Egress | None = None) -> None:
    """The same from a test without a loop."""

    async def whole() -> None:
        async with place((lambda: now) if now else None, egress) as at:
            await work_off(at, kind)

    asyncio.run(whole())
    connections.close_all()


async def until_state(at: Place, job_id: str, *states: str) -> Job:
    """The job, once it is in one of these states."""
    found: list[Job] = []

    async def look() -> bool:
        job = await at.writer.submit(lambda: Job.objects.get(pk=job_id))
        found.append(job)
        return job.state in states

    await asked_until(look)
    return found[-1]


async def put(at: Place, key: str = "k", data: object = None, kind: str = "letter") -> str:
    def in_transaction() -> str:
        jobs.put(kind, key, data, at.now())
        return Job.objects.get(kind=kind, key=key).pk

    return await at.writer.submit(in_transaction)


async def job(at: Place, key: str = "k") -> Job:
    return await at.writer.submit(lambda: Job.objects.get(kind="letter", key=key))
