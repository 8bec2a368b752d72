"""Checks of decision tables: cases that no row covers, rows that contradict each other or are never reached.

Called by `check_document`. It looks at every configuration that holds a table (`Tabular`), whatever its kind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from runtime.core.cells import ANYTHING, Scalar
from runtime.core.checks.codes import found
from runtime.core.drawing import Drawing
from runtime.core.problems import Level, Problem
from runtime.core.tables import Overlap, Shadow, Table, Tabular, gaps, overlaps, shadows

_MOST_NAMED = 3


def problems(drawing: Drawing) -> Iterator[Problem]:
    """What is wrong with the tables."""
    for node, params in drawing.params.items():
        # Asking a protocol costs more than most of the other checks of a node: first ask what is cheap.
        if hasattr(type(params), "table") and isinstance(params, Tabular):
            table = params.table()
            yield from _gaps(drawing, node, table)
            yield from (_overlap(drawing, node, table, overlap) for overlap in overlaps(table))
            yield from (_unreached(drawing, node, table, shadow) for shadow in shadows(table))


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


def _unreached(drawing: Drawing, node: str, table: Table, shadow: Shadow) -> Problem:
    first, rows = shadow.row + 1, [str(number + 1) for number in shadow.hidden]
    whom, several = _rows(rows), len(rows) > 1
    if all(cell == ANYTHING for cell in table.rows[shadow.row].cells):
        holds, so = "fits every case", f"{whom} {'are' if several else 'is'}"
    else:
        holds, so = f"fits wherever {whom} {'do' if several else 'does'}", "they are" if several else "that one is"
    message = f"Row {first} of “{drawing.title(node)}” {holds} and comes first, so {so} never reached."
    suggestion = f"Move row {first} behind {'them' if several else 'it'}, or delete what is never reached."
    path = (*_path(drawing, node), str(shadow.hidden[0]))
    return found("table.unreached", message, suggestion, nodes=(node,), path=path)


def _rows(numbers: list[str]) -> str:
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    named, more = numbers[:_MOST_NAMED], len(numbers) - _MOST_NAMED
    return (
        f"the rows {', '.join(named)} and {more} more"
        if more > 0
        else f"the rows {', '.join(named[:-1])} and {named[-1]}"
    )


def _case(example: Mapping[str, Scalar]) -> str:
    shown = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in example.items())
    return ", ".join(shown) or "any case"


def _path(drawing: Drawing, node: str) -> tuple[str, ...]:
    return ("nodes", str(drawing.place[node]), "config", "rows")
