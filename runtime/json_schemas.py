"""JSON Schemas: compiled once, refused when they are bad, asked for errors.

Used by the kinds that hold a schema, for what a run is triggered with, for what people answer, and by publishing.
Draft 2020-12 with formats checked; no reference is ever fetched, and patterns run on an engine that needs linear time,
so that neither a schema nor a value can reach out or hang.
"""

from __future__ import annotations

import json
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


def errors_of(schema: JsonSchema, value: Json) -> list[Json]:
    """What keeps a value from fitting: at most 50 times `{path, message}`; path is a JSON pointer into the value."""
    try:
        found = _validator(schema).iter_errors(value)
        return [
            {"path": pointer(error.instance_path), "message": error.message[:_LONGEST_MESSAGE]}
            for error, _ in zip(found, range(MOST_ERRORS), strict=False)
        ]
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        return [{"path": "", "message": f"The value is not plain JSON: {error}"[:_LONGEST_MESSAGE]}]


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

Schema = Annotated[dict[str, Any], AfterValidator(_usable), _SHOWN]
FormSchema = Annotated[dict[str, Any], AfterValidator(_usable), AfterValidator(_of_an_object), _SHOWN]
