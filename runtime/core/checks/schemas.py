"""Whether a JSON Schema (2020-12) is one: the shape of its keywords.

Called by `document` where no stricter judge is given. It fetches nothing and validates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})

_SCHEMAS = "additionalProperties contains else if items not propertyNames then unevaluatedItems unevaluatedProperties"
_LISTS = "allOf anyOf oneOf prefixItems"
_NAMED = "$defs definitions dependentSchemas patternProperties properties"
_COUNTS = "maxContains maxItems maxLength maxProperties minContains minItems minLength minProperties"
_NUMBERS = "exclusiveMaximum exclusiveMinimum maximum minimum"
_TEXTS = "$anchor $comment $id $schema contentEncoding contentMediaType description format title"


def schema_problem(schema: object) -> str:
    """Why this is no JSON Schema, with the place; empty when it looks like one."""
    return next(_problems(schema, ""), "")


def _problems(schema: object, place: str) -> Iterator[str]:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield f"{place or '/'} must be an object."
        return
    for keyword, value in schema.items():
        here = f"{place}/{keyword}"
        if keyword in _WELL_FORMED and not _WELL_FORMED[keyword](value):
            yield f"{here} has a value that does not fit."
        for part, child in _children(keyword, value):
            yield from _problems(child, f"{here}{part}")


def _children(keyword: str, value: object) -> Iterator[tuple[str, object]]:
    if keyword in _SCHEMAS.split():
        yield "", value
    elif keyword in _LISTS.split() and isinstance(value, list):
        yield from ((f"/{number}", child) for number, child in enumerate(value))
    elif keyword in _NAMED.split() and isinstance(value, dict):
        yield from ((f"/{name}", child) for name, child in value.items())


def _is_type(value: object) -> bool:
    names = value if isinstance(value, list) and value else [value]
    return all(isinstance(name, str) and name in TYPES for name in names)


def _is_pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except (re.error, RecursionError, OverflowError):
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_WELL_FORMED: dict[str, Callable[[object], bool]] = {
    "type": _is_type,
    "pattern": _is_pattern,
    "enum": lambda value: isinstance(value, list),
    "required": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "uniqueItems": lambda value: isinstance(value, bool),
    "multipleOf": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value > 0,
    # Nothing is ever fetched to understand a drawing.
    "$ref": lambda value: isinstance(value, str) and value.startswith("#"),
    **dict.fromkeys(_LISTS.split(), lambda value: isinstance(value, list) and bool(value)),
    **dict.fromkeys(_NAMED.split(), lambda value: isinstance(value, dict)),
    **dict.fromkeys(_COUNTS.split(), lambda value: _is_number(value) and value >= 0),  # type: ignore[operator]  # is a number
    **dict.fromkeys(_NUMBERS.split(), _is_number),
    **dict.fromkeys(_TEXTS.split(), lambda value: isinstance(value, str)),
}
