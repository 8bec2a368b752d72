"""Checks of what models wrote: that it does not leave before something that reads it has looked.

Called by `check_document`. A *writer* is a node whose kind `writes_freely`; what it wrote is followed through the nodes
that read it, up to the outward ones, those that only ask included. Gates and writers pass nothing on: a gate has looked
at what it reads, a writer writes something new. A gate may have something to say of its own, though (a judge's
reasons): that is followed as what a writer wrote.

What this rests on at run time: a step sees the results on the ways taken to it, the latest visit of each. So a gate
that stands between a node X and a reader of X, and reads X itself, has looked at the very value that is read. A gate
that reads a *copy* of X counts too, where it cannot be reached from X without the copy being made on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from runtime.core.checks.codes import found
from runtime.core.checks.safety import GATES, OVERDUE
from runtime.core.definition import Edge
from runtime.core.drawing import Drawing, Read
from runtime.core.graph import Graph, Route
from runtime.core.problems import Problem


def problems(drawing: Drawing) -> Iterator[Problem]:
    """Writers whose output can leave unchecked, and writers that are judged by themselves alone."""
    flow = _Flow(drawing)
    if flow.writers or flow.speakers:
        yield from _unchecked_outputs(flow)
        yield from _self_grading(flow)


class _Flow:
    """Who reads whom, who writes, who checks."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.graph: Graph = drawing.graph
        nodes = drawing.graph.nodes
        kinds = {node: drawing.kind(node) for node in nodes if node in drawing.params}
        self.writers = [node for node, kind in kinds.items() if kind and kind.writes_freely]
        self.gates = frozenset(node for node in nodes if drawing.family(node) in GATES)
        self.people = frozenset(node for node in nodes if drawing.family(node) == "escalate")
        self.outward = frozenset(node for node in nodes if drawing.outward(node))
        self.readers = _readers(drawing)
        asking = ((node, kind) for node, kind in kinds.items() if kind and kind.connection(drawing.params[node]))
        self.speakers = {node: kind.own_words for node, kind in asking if kind.own_words}
        self._listeners = _readers(drawing, self.speakers)
        self.checkers = cache(self._checkers)

    def listeners(self, node: str) -> list[str]:
        """Who reads what a node wrote; of a gate, what it says of its own."""
        return self._listeners.get(node, [])

    def leaks(self, edge: Edge) -> bool:
        """Nobody has looked where nobody answered in time."""
        return edge.port == OVERDUE and edge.source in self.people

    def way(self, node: str, reader: str, walls: frozenset[str]) -> Route | None:
        """A way from a node to a reader of it that passes neither the walls nor the node again."""
        first = self.graph.outgoing.get(node, ())
        walls = walls | {node}
        return self.graph.route(first, {reader}, walls, lambda edge: edge.source != node and self.leaks(edge))

    def _checkers(self, node: str) -> frozenset[str]:
        """The gates that look at this node's latest output whenever a case comes from there to them."""
        copies = set(self.listeners(node))
        waiting = True
        while waiting:
            waiting = False
            for reader in self._indirect(copies):
                if not self._reaches(node, reader, frozenset(copies & self._read_by(reader))):
                    copies.add(reader)
                    waiting = True
        return frozenset(copies & self.gates)

    def _indirect(self, copies: set[str]) -> list[str]:
        makers = copies - self.people - set(self.writers)
        return sorted({reader for copy in makers for reader in self.readers.get(copy, ())} - copies)

    def _reaches(self, node: str, reader: str, copies: frozenset[str]) -> bool:
        passing = copies - self.people - set(self.writers)
        return self.way(node, reader, passing) is not None

    def _read_by(self, reader: str) -> set[str]:
        return {node for node, readers in self.readers.items() if reader in readers}


def _readers(drawing: Drawing, only: Mapping[str, frozenset[str]] | None = None) -> Mapping[str, list[str]]:
    """For each node the nodes that read its output, in the order of the document; of those in `only`, these values."""
    readers: dict[str, list[str]] = {}
    for node, reads in drawing.reads.items():
        for step in dict.fromkeys(each.reference.step for each in reads if each.is_of_output and _is_among(each, only)):
            if step is not None:
                readers.setdefault(step, []).append(node)
    return readers


def _is_among(read: Read, only: Mapping[str, frozenset[str]] | None) -> bool:
    """Whether a value that counts is read, or the whole output with it in it."""
    value = read.reference.path[2:3]
    wanted = (only or {}).get(read.reference.step or "")
    return wanted is None or not value or value[0] in wanted


class _Dirt:
    """The nodes whose output may hold what a model wrote and nothing has looked at when it was made.

    `ways` leads to each from the writer; `feeders` are the dirty nodes that it took it from.
    """

    def __init__(self, flow: _Flow) -> None:
        self._flow = flow
        origins = (*flow.writers, *flow.speakers)
        self.ways = {origin: Route((origin,), ()) for origin in origins}
        self.feeders: dict[str, set[str]] = {origin: set() for origin in origins}
        while self._spread():
            pass

    def _spread(self) -> bool:
        """One round; more feeders leave fewer walls, so rounds are made until nothing is new."""
        known = sum(len(feeders) for feeders in self.feeders.values())
        for node in list(self.feeders):
            for reader in self._flow.listeners(node):
                if reader not in self._flow.gates and reader not in self._flow.writers:
                    self._soil(node, reader)
        return known < sum(len(feeders) for feeders in self.feeders.values())

    def _soil(self, node: str, reader: str) -> None:
        way = self.way(node, reader)
        if way:
            self.ways.setdefault(reader, self.ways[node].then(way))
            self.feeders.setdefault(reader, set()).add(node)

    def way(self, node: str, reader: str) -> Route | None:
        """A way by which a reader gets what is in a node's output before anything has looked at it."""
        return self._flow.way(node, reader, self._walls(node, reader, frozenset()))

    def _walls(self, node: str, reader: str, asked: frozenset[str]) -> frozenset[str]:
        """The gates that, standing between the two, look at everything dirty that the node's output holds."""
        feeders = self.feeders[node]
        if not feeders or node in asked:
            return self._flow.checkers(node) if not feeders else frozenset()
        caught = [
            self._walls(feeder, reader, asked | {node}) if self._is_steady(feeder, node, reader) else frozenset()
            for feeder in feeders
        ]
        return self._flow.checkers(node) | frozenset.intersection(*caught)

    def _is_steady(self, feeder: str, node: str, reader: str) -> bool:
        """Whether what the reader would see of the feeder is what the node took over, and not a newer visit."""
        flow = self._flow
        if not flow.graph.loops_around.get(feeder):
            return True
        again = flow.way(node, feeder, frozenset()) and flow.way(feeder, reader, frozenset({node}))
        return not again and flow.graph.dominates(feeder, node)


def _unchecked_outputs(flow: _Flow) -> Iterator[Problem]:
    dirt = _Dirt(flow)
    told: set[tuple[str, str]] = set()
    for node, origin in dirt.ways.items():
        for reader in flow.listeners(node):
            way = dirt.way(node, reader) if reader in flow.outward else None
            if way and (origin.nodes[0], reader) not in told:
                told.add((origin.nodes[0], reader))
                yield _unchecked(flow.drawing, origin.then(way))


def _unchecked(drawing: Drawing, way: Route) -> Problem:
    writer, action = drawing.title(way.nodes[0]), drawing.title(way.nodes[-1])
    message = f"What “{writer}” writes can leave through “{action}” with nothing having checked it on the way."
    suggestion = f"Put a check, a decision or a review that reads what “{writer}” gives before “{action}”."
    return found("safety.unchecked_output", message, suggestion, nodes=way.nodes, edges=way.edges)


def _self_grading(flow: _Flow) -> Iterator[Problem]:
    for writer in flow.writers:
        checkers = sorted(flow.checkers(writer), key=lambda node: flow.drawing.place[node])
        model = _model(flow.drawing, writer)
        if model and checkers and all(_model(flow.drawing, checker) == model for checker in checkers):
            for checker in checkers:
                yield _self_graded(flow.drawing, writer, checker)


def _self_graded(drawing: Drawing, writer: str, checker: str) -> Problem:
    judge, author = drawing.title(checker), drawing.title(writer)
    message = f"“{judge}” judges what “{author}” wrote by the same model, and nothing else does."
    suggestion = "Let another model judge it, or add a check that needs no model, or a review."
    way = drawing.graph.route(drawing.graph.outgoing.get(writer, ()), {checker})
    nodes, edges = (way.nodes, way.edges) if way else ((writer, checker), ())
    return found("safety.self_grading", message, suggestion, nodes=nodes, edges=edges)


def _model(drawing: Drawing, node: str) -> tuple[str, str | None] | None:
    """The connection and the model that a node asks; None where it asks none."""
    kind, params = drawing.kind(node), drawing.params[node]
    connection = kind.connection(params) if kind else None
    return (connection, getattr(params, "model", None)) if connection else None
