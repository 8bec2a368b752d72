"""Drives one run: plan, carry out, journal, until it parks or ends.

Made by the runner for every run it holds; lives in the event loop. Steps without an effect are computed at once and
journalled together; before a step with an effect begins, everything before it is in the database. What the run is, only
its journal says: a driver that fails or loses its claim is thrown away, and another takes the run up from there.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.expressions import Json, Unknown
from runtime.core.node import Call, Failed, Outcome
from runtime.core.planner import Plan, Start, live_steps, plan
from runtime.core.state import State, advance
from runtime.engine.cage import Cage
from runtime.engine.context import StepContext
from runtime.engine.inputs import ScopedInputs, costly_texts, scope_of
from runtime.engine.mailbox import reply, start_of
from runtime.engine.outcomes import Consequence, Step, consequence, incident
from runtime.engine.ports import (
    Claim,
    Clock,
    Doors,
    Listener,
    NewEscalation,
    NewRun,
    RunStatus,
    Signal,
    Store,
    StoreError,
    Wave,
)

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S = 30.0
MAX_BURST = 200
MAX_CLAIMS = 5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all drivers of a process share."""

    store: Store
    doors: Doors
    listener: Listener
    cage: Cage
    clock: Clock
    new_id: Callable[[], str]


@dataclass(slots=True)
class _Unwritten:
    """What the next wave will write."""

    events: list[Event] = field(default_factory=list)
    escalations: list[NewEscalation] = field(default_factory=list)
    children: list[NewRun] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)


class LostClaim(Exception):
    """Somebody else holds the run now; this driver must not write any more."""


class Driver:
    """One run in this process."""

    def __init__(self, around: Surroundings, drawing: Drawing, run: NewRun, claim: Claim, state: State) -> None:
        self.around, self.drawing, self.run, self.claim, self.state = around, drawing, run, claim, state
        self.settled: asyncio.Future[RunStatus] = asyncio.get_running_loop().create_future()
        self._unwritten = _Unwritten()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._returned: list[tuple[Step, Outcome, tuple[str, int] | None]] = []
        self._effects: list[Start] = []
        self._wake = asyncio.Event()
        self._signals: list[Signal] = []
        self._seen_signals: set[int] = set()

    # What others call

    def begin(self) -> Wave:
        """The first wave of a new run: its start, and every step that needs nothing from outside."""
        self._record(Event("run.started", data={"input": self.run.input}))
        self._burst()
        return self._wave(self._status_if_written_now())

    def resume(self, signals: tuple[Signal, ...], claims: int) -> None:
        """Take up what a predecessor had begun: steps whose end is not journalled are run again, with the same key."""
        self.hand(signals)
        for node, step in sorted(self.state.steps.items()):
            if step.status == "running":
                start = Start(node, step.visit, step.attempt)
                if claims > MAX_CLAIMS:
                    self._apply(incident(self._step(start), Failed("worker_lost", "The worker was lost in this step.")))
                else:
                    self._effects.append(start)

    def hand(self, signals: tuple[Signal, ...]) -> None:
        """Give the run signals; those it has already been given are passed over."""
        fresh = [signal for signal in signals if signal.id not in self._seen_signals]
        self._seen_signals.update(signal.id for signal in fresh)
        self._signals += fresh
        if fresh:
            self._wake.set()

    async def drive(self) -> RunStatus:
        """Go on until the run parks or ends. Raises StoreError or LostClaim, and then nothing more may be written."""
        try:
            while True:
                status = await self._move()
                if status:
                    return status
        finally:
            for task in self._tasks.values():
                task.cancel()

    # One move

    async def _move(self) -> RunStatus | None:
        self._take_signals()
        self._take_returned()
        more = self._burst()
        if self.state.status != "running":
            return await self._write(self.state.status)
        if self._effects:
            await self._begin_effects()
        elif more:
            await self._flush()
            await asyncio.sleep(0)
        elif self._tasks:
            await self._flush()
            await self._wake.wait()
            self._wake.clear()
        elif not self._signals:
            return await self._write("waiting")
        return None

    def _burst(self) -> bool:
        """Everything that needs nothing from outside. True when there is more of it than one burst may hold."""
        for _ in range(MAX_BURST):
            moves = plan(self.drawing.graph, self.state, self.around.clock())
            for event in moves.events:
                self._record(event)
            progressed = bool(moves.events)
            if not moves.events:
                progressed = self._start_all(moves)
            if not progressed:
                return False
        return True

    def _start_all(self, moves: Plan) -> bool:
        progressed = False
        for start in moves.starts:
            if not any(start.node == waiting.node for waiting in self._effects):
                progressed = self._start(start) or progressed
        return progressed

    def _start(self, start: Start) -> bool:
        """Run a step here and now, if that is possible; else note it down as one with an effect."""
        kind = self.drawing.kinds[self.drawing.graph.nodes[start.node].kind]
        params = self.drawing.params[start.node]
        scope = scope_of(self.drawing, self.state, start.node, self.run.id)
        if inspect.iscoroutinefunction(kind.run) or costly_texts(params, scope):
            self._effects.append(start)
            return False
        context = self._context(start)
        try:
            outcome = kind.run(params, ScopedInputs(scope), context)
        except Exception as failure:
            outcome = _crashed(start, failure)
        if inspect.isawaitable(outcome) or isinstance(outcome, Call):
            _discard(outcome)
            self._effects.append(start)
            return False
        self._apply(consequence(self._step(start), outcome))
        return True

    async def _begin_effects(self) -> None:
        starts, self._effects = self._effects, []
        for start in starts:
            self._record(Event("step.started", start.node, start.visit, {"attempt": start.attempt}))
        await self._flush()
        for start in starts:
            task = asyncio.create_task(self._run_step(start), name=f"{self.run.id}:{start.node}")
            self._tasks[start.node] = task

    async def _run_step(self, start: Start) -> None:
        context = self._context(start)
        begun = asyncio.get_running_loop().time()
        called: tuple[str, int] | None = None
        try:
            async with asyncio.timeout(context.timeout_s):
                outcome = await self._outcome(start, context)
                if isinstance(outcome, Call):
                    called = await self.around.store.latest(outcome.workflow, outcome.version)
        except TimeoutError:
            outcome = Failed("timeout", f"No answer within {context.timeout_s:g} seconds.", passing=True)
        except StoreError:
            outcome = Failed("database", "The database could not be asked.", passing=True)
        except Exception as failure:
            outcome = _crashed(start, failure)
        ms = round((asyncio.get_running_loop().time() - begun) * 1000, 1)
        self._returned.append((self._step(start, context, ms), outcome, called))
        self._wake.set()

    async def _outcome(self, start: Start, context: StepContext) -> Outcome:
        kind = self.drawing.kinds[self.drawing.graph.nodes[start.node].kind]
        params = self.drawing.params[start.node]
        scope = scope_of(self.drawing, self.state, start.node, self.run.id)
        costly = costly_texts(params, scope)
        computed: dict[str, Json | Unknown] = await self.around.cage.evaluate_all(costly, scope) if costly else {}
        outcome = kind.run(params, ScopedInputs(scope, computed), context)
        if inspect.isawaitable(outcome):
            outcome = await outcome
        return outcome

    def _take_returned(self) -> None:
        returned, self._returned = self._returned, []
        for step, outcome, called in returned:
            self._tasks.pop(step.start.node, None)
            if self.state.status == "running":
                self._apply(consequence(step, outcome, called))

    def _take_signals(self) -> None:
        signals, self._signals = self._signals, []
        for signal in signals:
            self._unwritten.taken.append(signal.id)
            answer = reply(self.drawing, self.state, signal)
            if isinstance(answer, tuple):
                for event in answer:
                    self._record(event)
            else:
                start = start_of(signal, self.state.step(signal.node or ""))
                done = consequence(self._step(start), answer)
                self._apply(done, by=signal.data.get("resolution", {}).get("by"))

    # Writing

    def _apply(self, what: Consequence, by: str | None = None) -> None:
        event = what.event
        if by:
            event = Event(event.type, event.node, event.visit, {**event.data, "by": by})
        self._record(event)
        self._unwritten.escalations += what.escalations
        self._unwritten.children += what.children

    def _record(self, event: Event) -> None:
        """Take a fact into the state and into the next wave."""
        stamped = Event(event.type, event.node, event.visit, event.data, self.state.seq + 1, self.around.clock())
        advance(self.drawing.graph, self.state, stamped)
        self._unwritten.events.append(stamped)

    def _status_if_written_now(self) -> RunStatus:
        if self.state.status != "running":
            return self.state.status
        idle = not (self._effects or self._tasks or self._signals)
        return "waiting" if idle and plan(self.drawing.graph, self.state, self.around.clock()).parked else "running"

    def _wave(self, status: RunStatus) -> Wave:
        unwritten, self._unwritten = self._unwritten, _Unwritten()
        return Wave(
            claim=self.claim,
            events=tuple(unwritten.events),
            status=status,
            outcome=self.state.outcome,
            wake_at=self.wake_at if status == "waiting" else None,
            escalations=tuple(unwritten.escalations),
            children=tuple(unwritten.children),
            taken=tuple(unwritten.taken),
            durable=status != "running" or bool(unwritten.taken),
        )

    @property
    def wake_at(self) -> datetime | None:
        """When the earliest timer of the run is due."""
        return min((step.wake_at for _, step in live_steps(self.state) if step.wake_at), default=None)

    async def _flush(self) -> None:
        if self._unwritten.events or self._unwritten.taken:
            await self._write("running")

    async def _write(self, status: RunStatus) -> RunStatus:
        wave = self._wave(status)
        written = await self.around.store.append(wave)
        if written == "lost":
            raise LostClaim(self.run.id)
        self.around.listener.committed(self.run.id, self.state.seq, status)
        return "queued" if written == "requeued" else status

    # Small makers

    def _step(self, start: Start, context: StepContext | None = None, ms: float | None = None) -> Step:
        around = self.around
        calls = tuple(context.calls) if context else ()
        return Step(self.drawing, self.state, start, self.run, around.clock(), around.new_id, calls, ms)

    def _context(self, start: Start) -> StepContext:
        node = self.drawing.graph.nodes[start.node]
        return StepContext(
            doors=self.around.doors,
            run_id=self.run.id,
            workflow=self.run.workflow,
            node=start.node,
            visit=start.visit,
            attempt=start.attempt,
            now=self.around.clock(),
            timeout_s=node.timeout_s or DEFAULT_TIMEOUT_S,
        )


def _crashed(start: Start, failure: Exception) -> Failed:
    logger.error("The step %s failed", start.node, exc_info=failure)
    return Failed("crash", f"The step failed in a way nobody foresaw ({type(failure).__name__}).")


def _discard(outcome: Any) -> None:
    """A coroutine that will not be awaited here is closed: the step is run again where it can be."""
    if inspect.iscoroutine(outcome):
        outcome.close()
