"""The shape of a drawing: order, loops, dominators, reachability. The only file that says networkx.

Made from a document (complete or half drawn: edges from or to nowhere are left out), used by the checks and by the
planner. It knows ids, ports and edges; what a node does, only its kind knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from runtime.core.definition import START, Document, Edge, Node


@dataclass(frozen=True)
class NaturalLoop:
    """What a loop edge re-opens. Loops with one header are one loop.

    `edges` are the ids of its loop edges, `body` its nodes (header included), `exits` the ids of the edges that leave it.
    """

    header: str
    edges: frozenset[str]
    body: frozenset[str]
    exits: frozenset[str]


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
    def unbounded_cycle(self) -> tuple[str, ...]:
        """The nodes of a cycle that no loop edge bounds, in order; empty where there is none."""
        try:
            return tuple(source for source, _ in nx.find_cycle(self.forward))
        except nx.NetworkXNoCycle:
            return ()

    @cached_property
    def order(self) -> Mapping[str, int]:
        """A place in the order of work for every node; only for drawings without an unbounded cycle."""
        return {node: place for place, node in enumerate(nx.lexicographical_topological_sort(self.forward))}

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
        return above == below or above in self.dominators(below)

    @cached_property
    def _ancestors(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for node in self.order:
            before = {edge.source for edge in self.forward_incoming.get(node, ())}
            found[node] = frozenset(before).union(*(found[source] for source in before))
        return found

    def forward_ancestors(self, node: str) -> frozenset[str]:
        """The nodes from which `node` can be reached without going back through a loop edge."""
        return self._ancestors[node]

    def descendants(self, node: str) -> frozenset[str]:
        """The nodes that can be reached from `node`, through loop edges too."""
        return frozenset(nx.descendants(self.whole, node))

    def forward_descendants(self, node: str) -> frozenset[str]:
        """The nodes that can be reached from `node` without going back."""
        return frozenset(nx.descendants(self.forward, node))

    def way(self, source: str, target: str, *, without: Iterable[str] = ()) -> tuple[str, ...]:
        """A shortest way from `source` to `target` that passes none of `without`; empty where there is none."""
        ground = self.whole if not without else nx.restricted_view(self.whole, list(without), [])
        try:
            return tuple(nx.shortest_path(ground, source, target))
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return ()

    def edges_along(self, nodes: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of edges that connect these nodes one after the other."""
        found = []
        for source, target in zip(nodes, nodes[1:], strict=False):
            found += [edge.id for edge in self.outgoing.get(source, ()) if edge.target == target][:1]
        return tuple(found)

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


def _grouped[K, V](pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _grouped_tuples[K, V](pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    return {key: tuple(values) for key, values in _grouped(pairs).items()}
