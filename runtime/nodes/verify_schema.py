"""Check that a value has the form it should have, by a JSON Schema. What cannot be computed does not fit.

Draft 2020-12, with formats checked. References into other documents are refused, and patterns know no look-around, so
that no schema can reach out or hang.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Inputs, NodeKind, Outcome, Params
from runtime.json_schemas import Schema, errors_of


class SchemaParams(Params):
    """What to check, and against what."""

    value: Annotated[Expr, Field(title="What is checked", description="The value to check.")]
    # Pydantic keeps `schema` for itself.
    json_schema: Annotated[
        Schema,
        Field(
            alias="schema",
            title="What it has to be",
            description="What the value has to be, as fields or as JSON Schema.",
        ),
    ]


def run(params: SchemaParams, inputs: Inputs, _context: Context) -> Outcome:
    """Pass when nothing is wrong; else what is wrong, and where."""
    value = inputs.value(params.value)
    errors: list[Json]
    if isinstance(value, Unknown):
        errors = [{"path": "", "message": f"The value could not be computed: {value.reason}"}]
    else:
        errors = errors_of(params.json_schema, value)
    return Done({"errors": errors}, "fail" if errors else "pass")


KIND = NodeKind(
    name="verify.schema",
    title="Check the form",
    help=__doc__,
    icon="braces",
    params=SchemaParams,
    run=run,
    ports=lambda _params: ("pass", "fail"),
    output=lambda _params: {
        "type": "object",
        "properties": {
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["message", "path"],
                },
            }
        },
        "required": ["errors"],
    },
    example={
        "value": "input",
        "schema": {"type": "object", "properties": {"seats": {"type": "integer", "minimum": 1}}, "required": ["seats"]},
    },
)
