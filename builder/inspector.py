"""What the inspector shows of one node: its form, its decision table, and what is wrong with either.

Called by `canvas_views`. The form is made from the kind's own schema, the complaints come from the kind's own model and
from the checks that concern this node alone; what is wrong with the drawing as a whole is for the check to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from builder.forms import Form, escaped, form_of
from builder.models import Workflow
from builder.tables import PARTS, Grid, grid_of
from runtime import connections
from runtime.core.checks import data, tables
from runtime.core.definition import FORMAT, Document, Node, parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.functions import functions
from runtime.core.node import NodeKind
from runtime.core.problems import Problem
from runtime.core.tables import Tabular, overlaps
from runtime.core.wording import labelled, spoken
from runtime.models import Queue
from runtime.nodes import discover
from runtime.refused import Refused

_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Inspected:
    """A node as the inspector shows it. The paths of `problems` are JSON pointers into the configuration."""

    node: Node
    kind: NodeKind[Any]
    form: Form
    grid: Grid | None
    problems: tuple[tuple[str, Problem], ...]

    @property
    def valid(self) -> bool:
        """Whether the kind accepts the configuration."""
        return not any(problem.code == "document.bad_config" for _, problem in self.problems)

    @property
    def controls(self) -> tuple[Any, ...]:
        """The controls outside of the grid, those behind it last."""
        return tuple(each for each in self.form.controls if not self.grid or each.path[1:] not in PARTS)

    def to_json(self) -> dict[str, Any]:
        """What the canvas is told besides the form itself."""
        told = [{**problem.to_json(), "path": path} for path, problem in self.problems]
        return {"node": self.node.id, "config": self.node.config, "valid": self.valid, "problems": told}


def inspect(document: object, node_id: str) -> Inspected | Refused:
    """Look at a node of a drawing that may be anything. Refused: malformed, unknown_node, unknown_kind."""
    whole = parse(document).document
    node = _node(whole, document, node_id)
    if isinstance(node, Refused):
        return node
    kind = discover().get(node.kind)
    if kind is None:
        return Refused("unknown_kind", f"“{node.title}” is of the kind “{node.kind}”, which does not exist here.")
    drawing, faulty = compile_drawing(whole or Document(format="interlock/1", nodes=(node,)), discover())
    problems = _problems(drawing, faulty, node)
    findings = _by_place(node, (each for each in problems if each[1].code.startswith("table.")))
    others = _by_place(node, (each for each in problems if not each[1].code.startswith("table.")))
    form = form_of(schema_of(node.kind), node.config, others, suggestions(drawing, node.id))
    grid = grid_of(node.config, form, findings, _overlapping(drawing, node)) if _is_tabular(kind) else None
    return Inspected(node, kind, form, grid, problems)


@lru_cache(maxsize=256)
def schema_of(kind: str) -> dict[str, Any]:
    """The schema of a kind's configuration. Raises KeyError where there is no such kind."""
    schema: dict[str, Any] = discover()[kind].params.model_json_schema(by_alias=True)
    return schema


def suggestions(drawing: Drawing, node: str) -> Mapping[str, Sequence[str]]:
    """Known values by the name of the field that they suit. Asks the database."""
    before = drawing.graph.dominators(node) if node in drawing.graph.reachable else ()
    return {
        "connection": sorted(connections.names()),
        "queue": list(Queue.objects.filter(archived_at=None).order_by("name").values_list("name", flat=True)),
        "workflow": list(Workflow.objects.filter(archived_at=None).order_by("slug").values_list("slug", flat=True)),
        "function": list(functions()),
        "context": [each for each in before if each in drawing.graph.nodes],
    }


def _node(whole: Document | None, document: object, node_id: str) -> Node | Refused:
    """The node, also of a drawing that cannot be read as a whole."""
    if whole is not None:
        found = next((node for node in whole.nodes if node.id == node_id), None)
        return found or _no_node()
    raw = document.get("nodes") if isinstance(document, Mapping) else None
    listed = raw if isinstance(raw, list) else []
    alone = next((each for each in listed if isinstance(each, Mapping) and each.get("id") == node_id), None)
    if alone is None:
        return _no_node()
    parsed = parse({"format": FORMAT, "input": {}, "nodes": [alone], "edges": []})
    if parsed.document is None:
        return Refused("malformed", f"This step cannot be read: {parsed.problems[0].message}")
    return parsed.document.nodes[0]


def _no_node() -> Refused:
    return Refused("unknown_node", "The drawing has no such step.")


def _problems(drawing: Drawing, faulty: Sequence[Problem], node: Node) -> tuple[tuple[str, Problem], ...]:
    """What concerns the configuration of this node, each with its place inside."""
    alone, _ = compile_drawing(Document(format="interlock/1", nodes=(node,)), drawing.kinds)
    # The table is looked at alone: other tables of a drawing may be large.
    grids = [("/" + "/".join(each.path[3:]), each) for each in tables.problems(alone)]
    start = ("nodes", str(drawing.place[node.id]), "config")
    found = [each for each in (*faulty, *data.problems(drawing)) if each.path[:3] == start]
    return tuple([("".join(f"/{escaped(part)}" for part in each.path[3:]), each) for each in found] + grids)


def _overlapping(drawing: Drawing, node: Node) -> frozenset[int]:
    """The rows of a table that contradict each other: as many as are told."""
    params = drawing.params.get(node.id)
    table = params.table() if isinstance(params, Tabular) else None
    return frozenset(number for each in overlaps(table) for number in each.rows) if table else frozenset()


def _by_place(node: Node, problems: Iterable[tuple[str, Problem]]) -> dict[str, tuple[str, ...]]:
    """The sentences by place. Beside a field, nobody has to be told which step and field it belongs to."""
    found: dict[str, tuple[str, ...]] = {}
    schema = schema_of(node.kind)
    for path, problem in problems:
        place = [int(part) if _NUMBER.fullmatch(part) else part for part in path.split("/")[1:]]
        told, name = problem.message.removeprefix(f"“{node.title}”: "), f"“{spoken(labelled(place, schema))}”"
        told = told.removeprefix(f"{name}: ")
        found[path] = (*found.get(path, ()), f"This{told.removeprefix(name)}" if told.startswith(name) else told)
    return found


def _is_tabular(kind: NodeKind[Any]) -> bool:
    return issubclass(kind.params, Tabular)
