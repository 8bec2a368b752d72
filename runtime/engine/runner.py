"""Holds the runs of a process: starts new ones, claims waiting ones, lets go of the parked and the ended.

Made by `runtime.launch`, one a process; everything here lives in one event loop. It decides nothing about a run: that
is the driver's and the planner's part.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta

from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.state import State, advance, fold
from runtime.engine.driver import MAX_CLAIMS, Driver, LostClaim, Surroundings
from runtime.engine.heart import Heart
from runtime.engine.ports import Claim, Created, Held, NewRun, RunStatus, StoreError, Wave
from runtime.engine.resting import Rest, Resting

logger = logging.getLogger(__name__)

POLL_S = 1.0
PAUSE_S = 0.02
LEASE_S = 15.0
CLAIM_BATCH = 100


class UnreadableJournal(Exception):
    """What is kept of a run does not tell where it stands."""


@dataclass(frozen=True, slots=True)
class Started:
    """What became of a trigger: the run it got, and its settling where this process drives it."""

    created: Created
    settled: asyncio.Future[RunStatus] | None = None


class Runner:
    """The runs of this process."""

    def __init__(self, around: Surroundings, owner: str, heart: Heart, *, max_active: int = 1000) -> None:
        self.around, self.owner = around, owner
        self._heart, self._max_active = heart, max_active
        self._drivers: dict[str, Driver] = {}
        self._resting = Resting()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._reserved = 0
        self._next_wake = around.clock()

    @property
    def held(self) -> tuple[str, ...]:
        """The ids of the runs this process drives now. Safe to call from any thread."""
        return tuple(self._drivers)

    def settling(self, run_id: str) -> asyncio.Future[RunStatus] | None:
        """Becomes the status of a run when it parks or ends; None where this process does not drive it."""
        driver = self._drivers.get(run_id)
        return driver.settled if driver else None

    async def start(self, run: NewRun, drawing: Drawing) -> Started:
        """Create a run and, where there is room, drive it at once. Raises StoreError: then there is no run."""
        if self._stopping or self._heart.failing or self._free <= 0:
            return await self._enqueue(run)
        claim = Claim(run.id, self.owner, 1)
        driver = Driver(self.around, drawing, run, claim, State())
        wave = driver.begin()
        self._drivers[run.id] = driver
        try:
            created = await self.around.store.create(run, wave)
        except BaseException:
            self._let_go(driver, "queued")
            raise
        if not created.new:
            self._let_go(driver, "queued")
            return Started(created, self.settling(created.run_id))
        self.around.listener.committed(run.id, len(wave.events), wave.status)
        if wave.status == "running":
            self._spawn(driver)
        else:
            self._let_go(driver, wave.status)
            self._expect(wave.wake_at)
        return Started(created, driver.settled)

    async def work(self) -> None:
        """Claim and drive runs until cancelled."""
        housekeeping = 0.0
        loop = asyncio.get_running_loop()
        while True:
            if self._heart.failing:
                self._drop_all()
            try:
                if loop.time() >= housekeeping:
                    housekeeping = loop.time() + POLL_S
                    await self._keep_house()
                await self._deliver_signals()
                await self._claim()
            except StoreError as failure:
                logger.warning("The database could not be asked for work: %s", failure)
            except Exception:
                # Whatever it was, the other runs need a pump.
                logger.exception("The pump has stumbled and goes on")
            await self.around.bell.wait(self._patience())

    async def stop(self, within_s: float = 5.0) -> None:
        """Let go of everything: parked runs need nobody, and unfinished ones are requeued for the next process."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)
        self._drop_all()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(StoreError):
            await self.around.store.reap(self.owner, lambda: (), self._heart.lease_s)

    # The pump

    async def _claim(self) -> None:
        free = min(self._free, CLAIM_BATCH)
        if self._stopping or self._heart.failing or free <= 0:
            return
        self._reserved = free
        try:
            known = self._resting.now
            seqs = {run_id: rest.state.seq for run_id, rest in known.items()}
            held = await self.around.store.claim(self.owner, free, seqs)
            for each in held:
                self._resting.forget(each.run.id)
                await self._take_up(each, known.get(each.run.id))
        finally:
            self._reserved = 0
        if len(held) == free:
            self.around.bell.ring()
        elif self._next_wake <= self.around.clock():
            await self._look_ahead()

    async def _take_up(self, held: Held, rest: Rest | None) -> None:
        try:
            driver = await self._driver_of(held, rest)
        except StoreError:
            raise
        except Exception as failure:
            logger.exception("The run %s cannot be taken up", held.run.id)
            if held.claims > MAX_CLAIMS:
                await self._quarantine(held, str(failure))
            return
        if not driver.resume(held.signals, held.claims):
            await self._quarantine(held, "it was given up again and again without getting on.")
            return
        self._drivers[held.run.id] = driver
        self._spawn(driver)

    async def _driver_of(self, held: Held, rest: Rest | None) -> Driver:
        if held.flaw:
            raise UnreadableJournal(held.flaw)
        drawing = await self.around.store.drawing(held.run.blueprint_id)
        if not held.since or rest is None:
            state = fold(drawing.graph, held.events)
            return Driver(self.around, drawing, held.run, held.claim, state, held.at, held.size)
        for event in held.events:
            advance(drawing.graph, rest.state, event)
        return Driver(self.around, drawing, rest.run, held.claim, rest.state, held.at, rest.size + held.size)

    async def _quarantine(self, held: Held, why: str) -> None:
        """A run that fails its workers again and again is ended visibly, not tried for ever; it may be retried."""
        error = {"code": "quarantined", "message": f"The run could not be taken up again: {why}"[:2000], "detail": {}}
        event = Event("run.failed", None, 0, {"error": error}, held.last_seq + 1, self.around.clock())
        await self.around.store.append(Wave(held.claim, (event,), "failed", durable=True))

    async def _deliver_signals(self) -> None:
        if self._drivers:
            for run_id, signals in (await self.around.store.signals(self.held)).items():
                if run_id in self._drivers:
                    self._drivers[run_id].hand(signals)

    async def _keep_house(self) -> None:
        await self.around.store.expire()
        await self.around.store.reap(self.owner, lambda: self.held, self._heart.lease_s)
        await self._look_ahead()

    async def _look_ahead(self) -> None:
        now = self.around.clock()
        wake = await self.around.store.next_wake() or now + timedelta(seconds=POLL_S)
        # What is due and yet was not claimed is due by this clock only: it is asked for again, but not without a pause.
        self._next_wake = max(wake, now + timedelta(seconds=PAUSE_S))

    def _patience(self) -> float:
        if self._free <= 0 or self._heart.failing:
            return POLL_S
        return min(POLL_S, max(0.001, (self._next_wake - self.around.clock()).total_seconds()))

    @property
    def _free(self) -> int:
        return self._max_active - len(self._drivers) - self._reserved

    def _expect(self, wake_at: datetime | None) -> None:
        """A run has parked with a timer: if it is the earliest, the pump must not sleep past it."""
        if wake_at and wake_at < self._next_wake:
            self._next_wake = wake_at
            self.around.bell.ring()

    # Drivers

    async def _enqueue(self, run: NewRun) -> Started:
        """No room: the run waits in the database until somebody has."""
        event = Event("run.started", None, 0, run.opening, 1, self.around.clock())
        created = await self.around.store.create(run, Wave(Claim(run.id, "", 0), (event,), "queued", durable=True))
        self.around.bell.ring()
        return Started(created)

    def _spawn(self, driver: Driver) -> None:
        # A context of its own: the run outlives the request that triggered it, and with it the request's threads.
        task = asyncio.create_task(self._drive(driver), name=f"run:{driver.run.id}", context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, driver: Driver) -> None:
        status: RunStatus = "queued"
        try:
            status = await driver.drive()
            self._resting.keep(Rest(driver.run, driver.state, driver.size))
        except StoreError as failure:
            logger.warning("The run %s could not be written and will be taken up again: %s", driver.run.id, failure)
        except LostClaim:
            logger.warning("The run %s is driven by somebody else now", driver.run.id)
        except Exception:
            logger.exception("The run %s has stumbled and will be taken up again", driver.run.id)
        finally:
            self._let_go(driver, status)
        if status == "queued":
            self.around.bell.ring()
        if status == "waiting":
            self._expect(driver.wake_at)

    def _let_go(self, driver: Driver, status: RunStatus) -> None:
        if self._drivers.get(driver.run.id) is driver:
            del self._drivers[driver.run.id]
            if len(self._drivers) == self._max_active - 1:
                self.around.bell.ring()
        if not driver.settled.done():
            driver.settled.set_result(status)

    def _drop_all(self) -> None:
        for task in self._tasks:
            task.cancel()
