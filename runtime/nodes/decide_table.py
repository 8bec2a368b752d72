"""Choose by a table: each row says for which cases it holds, what it chooses and what it adds.

A cell is `-` (anything), a value (`"x"`, `3`, `true`), a comparison (`> 3`), a range (`[1..5)`), a list
(`in ("a", "b")`) or `not` before one of these. Hit policies: UNIQUE (at most one row may hold), FIRST, ANY (several may
hold if they say the same), PRIORITY (the first listed choice wins), COLLECT (the values of all rows that hold are
merged: lists are joined, equal values kept once, other values collected in a list). No row, rows that contradict
each other, or an input that is missing or of another type: `unsure`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from runtime.core.cells import BadCell, Cell, parse_cell
from runtime.core.definition import Many
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Inputs, JsonSchema, NodeKind, Outcome, Params
from runtime.core.tables import Column, Row, Table, TableResult, decide
from runtime.nodes._values import UNSURE, Name, refuse_repeats, refuse_reserved

HITS = {
    "UNIQUE": "At most one may",
    "FIRST": "The first one decides",
    "ANY": "They have to say the same",
    "PRIORITY": "The choice listed first wins",
    "COLLECT": "All count, if they choose the same",
}
"""What the hit policies mean, in words."""


class TableInput(Params):
    """A column of the table."""

    name: Annotated[Name, Field(title="Column", description="The column's heading.")]
    expr: Annotated[Expr, Field(title="Looks at", description="The value that the column's cells look at.")]
    type: Annotated[
        Literal["string", "number", "integer", "boolean"],
        Field(
            title="Which is",
            description="What the value must be; anything else makes the case unsure.",
            json_schema_extra={"words": {"string": "text", "integer": "whole number", "boolean": "yes or no"}},
        ),
    ]


class TableRow(Params):
    """A row of the table."""

    when: Annotated[
        Many[Annotated[str, Field(max_length=500)]],
        Field(max_length=30, description="A cell for each column, in order."),
    ]
    then: Annotated[
        dict[str, Any], Field(max_length=50, description="Values that the row hands on, as they are written.")
    ] = Field(default_factory=dict)
    choice: Annotated[Name, Field(description="The choice that the row makes.")]


class TableParams(Params):
    """A decision table."""

    inputs: Annotated[Many[TableInput], Field(min_length=1, max_length=30, description="The columns.")]
    hit: Annotated[
        Literal["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT"],
        Field(
            title="When several rows hold",
            description="What to do when several rows hold.",
            json_schema_extra={"words": HITS},
        ),
    ] = "UNIQUE"
    choices: Annotated[
        Many[Name], Field(min_length=1, max_length=50, description="Every choice, the most important first.")
    ]
    rows: Annotated[Many[TableRow], Field(min_length=1, max_length=1000, description="The rows.")]

    @model_validator(mode="after")
    def _rows_fit_the_columns(self) -> Self:
        refuse_repeats((column.name for column in self.inputs), "columns")
        refuse_repeats(self.choices, "choices")
        refuse_reserved(self.choices, UNSURE)
        for number, row in enumerate(self.rows, 1):
            if row.choice not in self.choices:
                raise ValueError(f"Row {number} chooses “{row.choice}”, which is not among the choices.")
            if len(row.when) != len(self.inputs):
                raise ValueError(f"Row {number} has {len(row.when)} cells for {len(self.inputs)} columns.")
            _ = self._cells(number, row)
        return self

    def _cells(self, number: int, row: TableRow) -> tuple[Cell, ...]:
        cells = []
        for column, text in zip(self.inputs, row.when, strict=True):
            cell = parse_cell(text, column.type)
            if isinstance(cell, BadCell):
                raise ValueError(f"Row {number}, column “{column.name}”: {cell.reason}")
            cells.append(cell)
        return tuple(cells)

    @cached_property
    def _table(self) -> Table:
        rows = (Row(self._cells(number, row), row.choice, row.then) for number, row in enumerate(self.rows, 1))
        columns = tuple(Column(column.name, column.type) for column in self.inputs)
        return Table(columns, self.hit, tuple(rows), self.choices)

    def table(self) -> Table:
        """The table with its cells parsed, for the checks and for deciding."""
        return self._table


def run(params: TableParams, inputs: Inputs, _context: Context) -> Outcome:
    """What the table says of this case."""
    values = {column.name: inputs.value(column.expr) for column in params.inputs}
    known = {name: value for name, value in values.items() if not isinstance(value, Unknown)}
    result = decide(params.table(), known)
    if result.status != "ok" or result.choice is None:
        return Done({"reason": _reason(result, values)}, "unsure")
    return Done(_merged([params.rows[number].then for number in result.rows]), result.choice)


def _reason(result: TableResult, values: dict[str, Json | Unknown]) -> str:
    if result.status == "no_match":
        return "No row holds for this case."
    if result.status == "conflict":
        return f"The rows {', '.join(str(number + 1) for number in result.rows)} hold and contradict each other."
    return " ".join(_missing(name, values.get(name)) for name in result.missing)


def _missing(name: str, value: Json | Unknown) -> str:
    why = value.reason if isinstance(value, Unknown) else "it is missing or of another type."
    return f"“{name}” is not known: {why}"


def _merged(rows: list[dict[str, Any]]) -> dict[str, Json]:
    """One row as it is; several, name by name."""
    if len(rows) == 1:
        return dict(rows[0])
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: _collected(row[name] for row in rows if name in row) for name in names}


def _collected(values: Iterable[Json]) -> Json:
    # Python holds True == 1, JSON does not.
    distinct = list({json.dumps(value, sort_keys=True): value for value in values}.values())
    if all(isinstance(value, list) for value in distinct):
        return [item for value in distinct if isinstance(value, list) for item in value]
    return distinct[0] if len(distinct) == 1 else distinct


def output(params: TableParams) -> JsonSchema:
    """The values that rows hand on, by name; a reason where the case is unsure."""
    names = sorted({name for row in params.rows for name in row.then})
    return {"type": "object", "properties": {**{name: {} for name in names}, "reason": {"type": "string"}}}


KIND = NodeKind(
    name="decide.table",
    title="Decide by table",
    help=__doc__,
    icon="table",
    params=TableParams,
    run=run,
    ports=lambda params: (*params.choices, "unsure"),
    output=output,
    example={
        "inputs": [
            {"name": "seats", "expr": "input.seats", "type": "integer"},
            {"name": "country", "expr": "input.country", "type": "string"},
        ],
        "hit": "FIRST",
        "choices": ["sales", "partner"],
        "rows": [
            {"when": [">= 50", "-"], "then": {"discount": 0.1}, "choice": "sales"},
            {"when": ["[1..50)", 'in ("DE", "AT")'], "then": {"discount": 0}, "choice": "partner"},
        ],
    },
)
