"""One past case through a drawing, in memory: the planner is asked as for a run, the answers are the recorded ones.

Called by `work` with the recording of a run. It writes nothing and sends nothing. A step that is the same as one of the
past run ends as that one did, at the moment when it did; any other is worked out after all of those. The same
recording, drawing and answers give the same replay.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime import json_gate
from runtime.backtests import prints
from runtime.backtests.doors import Asking, Budget, ReplayContext, Stop
from runtime.backtests.recorded import Given, Recording
from runtime.backtests.replayed import How, Replayed, Told
from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.node import Ask, Done, Failed, Outcome, Wait
from runtime.core.planner import Start, plan
from runtime.core.sources import sources
from runtime.core.state import State, advance
from runtime.engine.attempts import crashed, outcome_of
from runtime.engine.cage import Cage
from runtime.engine.context import shortened
from runtime.engine.inputs import scope_of
from runtime.engine.outcomes import MAX_OUTPUT
from runtime.engine.ports import Doors

DEFAULT_TIMEOUT_S = 30.0
MOST_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class Means:
    """What all replays of a backtest share."""

    drawing: Drawing
    workflow: str
    budget: Budget
    asking: Asking
    doors: Doors
    cage: Cage


async def replay(means: Means, recording: Recording) -> Replayed:
    """The case of this recording through the drawing. Never raises for anything that a drawing can do."""
    return await _Replay(means, recording).run()


@dataclass(order=True, slots=True)
class _Due:
    """A step that will end: when it did in the past run, by the clock and the journal's order there."""

    at: datetime
    seq: int
    start: Start = field(compare=False)
    done: Done = field(compare=False)
    how: How = field(compare=False)


class _Replay:
    def __init__(self, means: Means, recording: Recording) -> None:
        self.means, self.recording, self.drawing = means, recording, means.drawing
        self.clock = recording.before.began
        self.state = State()
        self.due: list[_Due] = []
        self.later: list[Start] = []
        self.told: list[Told] = []
        self.held: set[str] = set()
        self.asked = 0
        self.stop: Stop | None = None

    async def run(self) -> Replayed:
        """Until it ends, waits for a person, or cannot be known."""
        self._take(Event("run.started", data={"input": self.recording.before.input}))
        while self.stop is None and self.state.status == "running" and await self._move():
            if len(self.told) > MOST_STEPS:
                self.stop = Stop("too_long", f"It takes more than {MOST_STEPS} steps.")
        return self._result()

    async def _move(self) -> bool:
        moves = plan(self.drawing.graph, self.state, self.clock)
        for event in moves.events:
            self._take(event)
        if moves.events:
            return True
        for start in moves.starts:
            await self._start(start)
        if self.due:
            self._finish(heapq.heappop(self.due))
        elif self.later:
            await self._work_out(self.later.pop(0))
        else:
            return bool(moves.starts)
        return True

    def _result(self) -> Replayed:
        told = tuple(self.told)
        if self.stop:
            return Replayed("unknown", None, self.asked, told, self.stop)
        if self.state.status == "succeeded":
            return Replayed("ended", self.state.outcome, self.asked, told)
        if self.state.status == "failed":
            return Replayed("failed", None, self.asked, told)
        if any(each.how == "asked" for each in told):
            return Replayed("waits", None, self.asked, told)
        return Replayed("unknown", None, self.asked, told, Stop("under_way", "A step of it had not ended by then."))

    # Steps

    async def _start(self, start: Start) -> None:
        """A step may begin: its end is recorded, or is worked out when nothing recorded is left to happen."""
        self._take(Event("step.started", start.node, start.visit, {"attempt": 1}))
        if self._rests_on_held(start.node):
            if not self.drawing.ports[start.node]:
                # Which outcome it is, is known; only what stands in it is not.
                self._end_later(start, Done(None, None), "held", self.clock)
                return
            message = "It reads the answer of an outward action, and a backtest does not act."
            self.stop = self.stop or Stop("reads_held", message, start.node)
            return
        found = None if self._asks_gate(start.node) else await self._recorded(start)
        if found is None:
            self.later.append(start)
        else:
            self._as_recorded(start, found)

    async def _recorded(self, start: Start) -> Given | None:
        return self.recording.end_of(await self._print(start), (start.node, start.visit))

    async def _print(self, start: Start) -> str:
        return await prints.of_step(self.drawing, start.node, self._scope(start), self.means.cage)

    def _asks_gate(self, node: str) -> bool:
        """Whether what is recorded of this step is what a gate said then: its policy of today is asked instead."""
        return getattr(self.drawing.params[node], "promise", None) is not None

    def _as_recorded(self, start: Start, found: Given) -> None:
        if found.end == "finished":
            self.asked += found.person
            done = Done(found.output, found.port)
            self._end_later(start, done, "person" if found.person else "recorded", found.at, found.seq)
        elif found.end == "asked":
            self._wait_for_person(start)
        elif found.end == "failed":
            self.asked += found.person
            self._tell(start, None, "failed")
            self._take(Event("run.failed", start.node, start.visit, {"error": dict(found.error)}))
        elif found.end == "incident":
            self._fail(start, Failed(**_failure(found.error)), found)
        # What waited for a timer or another workflow when the run was read still does: nobody knows how it ends.

    def _end_later(self, start: Start, done: Done, how: How, at: datetime, seq: int = 0) -> None:
        moment = (at, seq) if at >= self.clock else (self.clock, 0)
        heapq.heappush(self.due, _Due(*moment, start, done, how))

    async def _work_out(self, start: Start) -> None:
        found = None if self._asks_gate(start.node) else self.recording.end_elsewhere(await self._print(start))
        if found and found.end != "waiting":
            self._as_recorded(start, found)
            return
        kind = self.drawing.kinds[self.drawing.graph.nodes[start.node].kind]
        if kind.calls(self.drawing.params[start.node]) is not None:
            self.stop = Stop("calls_workflow", "It runs another workflow, whose end is not recorded.", start.node)
            return
        context = self._context(start)
        outcome = await _outcome(self.drawing, context, self._scope(start), self.means.cage)
        if context.stop:
            self.stop = context.stop
            return
        if context.held:
            self.held.add(start.node)
        self._follow(start, outcome, "held" if context.held else "model" if context.asked else "computed")

    def _follow(self, start: Start, outcome: Outcome, how: How) -> None:
        match outcome:
            case Done():
                self._done(start, outcome, how)
            case Wait(until):
                self._end_later(start, Done({}), how, until)
            case Ask():
                self._ask(start, outcome)
            case Failed():
                self._fail(start, outcome)
            case _:
                self.stop = Stop("unknown_end", "How it would end is not recorded.", start.node)

    def _done(self, start: Start, done: Done, how: How) -> None:
        flaw = json_gate.clean(done.output, max_bytes=MAX_OUTPUT)
        if done.port not in (self.drawing.ports[start.node] or (None,)) or flaw:
            self._fail(start, Failed("bad_output", "It gave something that cannot be kept."))
        else:
            self._end_later(start, done, how, self.clock)

    def _ask(self, start: Start, ask: Ask) -> None:
        kind = self.drawing.kinds[self.drawing.graph.nodes[start.node].kind]
        answer = self.recording.answer_to(prints.of_ask(ask), (start.node, start.visit))
        if answer is None or kind.answer is None:
            self._wait_for_person(start)
            return
        self.asked += 1
        self._end_later(start, kind.answer(self.drawing.params[start.node], answer.resolution), "person", answer.at)

    def _wait_for_person(self, start: Start) -> None:
        self.asked += 1
        self._tell(start, None, "asked")
        self._take(Event("step.asked", start.node, start.visit, {"escalation": "asked"}))

    def _fail(self, start: Start, failure: Failed, found: Given | None = None) -> None:
        """As a run goes on after a failure: the other end, the way for errors, or a person who sees to it."""
        wired = any(edge.port == "error" for edge in self.drawing.graph.outgoing.get(start.node, ()))
        at, seq = (found.at, found.seq) if found else (self.clock, 0)
        if failure.otherwise:
            self._end_later(start, failure.otherwise, "computed", at, seq)
        elif wired and "error" in self.drawing.ports[start.node]:
            self._end_later(start, Done(failure.to_json(), "error"), "recorded" if found else "computed", at, seq)
        else:
            self._wait_for_person(start)

    def _finish(self, due: _Due) -> None:
        self.clock = max(self.clock, due.at)
        start, done = due.start, due.done
        self._tell(start, done.port, due.how, done.output)
        self._take(Event("step.finished", start.node, start.visit, {"port": done.port, "output": done.output}))

    # Small makers

    def _take(self, event: Event) -> None:
        stamped = Event(event.type, event.node, event.visit, event.data, self.state.seq + 1, self.clock)
        advance(self.drawing.graph, self.state, stamped)

    def _tell(self, start: Start, port: str | None, how: How, output: Any = None) -> None:
        self.told.append(Told(start.node, start.visit, port, how, shortened(output)))

    def _scope(self, start: Start) -> dict[str, Any]:
        return scope_of(self.drawing, self.state, start.node, self.recording.past.run_id)

    def _rests_on_held(self, node: str) -> bool:
        read = {
            each.reference.path[0] for each in self.drawing.reads[node] if each.is_of_output and each.reference.path
        }
        return bool(self.held & read)

    def _context(self, start: Start) -> ReplayContext:
        node, means = self.drawing.graph.nodes[start.node], self.means
        return ReplayContext(
            doors=means.doors,
            run_id=self.recording.past.run_id,
            workflow=means.workflow,
            node=start.node,
            visit=start.visit,
            attempt=1,
            now=self.clock,
            timeout_s=node.timeout_s or DEFAULT_TIMEOUT_S,
            recording=self.recording,
            budget=means.budget,
            asking=means.asking,
            cage=means.cage,
            sources=sources(self.drawing, start.node),
            outward=self.drawing.outward(start.node),
            pure=self.drawing.effects[start.node] == "none",
        )


async def _outcome(drawing: Drawing, context: ReplayContext, scope: Mapping[str, Any], cage: Cage) -> Outcome:
    try:
        return await outcome_of(drawing, context, scope, cage)
    except (Exception, SystemExit) as failure:
        return crashed(context.node, failure)


def _failure(error: Mapping[str, Any]) -> dict[str, Any]:
    """An error of a journal, of whatever shape, as the failure that it was."""
    detail = error.get("detail")
    told = {"code": str(error.get("code", "failed")), "message": str(error.get("message", "It failed."))}
    return {**told, "detail": detail if isinstance(detail, Mapping) else {}}
