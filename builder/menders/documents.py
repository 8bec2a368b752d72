"""Menders of the document itself: ways without ends, marks without meaning, ids that stand twice, fields filled in."""

from __future__ import annotations

import json

from builder import mending
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong


def _no_way(wrong: Wrong) -> Proposals:
    yield Proposal("Delete this way", mending.without_edges(wrong.document, wrong.problem.edges), alone=True)


def _other_port(wrong: Wrong) -> Proposals:
    """To a port that leads nowhere yet: most often the port was only given another name."""
    edge = wrong.edge
    if edge is None:
        return
    wired = {each["port"] for each in wrong.document["edges"] if each["from"] == edge["from"]}
    for port in wrong.drawing.ports.get(edge["from"], ()):
        if port not in wired and port != "error":
            moved = mending.changed_edge(wrong.document, edge["id"], port=port)
            yield Proposal(f"Let it leave by “{port}”", moved)
    yield Proposal("Delete this way", mending.without_edges(wrong.document, wrong.problem.edges))


def _no_after(wrong: Wrong) -> Proposals:
    plain = mending.changed_edge(wrong.document, wrong.problem.edges[0], after_loop=None)
    yield Proposal("Make it a way like any other", plain, alone=True)
    yield Proposal("Delete this way", mending.without_edges(wrong.document, wrong.problem.edges))


def _no_mark(wrong: Wrong) -> Proposals:
    yield Proposal("Take the mark away", mending.changed_node(wrong.document, wrong.node, asks=None), alone=True)


def _own_id(wrong: Wrong) -> Proposals:
    """Another id for the second of two; what names the id means the first."""
    kind, place, _ = wrong.place
    parts = wrong.document[kind]
    fresh = mending.free_id(parts, parts[int(place)]["id"][:30])
    what = {"nodes": "step", "edges": "way", "notes": "note"}[kind]
    yield Proposal(f"Give the second {what} an id of its own", mending.with_value(wrong.document, wrong.place, fresh))


def _fitting(wrong: Wrong) -> Proposals:
    """Only what is plain: a field that the kind does not have, and a number or yes/no where an expression belongs."""
    value = mending.value_at(wrong.document, wrong.place)
    if "no field that exists here" in wrong.problem.message:
        named = wrong.place[-1]
        yield Proposal(f"Take “{named}” away", mending.without_value(wrong.document, wrong.place), alone=True)
    elif isinstance(value, bool | int | float):
        written = json.dumps(value)
        document = mending.with_value(wrong.document, wrong.place, written)
        yield Proposal(f"Write {written} as an expression", document, alone=True)


MENDERS: dict[str, Mender] = {
    "document.asks_without_effect": _no_mark,
    "document.bad_after_loop": _no_after,
    "document.bad_config": _fitting,
    "document.duplicate_id": _own_id,
    "document.edge_from_nowhere": _no_way,
    "document.edge_into_start": _no_way,
    "document.edge_to_nowhere": _no_way,
    "document.unknown_port": _other_port,
}
