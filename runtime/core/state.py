"""The state of a run: a fold over its journal, and nothing else.

`advance` is called by the executor for each event it journals, `fold` when a run is taken up again. It derives what
follows from the facts (edges taken, dead paths, loops that may turn, steps that may start) and decides nothing: that is
the planner's part. A state belongs to one caller and is changed in place; the same events give the same state.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from runtime.core.definition import START, Edge
from runtime.core.events import Event
from runtime.core.graph import Graph, NaturalLoop
from runtime.core.items import Items, spread, take

type Status = Literal["running", "succeeded", "failed", "cancelled"]
type StepStatus = Literal["pending", "ready", "running", "waiting", "retrying", "incident", "finished", "skipped"]

SETTLED: frozenset[StepStatus] = frozenset({"finished", "skipped"})


@dataclass(slots=True)
class Result:
    """What a finished visit gave."""

    port: str | None
    output: Any
    visit: int = 1


@dataclass(slots=True)
class Step:
    """Where a node stands in its present visit.

    `through` holds the edges that started a join of the first arrival; `carried`, on the header of a loop that has
    turned, what the ways back into it have seen in earlier turns; `awaits` the id of the case or run it waits for;
    `items` how far it is where it runs a workflow for each item of a list.
    """

    visit: int = 1
    status: StepStatus = "pending"
    attempt: int = 0
    wake_at: datetime | None = None
    result: Result | None = None
    error: Mapping[str, Any] | None = None
    through: tuple[str, ...] = ()
    carried: dict[str, Result] = field(default_factory=dict)
    awaits: str | None = None
    items: Items | None = None


@dataclass(slots=True)
class State:
    """Everything the planner needs to know of a run."""

    seq: int = 0
    status: Status = "running"
    input: Any = None
    started_at: datetime | None = None
    steps: dict[str, Step] = field(default_factory=dict)
    taken: dict[str, bool] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    unsettled: dict[str, int] = field(default_factory=dict)
    turning: list[NaturalLoop] = field(default_factory=list)
    outcome: str | None = None
    output: Any = None
    error: Mapping[str, Any] | None = None

    def step(self, node: str) -> Step:
        """The step of this node; made at its first mention."""
        found = self.steps.get(node)
        if found is None:
            found = self.steps[node] = Step()
        return found


def fold(graph: Graph, events: Iterable[Event]) -> State:
    """The state after these events, from an empty one."""
    state = State()
    for event in events:
        advance(graph, state, event)
    return state


def advance(graph: Graph, state: State, event: Event) -> None:
    """Take one more fact into the state."""
    state.seq = event.seq or state.seq + 1
    _TAKEN_IN[event.type](graph, state, event)


def visible_results(graph: Graph, state: State, node: str) -> dict[str, Result]:
    """The results that a step may read: those of the steps on the ways taken to it, through earlier turns of loops too.

    What a parallel branch has done by chance before is not among them, even if that branch might have led here: timing
    never changes an answer, and nothing can be read that has gone round a check on the way.
    """
    found: dict[str, Result] = {}
    ahead, seen = [node], {node}
    while ahead:
        here = ahead.pop()
        if here != node:
            _see(found, here, state.steps[here].result)
        for name, result in state.step(here).carried.items():
            _see(found, name, result)
        for source in _led(graph, state, here):
            if source not in seen:
                seen.add(source)
                ahead.append(source)
    return found


def _see(found: dict[str, Result], name: str, result: Result | None) -> None:
    """The latest visit is the one that counts."""
    if result and (name not in found or found[name].visit < result.visit):
        found[name] = result


def _led(graph: Graph, state: State, node: str) -> list[str]:
    """The sources of the taken edges that started this visit of a node, or the turn of its loop."""
    edges = graph.forward_incoming.get(node, ())
    through = state.step(node).through
    return [edge.source for edge in edges if (edge.id in through if through else state.taken.get(edge.id))]


def _run_started(graph: Graph, state: State, event: Event) -> None:
    state.input = event.data.get("input")
    state.started_at = event.at
    _count_unsettled(graph, state)
    state.step(START).status = "finished"
    _spread(graph, state, [(edge, True) for edge in graph.outgoing.get(START, ())])


def _step_started(_graph: Graph, state: State, event: Event) -> None:
    step = state.step(_node(event))
    step.status, step.wake_at, step.attempt = "running", None, int(event.data["attempt"])


def _step_finished(graph: Graph, state: State, event: Event) -> None:
    node = _node(event)
    step = state.step(node)
    step.status, step.wake_at, step.error = "finished", None, None
    step.result = Result(event.data["port"], event.data.get("output"), event.visit)
    _settle(graph, state, node, step.result.port)


def _step_failed(_graph: Graph, state: State, event: Event) -> None:
    step = state.step(_node(event))
    step.status, step.error = "retrying", event.data["error"]
    step.attempt = int(event.data["attempt"])
    step.wake_at = datetime.fromisoformat(event.data["retry_at"])


def _step_waiting(_graph: Graph, state: State, event: Event) -> None:
    step = state.step(_node(event))
    step.status, step.wake_at = "waiting", datetime.fromisoformat(event.data["until"])


def _step_handed_over(_graph: Graph, state: State, event: Event) -> None:
    step = state.step(_node(event))
    step.status, step.wake_at = "waiting", None
    step.awaits = event.data.get("escalation") or event.data.get("run")


def _step_spread(_graph: Graph, state: State, event: Event) -> None:
    step = state.step(_node(event))
    step.status, step.wake_at, step.awaits = "waiting", None, None
    step.items = spread(step.items, event.data)


def _item_moved(_graph: Graph, state: State, event: Event) -> None:
    take(state.step(_node(event)).items, event)


def _incident_opened(_graph: Graph, state: State, event: Event) -> None:
    step = state.step(_node(event))
    step.status, step.wake_at, step.error = "incident", None, event.data["error"]
    step.awaits = event.data.get("escalation")


def _incident_resolved(_graph: Graph, state: State, event: Event) -> None:
    if event.data["action"] == "retry":
        step = state.step(_node(event))
        step.status, step.attempt = "ready", 0


def _loop_turned(graph: Graph, state: State, event: Event) -> None:
    loop = next(loop for loop in graph.loops if loop.header == event.node)
    for edge in event.data["edges"]:
        state.turns[edge] = state.turns.get(edge, 0) + 1
    state.turning.remove(loop)
    carried = _carried(graph, state, event.data["edges"])
    through = state.step(loop.header).through
    _reopen(graph, state, loop)
    header = state.step(loop.header)
    header.status, header.through, header.carried = "ready", through, carried


def _carried(graph: Graph, state: State, edges: Iterable[str]) -> dict[str, Result]:
    """What is known where a loop's edges lead back."""
    known: dict[str, Result] = {}
    for source in {graph.edges[edge].source for edge in edges}:
        for name, result in visible_results(graph, state, source).items():
            _see(known, name, result)
        _see(known, source, state.step(source).result)
    return known


def _run_finished(_graph: Graph, state: State, event: Event) -> None:
    state.status = "succeeded"
    state.outcome, state.output = event.data["outcome"], event.data.get("output")


def _run_failed(_graph: Graph, state: State, event: Event) -> None:
    state.status, state.error = "failed", event.data["error"]


def _run_cancelled(_graph: Graph, state: State, event: Event) -> None:
    state.status, state.error = "cancelled", dict(event.data)


def _run_retried(graph: Graph, state: State, event: Event) -> None:
    node = _node(event)
    state.status, state.error, state.outcome, state.output = "running", None, None, None
    again = {node} | graph.forward_descendants(node)
    state.turning = [loop for loop in state.turning if not loop.body & again]
    for loop in graph.loops:
        if loop.header in again and loop.header != node:
            _forget_turns(state, loop)
    kept = state.step(node).through, state.step(node).carried
    for name in again:
        _blank(graph, state, name)
    _count_unsettled(graph, state)
    state.step(node).through, state.step(node).carried = kept
    for step in state.steps.values():
        if step.status in ("running", "retrying", "waiting", "incident"):
            step.status, step.attempt, step.wake_at = "ready", 0, None
    state.step(node).status = "ready"


def _settle(graph: Graph, state: State, node: str, port: str | None) -> None:
    """A step has finished on a port, or is skipped (no port): its edges are decided, and what hangs on them follows."""
    work = [(edge, _is_taken(graph, state, edge, port)) for edge in graph.outgoing.get(node, ())]
    _spread(graph, state, work, settled=[node])


def _spread(graph: Graph, state: State, decided: list[tuple[Edge, bool]], settled: Iterable[str] = ()) -> None:
    """Follow decided edges as far as they reach, dead paths included, without recursion (drawings are long)."""
    edges = deque(decided)
    nodes = deque(settled)
    while edges or nodes:
        if edges:
            edge, taken = edges.popleft()
            state.taken[edge.id] = taken
            if not edge.loop and _has_left_its_loops(graph, state, edge):
                _arrive(graph, state, edge, edges, nodes)
        else:
            for edge in _released(graph, state, nodes.popleft()):
                _arrive(graph, state, edge, edges, nodes)


def _arrive(graph: Graph, state: State, edge: Edge, edges: deque[tuple[Edge, bool]], nodes: deque[str]) -> None:
    """An edge is settled for good as its target sees it: may the target start, or is it dead?"""
    target = edge.target
    step = state.step(target)
    if step.status != "pending":
        return
    verdict = _joined(graph, state, target)
    if verdict:
        step.status = "ready"
        if graph.nodes[target].join == "any":
            step.through = tuple(each.id for each in graph.forward_incoming[target] if _seen(graph, state, each))
    elif verdict is False:
        step.status = "skipped"
        edges.extend((out, False) for out in graph.outgoing.get(target, ()))
        nodes.append(target)


def _joined(graph: Graph, state: State, target: str) -> bool | None:
    """Whether a join lets its node start (True), skips it (False), or must wait (None)."""
    first_will_do = graph.nodes[target].join == "any"
    started = waiting = False
    for edge in graph.forward_incoming[target]:
        seen = _seen(graph, state, edge)
        started, waiting = started or seen is True, waiting or seen is None
        if started if first_will_do else waiting:
            break
    if first_will_do:
        return True if started else None if waiting else False
    return None if waiting else started


def _released(graph: Graph, state: State, node: str) -> list[Edge]:
    """A node of a loop is settled. When its whole body is, the loop turns, or lets go of the edges that leave it."""
    released: list[Edge] = []
    for loop in graph.loops_around.get(node, ()):
        state.unsettled[loop.header] -= 1
        if _is_quiet(state, loop):
            if any(state.taken.get(edge) for edge in loop.edges):
                state.turning.append(loop)
            else:
                exits = (graph.edges[edge] for edge in sorted(loop.exits))
                released += [edge for edge in exits if _has_left_its_loops(graph, state, edge)]
    return released


def _has_left_its_loops(graph: Graph, state: State, edge: Edge) -> bool:
    loops = graph.loops_left_by.get(edge.id)
    return not loops or all(_is_quiet(state, loop) for loop in loops)


def _is_quiet(state: State, loop: NaturalLoop) -> bool:
    """Whether nothing goes on in a loop: every node of it is settled, and neither it nor a loop inside is to turn."""
    return state.unsettled[loop.header] == 0 and not any(turning.body <= loop.body for turning in state.turning)


def _seen(graph: Graph, state: State, edge: Edge) -> bool | None:
    """How an edge looks from its target: taken, dead, or not decided yet."""
    taken = state.taken.get(edge.id)
    return taken if taken is not None and _has_left_its_loops(graph, state, edge) else None


def _is_taken(graph: Graph, state: State, edge: Edge, port: str | None) -> bool:
    if edge.port != port:
        return False
    if edge.loop:
        return _may_turn(graph, state, edge.id)
    return edge.after_loop is None or not _may_turn(graph, state, edge.after_loop)


def _may_turn(graph: Graph, state: State, edge_id: str) -> bool:
    edge = graph.edges.get(edge_id)
    return bool(edge and edge.loop and state.turns.get(edge_id, 0) < edge.loop.max)


def _reopen(graph: Graph, state: State, loop: NaturalLoop) -> None:
    for name in loop.body:
        _blank(graph, state, name)
    for inner in graph.loops:
        if inner.body < loop.body:
            _forget_turns(state, inner)
    _count_unsettled(graph, state)


def _count_unsettled(graph: Graph, state: State) -> None:
    for loop in graph.loops:
        state.unsettled[loop.header] = sum(1 for name in loop.body if state.step(name).status not in SETTLED)


def _blank(graph: Graph, state: State, name: str) -> None:
    """A node is open again. Only what finished begins a new visit: an unfinished step keeps its idempotency key."""
    step = state.step(name)
    if step.status in SETTLED:
        step.visit += 1
        step.result = step.items = None
    step.status, step.attempt, step.wake_at, step.error = "pending", 0, None, None
    step.through, step.carried = (), {}
    for edge in graph.outgoing.get(name, ()):
        state.taken.pop(edge.id, None)


def _forget_turns(state: State, loop: NaturalLoop) -> None:
    for edge in loop.edges:
        state.turns.pop(edge, None)


def _node(event: Event) -> str:
    if event.node is None:
        raise ValueError(f"{event.type} names no node")
    return event.node


_TAKEN_IN = {
    "run.started": _run_started,
    "step.started": _step_started,
    "step.finished": _step_finished,
    "step.failed": _step_failed,
    "step.waiting": _step_waiting,
    "step.asked": _step_handed_over,
    "step.called": _step_handed_over,
    "step.spread": _step_spread,
    "item.called": _item_moved,
    "item.ended": _item_moved,
    "incident.opened": _incident_opened,
    "incident.resolved": _incident_resolved,
    "loop.turned": _loop_turned,
    "run.finished": _run_finished,
    "run.failed": _run_failed,
    "run.cancelled": _run_cancelled,
    "run.retried": _run_retried,
}
