"""A JSON Schema as the fields of a form, and a posted form as JSON again.

Used by pages that ask a person for values: the start of a run, a case. It shows and reads; whether the values fit is
for the domain function to say that they are handed to. What has no simple field is asked for as JSON text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.json_gate import JsonProblem, read_json, write_json
from runtime.json_schemas import label

MOST_FIELDS = 60
PROSE = frozenset({"message", "text", "body", "description", "comment", "notes"})
INTEGER = re.compile(r"[+-]?\d{1,18}")
NUMBER = re.compile(r"[+-]?\d{1,300}([.]\d{1,300})?([eE][+-]?\d{1,3})?")
NUMBERS = ("integer", "number")
# A telephone number, a postcode, a number of an article: digits, and no quantity.
LIKE_A_CODE = re.compile(r"[+]|-?0\d|.*[eE]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `control` is text, long, number, choice, flag or json; `value` is what stands in it.

    `numbers`: the kinds of number (integer, number) that a text may be as well, as its schema lists them. `original` is
    what stood in it before something was posted; None where that stands in it still.
    """

    name: str
    id: str
    title: str
    help: str
    control: str
    type: str
    value: str
    options: tuple[str, ...]
    required: bool
    error: str = ""
    numbers: tuple[str, ...] = ()
    original: str | None = None


def fields_of(
    schema: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    posted: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    prefix: str = "field-",
) -> list[Field]:
    """The fields of an object's schema, filled with what was posted, else with values; `errors` by name."""
    listed = schema.get("required")
    required = listed if isinstance(listed, list) else []
    properties = schema.get("properties")
    found = list((properties if isinstance(properties, Mapping) else {}).items())[:MOST_FIELDS]
    return [
        _field(name, _mapping(each), name in required, values or {}, posted, (errors or {}).get(name, ""), prefix)
        for name, each in found
    ]


def read_fields(schema: Mapping[str, Any], posted: Mapping[str, str], prefix: str = "field-") -> dict[str, Any]:
    """The posted values by name; what was left empty is left out. Text that is no number stays text, to be refused."""
    return {
        field.name: _value(field, posted)
        for field in fields_of(schema, prefix=prefix)
        if field.control == "flag" or posted.get(field.id, "").strip()
    }


def _field(
    name: str,
    schema: Mapping[str, Any],
    required: bool,
    values: Mapping[str, Any],
    posted: Mapping[str, str] | None,
    error: str,
    prefix: str,
) -> Field:
    control, kind = _control(schema)
    control = "long" if control == "text" and name in PROSE else control
    stands = _text(values.get(name, schema.get("default")), control)
    given = stands if posted is None else posted.get(prefix + name, "")
    title = label(name, schema)
    options = tuple(option for option in _list(schema.get("enum")) if isinstance(option, str))
    about = str(schema.get("description") or "")
    numbers = tuple(each for each in _types(schema) if each in NUMBERS) if control == "text" else ()
    original = None if posted is None else stands
    return Field(name, prefix + name, title, about, control, kind, given, options, required, error, numbers, original)


def _control(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Which input suits a schema, and which HTML type that has."""
    types = _types(schema)
    options = _list(schema.get("enum"))
    if options and all(isinstance(option, str | None) for option in options):
        return "choice", ""
    if types == ["boolean"]:
        return "flag", ""
    if types and all(each in NUMBERS for each in types):
        return "number", "text"
    if "string" in types:
        most = schema.get("maxLength")
        long = isinstance(most, int | float) and most > 300
        return ("long" if long else "text"), {"email": "email", "date": "date"}.get(str(schema.get("format")), "text")
    return "json", ""


def _types(schema: Mapping[str, Any]) -> list[Any]:
    listed = schema.get("type")
    return [each for each in (listed if isinstance(listed, list) else [listed]) if each != "null"]


def number_or_text(field: Field, text: str, found: Any) -> Any:
    """The number `found` in a text, where the field takes both and the text is no code; else the text as it is."""
    fits = isinstance(found, int) or (isinstance(found, float) and "number" in field.numbers)
    return found if field.numbers and fits and not LIKE_A_CODE.match(text) else text


def _value(field: Field, posted: Mapping[str, str]) -> Any:
    text = posted.get(field.id, "")
    if field.control == "flag":
        return text == "on"
    if field.control == "number":
        return _number(text.strip())
    if field.control == "json":
        read = read_json(text)
        return text if isinstance(read, JsonProblem) else read
    if field.control == "long":
        return text.replace("\r\n", "\n")
    return number_or_text(field, text.strip(), _number(text.strip()))


def _number(text: str) -> Any:
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text


def _text(value: Any, control: str) -> str:
    if value is None:
        return ""
    if control == "flag":
        return "on" if value is True else ""
    return value if isinstance(value, str) and control != "json" else write_json(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
