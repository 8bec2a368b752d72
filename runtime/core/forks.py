"""Branches that run side by side: which nodes lie on one, who waits for whom, and two ways that keep apart.

Used by the checks of safety. It knows ports and edges; what a node does is of no matter here. Only for drawings without
an unbounded cycle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Container, Iterable, Iterator

from runtime.core.definition import Edge
from runtime.core.graph import Graph, Route


def on_branches(graph: Graph) -> set[str]:
    """The nodes on a branch beside which another runs: behind a fork, and before its branches surely meet.

    Whatever lies elsewhere has nothing beside it, so the costly questions need be asked of these nodes alone.
    """
    found: set[str] = set()
    for edges, meeting in _forks(graph):
        found |= _behind(graph, edges, meeting)
    return found


def waiting(graph: Graph, step: str, ports: Collection[str]) -> set[str]:
    """The nodes that, when a step ends by one of these ports, start only after all that follows from it has ended.

    Every way from there to an end passes them, and nothing between lets a case from elsewhere through before. What can
    be left aside because a loop turns first is not among them: in that turn it starts without waiting.
    """
    onward = [edge for edge in graph.outgoing.get(step, ()) if edge.port in ports and not edge.loop]
    meeting = graph.meeting_point(onward) if onward else None
    if meeting is None:
        return set()
    after = _behind(graph, onward)
    hasty = {each for each in after if not graph.waits_for_all(each) and not graph.dominates(step, each)}
    late = hasty.union(*(graph.forward_descendants(each) for each in hasty))
    return {meeting, *graph.passed_after(meeting)} - late - _left_aside(graph, step, ports, after)


def _left_aside(graph: Graph, step: str, ports: Collection[str], after: set[str]) -> set[str]:
    """What lies in a loop around the step, behind a loop edge that is taken from one of these ports or later."""
    found: set[str] = set()
    for loop in graph.loops_around.get(step, ()):
        for edge in (graph.edges[each] for each in loop.edges):
            if edge.source in after or (edge.source == step and edge.port in ports):
                found |= loop.body & graph.forward_descendants(edge.source)
    return found


def apart(graph: Graph, step: str, last: Iterable[Edge], walls: Container[str]) -> tuple[Route, Route] | None:
    """Two ways from one fork that share no node behind it: one to `step`, the other by one of the edges `last`.

    Neither goes back, unless `last` does; the other way passes none of `walls` (the fork itself may be one). Two ends
    are drawn back towards the start, always the later one, so they meet at a common node exactly if the ways share it.
    """
    came: dict[tuple[str, str], tuple[Edge, Edge] | None] = {}
    queue: deque[tuple[tuple[Edge, Edge], tuple[Edge, Edge] | None]] = deque()
    queue.extend(((one, other), None) for other in last for one in graph.forward_incoming.get(step, ()))
    while queue:
        here, before = queue.popleft()
        one, other = here
        if (one.id, other.id) in came:
            continue
        came[one.id, other.id] = before
        if _together(one, other):
            return _ways(came, here)
        if one.source != other.source and other.source not in walls:
            queue.extend((each, here) for each in _drawn_back(graph, one, other))
    return None


def _forks(graph: Graph) -> Iterator[tuple[list[Edge], str | None]]:
    """The edges of each port that starts branches, and where these surely meet (a loop meets nothing)."""
    for leaving in graph.outgoing.values():
        for port in {edge.port for edge in leaving} if len(leaving) > 1 else ():
            onward = [edge for edge in leaving if edge.port == port and not edge.loop]
            loops = [edge for edge in leaving if edge.port == port and edge.loop]
            if any(_together(loop, edge) for loop in loops for edge in onward):
                yield onward, None
            elif len(onward) > 1:
                yield onward, graph.meeting_point(onward)


def _behind(graph: Graph, edges: Iterable[Edge], meeting: str | None = None) -> set[str]:
    """The nodes that these edges lead to without going back, up to the meeting point and without it."""
    found: set[str] = set()
    ahead = [edge.target for edge in edges]
    while ahead:
        node = ahead.pop()
        if node not in found and node != meeting:
            found.add(node)
            ahead.extend(edge.target for edge in graph.outgoing.get(node, ()) if not edge.loop)
    return found


def _together(one: Edge, other: Edge) -> bool:
    """Whether a step can take both edges at once."""
    same = (one.source, one.port) == (other.source, other.port) and one.id != other.id
    return same and one.after_loop != other.id and other.after_loop != one.id


def _drawn_back(graph: Graph, one: Edge, other: Edge) -> Iterator[tuple[Edge, Edge]]:
    if graph.order[one.source] > graph.order[other.source]:
        yield from ((edge, other) for edge in graph.forward_incoming.get(one.source, ()))
    else:
        yield from ((one, edge) for edge in graph.forward_incoming.get(other.source, ()))


def _ways(came: dict[tuple[str, str], tuple[Edge, Edge] | None], fork: tuple[Edge, Edge]) -> tuple[Route, Route]:
    one, other = [fork[0]], [fork[1]]
    here = came[one[-1].id, other[-1].id]
    while here:
        for way, edge in zip((one, other), here, strict=True):
            if way[-1] is not edge:
                way.append(edge)
        here = came[here[0].id, here[1].id]
    return _route(one), _route(other)


def _route(edges: list[Edge]) -> Route:
    return Route((edges[0].source, *(edge.target for edge in edges)), tuple(edge.id for edge in edges))
