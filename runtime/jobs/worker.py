"""Works off the jobs of a process: one task that claims, a few that work, leases that are kept up meanwhile.

Started and stopped by `launch`. Runs come first: while many are driven, fewer jobs are worked on. It decides nothing
about a job but when it is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runtime.core.retry import retry_at
from runtime.egress import Egress
from runtime.engine.bells import MemoryBell
from runtime.engine.ports import StoreError
from runtime.engine.writer import Writer
from runtime.jobs import table
from runtime.jobs.handlers import Handler, registered
from runtime.jobs.outcomes import Again, Done, GivenUp, Outcome, Postponed, Stopped
from runtime.jobs.table import LONGEST_ERROR, Claimed, Held
from runtime.jobs.work import LostJob, Work
from runtime.models import Job

logger = logging.getLogger(__name__)

POLL_S = 1.0
LEASE_S = 60.0
SLOTS = 8
SLOTS_WHILE_CROWDED = 2
PAUSE_S = 0.005
STUMBLED = "Something went wrong on our side; the server's log tells what."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker works. `now` is asked in the writer's thread; `crowded` tells that runs need the room."""

    writer: Writer
    egress: Egress
    owner: str
    now: Callable[[], datetime]
    crowded: Callable[[], bool] = lambda: False


class JobWorker:
    """The one worker of a process; all of it lives in one event loop."""

    def __init__(self, place: Place, *, lease_s: float = LEASE_S, poll_s: float = POLL_S, slots: int = SLOTS) -> None:
        self._place, self._lease, self._poll_s, self._slots = place, timedelta(seconds=lease_s), poll_s, slots
        self._handlers = registered()
        self._working: dict[str, tuple[Work, asyncio.Task[None]]] = {}
        self._bell = MemoryBell()
        self._next_look = 0.0
        self._turn = 0

    async def take_over(self) -> None:
        """Nobody else can be working: what a process that died was at is due again."""
        await self._place.writer.submit(lambda: table.reap(self._place.now(), everything=True))

    async def work(self) -> None:
        """Claim and work until cancelled."""
        disconnect = table.bells.connect(self._bell.ring)
        ensured = False
        try:
            while True:
                try:
                    ensured = ensured or await self._ensure()
                    await self._keep_house()
                    patience = await self._claim()
                except StoreError as failure:
                    logger.warning("The database could not be asked for jobs: %s", failure)
                    patience = self._poll_s
                except Exception:
                    # Whatever it was, the other jobs need somebody.
                    logger.exception("The worker of jobs has stumbled and goes on")
                    patience = self._poll_s
                await self._bell.wait(patience)
        finally:
            disconnect()

    async def stop(self, within_s: float = 3.0) -> None:
        """Let what is under way end, then give the rest back: it goes on at the next start."""
        if self._working:
            await asyncio.wait([task for _, task in self._working.values()], timeout=within_s)
        left = list(self._working.values())
        for _, task in left:
            task.cancel()
        await asyncio.gather(*(task for _, task in left), return_exceptions=True)
        for work, _ in left:
            await self._give_back(work)

    # Looking for jobs

    async def _ensure(self) -> bool:
        periods = {kind: timedelta(seconds=each.period_s) for kind, each in self._handlers.items() if each.period_s}

        def ensure() -> None:
            for kind, period in periods.items():
                table.ensure(kind, period, self._place.now())

        await self._place.writer.submit(ensure)
        return True

    async def _claim(self) -> float:
        """Take what is due; how long to wait before looking again, in seconds."""
        slots = min(self._slots, SLOTS_WHILE_CROWDED) if self._place.crowded() else self._slots
        free, rooms = slots - len(self._working), self._rooms()
        if free <= 0 or not rooms:
            return self._poll_s
        taken = self._place.writer.submit(lambda: self._claimed(rooms, free))
        try:
            now, claimed = await asyncio.shield(taken)
        except asyncio.CancelledError:
            # They are taken all the same; `stop` lets them end or gives them back, so that no lease has to run out.
            with suppress(StoreError):
                self._begin_all(*await taken)
            raise
        self._begin_all(now, claimed)
        if claimed.next_due is None:
            return self._poll_s
        return min(self._poll_s, max(PAUSE_S, (claimed.next_due - now).total_seconds()))

    def _begin_all(self, now: datetime, claimed: Claimed) -> None:
        for job in claimed.jobs:
            self._begin(job, now)

    def _claimed(self, rooms: Mapping[str, int], free: int) -> tuple[datetime, Claimed]:
        now = self._place.now()
        return now, table.claim(rooms, free, self._place.owner, now, now + self._lease)

    def _rooms(self) -> dict[str, int]:
        """For how many more jobs of each kind there is room. Another kind begins each time: none waits for ever."""
        busy = Counter(work.kind for work, _ in self._working.values())
        kinds = list(self._handlers)
        self._turn += 1
        shift = self._turn % max(len(kinds), 1)
        rooms = {kind: self._handlers[kind].at_once - busy[kind] for kind in kinds[shift:] + kinds[:shift]}
        return {kind: room for kind, room in rooms.items() if room > 0}

    # Leases

    async def _keep_house(self) -> None:
        """Extend leases, write progress, hear of cancellations, and take from the dead: about once a second."""
        now = asyncio.get_running_loop().time()
        if now < self._next_look:
            return
        self._next_look = now + self._poll_s
        told = [(work.held, work.told()) for work, _ in self._working.values()]
        kept = await self._place.writer.submit(lambda: self._kept_up(told))
        for held, _ in told:
            self._hear(held, kept)

    def _kept_up(self, told: Sequence[tuple[Held, Mapping[str, Any]]]) -> dict[str, bool]:
        now = self._place.now()
        kept = table.keep_up(told, now + self._lease)
        table.reap(now)
        return kept

    def _hear(self, held: Held, kept: Mapping[str, bool]) -> None:
        work, task = self._working.get(held.job_id, (None, None))
        if work is None or task is None or work.held != held:
            return
        if held.job_id not in kept:
            task.cancel()
        elif kept[held.job_id]:
            work.hear_of_cancellation()

    # Working

    def _begin(self, job: Job, now: datetime) -> None:
        held = Held(job.pk, self._place.owner, job.fence)
        work = Work(held, job.kind, job.key, job.data, job.attempts, now, self._place.egress, self._place.writer)
        if job.pk in self._working:
            # It was made due again while it was worked on (`replace`): what the earlier attempt does counts no more.
            self._working[job.pk][1].cancel()
        task = asyncio.create_task(self._work_off(work), name=f"job:{job.kind}:{job.pk}")
        self._working[job.pk] = work, task
        task.add_done_callback(lambda _: self._ended(work))

    def _ended(self, work: Work) -> None:
        if work.job_id in self._working and self._working[work.job_id][0] is work:
            del self._working[work.job_id]
        self._bell.ring()

    async def _work_off(self, work: Work) -> None:
        handler = self._handlers[work.kind]
        try:
            await self._settle(work, handler, await _outcome(handler, work))
        except LostJob:
            logger.info("The job %s is somebody else's now", work.job_id)
        except StoreError as failure:
            # Its lease runs out, and it is done again: under the same key, so that nothing is done twice.
            logger.warning("How the job %s came out could not be written: %s", work.job_id, failure)

    async def _settle(self, work: Work, handler: Handler, outcome: Outcome) -> None:
        changes = {**work.told(), **self._changes(work, handler, outcome)}

        def settle() -> bool:
            return table.settle(work.held, changes, outcome.also)

        try:
            await self._place.writer.submit(settle)
        except StoreError:
            raise
        except Exception:
            logger.exception("What belongs to the end of the job %s could not be written", work.job_id)
            changes = self._changes(work, handler, _within(handler, work, Again(why=STUMBLED)))
            await self._place.writer.submit(lambda: table.settle(work.held, changes))

    def _changes(self, work: Work, handler: Handler, outcome: Outcome) -> dict[str, Any]:
        """What is written of an outcome."""
        if isinstance(outcome, Again):
            at = outcome.at or work.now + timedelta(seconds=outcome.after_s)
            return {"state": "due", "due_at": at, "error": _words(outcome.why), **_counted(outcome)}
        if isinstance(outcome, Postponed):
            at = work.now + timedelta(seconds=outcome.after_s)
            return {"state": "due", "due_at": at, "attempts": work.attempt - 1}
        why = outcome.why if isinstance(outcome, GivenUp) else ""
        if handler.period_s:
            at = work.now + timedelta(seconds=handler.period_s)
            return {"state": "due", "due_at": at, "attempts": 0, "error": _words(why)}
        state = {Done: "done", GivenUp: "failed", Stopped: "cancelled"}[type(outcome)]
        return {"state": state, "finished_at": work.now, "error": _words(why)}

    async def _give_back(self, work: Work) -> None:
        """An attempt that was cut short by the end of the process does not count."""
        changes = {**work.told(), "state": "due", "attempts": work.attempt - 1}
        try:
            await self._place.writer.submit(lambda: table.settle(work.held, changes))
        except StoreError as failure:
            logger.warning("The job %s could not be given back: %s", work.job_id, failure)


async def _outcome(handler: Handler, work: Work) -> Outcome:
    """How an attempt came out. Raises LostJob and CancelledError alone."""
    try:
        async with asyncio.timeout(handler.timeout_s):
            outcome = await handler.call(work)
        if not isinstance(outcome, Done | Again | Postponed | GivenUp | Stopped):
            raise TypeError(f"A job came out as {type(outcome).__name__}.")
        return outcome
    except LostJob:
        raise
    except StoreError as failure:
        logger.warning("The job %s could not ask the database: %s", work.job_id, failure)
        return _within(handler, work, Again(why="The database could not be asked."))
    except TimeoutError:
        return _within(handler, work, Again(why="It took too long and was stopped."))
    except Exception:
        logger.exception("The job %s (%s) has stumbled", work.job_id, work.kind)
        return _within(handler, work, Again(why=STUMBLED))


def _within(handler: Handler, work: Work, again: Again) -> Outcome:
    """Again after a growing wait, or given up when the attempts are used up."""
    at = retry_at(handler.retry, work.attempt, work.now, work.job_id)
    return Again(at=at, why=again.why) if at else GivenUp(again.why)


def _counted(again: Again) -> dict[str, int]:
    return {} if again.why else {"attempts": 0}


def _words(text: str) -> str:
    return text.replace("\0", "")[:LONGEST_ERROR]
