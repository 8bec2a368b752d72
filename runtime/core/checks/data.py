"""Checks of what nodes read: steps that exist, that have surely run, and values that are there.

Called by `check_document`. What an expression refers to is known to `expressions`; this asks whether it can be so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runtime.core.checks.codes import found
from runtime.core.definition import START
from runtime.core.drawing import Drawing, Read
from runtime.core.problems import Problem

ERROR_FIELDS = frozenset({"code", "message", "detail"})
"""What the output of a step holds that ended through its port `error`."""

ITEM_PLACES: Mapping[str, tuple[str, ...]] = {"execute.each": ("input",)}
"""Where `item` and `index` are known: a kind, and the place in its configuration."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A value is read by a name it does not have. `prefix` stands before the name, `known` are the names there are."""

    prefix: tuple[str, ...]
    name: str
    known: tuple[str, ...]


def problems(drawing: Drawing) -> Iterator[Problem]:
    """What is wrong with the reading of every node, each problem once a node."""
    above = _dominators(drawing)
    outputs: dict[str, Mapping[str, Any]] = {}
    for node in drawing.params:
        told: set[tuple[str, ...]] = set()
        for read in drawing.reads[node]:
            problem = _problem(drawing, node, read, above, outputs)
            key = (read.reference.root, *read.reference.path[:1], problem.code if problem else "")
            if problem and (key not in told or problem.code == "data.unknown_field"):
                told.add(key)
                yield problem


def readable(drawing: Drawing, node: str) -> tuple[str, ...]:
    """The steps that a node may read without asking first, in the order of the document."""
    above = _dominators(drawing)
    if node not in above:
        return ()
    return tuple(step for step in drawing.graph.nodes if _surely_before(drawing, above, step, node))


def _problem(
    drawing: Drawing,
    node: str,
    read: Read,
    above: Mapping[str, int],
    outputs: dict[str, Mapping[str, Any]],
) -> Problem | None:
    step = read.reference.step
    if step is None:
        unknown = {"input": _unknown_input, "item": _no_item, "index": _no_item}.get(read.reference.root)
        return unknown(drawing, node, read) if unknown else None
    if step not in drawing.graph.nodes:
        return _unknown_step(drawing, node, read, step)
    if not read.reference.guarded and node in above and not _surely_before(drawing, above, step, node):
        return _not_yet(drawing, node, read, step)
    return _unknown_output(drawing, node, read, step, outputs)


def _dominators(drawing: Drawing) -> dict[str, int]:
    """For each node that start can reach, the nodes that every way to it passes, itself included, as bits by place."""
    above: dict[str, int] = {START: 0}
    immediate = drawing.graph.immediate_dominators
    for node in immediate:
        chain = [node]
        while chain[-1] not in above:
            chain.append(immediate[chain[-1]])
        for each in reversed(chain[:-1]):
            above[each] = above[immediate[each]] | 1 << drawing.place[each]
    return above


def _surely_before(drawing: Drawing, above: Mapping[str, int], step: str, node: str) -> bool:
    if step == node or step not in above:
        return False
    if above[node] >> drawing.place[step] & 1:
        return True
    # While a circle is not marked as a loop, nobody can tell what waits for what.
    return bool(drawing.graph.unbounded_cycles) or drawing.graph.waits_for(node, step)


def _unknown_step(drawing: Drawing, node: str, read: Read, step: str) -> Problem:
    if step == START:
        message = f"“{drawing.title(node)}” reads the step “start”, which gives nothing: read `input` instead."
    else:
        message = f"“{drawing.title(node)}” reads a step “{step}”, which does not exist."
    return _told("data.unknown_step", message, "Choose a step of this drawing.", drawing, node, read)


def _not_yet(drawing: Drawing, node: str, read: Read, step: str) -> Problem:
    reader, name = drawing.title(node), drawing.title(step)
    around = drawing.graph.route(drawing.graph.outgoing.get(START, ()), {node}, {step})
    message = f"“{reader}” reads “{name}”, which may not have run by then: a case can come here without it."
    otherwise = f"`has(steps.{step}.output) ? … : …`"
    suggestion = f"Read a step that every case passes before, or say what else to take: {otherwise}."
    nodes, edges = (around.nodes, around.edges) if around else ((node,), ())
    return _told("data.not_yet", message, suggestion, drawing, node, read, nodes, edges)


def _unknown_input(drawing: Drawing, node: str, read: Read) -> Problem | None:
    missing = _missing_field(drawing.document.input, read.reference.path, unless_said="open")
    if missing is None:
        return None
    name = read.reference.path[missing[0]]
    message = f"“{drawing.title(node)}” reads “{name}” from the input, which has no such field."
    return _told("data.unknown_field", message, "Correct the name, or add it to the input.", drawing, node, read)


def _no_item(drawing: Drawing, node: str, read: Read) -> Problem | None:
    if drawing.graph.nodes[node].kind in ITEM_PLACES and read.path[:1] == ITEM_PLACES[drawing.graph.nodes[node].kind]:
        return None
    root, reader = read.reference.root, drawing.title(node)
    message = f"“{reader}” reads `{root}`, which is there only in what each item of a list is given."
    suggestion = f"Read the value from the input or a step. In a list it takes a name: `list.map({root}, …)`."
    return _told("data.no_item", message, suggestion, drawing, node, read)


def _unknown_output(
    drawing: Drawing, node: str, read: Read, step: str, outputs: dict[str, Mapping[str, Any]]
) -> Problem | None:
    kind, params = drawing.kind(step), drawing.params.get(step)
    if kind is None or params is None or read.reference.part != "output":
        return None
    if step not in outputs:
        outputs[step] = kind.output(params)
    path = read.reference.path[2:]
    missing = _missing_field(outputs[step], path, unless_said="closed")
    may_be_error = path[:1] and path[0] in ERROR_FIELDS and "error" in drawing.ports[step]
    if missing is None or may_be_error:
        return None
    name = path[missing[0]]
    message = f"“{drawing.title(node)}” reads “{name}” from “{drawing.title(step)}”, which gives no such value."
    return _told("data.unknown_field", message, "Correct the name of the value.", drawing, node, read)


def misread(drawing: Drawing, read: Read) -> Misread | None:
    """What is wrong with a read value's name; None where nothing is, or where no name is to blame."""
    reference, step = read.reference, read.reference.step
    prefix, path = ("input", *reference.path[:0]), reference.path
    schema: object = drawing.document.input if reference.root == "input" else None
    kind, params = (drawing.kind(step), drawing.params.get(step)) if step else (None, None)
    if kind and params and reference.part == "output":
        prefix, path, schema = ("steps", *path[:2]), path[2:], kind.output(params)
    missing = _missing_field(schema, path, unless_said="closed" if step else "open")
    return Misread((*prefix, *path[: missing[0]]), path[missing[0]], missing[1]) if missing else None


def _missing_field(
    schema: object, path: tuple[str, ...], *, unless_said: Literal["open", "closed"]
) -> tuple[int, tuple[str, ...]] | None:
    """The place of the first name along the path that the schema rules out, and the names that it has there.

    An object that does not say whether it may hold other values (`additionalProperties`) is taken to be `unless_said`.
    """
    for at, name in enumerate(path):
        fields = schema.get("properties") if isinstance(schema, dict) else None
        if not isinstance(schema, dict) or not isinstance(fields, dict) or not fields or "patternProperties" in schema:
            return None
        if name not in fields:
            closed = schema.get("additionalProperties", unless_said == "open") is False
            return (at, tuple(fields)) if closed else None
        schema = fields[name]
    return None


def _told(
    code: str,
    message: str,
    suggestion: str,
    drawing: Drawing,
    node: str,
    read: Read,
    nodes: tuple[str, ...] = (),
    edges: tuple[str, ...] = (),
) -> Problem:
    path = ("nodes", str(drawing.place[node]), "config", *read.path)
    return found(code, message, suggestion, nodes=nodes or (node,), edges=edges, path=path)
