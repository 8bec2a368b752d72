"""Repairs: for a problem of a drawing, the drawings in which it is mended. Pure.

Called by `canvas_views`. A mender proposes, the check decides: a proposal is offered only if the problem is gone in it
and no error has come instead. So a click on a repair never makes a drawing worse, whatever a mender thinks of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from builder import mending
from builder.mending import Json
from runtime.core.definition import START, Document
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.node import Kinds
from runtime.core.problems import Problem

type Check = Callable[[object], Sequence[Problem]]
type Proposals = Iterator[tuple[str, Json]]

MOST = 3
"""Repairs for one problem."""
_DOUBTS = ("unsure", "fail", "error", "overdue")


@dataclass(frozen=True, slots=True)
class Repair:
    """What a click would do: `label` says it, `document` is the drawing as it would be then."""

    label: str
    document: Json

    def to_json(self) -> dict[str, Any]:
        """The shape that the canvas reads."""
        return {"label": self.label, "document": self.document}


def repairs_of(document: Document, problem: Problem, kinds: Kinds, check: Check) -> tuple[Repair, ...]:
    """The repairs of a problem that `check` found in this drawing, at most three; often none."""
    mender = _MENDERS.get(problem.code)
    if mender is None:
        return ()
    before = check(document.to_json())
    drawing = compile_drawing(document, kinds)[0]
    sound: list[Repair] = []
    for label, proposed in mender(drawing, document.to_json(), problem):
        if _mends(problem, before, check(proposed)):
            sound.append(Repair(label, proposed))
        if len(sound) == MOST:
            break
    return tuple(sound)


def _mends(problem: Problem, before: Sequence[Problem], after: Sequence[Problem]) -> bool:
    """Whether the problem is gone, and not just told of another way or place, and no error has come."""
    fewer = _count(problem.code, after) < _count(problem.code, before)
    return fewer and _errors(after) <= _errors(before)


def _count(code: str, problems: Sequence[Problem]) -> int:
    return sum(each.code == code for each in problems)


def _errors(problems: Sequence[Problem]) -> Counter[str]:
    return Counter(each.code for each in problems if each.level == "error")


# Menders: what might help, the best first


def _open_port(drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    source = problem.nodes[0]
    wired = {edge["port"] for edge in document["edges"] if edge["from"] == source}
    for port in drawing.ports.get(source, ()):
        if port not in wired and f"“{port}”" in problem.message:
            if port == mending.OVERDUE:
                yield "End the case when nobody answers", mending.ended(document, source, [port])
            elif port in _DOUBTS:
                yield from _to_people(document, source, port)
            yield f"End the case at “{port}”", mending.ended(document, source, [port], "done")


def _to_people(document: Json, source: str, port: str, **marks: Any) -> Proposals:
    """To the reviews that are there already, the nearest first; then to a new one."""
    x, y = mending.place_of(document, source)
    known = [each for each in mending.people(document) if each["id"] != source]
    for each in sorted(known, key=lambda one: _distance(document, one["id"], source)):
        yield (
            f"Wire “{port}” to “{mending.title_of(each)}”",
            mending.joined(document, source, port, each["id"], **marks),
        )
    fresh, review = mending.reviewed(document, (x + mending.GAP, y + 160), "")
    yield f"Wire “{port}” to a new review", mending.joined(fresh, source, port, review, **marks)


def _no_exit(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    loop = mending.edge_of(document, problem.edges[0])
    if loop:
        for label, mended in _to_people(document, loop["from"], loop["port"], after_loop=loop["id"]):
            yield f"Add the exit of this loop: {label[0].lower()}{label[1:]}", mended


def _circle(drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    for edge_id in reversed(problem.edges):
        edge = mending.edge_of(document, edge_id)
        if edge and drawing.graph.dominates(edge["to"], edge["from"]):
            marked = mending.changed_edge(document, edge_id, loop={"max": mending.TURNS})
            label = f"Make it a loop of at most {mending.TURNS} turns"
            yield label, marked
            for _, mended in _to_people(marked, edge["from"], edge["port"], after_loop=edge_id):
                yield f"{label}, and then ask a person", mended


def _unreachable(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    node = problem.nodes[0]
    if not any(edge["from"] == START for edge in document["edges"]):
        yield "Begin here", mending.joined(document, START, "out", node)
    yield "Delete it", mending.without_node(document, node)


def _review_on_way(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    """A review on the way; nearest to the doubt first, for there it stops the most."""
    for edge_id in problem.edges:
        edge = mending.edge_of(document, edge_id)
        if edge is None or edge.get("loop"):
            continue
        (x, y), (to_x, to_y) = mending.place_of(document, edge["from"]), mending.place_of(document, edge["to"])
        mended, review = mending.reviewed(document, ((x + to_x) / 2, (y + to_y) / 2 + 80), edge["to"])
        yield "Insert a review here", _redirected(mended, edge_id, review)


def _end_on_silence(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    edge = mending.edge_of(document, problem.edges[0]) if problem.edges else None
    if edge:
        cut = mending.without_edges(document, [edge["id"]])
        yield "End the case when nobody answers", mending.ended(cut, edge["from"], [edge["port"]])


def _review_before(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    """A review before the action; it shows what a model wrote, where that is the problem."""
    action = mending.node_of(document, problem.nodes[-1]) if problem.nodes else None
    if action is None:
        return
    x, y = mending.place_of(document, action["id"])
    written = f"steps.{problem.nodes[0]}.output"
    shown = [{"What was written": written}, {"What was written": f"has({written}) ? {written} : null"}]
    label = f"Insert a review before “{mending.title_of(action)}”"
    for show in shown if problem.code == "safety.unchecked_output" else [{}]:
        mended, review = mending.reviewed(document, (x - mending.GAP / 2, y - 120), action["id"], show)
        ways = [edge["id"] for edge in document["edges"] if edge["to"] == action["id"] and not edge.get("loop")]
        for way in ways:
            mended = _redirected(mended, way, review)
        yield label, mended


def _no_due(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    node = mending.node_of(document, problem.nodes[0])
    if node:
        dated = mending.changed_node(
            document, node["id"], config={**node.get("config", {}), "due_hours": mending.HOURS}
        )
        yield f"Ask for an answer within {mending.HOURS} hours", mending.ended(dated, node["id"], [mending.OVERDUE])


def _no_mark(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    yield "Take the mark away", mending.changed_node(document, problem.nodes[0], asks=None)


def _no_edge(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    yield "Delete this way", mending.without_edges(document, problem.edges)


def _other_port(drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    """To a port that leads nowhere yet: most often the port was only given another name."""
    edge = mending.edge_of(document, problem.edges[0])
    wired = {each["port"] for each in document["edges"] if edge and each["from"] == edge["from"]}
    for port in drawing.ports.get(edge["from"], ()) if edge else ():
        if edge and port not in wired and port != "error":
            yield f"Let it leave by “{port}”", mending.changed_edge(document, edge["id"], port=port)
    yield from _no_edge(drawing, document, problem)


def _no_after(_drawing: Drawing, document: Json, problem: Problem) -> Proposals:
    yield "Make it a way like any other", mending.changed_edge(document, problem.edges[0], after_loop=None)
    yield from _no_edge(_drawing, document, problem)


def _redirected(document: Json, edge_id: str, target: str) -> Json:
    return mending.changed_edge(document, edge_id, to=target)


def _distance(document: Json, one: str, other: str) -> float:
    (x, y), (to_x, to_y) = mending.place_of(document, one), mending.place_of(document, other)
    return float((x - to_x) ** 2 + (y - to_y) ** 2)


_MENDERS: dict[str, Callable[[Drawing, Json, Problem], Proposals]] = {
    "document.asks_without_effect": _no_mark,
    "document.bad_after_loop": _no_after,
    "document.edge_from_nowhere": _no_edge,
    "document.edge_into_start": _no_edge,
    "document.edge_to_nowhere": _no_edge,
    "document.unknown_port": _other_port,
    "graph.loop_without_exit": _no_exit,
    "graph.open_port": _open_port,
    "graph.unbounded_loop": _circle,
    "graph.unreachable": _unreachable,
    "people.no_due": _no_due,
    "safety.approve_on_timeout": _end_on_silence,
    "safety.error_proceeds": _review_on_way,
    "safety.unchecked_output": _review_before,
    "safety.uncertain_proceeds": _review_on_way,
    "safety.ungated_action": _review_before,
}
