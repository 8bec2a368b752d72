"""An input that fits a schema well enough to start from: for the snippets that start a run over the API. Pure.

Used by the pages of triggers where a workflow has no sample case that fits. What a schema asks for beyond types, bounds
and the usual formats (a pattern, say) is not guessed: whoever shows the example says so when it does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from runtime.core.expressions import Json

MOST_FIELDS = 40
DEEPEST = 5
LONGEST_TEXT = 200
_FORMATS = {
    "email": "ada@example.org",
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:00:00Z",
    "time": "09:00:00Z",
    "uri": "https://example.org/",
    "uuid": "6b3f0f0e-5d0c-4b6a-9a53-0d2d3f6f0a11",
}


def example(schema: object, depth: int = 0) -> Json:
    """A value of this schema; an empty object for what is no schema."""
    if not isinstance(schema, Mapping):
        return {} if depth == 0 else None
    for given in _given(schema):
        return given
    kind = _type(schema)
    if kind == "object" or (depth == 0 and kind == ""):
        return _object(schema, depth)
    if kind == "array":
        few = schema.get("minItems")
        number = min(few, 3) if isinstance(few, int) and few > 0 else 1
        return [example(schema.get("items"), depth + 1)] * number if depth < DEEPEST else []
    return _plain(kind, schema)


def _given(schema: Mapping[str, Any]) -> list[Json]:
    """What the schema itself offers as a value."""
    found = [schema[name] for name in ("default", "const") if name in schema]
    for name in ("examples", "enum"):
        listed = schema.get(name)
        found += listed[:1] if isinstance(listed, list) else []
    return found


def _type(schema: Mapping[str, Any]) -> str:
    listed = schema.get("type")
    names = listed if isinstance(listed, list) else [listed]
    first = next((name for name in names if isinstance(name, str) and name != "null"), "")
    return first or ("object" if isinstance(schema.get("properties"), Mapping) else "")


def _object(schema: Mapping[str, Any], depth: int) -> Json:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or depth >= DEEPEST:
        return {}
    return {str(name): _field(str(name), each, depth) for name, each in list(properties.items())[:MOST_FIELDS]}


def _field(name: str, schema: object, depth: int) -> Json:
    """An example of a field; an address for mails, where its name alone says that it is one."""
    made = example(schema, depth + 1)
    address, most = _FORMATS["email"], schema.get("maxLength") if isinstance(schema, Mapping) else None
    fits = made == "text" and not (isinstance(most, int) and most < len(address))
    return address if fits and re.sub(r"[^a-z]", "", name.lower()).endswith("email") else made


def _plain(kind: str, schema: Mapping[str, Any]) -> Json:
    if kind in ("integer", "number"):
        return _number(kind, schema)
    if kind == "boolean":
        return False
    if kind != "string":
        return None
    text = _FORMATS.get(str(schema.get("format")), "text")
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(text) < least:
        text = text.ljust(min(least, LONGEST_TEXT), "x")
    return text[:most] if isinstance(most, int) and most >= 0 else text


def _number(kind: str, schema: Mapping[str, Any]) -> Json:
    """One that lies within the bounds, where a whole number between them does."""
    least, above = _bound(schema, "minimum"), _bound(schema, "exclusiveMinimum")
    most, below = _bound(schema, "maximum"), _bound(schema, "exclusiveMaximum")
    found = 1.0 if least is None and above is None else max(x for x in (least, _next(above)) if x is not None)
    ceilings = [x for x in (most, None if below is None else below - 1) if x is not None]
    found = min([found, *ceilings])
    return int(found) if kind == "integer" or found.is_integer() else found


def _next(bound: float | None) -> float | None:
    return None if bound is None else bound + 1


def _bound(schema: Mapping[str, Any], name: str) -> float | None:
    value = schema.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
