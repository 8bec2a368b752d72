"""Checks that nothing doubtful reaches an outward action: the ways from doubts, errors and silence, and the gates.

Called by `check_document`; `beside` looks at branches side by side, `outputs` follows what models wrote. A *gate* is a
node of the families verify, decide and escalate; a *person* is one of escalate. An outward node *commits* unless it is
marked as only asking.

All of it is a question of ways in the graph. That suffices at run time: a step starts only if a way of taken edges
leads to it, so what stands on every way of the drawing has been passed by every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from runtime.core.checks.codes import found
from runtime.core.definition import START, Edge
from runtime.core.drawing import Drawing
from runtime.core.graph import Route
from runtime.core.problems import Problem

GATES = ("verify", "decide", "escalate")
DOUBTS = ("unsure", "fail")
OVERDUE = "overdue"


def problems(drawing: Drawing) -> Iterator[Problem]:
    """What is unsafe about the ways to outward actions."""
    ways = Ways(drawing)
    yield from _uncertain_proceeds(ways)
    yield from _error_proceeds(ways)
    yield from _approve_on_timeout(ways)
    yield from _ungated_actions(ways)


class Ways:
    """The nodes by what they are, and from where actions can be reached past whom."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.graph = drawing.graph
        nodes = drawing.graph.nodes
        self.actions = frozenset(node for node in nodes if drawing.commits(node))
        self.people = frozenset(node for node in nodes if drawing.family(node) == "escalate")
        self.gates = frozenset(node for node in nodes if drawing.family(node) in GATES)

    @cached_property
    def past_people(self) -> set[str]:
        """From where an action can be reached with no person on the way."""
        return self.graph.reaching(self.actions, self.people)

    @cached_property
    def past_gates(self) -> set[str]:
        """From where an action can be reached with no gate on the way."""
        return self.graph.reaching(self.actions, self.gates)

    def edges_by(self, node: str, ports: Iterable[str]) -> Iterator[tuple[str, list[Edge]]]:
        """The edges of a node, for each of these ports that is wired."""
        for port in ports:
            edges = [edge for edge in self.graph.outgoing.get(node, ()) if edge.port == port]
            if edges:
                yield port, edges


def _uncertain_proceeds(ways: Ways) -> Iterator[Problem]:
    for node in ways.graph.nodes:
        if node in ways.people:
            continue
        for port, edges in ways.edges_by(node, DOUBTS):
            way = _way(ways, edges, ways.past_people, {*ways.people, node}, but=node)
            if way:
                yield _uncertain(ways.drawing, node, port, way)


def _uncertain(drawing: Drawing, node: str, port: str, way: Route) -> Problem:
    source, action = drawing.title(node), drawing.title(way.nodes[-1])
    doubt = "is not sure" if port == "unsure" else "fails"
    message = f"When “{source}” {doubt}, a case can go on to “{action}” without a person having seen it."
    suggestion = f"Put a review on this way before “{action}”, or lead “{port}” back so that “{source}” looks again."
    return found("safety.uncertain_proceeds", message, suggestion, nodes=way.nodes, edges=way.edges)


def _error_proceeds(ways: Ways) -> Iterator[Problem]:
    for node in ways.graph.nodes:
        if node in ways.people:
            continue
        for _, edges in ways.edges_by(node, ["error"]):
            way = _way(ways, edges, ways.past_gates, ways.gates)
            if way:
                source, action = ways.drawing.title(node), ways.drawing.title(way.nodes[-1])
                message = f"When “{source}” goes wrong, a case can go on to “{action}” with nobody having looked."
                suggestion = f"Put a check or a review on this way before “{action}”, or leave “error” unconnected."
                yield found("safety.error_proceeds", message, suggestion, nodes=way.nodes, edges=way.edges)


def _approve_on_timeout(ways: Ways) -> Iterator[Problem]:
    for node in ways.graph.nodes:
        if node not in ways.people:
            continue
        for _, edges in ways.edges_by(node, [OVERDUE]):
            way = _way(ways, edges, ways.past_people, ways.people)
            if way:
                source, action = ways.drawing.title(node), ways.drawing.title(way.nodes[-1])
                message = f"When nobody answers “{source}” in time, a case can go on to “{action}” all the same."
                suggestion = "Lead “overdue” to another review, or to an outcome that does nothing."
                yield found("safety.approve_on_timeout", message, suggestion, nodes=way.nodes, edges=way.edges)


def _way(ways: Ways, edges: list[Edge], near: set[str], walls: Iterable[str], but: str = "") -> Route | None:
    """A way to an action (other than `but`) past the walls. `near` spares the search where there is none anyway."""
    onward = [edge for edge in edges if edge.target in near]
    return ways.graph.route(onward, ways.actions - {but}, frozenset(walls)) if onward else None


def _ungated_actions(ways: Ways) -> Iterator[Problem]:
    gated = _gated(ways)
    for node in ways.graph.nodes:
        if node in ways.actions and node in ways.graph.reachable and node not in gated:
            start = ways.graph.outgoing.get(START, ())
            way = ways.graph.route(start, {node}, ways.gates) or ways.graph.route(start, {node})
            message = f"A case can come to “{ways.drawing.title(node)}” past every check, decision and person."
            suggestion = "Put a check, a decision or a review where every case passes before it."
            nodes, edges = (way.nodes, way.edges) if way else ((node,), ())
            yield found("safety.ungated_action", message, suggestion, nodes=nodes, edges=edges)


def _gated(ways: Ways) -> set[str]:
    """The nodes that a gate dominates."""
    above = ways.graph.immediate_dominators
    known: dict[str, bool] = {START: False}
    for node in above:
        chain = [node]
        while chain[-1] not in known:
            chain.append(above[chain[-1]])
        for each in reversed(chain[:-1]):
            known[each] = above[each] in ways.gates or known[above[each]]
    return {node for node, gated in known.items() if gated}
