"""Cells of a table as the values of an input: which column goes where, and what a text means there.

Pure; called by `tables`. An empty cell is left out. What is no number, date or yes-or-no as its reader chose to write
them is refused with its cell named; a value is never bent until it fits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz, utils

from runtime.fields import Field, fields_of, number_or_text
from runtime.json_gate import JsonProblem, clean, read_json
from runtime.json_schemas import errors_of

LIKELY = 88
DECIMALS = {"point": "1234.5 or 1,234.5", "comma": "1234,5 or 1.234,5"}
DATES = {"iso": "2030-01-31", "dmy": "31.01.2030 or 31/01/2030", "mdy": "01/31/2030"}
YES, NO = frozenset({"yes", "true", "1", "y", "on"}), frozenset({"no", "false", "0", "n", "off"})
_GROUPED = {
    "point": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII),
    "comma": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII),
}
_PLAIN = {
    "point": re.compile(r"[+-]?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?", re.ASCII),
    "comma": re.compile(r"[+-]?\d{1,300}(,\d{1,300})?([eE][+-]?\d{1,3})?", re.ASCII),
}
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_SPACES = re.compile(r"(?<=\d)[\u0020\u00a0\u202f\u2009'](?=\d{3}(\D|$))", re.ASCII)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts are read. `columns`: the number of the column (from 0) by the name of the field."""

    columns: Mapping[str, int]
    decimal: str = "point"
    dates: str = "iso"


@dataclass(frozen=True, slots=True)
class Read:
    """A row as an input; `errors` by field (empty name: the row as a whole)."""

    input: dict[str, Any]
    errors: Mapping[str, str]


class Unfit(str):
    """Why a text is no value of its field: a sentence."""

    __slots__ = ()


def guessed(schema: Mapping[str, Any], header: Sequence[str]) -> dict[str, int]:
    """Which column each field most likely is, by its name and title; one column goes to one field."""
    scored = [
        (_alike(field, title), -place, field.name)
        for field in fields_of(schema)
        for place, title in enumerate(header)
        if title
    ]
    found: dict[str, int] = {}
    for score, place, name in sorted(scored, reverse=True):
        if score >= LIKELY and name not in found and -place not in found.values():
            found[name] = -place
    return found


def read(schema: Mapping[str, Any], fields: Sequence[Field], cells: Sequence[str], how: Reading) -> Read:
    """A row as an input of this schema (`fields` are those of it), and why it is none."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    properties = schema.get("properties") or {}
    for field in fields:
        place = how.columns.get(field.name)
        text = cells[place].strip() if place is not None and place < len(cells) else ""
        if not text:
            continue
        value = _value(field, properties.get(field.name) or {}, text, how)
        if isinstance(value, Unfit):
            errors[field.name] = str(value)
        else:
            values[field.name] = value
    soiled = clean(values)
    if soiled:
        errors[soiled.path.split("/")[1] if "/" in soiled.path else ""] = soiled.message
    for error in errors_of(dict(schema), values, beside=True) if not soiled else ():
        each: Any = error
        name = each["path"].split("/")[1] if each["path"] else ""
        errors.setdefault(name.replace("~1", "/").replace("~0", "~"), each["message"])
    return Read(values, errors)


def decimal_of(separator: str) -> str:
    """How numbers are most likely written in a file with this separator: where it is a semicolon, with a comma."""
    return "comma" if separator == ";" else "point"


def _alike(field: Field, title: str) -> float:
    names = (field.name.replace("_", " "), field.title)
    return max(fuzz.ratio(name, title.replace("_", " "), processor=utils.default_process) for name in names)


def _value(field: Field, schema: Mapping[str, Any], text: str, how: Reading) -> Any:
    match field.control:
        case "flag":
            word = text.casefold()
            return word in YES if word in YES | NO else Unfit(f"“{_short(text)}” is neither yes nor no.")
        case "number":
            return _number(text, how.decimal)
        case "json":
            found = read_json(text)
            return Unfit(f"“{_short(text)}” is no JSON.") if isinstance(found, JsonProblem) else found
    if schema.get("format") == "date":
        return _date(text, how.dates)
    return number_or_text(field, text, _number(text, how.decimal))


def _number(text: str, decimal: str) -> Any:
    found = _SPACES.sub("", text)
    if _GROUPED[decimal].fullmatch(found):
        found = found.replace("," if decimal == "point" else ".", "")
    if not _PLAIN[decimal].fullmatch(found):
        return Unfit(f"“{_short(text)}” is no number as chosen ({DECIMALS[decimal]}).")
    found = found.replace(",", ".")
    if _INTEGER.fullmatch(found):
        return int(found)
    value = float(found)
    return value if abs(value) != float("inf") else Unfit(f"“{_short(text)}” is too large a number.")


def _date(text: str, dates: str) -> Any:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text).isoformat()
        found = _DATE.fullmatch(text)
        if found and dates != "iso":
            first, second, year = (int(part) for part in found.groups())
            day, month = (first, second) if dates == "dmy" else (second, first)
            return date(year, month, day).isoformat()
    except ValueError:
        pass
    return Unfit(f"“{_short(text)}” is no date as chosen ({DATES[dates]}).")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
