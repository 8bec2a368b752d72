"""Small changes of a drawing as plain JSON: a way, a review, an end. What repairs are made of. Pure.

Called by `menders`. Every function gives a new document; whether it is a better one is for the check to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runtime.core.definition import START

type Json = dict[str, Any]
type Place = tuple[float, float]

GAP = 240
GRID = 8
WIDTH, HEIGHT = 208, 152
"""How much room a step takes on the drawing, with some air."""
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


def ended(document: Json, source: str, ports: Iterable[str], name: str = "stopped", *, fresh: bool = False) -> Json:
    """These ports lead to an end: an equal one that is there (for a stop any), else, or if `fresh`, a new one."""
    config = {"kind": "stopped"} if name == "stopped" else {}
    there = None if fresh else _end(document, name, config)
    if there is None:
        x, y = place_of(document, source)
        there = {"id": free_id(document["nodes"], name), "kind": "outcome", "name": name, "config": config}
        there["at"] = free_place(document, (x + GAP, y + 120))
        document = {**document, "nodes": [*document["nodes"], there]}
    for port in ports:
        document = joined(document, source, port, there["id"])
    return document


def _end(document: Json, name: str, config: Json) -> Json | None:
    ends = [each for each in document["nodes"] if each["kind"] == "outcome"]
    if name == "stopped":
        return next((each for each in ends if each.get("config", {}).get("kind") == "stopped"), None)
    return next((each for each in ends if (title_of(each), each.get("config") or {}) == (name, config)), None)


def reviewed(
    document: Json, at: Place, onward: str, show: Mapping[str, str] | None = None, *, queue: str = ""
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
    if queue:
        config["queue"] = queue
    at_free = free_place(document, at)
    review = {"id": name, "kind": "escalate.review", "name": "Review", "config": config, "at": at_free}
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


def place_of(document: Json, node: str) -> Place:
    """Where a step stands; the start stands at the left."""
    found = node_of(document, node) if node != START else None
    x, y = (found or {}).get("at") or (0.0, 80.0)
    return x, y


def between(document: Json, one: str, other: str) -> Place:
    """A place between two steps, a little below."""
    (x, y), (to_x, to_y) = place_of(document, one), place_of(document, other)
    return (x + to_x) / 2, (y + to_y) / 2 + 80


def distance(document: Json, one: str, other: str) -> float:
    """How far apart two steps stand, squared."""
    (x, y), (to_x, to_y) = place_of(document, one), place_of(document, other)
    return float((x - to_x) ** 2 + (y - to_y) ** 2)


def free_place(document: Json, at: Place) -> list[float]:
    """The nearest place at or below this one, on the grid, where no step stands."""
    x, y = (round(each / GRID) * GRID for each in at)
    column = [place_of(document, node["id"])[1] for node in document["nodes"] if _beside(document, node["id"], x)]
    while any(abs(each - y) < HEIGHT for each in column):
        y += 5 * GRID
    return [float(x), float(y)]


def _beside(document: Json, node: str, x: float) -> bool:
    return abs(place_of(document, node)[0] - x) < WIDTH


def value_at(document: Json, path: Sequence[str]) -> Any:
    """What stands at a place; None where there is no such place."""
    value: Any = document
    for part in path:
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


def with_value(document: Any, path: Sequence[str], value: Any) -> Any:
    """The drawing with another value at a place; objects on the way are made where there are none."""
    if not path:
        return value
    first, *rest = path
    if isinstance(document, list):
        return [with_value(each, rest, value) if str(place) == first else each for place, each in enumerate(document)]
    known = document if isinstance(document, dict) else {}
    return {**known, first: with_value(known.get(first), rest, value)}


def without_value(document: Any, path: Sequence[str]) -> Any:
    """The drawing without what stands at a place."""
    first, *rest = path
    if isinstance(document, list):
        kept = [(str(place) == first, each) for place, each in enumerate(document)]
        return [without_value(each, rest) if here else each for here, each in kept if rest or not here]
    if not isinstance(document, dict) or first not in document:
        return document
    left = {name: value for name, value in document.items() if name != first}
    return {**left, first: without_value(document[first], rest)} if rest else left


def free_name(taken: Iterable[str], wanted: str) -> str:
    """A name that is not taken."""
    known = set(taken)
    numbered = (f"{wanted} {number}" for number in range(2, len(known) + 3))
    return wanted if wanted not in known else next(each for each in numbered if each not in known)


def free_id(taken: Iterable[Json], stem: str) -> str:
    """An id that none of these has."""
    known = {each["id"] for each in taken} | {START}
    numbered = (f"{stem}_{number}" for number in range(2, len(known) + 3))
    return stem if stem not in known else next(each for each in numbered if each not in known)


def _changed(part: Json, fields: Mapping[str, Any]) -> Json:
    return {name: value for name, value in {**part, **fields}.items() if value is not None}
