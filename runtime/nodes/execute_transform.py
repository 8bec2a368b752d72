"""Compute new values from what is known: rename, combine, calculate. Nothing leaves Interlock."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from runtime.core.expressions import Expr
from runtime.core.node import Context, Done, Failed, Inputs, JsonSchema, NodeKind, Outcome, Params
from runtime.nodes._values import Name, compute


class TransformParams(Params):
    """What to compute."""

    output: Annotated[
        dict[Name, Expr],
        Field(min_length=1, max_length=200, title="Values", description="A name and an expression for each new value."),
    ]


def run(params: TransformParams, inputs: Inputs, _context: Context) -> Outcome:
    """Every value, or the first that could not be computed."""
    values = compute(params.output, inputs)
    return values if isinstance(values, Failed) else Done(values)


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
