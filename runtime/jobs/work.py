"""A job as its handler sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from runtime.egress import Egress
from runtime.engine.writer import Writer
from runtime.jobs import table
from runtime.jobs.table import Held


class LostJob(Exception):
    """Somebody else has this job now, and nothing was written: the handler is to end. The worker catches it."""


@dataclass(slots=True)
class Work:
    """One attempt at a job.

    `attempt` counts from 1 since the job last got on; `now` is when it was claimed (the database's clock); `egress` is
    the door to the network.
    """

    held: Held
    kind: str
    key: str
    data: Any
    attempt: int
    now: datetime
    egress: Egress
    _writer: Writer
    _cancelled: bool = False
    _progress: dict[str, Any] = field(default_factory=dict)

    @property
    def job_id(self) -> str:
        """The id of the job, the same for all its attempts."""
        return self.held.job_id

    def cancelled(self) -> bool:
        """Whether somebody has asked for this job to end. A handler that works long asks in between."""
        return self._cancelled

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Tell how far it is. Costs nothing: it is written about once a second, and when the attempt ends."""
        self._progress = {"done": done, "total": total, "note": note[: table.LONGEST_NOTE]}

    async def keep(self, data: Any) -> None:
        """Keep the place from where the next attempt goes on. The attempts begin anew. Raises LostJob, StoreError."""
        await self.write(lambda: None, data)

    async def read[T](self, look: Callable[[], T]) -> T:
        """What `look` finds in the database, in a thread and on a connection of its own: it holds no writer up."""

        def in_thread() -> T:
            try:
                return look()
            finally:
                connection.close()

        return await asyncio.to_thread(in_thread)

    async def write[T](self, work: Callable[[], T], data: Any = None) -> T:
        """Run `work` in a transaction, with the new place (`data`, where it is not None), if the job is still held.

        `work` may be played again after an unsure commit. Raises LostJob and StoreError: then nothing was written.
        """
        changes = {**self._progress, **({} if data is None else {"data": data, "attempts": 1})}

        def in_transaction() -> T | LostJob:
            # The row is written even where nothing changes: that locks it, so that the claim holds until the commit.
            return work() if table.keep(self.held, changes or {"kind": self.kind}) else LostJob(self.key)

        done = await self._writer.submit(in_transaction)
        if isinstance(done, LostJob):
            raise done
        if data is not None:
            self.data, self.attempt = data, 1
        return done

    # For the worker

    def told(self) -> dict[str, Any]:
        """The progress that was told last, as it is written."""
        return dict(self._progress)

    def hear_of_cancellation(self) -> None:
        """Somebody has asked for this job to end."""
        self._cancelled = True
