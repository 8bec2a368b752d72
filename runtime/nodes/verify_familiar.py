"""Check that this workflow has seen cases like this one; a case unlike its past ones goes to a person.

The past cases are the workflow's own: up to 2,000 of its newest runs that reached an outcome, seen by the same
expression. `p` is the share of them that were as strange as this one: of ordinary cases only one in twenty lies below
0.05. What a case is measured against is fixed before it comes and learned anew at most every 15 minutes. Too few past
cases are `unsure`, and so is a low p; the nearest past cases are shown with it.

A decision behind this step can read `p` as one of its signals.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from runtime.core.confidence import unit
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Failed, Familiarity, Inputs, NodeKind, Outcome, Params
from runtime.nodes._questions import in_doubt


class FamiliarParams(Params):
    """What is compared with past cases, and how strange it may be."""

    value: Annotated[
        Expr, Field(title="What to compare", description="The values that make up a case: the input, or a part of it.")
    ]
    min_p: Annotated[
        float,
        Field(
            ge=0.005,
            le=0.5,
            allow_inf_nan=False,
            title="Strange below",
            description="Below this share a case is strange. Smaller values need more past cases: 100 for 0.05.",
        ),
    ] = 0.05


async def run(params: FamiliarParams, inputs: Inputs, context: Context) -> Outcome:
    """How familiar the case is, and whether that is enough."""
    value = inputs.value(params.value)
    if isinstance(value, Unknown):
        return _unsure(Familiarity(None, 0, (), f"What is to be compared could not be computed: {value.reason}"))
    found = await context.familiarity(str(params.value), value, params.min_p)
    if isinstance(found, Failed):
        return in_doubt(found, _unsure(Familiarity(None, 0, (), found.message)))
    p = unit(found.p)
    if p is None:
        return _unsure(found)
    if p < params.min_p:
        return Done(_output(found, p, "The case is not like the past ones."), "unsure")
    return Done(_output(found, p, ""), "pass")


def _unsure(found: Familiarity) -> Done:
    return Done(_output(found, None, found.reason or "It could not be told."), "unsure")


def _output(found: Familiarity, p: float | None, reason: str) -> Json:
    nearest: list[Json] = [
        {"run": near.run, "excerpt": near.excerpt, "similarity": near.similarity} for near in found.nearest
    ]
    return {"p": p, "nearest": nearest, "cases": found.cases, "reason": reason}


KIND = NodeKind(
    name="verify.familiar",
    title="Check whether a case is familiar",
    help=__doc__,
    icon="history",
    params=FamiliarParams,
    run=run,
    signals=True,
    ports=lambda _params: ("pass", "unsure"),
    effect=lambda _params: "reads",
    output=lambda _params: {
        "type": "object",
        "properties": {
            "p": {
                "type": ["number", "null"],
                "minimum": 0,
                "maximum": 1,
                "description": "The share of past cases that were as strange",
            },
            "nearest": {
                "type": "array",
                "description": "The past cases that are most like it",
                "items": {
                    "type": "object",
                    "properties": {
                        "run": {"type": "string"},
                        "excerpt": {"type": "string"},
                        "similarity": {"type": "number"},
                    },
                    "required": ["run", "excerpt", "similarity"],
                },
            },
            "cases": {"type": "integer", "minimum": 0, "description": "How many past cases it was compared with"},
            "reason": {"type": "string"},
        },
        "required": ["p", "nearest", "cases", "reason"],
    },
    example={"value": "input.message"},
)
