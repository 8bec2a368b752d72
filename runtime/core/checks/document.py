"""Checks of the document itself: ids, edges and their ports, the input's schema, the mark `asks`.

Called by `check_document`. Shape is checked by `definition`, kinds and configurations by `drawing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from runtime.core.checks.codes import found
from runtime.core.checks.schemas import schema_problem
from runtime.core.definition import START, Edge
from runtime.core.drawing import Drawing
from runtime.core.node import JsonSchema
from runtime.core.problems import Problem

type SchemaJudge = Callable[[JsonSchema], str]


def problems(drawing: Drawing, judge: SchemaJudge = schema_problem) -> Iterator[Problem]:
    """What is wrong with the document. `judge` says why a schema is none, or nothing."""
    yield from _bad_schema(drawing, judge)
    yield from _duplicates(drawing)
    yield from _needless_asks(drawing)
    for index, edge in enumerate(drawing.document.edges):
        yield from _bad_ends(drawing, edge, index)
        yield from _bad_after_loop(drawing, edge, index)


def _bad_schema(drawing: Drawing, judge: SchemaJudge) -> Iterator[Problem]:
    reason = judge(drawing.document.input) if drawing.document.input else ""
    if reason:
        message = f"The description of the input cannot be used: {reason}"
        yield found("document.bad_input_schema", message, "Describe the input by a JSON Schema.", path=("input",))


def _duplicates(drawing: Drawing) -> Iterator[Problem]:
    for index, node in enumerate(drawing.document.nodes):
        if node.id == START:
            message = "A node is called “start”, which is the name of the beginning of every drawing."
            suggestion = "Give the node another id."
            yield found("document.reserved_id", message, suggestion, nodes=(START,), path=("nodes", str(index), "id"))
    for place, name in _repeated(node.id for node in drawing.document.nodes):
        message = f"Two nodes have the id “{name}”."
        path = ("nodes", str(place), "id")
        yield found("document.duplicate_id", message, "Give one of them another id.", nodes=(name,), path=path)
    for place, name in _repeated(edge.id for edge in drawing.document.edges):
        message = f"Two edges have the id “{name}”."
        path = ("edges", str(place), "id")
        yield found("document.duplicate_id", message, "Give one of them another id.", edges=(name,), path=path)
    for place, name in _repeated(note.id for note in drawing.document.notes):
        message = f"Two notes have the id “{name}”."
        path = ("notes", str(place), "id")
        yield found("document.duplicate_id", message, "Give one of them another id.", path=path)


def _repeated(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            yield place, name
        seen.add(name)


def _needless_asks(drawing: Drawing) -> Iterator[Problem]:
    for node, place in drawing.place.items():
        if drawing.graph.nodes[node].asks and node in drawing.effects and not drawing.outward(node):
            message = f"“{drawing.title(node)}” is marked as only asking, but it sends nothing outside."
            path = ("nodes", str(place), "asks")
            yield found("document.asks_without_effect", message, "Take the mark away.", nodes=(node,), path=path)


def _bad_ends(drawing: Drawing, edge: Edge, index: int) -> Iterator[Problem]:
    known = drawing.graph.nodes
    where = ("edges", str(index))
    if edge.source != START and edge.source not in known:
        message = f"The edge “{edge.id}” begins at “{edge.source}”, which does not exist."
        yield _edge_problem("document.edge_from_nowhere", message, edge, (*where, "from"))
    elif edge.source in drawing.ports and edge.port not in drawing.ports[edge.source]:
        ports = ", ".join(f"“{port}”" for port in drawing.ports[edge.source]) or "none"
        message = f"“{drawing.title(edge.source)}” has no port “{edge.port}”; its ports are: {ports}."
        yield _edge_problem("document.unknown_port", message, edge, (*where, "port"))
    if edge.target == START:
        message = f"The edge “{edge.id}” leads into start, where every case begins."
        yield _edge_problem("document.edge_into_start", message, edge, (*where, "to"))
    elif edge.target not in known:
        message = f"The edge “{edge.id}” leads to “{edge.target}”, which does not exist."
        yield _edge_problem("document.edge_to_nowhere", message, edge, (*where, "to"))


def _bad_after_loop(drawing: Drawing, edge: Edge, index: int) -> Iterator[Problem]:
    if edge.after_loop is None:
        return
    loop = next((each for each in drawing.document.edges if each.id == edge.after_loop), None)
    path = ("edges", str(index), "after_loop")
    if edge.loop:
        message = f"The edge “{edge.id}” goes back and is also the way out of a loop; it can be one of them only."
    elif loop is None or loop.loop is None:
        message = f"The edge “{edge.id}” waits for the loop “{edge.after_loop}”, but no edge of that name goes back."
    elif (loop.source, loop.port) != (edge.source, edge.port):
        message = f"The edge “{edge.id}” waits for the loop “{edge.after_loop}”, which leaves another port."
    else:
        return
    suggestion = "Let the way back and the way out leave the same port of the same node."
    yield _edge_problem("document.bad_after_loop", message, edge, path, suggestion)


def _edge_problem(
    code: str, message: str, edge: Edge, path: tuple[str, ...], suggestion: str = "Draw the edge again, or delete it."
) -> Problem:
    return found(code, message, suggestion, edges=(edge.id,), path=path)
