"""Small changes of a drawing as plain JSON: a way, a review, an end. What repairs are made of. Pure.

Called by `repairs`. Every function gives a new document; whether it is a better one is for the check to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runtime.core.definition import START

type Json = dict[str, Any]

GAP = 240
HOURS = 24
TURNS = 3
APPROVE, REJECT, OVERDUE = "approve", "reject", "overdue"


def without_edges(document: Json, ids: Iterable[str]) -> Json:
    """The drawing without these ways."""
    gone = set(ids)
    return {**document, "edges": [edge for edge in document["edges"] if edge["id"] not in gone]}


def without_node(document: Json, node: str) -> Json:
    """The drawing without a step and the ways that touch it."""
    edges = [edge for edge in document["edges"] if node not in (edge["from"], edge["to"])]
    return {**document, "nodes": [each for each in document["nodes"] if each["id"] != node], "edges": edges}


def joined(document: Json, source: str, port: str, target: str, **marks: Any) -> Json:
    """The drawing with one more way."""
    edge = {"id": free_id(document["edges"], "e"), "from": source, "port": port, "to": target, **marks}
    return {**document, "edges": [*document["edges"], edge]}


def changed_edge(document: Json, edge_id: str, **marks: Any) -> Json:
    """The drawing with other marks on a way; None takes a mark away."""
    return {
        **document,
        "edges": [_changed(edge, marks) if edge["id"] == edge_id else edge for edge in document["edges"]],
    }


def changed_node(document: Json, node: str, **fields: Any) -> Json:
    """The drawing with other fields of a step; None takes a field away."""
    return {**document, "nodes": [_changed(each, fields) if each["id"] == node else each for each in document["nodes"]]}


def ended(document: Json, source: str, ports: Iterable[str], name: str = "stopped") -> Json:
    """These ports lead to an end: for a stop the one there is, else a new one."""
    ends = [each for each in document["nodes"] if each["kind"] == "outcome"]
    there = next((each for each in ends if each.get("config", {}).get("kind") == "stopped"), None)
    if there is None or name != "stopped":
        config = {"kind": "stopped"} if name == "stopped" else {}
        x, y = place_of(document, source)
        there = {"id": free_id(document["nodes"], name), "kind": "outcome", "name": name, "config": config}
        there["at"] = [x + GAP, y + 120]
        document = {**document, "nodes": [*document["nodes"], there]}
    for port in ports:
        document = joined(document, source, port, there["id"])
    return document


def reviewed(
    document: Json, at: tuple[float, float], onward: str, show: Mapping[str, str] | None = None
) -> tuple[Json, str]:
    """The drawing with a new review whose approval leads on to a step (empty: to an end); also the review's id."""
    name = free_id(document["nodes"], "review")
    config: Json = {
        "question": "May this go on?",
        "show": {"The case": "input", **(show or {})},
        "choices": [
            {"name": APPROVE, "label": "Approve"},
            {"name": REJECT, "label": "Reject", "comment_required": True},
        ],
        "due_hours": HOURS,
    }
    queue = next(filter(None, (each.get("config", {}).get("queue") for each in people(document))), None)
    if isinstance(queue, str):
        config["queue"] = queue
    review = {"id": name, "kind": "escalate.review", "name": "Review", "config": config, "at": [*at]}
    placed = {**document, "nodes": [*document["nodes"], review]}
    placed = joined(placed, name, APPROVE, onward) if onward else ended(placed, name, [APPROVE], "settled")
    return ended(placed, name, [REJECT, OVERDUE]), name


def people(document: Json) -> list[Json]:
    """The steps that ask a person."""
    return [each for each in document["nodes"] if each["kind"].startswith("escalate.")]


def node_of(document: Json, node: str) -> Json | None:
    """A step."""
    return next((each for each in document["nodes"] if each["id"] == node), None)


def edge_of(document: Json, edge_id: str) -> Json | None:
    """A way."""
    return next((each for each in document["edges"] if each["id"] == edge_id), None)


def title_of(node: Json) -> str:
    """What a person calls a step."""
    return str(node.get("name") or node["id"])


def place_of(document: Json, node: str) -> tuple[float, float]:
    """Where a step stands; the start stands at the left."""
    found = node_of(document, node) if node != START else None
    x, y = (found or {}).get("at") or (0.0, 80.0)
    return x, y


def free_id(taken: Iterable[Json], stem: str) -> str:
    """An id that none of these has."""
    known = {each["id"] for each in taken} | {START}
    numbered = (f"{stem}_{number}" for number in range(2, len(known) + 3))
    return stem if stem not in known else next(each for each in numbered if each not in known)


def _changed(part: Json, fields: Mapping[str, Any]) -> Json:
    return {name: value for name, value in {**part, **fields}.items() if value is not None}
