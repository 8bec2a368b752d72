"""Checks of decision tables: cases that no row covers, rows that contradict each other.

Called by `check_document`. It looks at every configuration that holds a table (`Tabular`), whatever its kind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from runtime.core.cells import Scalar
from runtime.core.checks.codes import found
from runtime.core.drawing import Drawing
from runtime.core.problems import Level, Problem
from runtime.core.tables import Overlap, Table, Tabular, gaps, overlaps


def problems(drawing: Drawing) -> Iterator[Problem]:
    """What is wrong with the tables."""
    for node, params in drawing.params.items():
        # Asking a protocol costs more than most of the other checks of a node: first ask what is cheap.
        if hasattr(type(params), "table") and isinstance(params, Tabular):
            table = params.table()
            yield from _gaps(drawing, node, table)
            yield from (_overlap(drawing, node, table, overlap) for overlap in overlaps(table))


def _gaps(drawing: Drawing, node: str, table: Table) -> Iterator[Problem]:
    name = drawing.title(node)
    uncovered = gaps(table, most=1)
    for example in uncovered.examples:
        message = f"No row of “{name}” covers {_case(example)}; such a case goes to “unsure”."
        suggestion = "Add a row for such cases, unless a person is to see them."
        yield found("table.gap", message, suggestion, nodes=(node,), path=_path(drawing, node))
    if not uncovered.complete:
        message = f"“{name}” is too large to prove that its rows cover every case."
        suggestion = "Cases that no row covers go to “unsure”. A smaller table, or several, can be proven."
        yield found("table.too_large_to_prove", message, suggestion, nodes=(node,), path=_path(drawing, node))


def _overlap(drawing: Drawing, node: str, table: Table, overlap: Overlap) -> Problem:
    one, other = (number + 1 for number in overlap.rows)
    level: Level = "warning" if table.hit == "COLLECT" else "error"
    message = (
        f"The rows {one} and {other} of “{drawing.title(node)}” contradict each other for {_case(overlap.example)}."
    )
    suggestion = "Change one of the rows, or let the first row that fits decide (“FIRST”)."
    path = (*_path(drawing, node), str(overlap.rows[1]))
    return found("table.overlap", message, suggestion, nodes=(node,), path=path, level=level)


def _case(example: Mapping[str, Scalar]) -> str:
    shown = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in example.items())
    return ", ".join(shown) or "any case"


def _path(drawing: Drawing, node: str) -> tuple[str, ...]:
    return ("nodes", str(drawing.place[node]), "config", "rows")
