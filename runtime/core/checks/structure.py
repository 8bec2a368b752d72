"""Checks of the shape of a drawing: whether every case comes to exactly one end, and loops are bounded.

Called by `check_document`. Topology comes from `graph`; what nodes do is of no matter here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runtime.core.checks.codes import found
from runtime.core.definition import START, Edge
from runtime.core.drawing import Drawing
from runtime.core.graph import Route
from runtime.core.problems import Problem


def problems(drawing: Drawing) -> Iterator[Problem]:
    """What is wrong with the ways through the drawing."""
    ending = _ending(drawing)
    yield from _unreachable(drawing)
    yield from _open_ports(drawing)
    yield from _no_outcome(drawing, ending)
    yield from _unbounded_loops(drawing)
    yield from _loops(drawing)
    if not drawing.graph.unbounded_cycles:
        yield from _splits(drawing, ending)


def _ending(drawing: Drawing) -> set[str]:
    """The nodes from which an outcome can be reached. A node of an unknown kind may be anything: it gets no blame."""
    ends = [node for node in drawing.graph.nodes if drawing.family(node) in ("outcome", None)]
    return drawing.graph.reaching(ends)


def _unreachable(drawing: Drawing) -> Iterator[Problem]:
    for node in drawing.graph.nodes:
        if node not in drawing.graph.reachable:
            message = f"No case ever comes to “{drawing.title(node)}”."
            suggestion = "Lead a way to this step, or delete it."
            yield found("graph.unreachable", message, suggestion, nodes=(node,))


def _open_ports(drawing: Drawing) -> Iterator[Problem]:
    for node in (START, *drawing.graph.nodes):
        wired = {edge.port for edge in drawing.graph.outgoing.get(node, ())}
        for port in drawing.ports.get(node, ()):
            if port not in wired and port != "error":
                message = f"The way out “{port}” of “{drawing.title(node)}” leads nowhere: a case would be stuck there."
                yield found("graph.open_port", message, f"Connect “{port}” to a step.", nodes=(node,))


def _no_outcome(drawing: Drawing, ending: set[str]) -> Iterator[Problem]:
    stuck = tuple(node for node in (START, *drawing.graph.nodes) if node not in ending)
    if stuck:
        named = ", ".join(f"“{drawing.title(node)}”" for node in stuck[:5]) + (" …" if len(stuck) > 5 else "")
        message = f"From {named} a case can never come to an end."
        yield found("graph.no_outcome", message, "Lead every way to an outcome, where a case ends.", nodes=stuck)


def _unbounded_loops(drawing: Drawing) -> Iterator[Problem]:
    for cycle in drawing.graph.unbounded_cycles:
        message = f"A case can go round in a circle through “{drawing.title(cycle.nodes[0])}” without end."
        suggestion = "Make the way that goes back a loop, and say how many turns it may make."
        yield found("graph.unbounded_loop", message, suggestion, nodes=cycle.nodes, edges=cycle.edges)


def _loops(drawing: Drawing) -> Iterator[Problem]:
    exits = {(edge.source, edge.port, edge.after_loop) for edge in drawing.graph.edges.values()}
    for edge in drawing.graph.edges.values():
        if edge.loop and edge.source in drawing.graph.reachable:
            if not drawing.graph.dominates(edge.target, edge.source):
                yield _crooked(drawing, edge)
            if (edge.source, edge.port, edge.id) not in exits:
                yield _endless(drawing, edge)


def _crooked(drawing: Drawing, edge: Edge) -> Problem:
    source, target = drawing.title(edge.source), drawing.title(edge.target)
    around = drawing.graph.route(drawing.graph.outgoing.get(START, ()), {edge.source}, {edge.target})
    way = around or Route((edge.source,), ())
    message = f"The loop from “{source}” goes back to “{target}”, but a case can come to “{source}” without it."
    suggestion = f"Lead the loop back to a step that every case passes before “{source}”."
    nodes, edges = (*way.nodes, edge.target), (*way.edges, edge.id)
    return found("graph.crooked_loop", message, suggestion, nodes=nodes, edges=edges)


def _endless(drawing: Drawing, edge: Edge) -> Problem:
    source = drawing.title(edge.source)
    turns = edge.loop.max if edge.loop else 0
    message = f"After {turns} turns of the loop from “{source}”, nothing says where the case goes."
    suggestion = f"Lead “{edge.port}” of “{source}” to another step as well: it is taken when the turns are used up."
    return found("graph.loop_without_exit", message, suggestion, nodes=(edge.source, edge.target), edges=(edge.id,))


def _splits(drawing: Drawing, ending: set[str]) -> Iterator[Problem]:
    for node in (START, *drawing.graph.nodes):
        for port, branches in _branches(drawing, node).items():
            onward = [edge for edge in branches if edge.target in ending]
            if len(onward) > 1 and drawing.graph.meeting_point(onward) is None:
                yield _unjoined(drawing, node, port, onward)


def _branches(drawing: Drawing, node: str) -> Mapping[str, list[Edge]]:
    by_port: dict[str, list[Edge]] = {}
    for edge in drawing.graph.outgoing.get(node, ()):
        if not edge.loop:
            by_port.setdefault(edge.port, []).append(edge)
    return by_port


def _unjoined(drawing: Drawing, node: str, port: str, branches: list[Edge]) -> Problem:
    outcomes = {each for each in drawing.graph.nodes if drawing.family(each) == "outcome"}
    one = drawing.graph.route(branches[:1], outcomes)
    apart = outcomes - set(one.nodes) if one else outcomes
    other = drawing.graph.route(branches[1:], apart) or drawing.graph.route(branches[1:], outcomes)
    ways = [way for way in (one, other) if way]
    message = f"The branches that leave “{drawing.title(node)}” by “{port}” go on side by side and never come together."
    suggestion = "Lead the branches into one step before the outcome, so that a case ends once."
    nodes = (node, *(each for way in ways for each in way.nodes[1:]))
    edges = tuple(each for way in ways for each in way.edges)
    return found("graph.split_without_join", message, suggestion, nodes=nodes, edges=edges)
