"""Puts the run time of a process together, starts it and stops it.

Called by the server's lifespan (`config.asgi`), by the batch command and by tests. It is the only module that knows
which store, which doors and which bell the engine gets. Embedded mode: one process on SQLite, guarded by a lock file.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from runtime import journal
from runtime.ai import Models
from runtime.doors import ProcessDoors
from runtime.egress import Egress
from runtime.engine.bells import MemoryBell
from runtime.engine.cage import Cage
from runtime.engine.driver import Surroundings
from runtime.engine.heart import Heart
from runtime.engine.ports import Clock, Doors, StoreError
from runtime.engine.runner import LEASE_S, Runner
from runtime.engine.writer import Writer
from runtime.familiar import References
from runtime.ids import new_id
from runtime.jobs import JobWorker, Place
from runtime.live import bell as bells
from runtime.live import broadcast
from runtime.store import SqlStore, beat

CROWD = 32
"""While a process drives more runs than this, it works on fewer side jobs."""


class NotStarted(Exception):
    """The run time cannot be started here. The message is a sentence for whoever starts it, and says what to do."""


class AlreadyRunning(NotStarted):
    """Another process runs workflows on this database; one at a time may, on SQLite."""


@dataclass(slots=True)
class Runtime:
    """A run time that has been started."""

    runner: Runner
    writer: Writer
    heart: Heart
    doors: Doors
    cage: Cage
    egress: Egress
    lock: IO[str] | None
    work: asyncio.Task[None]
    jobs: JobWorker
    jobs_work: asyncio.Task[None]
    disconnects: tuple[Callable[[], None], ...]


_current: Runtime | None = None


def current() -> Runtime:
    """The run time of this process. Raises RuntimeError where none was started."""
    if _current is None:
        raise RuntimeError("No run time was started in this process.")
    return _current


def is_running() -> bool:
    """Whether a run time was started in this process, and its pump lives."""
    return _current is not None and not _current.work.done()


async def start(*, doors: Doors | None = None, clock: Clock | None = None, lease_s: float = LEASE_S) -> Runtime:
    """Start the run time of this process in the running loop. Raises NotStarted."""
    global _current  # noqa: PLW0603 - one run time a process is what this module is for
    if _current is not None:
        raise AlreadyRunning("This process runs workflows already.")
    fault = broadcast.fault()
    if fault:
        raise NotStarted(fault)
    lock = _locked(settings.DATA / "interlock.lock") if connection.vendor == "sqlite" else None
    owner = new_id()
    writer, bell, egress, cage = Writer(), MemoryBell(), Egress(), Cage()
    store = SqlStore(writer)
    around = Surroundings(
        store=store,
        doors=doors or ProcessDoors(egress, Models(egress, production=settings.PRODUCTION), References(cage), writer),
        listener=broadcast.broadcast,
        bell=bell,
        cage=cage,
        clock=clock or (lambda: datetime.now(UTC)),
        new_id=new_id,
    )
    heart = Heart(lambda: beat(owner), lease_s)
    runner = Runner(around, owner, heart, max_active=settings.INTERLOCK["MAX_ACTIVE_RUNS"])
    place = Place(writer, egress, owner, journal.database_now, lambda: len(runner.held) > CROWD)
    jobs = JobWorker(place)
    writer.start()
    try:
        await _take_over(writer, store, jobs, owner, alone=lock is not None)
    except BaseException:
        await _close(writer, egress, lock)
        raise
    heart.start()
    broadcast.broadcast.open(bell.ring)
    disconnects = (bells.connect(bell.ring), bells.connect_elsewhere(broadcast.broadcast.ring))
    work = asyncio.create_task(runner.work(), name="interlock-pump")
    jobs_work = asyncio.create_task(jobs.work(), name="interlock-jobs")
    _current = Runtime(runner, writer, heart, around.doors, cage, egress, lock, work, jobs, jobs_work, disconnects)
    return _current


async def stop() -> None:
    """Stop the run time of this process; what is unfinished goes on at the next start."""
    global _current
    if _current is None:
        return
    running, _current = _current, None
    for disconnect in running.disconnects:
        disconnect()
    for task in (running.work, running.jobs_work):
        task.cancel()
    await asyncio.wait([running.work, running.jobs_work])
    await asyncio.gather(running.jobs.stop(), running.runner.stop())
    await asyncio.to_thread(running.heart.stop)
    await running.cage.close()
    await broadcast.broadcast.close()
    await _close(running.writer, running.egress, running.lock)


async def _take_over(writer: Writer, store: SqlStore, jobs: JobWorker, owner: str, *, alone: bool) -> None:
    try:
        if await writer.submit(_lacks_migrations):
            raise NotStarted("The database is not set up for this version. Run “manage.py migrate” first.")
        await store.take_over(owner, alone=alone)
        if alone:
            await jobs.take_over()
    except StoreError as failure:
        raise NotStarted(f"The database cannot be used: {str(failure).strip()}") from failure


def _lacks_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


async def _close(writer: Writer, egress: Egress, lock: IO[str] | None) -> None:
    await asyncio.to_thread(writer.stop)
    await egress.close()
    if lock:
        lock.close()


def _locked(path: Path) -> IO[str]:
    """The lock file, held until it is closed or the process dies, whatever it dies of."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        message = f"Another process (number {holder}) already runs workflows in {path.parent}."
        raise AlreadyRunning(f"{message} Stop it first, or set DATA to another folder.") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
