"""A run told entry by entry: what each entry of its journal changes on the drawing. Pure.

Called by `reading`. The page of a run paints these frames on the picture of its drawing, up to the newest or up to any
earlier one; `run.js` applies them the same way. It decides nothing: which ways are taken is what `core.state` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from runtime.core.definition import START
from runtime.core.events import Event
from runtime.core.graph import Graph
from runtime.core.state import State, advance
from runtime.traces.skips import is_skip

type Look = Literal["working", "waiting", "asked", "incident", "done", "skipped", "stopped"]

_UNDER_WAY = frozenset({"working", "waiting", "asked", "incident"})
_LOOKS: dict[str, Look] = {
    "step.started": "working",
    "step.finished": "done",
    "step.failed": "waiting",
    "step.waiting": "waiting",
    "step.asked": "asked",
    "step.called": "waiting",
    "step.spread": "waiting",
    "incident.opened": "incident",
    "incident.resolved": "working",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A step looks different from here on. `visit` counts how often the run has come to it."""

    node: str
    look: Look
    visit: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry of the journal: what it changes, and the edges that are taken from here on."""

    event: Event
    changes: tuple[Change, ...] = ()
    ways: tuple[str, ...] = ()

    @property
    def seq(self) -> int:
        """The entry's number."""
        return self.event.seq

    @property
    def at(self) -> datetime | None:
        """When it was journalled."""
        return self.event.at


@dataclass(frozen=True, slots=True)
class Standing:
    """How a drawing looks at one moment: the last change of each step that was reached, and every way taken so far."""

    steps: dict[str, Change] = field(default_factory=dict)
    ways: set[str] = field(default_factory=set)


def replay(graph: Graph, events: Iterable[Event]) -> tuple[State, tuple[Frame, ...]]:
    """The state after all events, and one frame for each."""
    state, looks = State(), dict[str, Change]()
    frames: list[Frame] = []
    for event in events:
        advance(graph, state, event)
        changes = _changes(event, looks)
        looks |= {change.node: change for change in changes}
        frames.append(Frame(event, changes, _taken(graph, state, event)))
    return state, tuple(frames)


def standing(frames: Sequence[Frame], seq: int | None = None) -> Standing:
    """How the drawing looks after entry `seq`; None: after the last one."""
    found = Standing()
    for frame in frames:
        if seq is not None and frame.seq > seq:
            break
        found.steps.update({change.node: change for change in frame.changes})
        found.ways.update(frame.ways)
    return found


def _changes(event: Event, looks: dict[str, Change]) -> tuple[Change, ...]:
    if event.node and event.type in _LOOKS:
        return (Change(event.node, "skipped" if is_skip(event) else _LOOKS[event.type], event.visit),)
    if event.type in ("run.finished", "run.failed", "run.cancelled"):
        under_way = [each for each in looks.values() if each.look in _UNDER_WAY]
        return tuple(Change(each.node, "stopped", each.visit) for each in under_way)
    if event.type == "run.retried":
        stopped = [each for each in looks.values() if each.look == "stopped"]
        return tuple(Change(each.node, "waiting", each.visit) for each in stopped)
    return ()


def _taken(graph: Graph, state: State, event: Event) -> tuple[str, ...]:
    if event.type == "run.started":
        source = START
    elif event.type == "step.finished" and event.node:
        source = event.node
    else:
        return ()
    return tuple(edge.id for edge in graph.outgoing.get(source, ()) if state.taken.get(edge.id))
