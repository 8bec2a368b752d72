"""The named end of a run. Its name is the outcome; its values are what the run hands back.

A value that cannot be computed stops the run as an incident instead of ending it with something left out.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from runtime.core.expressions import Expr
from runtime.core.node import Context, Done, Failed, Inputs, JsonSchema, NodeKind, Outcome, Params
from runtime.nodes._values import Name, compute


class OutcomeParams(Params):
    """What the run hands back, and how its end is counted."""

    output: Annotated[
        dict[Name, Expr],
        Field(
            max_length=200,
            title="Handed back",
            description="A name and an expression for each value that the run hands back.",
        ),
    ] = Field(default_factory=dict)
    kind: Annotated[
        Literal["success", "stopped"],
        Field(title="Counts as", description="Whether the case reached its goal, or was rightly stopped on the way."),
    ] = "success"


def run(params: OutcomeParams, inputs: Inputs, _context: Context) -> Outcome:
    """The run's output."""
    values = compute(params.output, inputs)
    return values if isinstance(values, Failed) else Done(values, port=None)


def output(params: OutcomeParams) -> JsonSchema:
    """An object with the named values."""
    return {"type": "object", "properties": {name: {} for name in params.output}, "required": sorted(params.output)}


KIND = NodeKind(
    name="outcome",
    title="Outcome",
    help=__doc__,
    icon="flag",
    params=OutcomeParams,
    run=run,
    ports=lambda _params: (),
    output=output,
    example={"output": {"to": "input.email"}, "kind": "success"},
)
