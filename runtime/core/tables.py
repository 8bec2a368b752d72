"""Decision tables: cells, a three-valued decision, and what can be proven of a table before it runs.

Called by the kind `decide.table` (parses its cells, decides a case) and by `checks.tables` (gaps and overlaps). It
knows nothing of nodes or drawings. A missing or mistyped input never yields a row: it yields `unknown`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol, runtime_checkable

from runtime.core.cells import ANYTHING, Cell, ColumnType, Scalar, fits, representatives

__all__ = [
    "Column",
    "Gaps",
    "Hit",
    "Overlap",
    "Row",
    "Shadow",
    "Table",
    "TableResult",
    "Tabular",
    "decide",
    "gaps",
    "overlaps",
    "shadows",
]

type Hit = Literal["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT"]
type Status = Literal["ok", "no_match", "conflict", "unknown"]

MAX_STEPS = 20_000
"""How many groups of cases the search for gaps looks at before it says that it cannot tell (some 30 ms)."""


@dataclass(frozen=True, slots=True)
class Column:
    """An input of a table: its name and the type its values must have."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a cell per column, the choice it makes and what it adds to the output."""

    cells: tuple[Cell, ...]
    choice: str
    then: object = None


@dataclass(frozen=True)
class Table:
    """A decision table. `choices` lists every choice, the most important first (the order that PRIORITY goes by).

    Every row has as many cells as the table has inputs; whoever builds a table sees to that.
    """

    inputs: tuple[Column, ...]
    hit: Hit
    rows: tuple[Row, ...]
    choices: tuple[str, ...] = ()

    @cached_property
    def regions(self) -> tuple[tuple[tuple[Scalar, int], ...], ...]:
        """For each column, one value out of every set of values that the cells tell apart, with the rows (as bits)
        whose cell holds for it. Values that hold for the same rows are listed once."""
        return tuple(self._regions_of(place) for place in range(len(self.inputs)))

    def _regions_of(self, place: int) -> tuple[tuple[Scalar, int], ...]:
        cells = [row.cells[place] for row in self.rows]
        distinct: dict[int, Scalar] = {}
        for value in representatives(self.inputs[place].type, cells):
            holding = sum(1 << number for number, cell in enumerate(cells) if cell.holds(value))
            distinct.setdefault(holding, value)
        return tuple((value, holding) for holding, value in distinct.items())


@runtime_checkable
class Tabular(Protocol):
    """A configuration that holds a decision table; the checks look at every such one."""

    def table(self) -> Table:
        """The table, with its cells parsed."""


@dataclass(frozen=True, slots=True)
class TableResult:
    """What a table says of one case.

    `ok`: `rows` decide (their numbers, from 0; one of them unless the table collects) and agree on `choice`.
    `no_match`: no row holds. `conflict`: the rows in `rows` hold and contradict each other. `unknown`: the inputs in
    `missing` are absent or of another type.
    """

    status: Status
    rows: tuple[int, ...] = ()
    choice: str | None = None
    missing: tuple[str, ...] = ()


def decide(table: Table, values: Mapping[str, object]) -> TableResult:
    """Decide one case. `values` holds the inputs by name; anything that is no value of the column's type is missing."""
    missing = tuple(column.name for column in table.inputs if not fits(values.get(column.name), column.type))
    if missing:
        return TableResult("unknown", missing=missing)
    case = [values[column.name] for column in table.inputs]
    matching = tuple(
        number
        for number, row in enumerate(table.rows)
        if all(cell.holds(value) for cell, value in zip(row.cells, case, strict=True))
    )
    return _settled(table, matching)


def _settled(table: Table, matching: tuple[int, ...]) -> TableResult:
    if not matching:
        return TableResult("no_match")
    if table.hit == "FIRST":
        return _ok(table, matching[:1])
    if table.hit == "PRIORITY":
        return _ok(table, (min(matching, key=lambda number: (_rank(table, number), number)),))
    if any(_contradict(table, matching[0], other) for other in matching[1:]):
        return TableResult("conflict", matching)
    return _ok(table, matching if table.hit == "COLLECT" else matching[:1])


def _ok(table: Table, rows: tuple[int, ...]) -> TableResult:
    return TableResult("ok", rows, table.rows[rows[0]].choice)


def _rank(table: Table, number: int) -> int:
    choice = table.rows[number].choice
    return table.choices.index(choice) if choice in table.choices else len(table.choices)


def _contradict(table: Table, one: int, other: int) -> bool:
    """Whether two rows that hold for the same case cannot both stand under the table's hit policy."""
    first, second = table.rows[one], table.rows[other]
    if table.hit == "UNIQUE":
        return True
    if table.hit == "ANY":
        return first.choice != second.choice or not _same(first.then, second.then)
    return table.hit == "COLLECT" and first.choice != second.choice


def _same(one: object, other: object) -> bool:
    # Python holds True == 1, JSON does not.
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Cases that no row covers, one example of each kind (a few are enough); `complete` is False when the table is too
    large to be searched to the end."""

    examples: tuple[Mapping[str, Scalar], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows (their numbers, from 0) that contradict each other for the case `example`."""

    rows: tuple[int, int]
    example: Mapping[str, Scalar] = field(default_factory=dict)


def gaps(table: Table, most: int = 3) -> Gaps:
    """Up to `most` examples of cases that no row covers."""
    search = _GapSearch(table)
    examples = []
    for example in search.found((1 << len(table.rows)) - 1, 0):
        examples.append(example)
        if len(examples) == most:
            break
    return Gaps(tuple(examples), complete=bool(examples) or search.steps <= MAX_STEPS)


def overlaps(table: Table, most: int = 3) -> tuple[Overlap, ...]:
    """Up to `most` pairs of rows that contradict each other; exact for any size, as rows overlap when all cells do."""
    return tuple(overlap for _, overlap in zip(range(most), _overlapping(table), strict=False))


@dataclass(frozen=True, slots=True)
class Shadow:
    """A row (by its number, from 0) that holds wherever the rows `hidden` behind it do, so that these never decide."""

    row: int
    hidden: tuple[int, ...]


def shadows(table: Table) -> tuple[Shadow, ...]:
    """The rows of a table read from the top that a single row before them hides; exact for any size.

    Rows that only several others hide together are not found, nor rows that hold for nothing at all.
    """
    if table.hit != "FIRST":
        return ()
    found: dict[int, list[int]] = {}
    rest = next((number for number, row in enumerate(table.rows) if _is_rest(row)), len(table.rows))
    for row in range(1, len(table.rows)):
        # Behind a row for all the rest there is nothing to search for.
        hiding = rest if row > rest else _hiding(table, row)
        if hiding is not None:
            found.setdefault(hiding, []).append(row)
    return tuple(Shadow(row, tuple(hidden)) for row, hidden in sorted(found.items()))


def _is_rest(row: Row) -> bool:
    return all(cell == ANYTHING for cell in row.cells)


def _hiding(table: Table, row: int) -> int | None:
    """The first row before this one that holds wherever it does."""
    earlier = (1 << row) - 1
    for regions in table.regions:
        own = [holding for _, holding in regions if holding >> row & 1]
        for holding in own:
            earlier &= holding
            if not earlier:
                return None
        if not own:
            return None
    return (earlier & -earlier).bit_length() - 1


class _GapSearch:
    """Walks the columns, carrying the rows that still hold; equal sets of rows at one column are looked at once."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._covered: set[tuple[int, int]] = set()
        self._anyway = list(_holding_from(table))
        self.steps = 0

    def found(self, holding: int, place: int) -> Iterator[dict[str, Scalar]]:
        """Cases uncovered by the rows `holding`, as values for the columns from `place` on."""
        if holding & self._anyway[place] or (place, holding) in self._covered:
            return
        self.steps += 1
        if self.steps > MAX_STEPS:
            return
        if place == len(self._table.inputs):
            yield {}
            return
        empty = True
        for value, rows in self._table.regions[place]:
            for rest in self.found(holding & rows, place + 1):
                empty = False
                yield {self._table.inputs[place].name: value, **rest}
                break
        if empty:
            self._covered.add((place, holding))


def _holding_from(table: Table) -> Iterable[int]:
    """For each place the rows (as bits) that hold whatever the columns from there on say; at the end, all."""
    for place in range(len(table.inputs) + 1):
        yield sum(
            1 << number for number, row in enumerate(table.rows) if all(cell == ANYTHING for cell in row.cells[place:])
        )


def _overlapping(table: Table) -> Iterator[Overlap]:
    if table.hit in ("FIRST", "PRIORITY"):
        return
    masks = [_values_by_row(table, place) for place in range(len(table.inputs))]
    for one in range(len(table.rows)):
        for other in range(one + 1, len(table.rows)):
            shared = [column[one] & column[other] for column in masks]
            if all(shared) and _contradict(table, one, other):
                yield Overlap((one, other), _example(table, shared))


def _values_by_row(table: Table, place: int) -> list[int]:
    """For each row the regions of a column (as bits) that its cell holds for."""
    regions = table.regions[place]
    return [
        sum(1 << place_of for place_of, (_, holding) in enumerate(regions) if holding >> number & 1)
        for number in range(len(table.rows))
    ]


def _example(table: Table, shared: list[int]) -> dict[str, Scalar]:
    chosen = ((mask & -mask).bit_length() - 1 for mask in shared)
    return {
        column.name: table.regions[place][number][0]
        for place, (column, number) in enumerate(zip(table.inputs, chosen, strict=True))
    }
