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
from runtime.json_gate import JsonProblem, read_json, write_json

PARTS = frozenset({"inputs", "rows"})
"""The fields that the grid stands for."""
_WORDS = {
    "any": "any",
    "is": "is",
    "not": "is not",
    "below": "less than",
    "to": "at most",
    "above": "more than",
    "from": "at least",
    "between": "between",
    "until": "from, below",
    "in": "one of",
    "out": "none of",
    "yes": "yes",
    "no": "no",
    "text": "as written",
}
_FEW = ("any", "is", "not", "in", "out", "text")
_MANY = ("any", "is", "not", "below", "to", "above", "from", "between", "until", "in", "out", "text")
_OPERATORS = {"string": _FEW, "number": _MANY, "integer": _MANY, "boolean": ("any", "yes", "no", "text")}
"""How the cells of a column may compare. Which text a comparison is, `static/canvas/kernels/cells.ts` knows."""
_TYPES = frozenset(get_args(ColumnType.__value__))


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row: a cell a column, a value an output name, the choice. `findings` are sentences about this very row,
    `overlaps` says that another one contradicts it.
    """

    number: int
    path: str
    cells: tuple[Control, ...]
    values: tuple[Control, ...]
    choice: Control
    errors: tuple[str, ...]
    findings: tuple[str, ...]
    overlaps: bool = False

    @property
    def number_text(self) -> str:
        """The number for a template, which adds texts to texts alone."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Each of `columns` is a group of name, expression and type; `outputs` names the values handed on."""

    columns: tuple[Control, ...]
    outputs: tuple[str, ...]
    rows: tuple[GridRow, ...]
    findings: tuple[str, ...]
    errors: tuple[str, ...]


def grid_of(
    config: Mapping[str, Any],
    form: Form,
    findings: Mapping[str, tuple[str, ...]],
    overlapping: frozenset[int] = frozenset(),
) -> Grid | None:
    """The grid of a configuration; None where its fields are none of a table. `findings` by the row's pointer, or by
    `/rows` for the whole table; `overlapping` rows by their numbers from 0.
    """
    inputs, rows = form.control("inputs"), form.control("rows")
    if inputs is None or rows is None:
        return None
    outputs = tuple(dict.fromkeys(name for row in _mappings(config.get("rows")) for name in _mapping(row.get("then"))))
    choices = tuple(each for each in _list(config.get("choices")) if isinstance(each, str))
    given = _list(config.get("rows"))
    made = (
        _row(number, row, _mapping(given[number]), inputs.parts, outputs, choices, findings)
        for number, row in enumerate(rows.parts)
    )
    lines = tuple(replace(line, overlaps=line.number - 1 in overlapping) for line in made)
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
        Control("scalar", f"{row.path}/then/{escaped(name)}", f"{row.id}-then-{place}", title=name,
                value=_scalar(then.get(name)))
        for place, name in enumerate(outputs)
    )  # fmt: skip
    choice = parts.get("choice", Control("choice", f"{row.path}/choice", f"{row.id}-choice"))
    options = choices if choice.value in choices else (*choices, choice.value)
    several = tuple(part.errors for name, part in parts.items() if name != "choice")
    errors = (*row.errors, *(message for told in several for message in told))
    shown = replace(choice, sort="choice", help="", options=tuple(each for each in options if each))
    return GridRow(number + 1, row.path, cells, values, shown, errors, findings.get(row.path, ()))


def _cell(written: object, path: str, id_: str, column: Control) -> Control:
    """A cell, held against its column's type; an unfinished column says nothing about its cells."""
    about = {part.path.rpartition("/")[2]: part.value or part.default for part in column.parts}
    text, kind = text_of(written, "text"), about.get("type", "")
    read = parse_cell(text, kind) if kind in _TYPES else None  # type: ignore[arg-type]  # held against the types
    errors = (read.reason,) if isinstance(read, BadCell) else ()
    title, options = about.get("name", ""), _OPERATORS.get(kind, _OPERATORS["string"])
    return Control(
        "cell", path, id_, title=title, value=text, default=kind, options=options, words=_WORDS, errors=errors
    )


def _scalar(value: object) -> str:
    """A value as one would write it into a spreadsheet: in quotes only where it would be read as something else."""
    if not isinstance(value, str):
        return text_of(value, "scalar")
    return value if isinstance(read_json(value), JsonProblem) else write_json(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]
