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
        suggestion = "Correct it in the form of Start, or in its text."
        yield found("document.bad_input_schema", message, suggestion, path=("input",))


def _duplicates(drawing: Drawing) -> Iterator[Problem]:
    for index, node in enumerate(drawing.document.nodes):
        if node.id == START:
            message = "A step has the id “start”, which belongs to the beginning of every drawing."
            suggestion = "Give the step another id."
            yield found("document.reserved_id", message, suggestion, nodes=(START,), path=("nodes", str(index), "id"))
    for place, name in _repeated(node.id for node in drawing.document.nodes):
        message = f"Two steps have the id “{name}”."
        path = ("nodes", str(place), "id")
        yield found("document.duplicate_id", message, "Give one of them another id.", nodes=(name,), path=path)
    for place, name in _repeated(edge.id for edge in drawing.document.edges):
        message = f"Two ways have the id “{name}”."
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
        message = f"The way to “{_end(drawing, edge.target)}” begins at the step “{edge.source}”, which does not exist."
        yield _edge_problem("document.edge_from_nowhere", message, edge, (*where, "from"))
    elif edge.source in drawing.ports and edge.port not in drawing.ports[edge.source]:
        ports = ", ".join(f"“{port}”" for port in drawing.ports[edge.source]) or "none"
        message = f"“{drawing.title(edge.source)}” has no way out “{edge.port}” (any more); it has: {ports}."
        yield _edge_problem("document.unknown_port", message, edge, (*where, "port"))
    if edge.target == START:
        message = f"A way from “{_end(drawing, edge.source)}” leads into the start, where every case begins."
        yield _edge_problem("document.edge_into_start", message, edge, (*where, "to"))
    elif edge.target not in known:
        message = f"A way from “{_end(drawing, edge.source)}” leads to the step “{edge.target}”, which does not exist."
        yield _edge_problem("document.edge_to_nowhere", message, edge, (*where, "to"))


def _bad_after_loop(drawing: Drawing, edge: Edge, index: int) -> Iterator[Problem]:
    if edge.after_loop is None:
        return
    loop = next((each for each in drawing.document.edges if each.id == edge.after_loop), None)
    path = ("edges", str(index), "after_loop")
    way = f"The way from “{_end(drawing, edge.source)}” to “{_end(drawing, edge.target)}”"
    if edge.loop:
        message = f"{way} is a loop and also the way out of one; it can be one of them only."
    elif loop is None or loop.loop is None:
        message = f"{way} waits for the end of a loop that does not exist (any more)."
    elif (loop.source, loop.port) != (edge.source, edge.port):
        message = f"{way} waits for the end of a loop that begins elsewhere."
    else:
        return
    suggestion = "Let the loop and the way out begin at the same way out of the same step."
    yield _edge_problem("document.bad_after_loop", message, edge, path, suggestion)


def _edge_problem(
    code: str, message: str, edge: Edge, path: tuple[str, ...], suggestion: str = "Draw the way again, or delete it."
) -> Problem:
    return found(code, message, suggestion, edges=(edge.id,), path=path)


def _end(drawing: Drawing, node: str) -> str:
    """What a person calls an end of a way; a step that is not there has its id alone."""
    return drawing.title(node) if node == START or node in drawing.graph.nodes else node
