"""The cells of a decision table: reading them, and asking whether one holds for a value.

Called by `tables` and by the kind `decide.table`. A cell is `-` (anything), a value (`"x"`, `3`, `true`), a comparison
(`> 3`, `!= "x"`), a range (`[1..5)`), a list (`in ("a", "b")`), or `not` before one of these.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

type ColumnType = Literal["string", "number", "integer", "boolean"]
type Scalar = str | float | int | bool

MAX_LENGTH = 500
MAX_NUMBER = 10**15

_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
_LITERAL = re.compile(rf"""\s*("(?:[^"\\\x00-\x1f]|\\.)*"|'[^'\\\x00-\x1f]*'|true\b|false\b|{_NUMBER}(?![\w.]))\s*""")
_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>|=)(.*)", re.DOTALL)
_RANGE = re.compile(rf"([\[(])\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\])])")
_NOT = re.compile(r"not\b\s*(.*)", re.DOTALL)
_IN = re.compile(r"in\s*\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers from `low` to `high`; an infinite end is open."""

    low: float
    high: float
    low_closed: bool
    high_closed: bool

    def holds(self, number: float) -> bool:
        """Whether a finite number lies inside."""
        above = number > self.low or (self.low_closed and number == self.low)
        return above and (number < self.high or (self.high_closed and number == self.high))


@dataclass(frozen=True, slots=True)
class Cell:
    """A test of one value: it holds for the listed `values` and inside the `interval`; if `negated`, for all others."""

    values: tuple[Scalar, ...] = ()
    interval: Interval | None = None
    negated: bool = False

    def holds(self, value: object) -> bool:
        """Whether the cell holds for a value that fits its column's type."""
        inside = value in self.values
        if not inside and self.interval and isinstance(value, int | float):
            inside = self.interval.holds(value)
        return inside != self.negated


ANYTHING = Cell(negated=True)


@dataclass(frozen=True, slots=True)
class BadCell:
    """Why a text is no cell, as a sentence for the designer."""

    reason: str


def parse_cell(text: str, column_type: ColumnType) -> Cell | BadCell:
    """Read one cell of a column. Never raises."""
    text = text.strip()
    if not text:
        return BadCell("A cell must not be empty; write - where anything will do.")
    if len(text) > MAX_LENGTH:
        return BadCell(f"A cell has at most {MAX_LENGTH} characters.")
    if text == "-":
        return ANYTHING
    return _parsed(text, column_type)


def fits(value: object, column_type: ColumnType) -> bool:
    """Whether a JSON value is of a column's type. Not a number is NaN, nor infinity, nor true; 3.0 is an integer."""
    if column_type == "string":
        return isinstance(value, str)
    if column_type == "boolean":
        return isinstance(value, bool)
    if isinstance(value, float):
        return value.is_integer() if column_type == "integer" else math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def representatives(column_type: ColumnType, cells: Iterable[Cell]) -> list[Scalar]:
    """One value out of every set of values that these cells can tell apart, in a fixed order."""
    cells = list(cells)
    if column_type == "boolean":
        return [True, False]
    if column_type == "string":
        named = dict.fromkeys(value for cell in cells for value in cell.values)
        return [*named, _another(named)]
    return list(_numbers(sorted(set(_borders(cells))), whole=column_type == "integer"))


def _parsed(text: str, column_type: ColumnType) -> Cell | BadCell:
    negation = _NOT.fullmatch(text)
    if negation:
        return _negated(_parsed(_unwrapped(negation[1].strip()), column_type))
    bounds = _RANGE.fullmatch(text)
    if bounds:
        return _range(bounds, column_type)
    comparison = _COMPARISON.fullmatch(text)
    if comparison:
        return _compared(comparison[1], comparison[2], column_type)
    listed = _IN.fullmatch(text)
    return _values(listed[1] if listed else text, column_type, several=bool(listed))


def _unwrapped(text: str) -> str:
    """What stands in the brackets of `not (…)`; a range keeps its own."""
    wrapped = text.startswith("(") and text.endswith(")") and not _RANGE.fullmatch(text)
    return text[1:-1].strip() if wrapped else text


def _negated(cell: Cell | BadCell) -> Cell | BadCell:
    return cell if isinstance(cell, BadCell) else Cell(cell.values, cell.interval, not cell.negated)


def _range(bounds: re.Match[str], column_type: ColumnType) -> Cell | BadCell:
    if column_type not in ("number", "integer"):
        return BadCell("Only numbers have ranges.")
    low, high = _number(bounds[2]), _number(bounds[3])
    if isinstance(low, BadCell) or isinstance(high, BadCell):
        return low if isinstance(low, BadCell) else high if isinstance(high, BadCell) else BadCell("")
    interval = Interval(low, high, bounds[1] == "[", bounds[4] == "]")
    if low > high or (low == high and not (interval.low_closed and interval.high_closed)):
        return BadCell(f"Nothing lies in the range {bounds[0]}.")
    return Cell(interval=interval)


def _compared(operator: str, text: str, column_type: ColumnType) -> Cell | BadCell:
    cell = _values(text, column_type, several=False)
    if isinstance(cell, BadCell) or operator in ("=", "=="):
        return cell
    if operator == "!=":
        return _negated(cell)
    number = cell.values[0]
    if column_type not in ("number", "integer") or isinstance(number, str):
        return BadCell(f"Only numbers can be compared with {operator}.")
    closed = operator.endswith("=")
    if operator.startswith("<"):
        return Cell(interval=Interval(-math.inf, number, low_closed=False, high_closed=closed))
    return Cell(interval=Interval(number, math.inf, low_closed=closed, high_closed=False))


def _values(text: str, column_type: ColumnType, *, several: bool) -> Cell | BadCell:
    values: list[Scalar] = []
    place = 0
    while True:
        found = _LITERAL.match(text, place)
        value = _literal(found[1], column_type) if found else _unreadable(text, column_type)
        if isinstance(value, BadCell):
            return value
        values.append(value)
        place = found.end() if found else len(text)
        if place == len(text):
            return Cell(tuple(values))
        if not several or text[place] != ",":
            return _unreadable(text, column_type)
        place += 1


def _unreadable(text: str, column_type: ColumnType) -> BadCell:
    if ".." in text and column_type in ("number", "integer"):
        return BadCell("A range needs two numbers, the lower one first: 1 to 5 is written [1..5].")
    example = {
        "string": '"text" or in ("a", "b")',
        "number": "3.5, > 3 or [1..5)",
        "integer": "3, > 3 or [1..5]",
        "boolean": "true or false",
    }[column_type]
    return BadCell(f"“{text[:40].strip()}” cannot be read as a cell of this column; write for example {example}, or -.")


def _literal(text: str, column_type: ColumnType) -> Scalar | BadCell:
    value: Scalar | BadCell
    if text[0] == "'":
        value = text[1:-1]
    elif text[0] == '"' or text in ("true", "false"):
        value = _json(text)
    else:
        value = _number(text)
    if isinstance(value, BadCell) or fits(value, column_type):
        return value
    return BadCell(f"{text[:40]} is no {_SPOKEN[column_type]}, which is what this column holds.")


_SPOKEN = {"string": "text in quotes", "number": "number", "integer": "whole number", "boolean": "true or false"}


def _json(text: str) -> Scalar | BadCell:
    try:
        value: Scalar = json.loads(text)
    except ValueError:
        return BadCell(f"{text[:40]} is not written as a text; a backslash is written twice.")
    return value


def _number(text: str) -> float | BadCell:
    value = int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    return value if abs(value) <= MAX_NUMBER else BadCell(f"{text[:40]} is too large for a table.")


def _another(named: Iterable[Scalar]) -> str:
    taken, word = set(named), "anything else"
    while word in taken:
        word += "…"
    return word


def _borders(cells: Iterable[Cell]) -> Iterator[float]:
    for cell in cells:
        yield from (value for value in cell.values if not isinstance(value, str))
        if cell.interval:
            yield from (end for end in (cell.interval.low, cell.interval.high) if math.isfinite(end))


def _numbers(borders: list[float], *, whole: bool) -> Iterator[Scalar]:
    """The borders themselves, and a number below, between and above them; whole ones only where the column says so."""
    if not borders:
        yield 0
        return
    yield math.ceil(borders[0]) - 1
    for border, following in zip(borders, [*borders[1:], None], strict=True):
        if not whole or border == math.floor(border):
            yield border
        between = _above(border, following, whole=whole)
        if between is not None:
            yield between


def _above(low: float, high: float | None, *, whole: bool) -> float | None:
    """A number between the two, as round as can be; None where there is none."""
    nearest = math.floor(low) + 1
    if high is None or nearest < high:
        return nearest
    middle = (low + high) / 2
    return None if whole or not low < middle < high else middle
