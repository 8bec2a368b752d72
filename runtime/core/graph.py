"""The shape of a drawing: order, loops, dominators, reachability. The only file that says networkx.

Made from a document (complete or half drawn: edges from or to nowhere are left out), used by the checks and by the
planner. It knows ids, ports and edges; what a node does, only its kind knows.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import networkx as nx

from runtime.core.definition import START, Document, Edge, Node


@dataclass(frozen=True)
class NaturalLoop:
    """What a loop edge re-opens. Loops with one header are one loop.

    `edges` are the ids of its loop edges, `body` its nodes (header included), `exits` the ids of the edges leaving it.
    """

    header: str
    edges: frozenset[str]
    body: frozenset[str]
    exits: frozenset[str]


@dataclass(frozen=True)
class Route:
    """A way through a drawing: its nodes in order, and the edges between them."""

    nodes: tuple[str, ...]
    edges: tuple[str, ...]

    def then(self, other: Route) -> Route:
        """This way, and the other from where this one ends."""
        return Route(self.nodes + other.nodes[1:], self.edges + other.edges)


_END = "the end"
"""Where every way ends that ends. No node can have this id."""


class Graph:
    """The topology of one document; read only."""

    def __init__(self, document: Document) -> None:
        self.nodes: dict[str, Node] = {node.id: node for node in document.nodes}
        known = {START, *self.nodes}
        self.edges: dict[str, Edge] = {
            edge.id: edge for edge in document.edges if edge.source in known and edge.target in self.nodes
        }
        self.outgoing: Mapping[str, list[Edge]] = _grouped((edge.source, edge) for edge in self.edges.values())
        self.incoming: Mapping[str, list[Edge]] = _grouped((edge.target, edge) for edge in self.edges.values())
        self.forward_incoming: Mapping[str, list[Edge]] = _grouped(
            (edge.target, edge) for edge in self.edges.values() if not edge.loop
        )
        self._beginnings: dict[tuple[str, str], tuple[str, ...]] = {}

    @cached_property
    def whole(self) -> nx.DiGraph[str]:
        """Every node and every edge, loop edges included."""
        return self._drawn(self.edges.values())

    @cached_property
    def forward(self) -> nx.DiGraph[str]:
        """Every node, and the edges that do not go back."""
        return self._drawn(edge for edge in self.edges.values() if not edge.loop)

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The nodes that `start` can reach, itself included."""
        return frozenset(nx.descendants(self.whole, START)) | {START}

    @cached_property
    def unbounded_cycles(self) -> tuple[Route, ...]:
        """A cycle that no loop edge bounds, out of every knot of nodes that has one."""
        knots = sorted(nx.strongly_connected_components(self.forward), key=min)
        starts = (min(knot) for knot in knots if len(knot) > 1 or self.forward.has_edge(min(knot), min(knot)))
        return tuple(self._cycle(start) for start in starts)

    def _cycle(self, start: str) -> Route:
        drawn = {(edge.source, edge.target): edge.id for edge in self.edges.values() if not edge.loop}
        nodes = next(
            (start, *nx.shortest_path(self.forward, onward, start))
            for onward in self.forward.successors(start)
            if nx.has_path(self.forward, onward, start)
        )
        return Route(nodes, tuple(drawn[pair] for pair in pairwise(nodes)))

    @cached_property
    def order(self) -> Mapping[str, int]:
        """A place in the order of work for every node; only for drawings without an unbounded cycle."""
        return {node: place for place, node in enumerate(nx.lexicographical_topological_sort(self.forward))}

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """The ends, in the order of work."""
        return tuple(
            sorted((node.id for node in self.nodes.values() if node.kind == "outcome"), key=self.order.__getitem__)
        )

    @cached_property
    def immediate_dominators(self) -> Mapping[str, str]:
        """The nearest node that every way from start to a node passes; start has none."""
        found: dict[str, str] = dict(nx.immediate_dominators(self.whole, START))
        return {node: above for node, above in found.items() if node != START and above != node}

    def dominators(self, node: str) -> list[str]:
        """The nodes that every way from start to `node` passes, nearest first, without `node` itself."""
        chain: list[str] = []
        while node in self.immediate_dominators:
            node = self.immediate_dominators[node]
            chain.append(node)
        return chain

    def dominates(self, above: str, below: str) -> bool:
        """Whether every way from start to `below` passes `above`; a node dominates itself."""
        if above == below:
            return True
        # A node dominates what hangs below it in the tree of dominators: what is entered and left in between.
        outer, inner = self._tree.get(above), self._tree.get(below)
        return outer is not None and inner is not None and outer[0] <= inner[0] and inner[1] <= outer[1]

    @cached_property
    def _tree(self) -> Mapping[str, tuple[int, int]]:
        """When a walk through the tree of dominators enters each node and leaves it."""
        below = _grouped((above, node) for node, above in self.immediate_dominators.items())
        entered, spans, clock = dict[str, int](), dict[str, tuple[int, int]](), 0
        ahead = [(START, False)]
        while ahead:
            node, is_done = ahead.pop()
            clock += 1
            if is_done:
                spans[node] = (entered[node], clock)
            else:
                entered[node] = clock
                ahead += [(node, True), *((each, False) for each in below.get(node, ()))]
        return spans

    def forward_descendants(self, node: str) -> frozenset[str]:
        """The nodes that can be reached from `node` without going back."""
        return frozenset(nx.descendants(self.forward, node))

    def route(
        self,
        first: Iterable[Edge],
        goals: Container[str],
        walls: Container[str] = (),
        leaks: Callable[[Edge], bool] = lambda _edge: False,
    ) -> Route | None:
        """A shortest way that begins with one of the edges `first` and ends at one of `goals`, through loop edges too.

        It passes none of `walls`, but for the edges out of them that leak. None where there is no such way.
        """
        came: dict[str, Edge] = {}
        first = list(first)
        queue = deque(first)
        while queue:
            edge = queue.popleft()
            if edge.target in came:
                continue
            came[edge.target] = edge
            if edge.target in goals:
                return _route(came, edge, {start.id for start in first})
            onward = self.outgoing.get(edge.target, ())
            queue.extend(out for out in onward if edge.target not in walls or leaks(out))
        return None

    def reaching(
        self, goals: Iterable[str], walls: Container[str] = (), leaks: Callable[[Edge], bool] = lambda _edge: False
    ) -> set[str]:
        """The nodes from which one of `goals` can be reached without passing `walls` (but for leaking edges).

        The goals themselves are among them.
        """
        found = set(goals)
        ahead = list(found)
        while ahead:
            for edge in self.incoming.get(ahead.pop(), ()):
                if edge.source not in found and (edge.source not in walls or leaks(edge)):
                    found.add(edge.source)
                    ahead.append(edge.source)
        return found

    def meeting_point(self, edges: Iterable[Edge]) -> str | None:
        """The nearest node that every way to an end passes, whichever of these edges it begins with; None where the
        ways can end apart. Only for drawings without an unbounded cycle.
        """
        meeting = _common((edge.target for edge in edges), *self._after)
        return meeting if meeting != _END else None

    def waits_for(self, node: str, step: str) -> bool:
        """Whether a step that does not dominate a node has run, and led to it, whenever the node runs all the same.

        So it is where branches start side by side, the step lies on one of them whichever way that one goes, and the
        joins up to the node, or to one that dominates it, wait for all. Only for drawings without an unbounded cycle.
        """
        joins = (each for each in (node, *self.dominators(node)) if self.comes_after(step, each))
        return any(self._gathers(each, step) for each in joins)

    def _gathers(self, node: str, step: str) -> bool:
        above = {step, *self.dominators(step)}
        fork = next((each for each in self.dominators(node) if each in above), None)
        begun = self._begun_together(fork, node) if fork else ()
        return any(step == each or self.comes_after(each, step) for each in begun)

    def _begun_together(self, fork: str, node: str) -> tuple[str, ...]:
        """What a dominator of a node starts side by side on the way there, where all of that is waited for."""
        # Asked for every step of every branch, and the answer is the same for all of them.
        if (fork, node) not in self._beginnings:
            region = self._region(fork, node)
            into = [edge for edge in self.outgoing.get(fork, ()) if not edge.loop and edge.target in region]
            together = len({edge.port for edge in into}) == 1 and not any(edge.after_loop for edge in into)
            gathered = together and all(self.waits_for_all(each) for each in region)
            self._beginnings[fork, node] = tuple(edge.target for edge in into) if gathered else ()
        return self._beginnings[fork, node]

    def _region(self, fork: str, node: str) -> set[str]:
        """The nodes between a dominator of a node and the node, itself included, without going back."""
        found = {node}
        ahead = [node]
        while ahead:
            for edge in self.forward_incoming.get(ahead.pop(), ()):
                if edge.source != fork and edge.source not in found:
                    found.add(edge.source)
                    ahead.append(edge.source)
        return found

    def waits_for_all(self, node: str) -> bool:
        """Whether a node starts only when nothing that leads to it is undecided."""
        return self.nodes[node].join == "all" or len(self.forward_incoming.get(node, ())) < 2

    def passed_after(self, node: str) -> set[str]:
        """The nodes that every way from here to an end passes."""
        above, _ = self._after
        found: set[str] = set()
        while (node := above[node]) != _END:
            found.add(node)
        return found

    def comes_after(self, node: str, later: str) -> bool:
        """Whether every way from a node to an end passes the later one: `passed_after`, asked at once."""
        (begin, end), (place, _) = self._spans[later], self._spans[node]
        return node != later and begin <= place <= end

    @cached_property
    def _spans(self) -> Mapping[str, tuple[int, int]]:
        """For each node its place when the tree of `_after` is walked from its root, and the last place below it."""
        above, _ = self._after
        below = _grouped((onward, node) for node, onward in above.items())
        begun: dict[str, int] = {}
        last: dict[str, int] = {}
        ahead = [_END]
        while ahead:
            node = ahead[-1]
            if node not in begun:
                begun[node] = len(begun)
                ahead += below.get(node, ())
            else:
                last[ahead.pop()] = len(begun) - 1
        return {node: (begun[node], last[node]) for node in begun}

    @cached_property
    def _after(self) -> tuple[Mapping[str, str], Mapping[str, int]]:
        """For each node the nearest one that every way from it to an end passes (immediate post-dominators, loop edges
        left out), and how many such nodes follow.
        """
        above: dict[str, str] = {}
        depth = {_END: 0}
        for node in reversed(list(self.order)):
            onward = [edge.target for edge in self.outgoing.get(node, ()) if not edge.loop]
            above[node] = _common(onward, above, depth) if onward else _END
            depth[node] = depth[above[node]] + 1
        return above, depth

    @cached_property
    def loops(self) -> tuple[NaturalLoop, ...]:
        """The natural loops, inner before outer. A loop edge whose target does not dominate its source makes none."""
        by_header: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges.values():
            if edge.loop and edge.source in self.reachable and self.dominates(edge.target, edge.source):
                by_header[edge.target].append(edge)
        loops = [self._loop(header, edges) for header, edges in by_header.items()]
        return tuple(sorted(loops, key=lambda loop: (len(loop.body), loop.header)))

    def _loop(self, header: str, edges: list[Edge]) -> NaturalLoop:
        without_header = nx.restricted_view(self.whole, [header], [])
        body = {header}
        for edge in edges:
            if edge.source != header:
                body |= {edge.source} | set(nx.ancestors(without_header, edge.source)) & self.reachable
        ids = frozenset(edge.id for edge in edges)
        exits = frozenset(e.id for e in self.edges.values() if e.source in body and e.target not in body)
        return NaturalLoop(header, ids, frozenset(body), exits)

    @cached_property
    def loops_around(self) -> Mapping[str, tuple[NaturalLoop, ...]]:
        """For each node the loops it is in, inner before outer."""
        return _grouped_tuples((node, loop) for loop in self.loops for node in loop.body)

    @cached_property
    def loops_left_by(self) -> Mapping[str, tuple[NaturalLoop, ...]]:
        """For each edge the loops it leaves, inner before outer."""
        return _grouped_tuples((edge, loop) for loop in self.loops for edge in loop.exits)

    def _drawn(self, edges: Iterable[Edge]) -> nx.DiGraph[str]:
        drawn: nx.DiGraph[str] = nx.DiGraph()
        drawn.add_nodes_from([START, *self.nodes])
        drawn.add_edges_from((edge.source, edge.target) for edge in edges)
        return drawn


def _route(came: Mapping[str, Edge], last: Edge, first: Container[str]) -> Route:
    edges = [last]
    while edges[-1].id not in first:
        edges.append(came[edges[-1].source])
    edges.reverse()
    return Route((edges[0].source, *(edge.target for edge in edges)), tuple(edge.id for edge in edges))


def _common(nodes: Iterable[str], above: Mapping[str, str], depth: Mapping[str, int]) -> str:
    """The nearest node at or after all of these."""
    found, *others = nodes
    for node in others:
        other = node
        while found != other:
            if depth[found] >= depth[other]:
                found = above[found]
            else:
                other = above[other]
    return found


def _grouped[K, V](pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _grouped_tuples[K, V](pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    return {key: tuple(values) for key, values in _grouped(pairs).items()}
