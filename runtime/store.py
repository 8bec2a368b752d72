"""The engine's store over the app's own database: every write through the one writer, drawings kept compiled.

Made by `launch`. The statements are in `journal`; this module only says in which transaction they run.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import Error as DatabaseFailure
from django.db import close_old_connections, transaction

from runtime import blueprints, claimed, journal
from runtime.cases import escalations
from runtime.core.drawing import Drawing
from runtime.engine.ports import Created, Held, NewDecision, NewRun, Signal, StoreError, Wave, Written
from runtime.engine.writer import Last, Writer
from runtime.gates import ledger

MAX_DRAWINGS = 256


class SqlStore:
    """`engine.ports.Store` on SQLite or PostgreSQL."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._drawings: OrderedDict[str, Drawing] = OrderedDict()

    async def create(self, run: NewRun, wave: Wave) -> Created:
        """Keep a new run, its journal so far and its trigger key."""
        return await self._writer.submit(lambda: journal.create(run, wave), durable=True, last=_decisions(wave))

    async def append(self, wave: Wave) -> Written:
        """Write a wave under its claim."""
        return await self._writer.submit(lambda: journal.append(wave), durable=wave.durable, last=_decisions(wave))

    async def claim(self, owner: str, limit: int, known: Mapping[str, int]) -> list[Held]:
        """Take runs that can go on."""
        return await self._writer.submit(lambda: _claim(owner, limit, known))

    async def signals(self, run_ids: Sequence[str]) -> Mapping[str, tuple[Signal, ...]]:
        """What waits to be journalled."""
        return await self._writer.submit(lambda: claimed.signals(run_ids))

    async def reap(self, owner: str, held: Callable[[], Sequence[str]], lease_s: float) -> int:
        """Requeue what nobody holds."""
        return await self._writer.submit(lambda: journal.reap(owner, held(), lease_s, journal.database_now()))

    async def take_over(self, owner: str, *, alone: bool) -> None:
        """Begin to work. `alone`: no other worker can live, so what is running is requeued at once."""

        def work() -> None:
            if alone:
                journal.take_over(owner)
            journal.beat(owner, journal.database_now())

        await self._writer.submit(work)

    async def next_wake(self) -> datetime | None:
        """When the earliest waiting run is due."""
        return await self._writer.submit(journal.next_wake)

    async def generation(self, run_id: str) -> int:
        """How many runs called one another down to this one."""
        return await self._writer.submit(lambda: journal.generation(run_id))

    async def expire(self) -> int:
        """Mark cases overdue."""
        return await self._writer.submit(lambda: escalations.expire_due(journal.database_now()))

    async def drawing(self, blueprint_id: str) -> Drawing:
        """The compiled drawing of a blueprint; blueprints never change, so it is read once."""
        known = self._drawings.get(blueprint_id)
        if known is None:
            known = await self._writer.submit(lambda: blueprints.load(blueprint_id))
            self._drawings[blueprint_id] = known
            if len(self._drawings) > MAX_DRAWINGS:
                self._drawings.popitem(last=False)
        else:
            self._drawings.move_to_end(blueprint_id)
        return known

    async def latest(self, workflow: str, version: int | None) -> tuple[str, int] | None:
        """What a call of this workflow runs."""
        return await self._writer.submit(lambda: blueprints.latest(workflow, version))


def _decisions(wave: Wave) -> list[Last]:
    """What gates decided, written only if the wave was: at the end, since a gate's lock is shared by many runs."""

    return [Last(ledger.place_of(row), partial(_decided, row, wave)) for row in wave.decisions]


def _decided(row: NewDecision, wave: Wave, result: Created | Written) -> None:
    if result.new if isinstance(result, Created) else result != "lost":
        ledger.write(row, wave.events[-1].at or journal.database_now())


def _claim(owner: str, limit: int, known: Mapping[str, int]) -> list[Held]:
    # Answers whose time of grace is over queue their runs: just before somebody asks for what is queued.
    now = journal.database_now()
    escalations.go_on_due(now)
    return journal.claim(owner, limit, now, known)


def beat(owner: str) -> None:
    """One heartbeat, on the connection of the thread that beats."""
    try:
        with transaction.atomic():
            journal.beat(owner, journal.database_now())
    except DatabaseFailure as failure:
        close_old_connections()
        raise StoreError(str(failure)) from failure
