"""Runs of a drawing without an engine: the planner and the fold, with a scripted world and a chosen order of things.

`simulate` carries a run to its end, or on from a journal. What a step answers follows from the seed, its node and its
visit alone, never from the order; the order follows from another seed. Each step's output says what it saw.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.core.definition import START
from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.planner import plan
from runtime.core.state import State, advance, fold, visible_results

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

type Visit = tuple[str, int]
type Port = Callable[[str, int, tuple[str, ...]], str]


@dataclass
class Run:
    """A simulated run: its journal, its state, which visits led to which, and after how many events each began."""

    drawing: Drawing
    events: list[Event] = field(default_factory=list)
    state: State = field(default_factory=State)
    causes: dict[Visit, set[Visit]] = field(default_factory=dict)
    seen: dict[Visit, dict[str, int]] = field(default_factory=dict)
    started: list[Visit] = field(default_factory=list)
    began: dict[Visit, int] = field(default_factory=dict)

    @property
    def finished(self) -> dict[Visit, tuple[str | None, Any]]:
        """Port and output of every finished visit."""
        ended = [event for event in self.events if event.type == "step.finished"]
        return {(str(event.node), event.visit): (event.data["port"], event.data.get("output")) for event in ended}

    def journal(self, event: Event) -> None:
        """Append a fact, as the executor does."""
        event = replace(event, seq=len(self.events) + 1, at=EPOCH)
        self.events.append(event)
        back = self._back_to(event)
        advance(self.drawing.graph, self.state, event)
        self._note_causes(event.node if event.type == "loop.turned" else None, back)

    def _back_to(self, event: Event) -> set[Visit]:
        if event.type != "loop.turned":
            return set()
        sources = {self.drawing.graph.edges[edge].source for edge in event.data["edges"]}
        header = self.causes[str(event.node), self.state.step(str(event.node)).visit]
        return {(source, self.state.step(source).visit) for source in sources} | header

    def _note_causes(self, turned: str | None, back: set[Visit]) -> None:
        for node, step in self.state.steps.items():
            visit = (node, step.visit)
            if step.status == "ready" and visit not in self.causes:
                self.causes[visit] = back if node == turned else self._led(node)
                visible = visible_results(self.drawing.graph, self.state, node)
                self.seen[visit] = {name: result.visit for name, result in sorted(visible.items())}

    def _led(self, node: str) -> set[Visit]:
        through = self.state.step(node).through
        incoming = self.drawing.graph.forward_incoming[node]
        taken = [edge for edge in incoming if (edge.id in through if through else self.state.taken.get(edge.id))]
        return {(edge.source, self.state.step(edge.source).visit if edge.source != START else 0) for edge in taken}

    def before(self, visit: Visit, stop: Callable[[Visit], bool]) -> set[Visit]:
        """The visits that led to this one; behind those at which `stop` says so nothing is looked for."""
        found: set[Visit] = set()
        ahead = list(self.causes.get(visit, ()))
        while ahead:
            here = ahead.pop()
            if here not in found:
                found.add(here)
                if not stop(here):
                    ahead.extend(self.causes.get(here, ()))
        return found


class Stuck(AssertionError):
    """A run that has not ended, and that nothing can wake."""


def simulate(
    drawing: Drawing, seed: int, order: int = 0, journal: Iterable[Event] = (), port: Port | None = None
) -> Run:
    """A run to its end. With a journal it goes on from there, as after a crash: what was under way is done again."""
    world = _World(drawing, seed, random.Random(order), port or _any_port(seed))
    run = Run(drawing)
    for event in journal:
        run.journal(event)
    assert run.state == fold(drawing.graph, run.events), "the fold of a journal is not the state it was written from"
    if not run.events:
        run.journal(Event("run.started", data={"input": {}}))
    under_way = {name for name, step in run.state.steps.items() if _was_under_way(step)}
    for _ in range(20_000):
        if not _move(run, world, under_way):
            return run
    raise Stuck("The run goes on and on.")


def _was_under_way(step: Any) -> bool:
    return step.status == "running" or (step.status == "waiting" and step.wake_at is None)


@dataclass
class _World:
    drawing: Drawing
    seed: int
    order: random.Random
    port: Port
    now: datetime = EPOCH

    def chance(self, *what: Any) -> random.Random:
        return random.Random(f"{self.seed}:{what}")


def _any_port(seed: int) -> Port:
    def choose(node: str, visit: int, ports: tuple[str, ...]) -> str:
        return random.Random(f"{seed}:{node}:{visit}").choice(ports)

    return choose


def _move(run: Run, world: _World, under_way: set[str]) -> bool:
    plans = plan(run.drawing.graph, run.state, world.now)
    assert plans == plan(run.drawing.graph, run.state, world.now), "the planner gave another plan for the same state"
    if plans.events:
        for event in plans.events:
            run.journal(event)
        return True
    if run.state.status != "running":
        return False
    under_way |= {start.node for start in plans.starts}
    if under_way:
        node = world.order.choice(sorted(under_way))
        _happen(run, world, node, under_way)
        return True
    if plans.wake_at is None:
        raise Stuck(f"Nothing can wake the run: {run.state.steps}")
    world.now = plans.wake_at
    return True


def _happen(run: Run, world: _World, node: str, under_way: set[str]) -> None:
    """One thing happens to a step that is under way."""
    step = run.state.step(node)
    kind = run.drawing.graph.nodes[node].kind
    attempt = step.attempt if step.status == "running" else step.attempt + 1
    chance = world.chance(node, step.visit, attempt)
    if step.status in ("ready", "retrying"):
        run.started.append((node, step.visit))
        run.began.setdefault((node, step.visit), len(run.events))
        if chance.random() < 0.5:
            return run.journal(Event("step.started", node, step.visit, {"attempt": attempt}))
    if step.status != "waiting" and attempt < 3 and chance.random() < 0.15:
        under_way.discard(node)
        later = (world.now + timedelta(seconds=attempt)).isoformat()
        return run.journal(
            Event("step.failed", node, step.visit, {"attempt": attempt, "error": {"code": "x"}, "retry_at": later})
        )
    if kind == "execute.wait":
        under_way.discard(node)
        until = (world.now + timedelta(seconds=chance.randint(1, 9))).isoformat()
        return run.journal(Event("step.waiting", node, step.visit, {"until": until}))
    if kind == "escalate.ask" and step.status != "waiting":
        return run.journal(Event("step.asked", node, step.visit, {"escalation": "1"}))
    under_way.discard(node)
    ports = _open_ports(run.drawing, node)
    port = world.port(node, step.visit, ports) if ports else None
    return run.journal(Event("step.finished", node, step.visit, {"port": port, "output": _output(run, node)}))


def _open_ports(drawing: Drawing, node: str) -> tuple[str, ...]:
    """The ports that are wired: an error that is not becomes an incident, which is none of the drawing's."""
    wired = {edge.port for edge in drawing.graph.outgoing.get(node, ())}
    return tuple(port for port in drawing.ports[node] if port in wired)


def _output(run: Run, node: str) -> Any:
    visible = visible_results(run.drawing.graph, run.state, node)
    return {name: [result.visit, result.port] for name, result in sorted(visible.items())}
