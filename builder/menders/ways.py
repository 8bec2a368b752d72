"""Menders of the shape: ports that lead nowhere, steps that nothing leads to, loops and branches."""

from __future__ import annotations

from builder import mending
from builder.menders.people import DOUBTS, to_people
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong
from builder.mending import Json
from runtime.core.definition import START

MOST_WIRED = 200


def _open_port(wrong: Wrong) -> Proposals:
    source, document = wrong.node, wrong.document
    for port in _open(wrong, document, source):
        if f"“{port}”" not in wrong.problem.message:
            continue
        if port == mending.OVERDUE:
            ended = mending.ended(document, source, [port])
            yield Proposal("End the case when nobody answers", ended, alone=True)
        elif port in DOUBTS:
            yield from to_people(wrong, document, source, port)
            yield from _all_doubts(wrong)
        # At the end that is there; where that would not do, at one of its own.
        for fresh in (False, True):
            ended = mending.ended(document, source, [port], "done", fresh=fresh)
            yield Proposal(f"End the case at “{port}”", ended)


def _all_doubts(wrong: Wrong) -> Proposals:
    """Every doubt that leads nowhere, to one review."""
    doubts = [
        (node, port)
        for node in wrong.drawing.graph.nodes
        for port in _open(wrong, wrong.document, node)
        if port in DOUBTS and port != mending.OVERDUE
    ][:MOST_WIRED]
    if len(doubts) < 2:
        return
    (source, first), *rest = doubts
    for each in [*to_people(wrong, wrong.document, source, first)]:
        review = each.document["edges"][-1]["to"]
        document = each.document
        for node, port in rest:
            document = document if node == review else mending.joined(document, node, port, review)
        named = mending.title_of(mending.node_of(document, review) or {"id": review})
        yield Proposal(f"Lead all {len(doubts)} open doubts to “{named}”", document)


def _open(wrong: Wrong, document: Json, node: str) -> list[str]:
    wired = {edge["port"] for edge in document["edges"] if edge["from"] == node}
    return [port for port in wrong.drawing.ports.get(node, ()) if port not in wired and port != "error"]


def _no_outcome(wrong: Wrong) -> Proposals:
    """An end behind the last of the steps that still has a free port."""
    for node in reversed(wrong.problem.nodes):
        for port in _open(wrong, wrong.document, node)[:1]:
            for fresh in (False, True):
                document = mending.ended(wrong.document, node, [port], "done", fresh=fresh)
                yield Proposal(f"End the case after “{wrong.title(node)}”", document)


def _unreachable(wrong: Wrong) -> Proposals:
    if not any(edge["from"] == START for edge in wrong.document["edges"]):
        yield Proposal("Begin here", mending.joined(wrong.document, START, "out", wrong.node))
    yield Proposal("Delete it", mending.without_node(wrong.document, wrong.node))


def _no_exit(wrong: Wrong) -> Proposals:
    loop = wrong.edge
    if loop:
        for each in to_people(wrong, wrong.document, loop["from"], loop["port"], after_loop=loop["id"]):
            said = f"{each.label[0].lower()}{each.label[1:]}"
            yield Proposal(f"Add the exit of this loop: {said}", each.document, alone=True)


def _circle(wrong: Wrong) -> Proposals:
    for edge_id in reversed(wrong.problem.edges):
        edge = mending.edge_of(wrong.document, edge_id)
        if edge and wrong.drawing.graph.dominates(edge["to"], edge["from"]):
            marked = mending.changed_edge(wrong.document, edge_id, loop={"max": mending.TURNS})
            label = f"Make it a loop of at most {mending.TURNS} turns"
            yield Proposal(label, marked)
            for each in to_people(wrong, marked, edge["from"], edge["port"], after_loop=edge_id):
                yield Proposal(f"{label}, and then ask a person", each.document)


def _straight(wrong: Wrong) -> Proposals:
    """Back to a step that every case passes before: the nearest first, but no step before itself."""
    loop = mending.edge_of(wrong.document, wrong.problem.edges[-1]) if wrong.problem.edges else None
    for node in wrong.drawing.graph.dominators(loop["from"]) if loop else ():
        if loop and node != START:
            document = mending.changed_edge(wrong.document, loop["id"], to=node)
            yield Proposal(f"Lead the loop back to “{wrong.title(node)}”", document)


def _one_end(wrong: Wrong) -> Proposals:
    """Both branches into the same outcome: there they wait for each other."""
    ends = [node for node in wrong.problem.nodes if wrong.drawing.family(node) == "outcome"]
    for kept, other in (ends[:2], ends[1::-1]) if len(ends) > 1 else ():
        last = [edge["id"] for edge in wrong.document["edges"] if edge["to"] == other]
        document = wrong.document
        for edge in last:
            if edge in wrong.problem.edges:
                document = mending.changed_edge(document, edge, to=kept)
        yield Proposal(f"Let both branches end in “{wrong.title(kept)}”", document)
    if ends:
        yield from _one_review(wrong, ends[0])


def _one_review(wrong: Wrong, end: str) -> Proposals:
    """The branches meet before a person, who says whether it goes on."""
    last = [edge for edge in wrong.problem.edges if (mending.edge_of(wrong.document, edge) or {}).get("to") == end]
    if not last:
        return
    place = mending.place_of(wrong.document, end)
    document, review = mending.reviewed(
        wrong.document, (place[0] - mending.GAP / 2, place[1]), end, queue=wrong.queue()
    )
    for edge in wrong.problem.edges:
        target = (mending.edge_of(wrong.document, edge) or {}).get("to")
        if target is not None and wrong.drawing.family(target) == "outcome":
            document = mending.changed_edge(document, edge, to=review)
    yield Proposal("Let both branches meet in a review", document)


MENDERS: dict[str, Mender] = {
    "graph.crooked_loop": _straight,
    "graph.loop_without_exit": _no_exit,
    "graph.no_outcome": _no_outcome,
    "graph.open_port": _open_port,
    "graph.split_without_join": _one_end,
    "graph.unbounded_loop": _circle,
    "graph.unreachable": _unreachable,
}
