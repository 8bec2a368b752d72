"""What to do next: a pure function of the graph, the state and the time.

Called by the executor after every change of a run's state. It returns a plan and carries nothing out; asked again with
the same state it gives the same plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from runtime.core.events import Event
from runtime.core.graph import Graph, NaturalLoop
from runtime.core.state import State, Step

LIVE = frozenset({"running", "retrying", "waiting", "incident", "ready"})


@dataclass(frozen=True, slots=True)
class Start:
    """Run this visit of a node, as this attempt of it."""

    node: str
    visit: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The next moves of a run.

    `events`: facts to journal now; then ask for a new plan. `starts`: steps to run. `items`: steps of which items are
    to begin (`State` says which), or that can end because all have come out. `wake_at`: when the earliest timer
    is due. `parked`: nothing is to be done until a timer is due or somebody answers.
    """

    events: tuple[Event, ...] = ()
    starts: tuple[Start, ...] = ()
    items: tuple[str, ...] = ()
    wake_at: datetime | None = None
    parked: bool = False


def plan(graph: Graph, state: State, now: datetime) -> Plan:
    """The next moves. A run that has ended has none."""
    if state.status != "running":
        return Plan()
    live = sorted(live_steps(state), key=lambda item: graph.order[item[0]])
    events = _facts(graph, state, live, now)
    if events:
        return Plan(events=events)
    starts, items = _starts(live, now), _items(live)
    wake_at = min((step.wake_at for _, step in live if step.wake_at and step.wake_at > now), default=None)
    running = any(step.status == "running" for _, step in live)
    return Plan(starts=starts, items=items, wake_at=wake_at, parked=not starts and not items and not running)


def live_steps(state: State) -> list[tuple[str, Step]]:
    """The steps that are under way in any manner: what a cancellation has to end."""
    return [(name, step) for name, step in state.steps.items() if step.status in LIVE]


def may_take_up(state: State, node: str) -> bool:
    """Whether a run that has failed may go on from this step: only if its present visit was reached.

    To start a step that no way has led to would go round the gates before it.
    """
    return node in state.steps and state.steps[node].status not in ("pending", "skipped")


def _facts(graph: Graph, state: State, live: Sequence[tuple[str, Step]], now: datetime) -> tuple[Event, ...]:
    ending = _ending(graph, state)
    if ending:
        return (ending,)
    if state.turning:
        return (_turn(state, min(state.turning, key=lambda loop: graph.order[loop.header])),)
    due = tuple(
        Event("step.finished", name, step.visit, {"port": "done", "output": {}})
        for name, step in live
        if step.status == "waiting" and step.wake_at and step.wake_at <= now
    )
    return due if live or not state.steps else _dead_end()


def _dead_end() -> tuple[Event, ...]:
    """A sound drawing has none; a run that nobody can ever wake must say so all the same."""
    error = {"code": "dead_end", "message": "No step is left to run, and no outcome was reached.", "detail": {}}
    return (Event("run.failed", data={"error": error}),)


def _ending(graph: Graph, state: State) -> Event | None:
    for name in graph.outcomes:
        step = state.steps.get(name)
        if step and step.status == "finished" and step.result:
            node = graph.nodes[name]
            kind = node.config.get("kind", "success")
            data = {"outcome": node.title, "kind": kind, "output": step.result.output}
            return Event("run.finished", name, step.visit, data)
    return None


def _turn(state: State, loop: NaturalLoop) -> Event:
    edges = sorted(edge for edge in loop.edges if state.taken.get(edge))
    turns = {edge: state.turns.get(edge, 0) + 1 for edge in edges}
    return Event("loop.turned", loop.header, state.step(loop.header).visit, {"edges": edges, "turns": turns})


def _starts(live: Sequence[tuple[str, Step]], now: datetime) -> tuple[Start, ...]:
    return tuple(
        Start(name, step.visit, step.attempt + 1)
        for name, step in live
        if step.status == "ready" or (step.status == "retrying" and step.wake_at and step.wake_at <= now)
    )


def _items(live: Sequence[tuple[str, Step]]) -> tuple[str, ...]:
    waiting = ((name, step.items) for name, step in live if step.status == "waiting" and step.items)
    return tuple(name for name, items in waiting if items.is_over or items.to_call)
