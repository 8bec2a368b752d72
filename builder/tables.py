"""A decision table as a grid: columns, values that rows hand on, rows with their cells. Pure.

Called by `inspector` for every kind whose configuration is `Tabular`. It lays out what is there, however crooked; what
rows leave uncovered or contradict is found by the checks of the core and handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from builder.forms import Control, Form, escaped, text_of
from runtime.core.cells import BadCell, ColumnType, parse_cell

PARTS = frozenset({"inputs", "rows"})
"""The fields that the grid stands for."""
_TYPES = frozenset(get_args(ColumnType.__value__))


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row: a cell a column, a value an output name, the choice. `findings` are sentences about this very row."""

    number: int
    path: str
    cells: tuple[Control, ...]
    values: tuple[Control, ...]
    choice: Control
    errors: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Each of `columns` is a group of name, expression and type; `outputs` names the values handed on."""

    columns: tuple[Control, ...]
    outputs: tuple[str, ...]
    rows: tuple[GridRow, ...]
    findings: tuple[str, ...]
    errors: tuple[str, ...]


def grid_of(config: Mapping[str, Any], form: Form, findings: Mapping[str, tuple[str, ...]]) -> Grid | None:
    """The grid of a configuration; None where its fields are none of a table. `findings` by the row's pointer, or by
    `/rows` for the whole table.
    """
    inputs, rows = form.control("inputs"), form.control("rows")
    if inputs is None or rows is None:
        return None
    outputs = tuple(dict.fromkeys(name for row in _mappings(config.get("rows")) for name in _mapping(row.get("then"))))
    choices = tuple(each for each in _list(config.get("choices")) if isinstance(each, str))
    given = _list(config.get("rows"))
    lines = tuple(
        _row(number, row, _mapping(given[number]), inputs.parts, outputs, choices, findings)
        for number, row in enumerate(rows.parts)
    )
    return Grid(inputs.parts, outputs, lines, findings.get("/rows", ()), (*inputs.errors, *rows.errors))


def _row(
    number: int,
    row: Control,
    given: Mapping[str, Any],
    columns: tuple[Control, ...],
    outputs: tuple[str, ...],
    choices: tuple[str, ...],
    findings: Mapping[str, tuple[str, ...]],
) -> GridRow:
    parts = {part.path.rpartition("/")[2]: part for part in row.parts}
    written, then = _list(given.get("when")), _mapping(given.get("then"))
    cells = tuple(
        _cell(written[place] if place < len(written) else "", f"{row.path}/when/{place}", f"{row.id}-{place}", column)
        for place, column in enumerate(columns)
    )
    values = tuple(
        Control("json", f"{row.path}/then/{escaped(name)}", f"{row.id}-then-{place}", title=name,
                value=text_of(then[name], "json") if name in then else "")
        for place, name in enumerate(outputs)
    )  # fmt: skip
    choice = parts.get("choice", Control("choice", f"{row.path}/choice", f"{row.id}-choice"))
    options = choices if choice.value in choices else (*choices, choice.value)
    several = tuple(part.errors for name, part in parts.items() if name != "choice")
    errors = (*row.errors, *(message for told in several for message in told))
    shown = replace(choice, sort="choice", help="", options=options)
    return GridRow(number + 1, row.path, cells, values, shown, errors, findings.get(row.path, ()))


def _cell(written: object, path: str, id_: str, column: Control) -> Control:
    """A cell, held against its column's type; an unfinished column says nothing about its cells."""
    about = {part.path.rpartition("/")[2]: part.value for part in column.parts}
    text, kind = text_of(written, "text"), about.get("type", "")
    read = parse_cell(text, kind) if kind in _TYPES else None  # type: ignore[arg-type]  # held against the types
    errors = (read.reason,) if isinstance(read, BadCell) else ()
    return Control("text", path, id_, title=about.get("name", ""), value=text, errors=errors)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]
