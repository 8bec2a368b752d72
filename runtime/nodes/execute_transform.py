"""Compute new values from what is known: rename, combine, calculate. Nothing leaves Interlock."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Failed, Inputs, JsonSchema, NodeKind, Outcome, Params


class TransformParams(Params):
    """What to compute."""

    output: Annotated[dict[str, Expr], Field(min_length=1, description="A name and an expression for each new value.")]


def run(params: TransformParams, inputs: Inputs, _context: Context) -> Outcome:
    """Every value, or the first that could not be computed."""
    values: dict[str, Json] = {}
    for name, expression in params.output.items():
        value = inputs.value(expression)
        if isinstance(value, Unknown):
            return Failed("expression", f"“{name}” could not be computed: {value.reason}", detail={"field": name})
        values[name] = value
    return Done(values)


def output(params: TransformParams) -> JsonSchema:
    """An object with the named values."""
    return {"type": "object", "properties": {name: {} for name in params.output}, "required": sorted(params.output)}


KIND = NodeKind(
    name="execute.transform",
    title="Compute values",
    help=__doc__,
    icon="calculator",
    params=TransformParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    output=output,
    example={"output": {"full_name": "input.first + ' ' + input.last", "seats": "input.seats * 2"}},
)
