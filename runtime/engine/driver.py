"""Drives one run: plan, carry out, journal, until it parks or ends.

Made by the runner for every run it holds; lives in the event loop. Steps without an effect are computed at once and
journalled together; before a step with an effect begins, everything before it is in the database. What the run is, only
its journal says: a driver that fails or loses its claim is thrown away, and another takes the run up from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.node import Failed, Outcome
from runtime.core.planner import Plan, Start, live_steps, plan
from runtime.core.sources import sources
from runtime.core.state import State, advance
from runtime.engine.attempts import Called, at_once, crashed, with_effect
from runtime.engine.cage import Cage
from runtime.engine.context import StepContext
from runtime.engine.inputs import ran_for, scope_of
from runtime.engine.mailbox import Reply, reply, start_of
from runtime.engine.outcomes import Consequence, Step, child_of, consequence, incident
from runtime.engine.ports import (
    Bell,
    Claim,
    Clock,
    Doors,
    Listener,
    NewDecision,
    NewEscalation,
    NewRun,
    RunStatus,
    Signal,
    Store,
    Wave,
)
from runtime.engine.spreading import Spread, ending
from runtime.engine.tryouts import context_of, pinned, tried

DEFAULT_TIMEOUT_S = 30.0
MAX_BURST = 200
# Losses in a row without getting on. Most runs that are lost did not kill their worker, they were only there.
MAX_CLAIMS = 10


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all drivers of a process share."""

    store: Store
    doors: Doors
    listener: Listener
    bell: Bell
    cage: Cage
    clock: Clock
    new_id: Callable[[], str]


@dataclass(slots=True)
class _Unwritten:
    """What the next wave will write."""

    events: list[Event] = field(default_factory=list)
    escalations: list[NewEscalation] = field(default_factory=list)
    children: list[NewRun] = field(default_factory=list)
    decisions: list[NewDecision] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)


def size_of(event: Event) -> int:
    """What an entry takes, in bytes, near enough to hold a run to its limit."""
    return len(json.dumps(event.data))


class LostClaim(Exception):
    """Somebody else holds the run now; this driver must not write any more."""


class Driver:
    """One run in this process."""

    def __init__(
        self,
        around: Surroundings,
        drawing: Drawing,
        run: NewRun,
        claim: Claim,
        state: State,
        since: datetime | None = None,
        size: int = 0,
    ) -> None:
        """`since` is when the run was claimed, by the clock that said it was due: this driver's time begins there.

        `size` is what the run's entries take so far, in bytes.
        """
        self.around, self.drawing, self.run, self.claim, self.state = around, drawing, run, claim, state
        self._since, self._size = since or around.clock(), size
        self.settled: asyncio.Future[RunStatus] = asyncio.get_running_loop().create_future()
        self._unwritten = _Unwritten()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._returned: list[tuple[Step, Outcome | Spread, Called | None]] = []
        self._effects: list[Start] = []
        self._wake = asyncio.Event()
        self._signals: list[Signal] = []
        self._seen_signals: set[int] = set()

    # What others call

    def begin(self) -> Wave:
        """The first wave of a new run: its start, and every step that needs nothing from outside."""
        self._record(Event("run.started", data=self.run.opening))
        self._burst()
        return self._wave(self._status_if_written_now())

    def resume(self, signals: tuple[Signal, ...], claims: int) -> bool:
        """Take up what a predecessor had begun: steps whose end is not journalled are run again, with the same key.

        False when this run has failed its workers too often, and no step can be blamed for it.
        """
        self.hand(signals)
        lost = self._lost_steps()
        if claims <= MAX_CLAIMS:
            self._effects += lost
        else:
            for start in lost:
                self._apply(incident(self._step(start), Failed("worker_lost", "The worker was lost in this step.")))
        return bool(lost) or claims <= MAX_CLAIMS

    def _lost_steps(self) -> list[Start]:
        steps = sorted(self.state.steps.items()) if self.state.status == "running" else ()
        return [Start(node, step.visit, step.attempt) for node, step in steps if step.status == "running"]

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
            await self._something()
        elif not self._signals:
            return await self._write("waiting")
        return None

    async def _something(self) -> None:
        """Until a step comes back, a signal comes, or a timer beside them is due."""
        due = self.wake_at
        patience = max(0.0, (due - self._now()).total_seconds()) if due else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._wake.wait()
        self._wake.clear()

    def _burst(self) -> bool:
        """Everything that needs nothing from outside. True when there is more of it than one burst may hold."""
        for _ in range(MAX_BURST):
            moves = plan(self.drawing.graph, self.state, self._now())
            for event in moves.events:
                self._record(event)
            progressed = bool(moves.events)
            if not moves.events:
                progressed = self._start_all(moves)
                for node in moves.items:
                    self._move_items(node)
                    progressed = True
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
        context = self._context(start)
        outcome = pinned(self.run.tryout, start.node) or at_once(self.drawing, context, self._scope(start))
        if outcome is None:
            self._effects.append(start)
            return False
        self._apply(consequence(self._step(start, context), outcome))
        return True

    def _move_items(self, node: str) -> None:
        """Begin the next items of a step, or end it; what still runs for it then is called off."""
        waiting = self.state.step(node)
        items, step = waiting.items, self._step(Start(node, waiting.visit, max(waiting.attempt, 1)))
        if items is None:
            return
        if items.is_over:
            self._unwritten.ended += items.running
            self._apply(consequence(step, ending(items)))
            return
        called = items.blueprint, items.version
        runs = {place: child_of(step, items.workflow, called, items.inputs[place]) for place in items.to_call}
        self._record(step.event("item.called", {"runs": {run.id: place for place, run in runs.items()}}))
        self._unwritten.children += runs.values()

    async def _begin_effects(self) -> None:
        starts, self._effects = self._effects, []
        for start in starts:
            self._record(Event("step.started", start.node, start.visit, {"attempt": start.attempt}))
        await self._flush()
        for start in starts:
            task = asyncio.create_task(self._run_step(start, self._scope(start)), name=f"{self.run.id}:{start.node}")
            self._tasks[start.node] = task

    async def _run_step(self, start: Start, scope: Mapping[str, Any]) -> None:
        context, around = self._context(start), self.around
        begun = asyncio.get_running_loop().time()
        is_called = self.run.parent is not None
        outcome, called = await with_effect(
            self.drawing, context, scope, around.cage, around.store, is_called=is_called
        )
        ms = round((asyncio.get_running_loop().time() - begun) * 1000, 1)
        self._returned.append((self._step(start, context, ms), outcome, called))
        self._wake.set()

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
            answer = self._reply(signal)
            if isinstance(answer, tuple):
                for event in answer:
                    self._record(event)
            else:
                start = start_of(signal, self.state.step(signal.node or ""))
                done = consequence(self._step(start), answer)
                self._apply(done, by=signal.data.get("resolution", {}).get("by"))

    def _reply(self, signal: Signal) -> Reply:
        try:
            return reply(self.drawing, self.state, signal)
        except Exception as failure:
            return crashed(signal.node or "", failure)

    # Writing

    def _apply(self, what: Consequence, by: str | None = None) -> None:
        what = tried(what, self.run.tryout)
        event = what.event
        if by:
            event = Event(event.type, event.node, event.visit, {**event.data, "by": by})
        self._record(event)
        self._unwritten.escalations += what.escalations
        self._unwritten.children += what.children
        self._unwritten.decisions += what.decisions

    def _record(self, event: Event) -> None:
        """Take a fact into the state and into the next wave."""
        stamped = Event(event.type, event.node, event.visit, event.data, self.state.seq + 1, self._now())
        advance(self.drawing.graph, self.state, stamped)
        self._unwritten.events.append(stamped)
        self._size += size_of(stamped)

    def _status_if_written_now(self) -> RunStatus:
        if self.state.status != "running":
            return self.state.status
        idle = not (self._effects or self._tasks or self._signals)
        return "waiting" if idle and plan(self.drawing.graph, self.state, self._now()).parked else "running"

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
            ended=tuple(unwritten.ended),
            decisions=tuple(unwritten.decisions),
            taken=tuple(unwritten.taken),
            durable=status != "running" or bool(unwritten.taken),
        )

    @property
    def size(self) -> int:
        """What the run's entries take so far, in bytes."""
        return self._size

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
        if (
            wave.children
            or wave.ended
            or status in ("failed", "cancelled")
            or (status == "succeeded" and self.run.parent)
        ):
            # Others have work now: the runs that were called, or the one that called.
            self.around.bell.ring()
        return "queued" if written == "requeued" else status

    # Small makers

    def _now(self) -> datetime:
        return max(self.around.clock(), self._since)

    def _scope(self, start: Start) -> dict[str, Any]:
        return scope_of(self.drawing, self.state, start.node, self.run.id)

    def _step(self, start: Start, context: StepContext | None = None, ms: float | None = None) -> Step:
        around = self.around
        calls, decision = (tuple(context.calls), context.decision) if context else ((), None)
        now = self._now()
        return Step(self.drawing, self.state, start, self.run, now, around.new_id, calls, ms, self._size, decision)

    def _context(self, start: Start) -> StepContext:
        node = self.drawing.graph.nodes[start.node]
        kind = context_of(self.run.tryout, outward=self.drawing.outward(start.node))
        stands_on = sources(self.drawing, start.node)
        return kind(
            doors=self.around.doors,
            run_id=self.run.id,
            workflow=self.run.workflow,
            node=start.node,
            visit=start.visit,
            attempt=start.attempt,
            now=self._now(),
            timeout_s=node.timeout_s or DEFAULT_TIMEOUT_S,
            counts=self.run.tryout is None,
            sources=stands_on,
            ran=ran_for(self.state, stands_on),
        )
