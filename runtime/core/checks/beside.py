"""Checks that an action does not go ahead on one branch while what is to guard it is in doubt on another.

Called by `check_document`. `safety` follows the ways that a doubt itself takes; here a doubt goes where it should, to a
person, and the action starts all the same, because another branch leads to it and nothing waits.

The question is one of ways again. Where an action starts that a doubt has not led to, the ways that were taken to the
two have left some node by one port, and share nothing behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runtime.core.checks.codes import found
from runtime.core.checks.safety import DOUBTS, OVERDUE, Ways
from runtime.core.definition import Edge
from runtime.core.drawing import Drawing
from runtime.core.forks import apart, on_branches, waiting
from runtime.core.graph import Route
from runtime.core.problems import Problem

SUGGESTION = "Let the branches meet before the action, or put a review between."


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What a node may leave open: by which ports, who settles it, and how it is told."""

    ports: tuple[str, ...]
    settled_by: frozenset[str]
    told: str


def problems(drawing: Drawing) -> Iterator[Problem]:
    """What can go ahead beside a doubt."""
    ways = Ways(drawing)
    if drawing.graph.unbounded_cycles or not ways.actions:
        return
    beside = on_branches(drawing.graph)
    for node in drawing.graph.nodes:
        if node in beside and node in drawing.graph.reachable:
            for doubt in _doubts(ways, node):
                branches = _branches(ways, node, doubt)
                if branches:
                    yield _goes_ahead(ways, doubt, *branches)


def _doubts(ways: Ways, node: str) -> Iterator[_Doubt]:
    person = node in ways.people
    wired = {edge.port for edge in ways.graph.outgoing.get(node, ()) if not edge.loop}
    unsure = tuple(port for port in DOUBTS if port in wired)
    if unsure and not person:
        yield _Doubt(unsure, ways.people, "“{}” is in doubt")
    if "error" in wired and not person:
        yield _Doubt(("error",), ways.gates, "“{}” has gone wrong")
    if OVERDUE in wired and person:
        yield _Doubt((OVERDUE,), ways.people, "“{}” has had no answer in time")


def _branches(ways: Ways, node: str, doubt: _Doubt) -> tuple[Route, Route] | None:
    """The branch to the doubt, and the one beside it to an action that the node leads to as well."""
    goals = (ways.actions & ways.graph.forward_descendants(node)) - {node}
    if not goals:
        return None
    settled = doubt.settled_by | {node}
    walls = settled | waiting(ways.graph, node, doubt.ports)
    last = [edge for goal in sorted(goals - walls) for edge in ways.graph.forward_incoming[goal]]
    back = _ways_back(ways, node, goals, settled)
    branches = apart(ways.graph, node, [*last, *back], walls)
    if branches and branches[1].nodes[-1] not in goals - walls:
        turn = ways.graph.edges[branches[1].edges[-1]]
        onward = ways.graph.route([turn], goals, settled)
        other = Route(branches[1].nodes[:-1], branches[1].edges[:-1])
        return branches[0], other.then(onward) if onward else branches[1]
    return branches


def _ways_back(ways: Ways, node: str, goals: frozenset[str], settled: frozenset[str]) -> list[Edge]:
    """The loop edges that leave a doubt behind: the next turn can come to an action without asking the node again."""
    loops = ways.graph.loops_around.get(node, ())
    near = ways.graph.reaching(goals, settled) if loops else set()
    return [ways.graph.edges[edge] for loop in loops if loop.header in near for edge in sorted(loop.edges)]


def _goes_ahead(ways: Ways, doubt: _Doubt, guard: Route, action: Route) -> Problem:
    node, goal = guard.nodes[-1], action.nodes[-1]
    onward = [edge for _, edges in ways.edges_by(node, doubt.ports) for edge in edges]
    asked = ways.graph.route(onward, ways.people)
    told = doubt.told.format(ways.drawing.title(node)) + (" and a person is asked" if asked else "")
    message = f"While {told}, “{ways.drawing.title(goal)}” goes ahead on the other branch."
    nodes, edges = guard.nodes + action.nodes[1:], guard.edges + action.edges
    return found("safety.doubt_beside", message, SUGGESTION, nodes=nodes, edges=edges)
