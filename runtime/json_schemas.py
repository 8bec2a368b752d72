"""JSON Schemas: compiled once, refused when they are bad, asked for errors.

Used by the kinds that hold a schema, for what a run is triggered with, for what people answer, and by publishing.
Draft 2020-12 with formats checked; no reference is ever fetched, and patterns run on an engine that needs linear time,
so that neither a schema nor a value can reach out or hang.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError
from pydantic import AfterValidator, WithJsonSchema

from runtime.core.expressions import Json
from runtime.core.node import JsonSchema

MOST_ERRORS = 50
_LONGEST_MESSAGE = 300


@lru_cache(maxsize=512)
def _compiled(canonical: str) -> Draft202012Validator:
    schema: JsonSchema = json.loads(canonical)
    return Draft202012Validator(schema, validate_formats=True, offline=True, pattern_options=RegexOptions())


def _validator(schema: JsonSchema) -> Draft202012Validator:
    return _compiled(json.dumps(schema))


def problem_of(schema: JsonSchema) -> str:
    """Why this is no usable schema, with the place inside it; empty when it is one."""
    try:
        _validator(schema)
    except ValidationError as error:
        return f"{pointer(error.instance_path) or '/'}: {error.message[:_LONGEST_MESSAGE]}"
    except (ValueError, TypeError, RecursionError) as error:
        return f"/: {error}"
    return ""


def errors_of(schema: JsonSchema, value: Json, *, beside: bool = False, titled: bool = False) -> list[Json]:
    """What keeps a value from fitting: at most 50 times `{path, message}`, in words for people.

    `path` is a JSON pointer into the value. What is missing is told at the object that lacks it; with `beside`, at the
    place where it would be, for forms that have a field there; with `titled`, values are called what forms call them.
    """
    try:
        found = _validator(schema).iter_errors(value)
        return [
            _told(error, beside, schema if titled else None)
            for error, _ in zip(found, range(MOST_ERRORS), strict=False)
        ]
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        return [{"path": "", "message": f"The value is not plain JSON: {error}"[:_LONGEST_MESSAGE]}]


def _told(error: ValidationError, beside: bool, titles: JsonSchema | None) -> Json:
    kind = {"name": error.kind.name, **error.kind.as_dict()}
    missing = [kind["property"]] if kind["name"] == "required" else []
    what = _named([*error.instance_path, *missing], titles)
    path = pointer([*error.instance_path, *(missing if beside else [])])
    return {"path": path, "message": _sentence(kind, error, what)[:_LONGEST_MESSAGE]}


def label(name: str, schema: Any) -> str:
    """What forms call a value of this name: the title of its schema, else its name as people write it."""
    title = schema.get("title") if isinstance(schema, Mapping) else None
    return title if isinstance(title, str) and title.strip() else name.replace("_", " ").capitalize()


_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
    "array": "a list",
    "object": "an object with named values",
    "null": "left empty",
}
_FORMATS = {
    "email": "a mail address, like name@example.com",
    "date": "a date, like 2030-01-31",
    "date-time": "a time with its zone, like 2030-01-31T09:00:00Z",
    "time": "a time of day, like 09:00:00Z",
    "uri": "a web address, like https://example.com",
}
_SENTENCES = {
    "minLength": "{what} needs at least {limit} character{s}.",
    "maxLength": "{what} may have at most {limit} character{s}.",
    "minimum": "{what} must be at least {limit}.",
    "maximum": "{what} must be at most {limit}.",
    "exclusiveMinimum": "{what} must be more than {limit}.",
    "exclusiveMaximum": "{what} must be less than {limit}.",
    "multipleOf": "{what} must be a multiple of {multiple_of}.",
    "minItems": "{what} needs at least {limit} item{s}.",
    "maxItems": "{what} may have at most {limit} item{s}.",
    "minProperties": "{what} needs at least {limit} named value{s}.",
    "maxProperties": "{what} may have at most {limit} named value{s}.",
    "uniqueItems": "{what} may hold no item twice.",
    "pattern": "{what} does not have the form that is asked for.",
    "contains": "{what} lacks an item that has to be there.",
    "not": "{what} is a value that is not allowed here.",
    "anyOf": "{what} fits none of what is allowed here.",
    "oneOf": "{what} does not fit exactly one of what is allowed here.",
    "falseSchema": "{what} may not be given here.",
}


def _sentence(kind: Mapping[str, Any], error: ValidationError, what: str) -> str:
    """What is wrong, in words for people; in the library's own where there are none."""
    match kind:
        case {"name": "required"}:
            return f"{what} is needed."
        case {"name": "type", "types": types}:
            return f"{what} must be {' or '.join(_TYPES.get(each, each) for each in sorted(types, key=_is_null))}."
        case {"name": "enum" | "const"}:
            allowed = kind.get("options") or [kind.get("expected_value")]
            return f"{what} must be {'one of: ' if len(allowed) > 1 else ''}{', '.join(map(_written, allowed))}."
        case {"name": "format", "format": name}:
            return f"{what} must be {_FORMATS.get(name, f'written as “{name}”')}."
        case {"name": "additionalProperties" | "unevaluatedProperties", "unexpected": names}:
            return f"Not asked for: {', '.join(f'“{name}”' for name in names)}."
    told = _SENTENCES.get(kind["name"])
    return told.format(**kind, what=what, s="" if kind.get("limit") == 1 else "s") if told else error.message


def _is_null(type_: str) -> bool:
    return type_ == "null"


def _named(place: list[str | int], titles: JsonSchema | None) -> str:
    """What a sentence is about, by its own name or (`titles`) as forms call it; people count items from 1."""
    if not place:
        return "This"
    last = place[-1]
    if isinstance(last, int):
        return f"Item {last + 1}"
    return f"“{last}”" if titles is None else label(last, _inside(titles, place))


def _inside(schema: Any, place: list[str | int]) -> Any:
    """The schema of a place, as far as it is written down where one looks first."""
    for part in place:
        within = schema if isinstance(schema, Mapping) else {}
        found = within.get("items") if isinstance(part, int) else within.get("properties")
        schema = found if isinstance(part, int) or not isinstance(found, Mapping) else found.get(part)
    return schema


def _written(value: Json) -> str:
    return f"“{value}”" if isinstance(value, str) else json.dumps(value)


def pointer(parts: list[str | int]) -> str:
    """A place as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _usable(schema: JsonSchema) -> JsonSchema:
    problem = problem_of(schema)
    if problem:
        raise ValueError(f"This is no usable JSON Schema. At {problem}")
    return schema


def _of_an_object(schema: JsonSchema) -> JsonSchema:
    if schema.get("type") != "object":
        raise ValueError('A form is described by a schema of "type": "object" with its fields as properties.')
    return schema


_SHOWN = WithJsonSchema({"type": "object", "format": "json-schema"})
_SHOWN_AS_FORM = WithJsonSchema({"type": "object", "format": "json-form"})

Schema = Annotated[dict[str, Any], AfterValidator(_usable), _SHOWN]
FormSchema = Annotated[dict[str, Any], AfterValidator(_usable), AfterValidator(_of_an_object), _SHOWN_AS_FORM]
