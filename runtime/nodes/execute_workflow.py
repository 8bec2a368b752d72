"""Run another published workflow; its output becomes this step's.

The step goes on through `done`, or through the port of the other workflow's outcome where that outcome is listed. It
counts as an outward action whose output a model may have written: the other workflow was proven with its own input in
mind, and cannot know whether what it is given here was ever checked.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from runtime.core.definition import Many
from runtime.core.expressions import Expr
from runtime.core.node import Call, Context, Failed, Inputs, NodeKind, Outcome
from runtime.nodes._values import Name, OtherWorkflow, compute, refuse_repeats, refuse_reserved


class WorkflowParams(OtherWorkflow):
    """Which workflow to run, and with what."""

    input: Annotated[
        dict[Name, Expr],
        Field(
            max_length=200, title="What it is given", description="A name and an expression for each value it is given."
        ),
    ] = Field(default_factory=dict)
    by_outcome: Annotated[
        Many[Name],
        Field(
            max_length=50,
            title="Outcomes with a way of their own",
            description="Outcomes of the other workflow that get a port of their own.",
        ),
    ] = ()

    @model_validator(mode="after")
    def _ports_are_told_apart(self) -> Self:
        refuse_repeats(self.by_outcome, "outcomes")
        refuse_reserved(self.by_outcome, frozenset({"done", "error"}))
        return self


def run(params: WorkflowParams, inputs: Inputs, _context: Context) -> Outcome:
    """The call; the engine runs the other workflow and brings its end back."""
    values = compute(params.input, inputs)
    if isinstance(values, Failed):
        return values
    return Call(params.workflow, values, params.version, params.by_outcome)


KIND = NodeKind(
    name="execute.workflow",
    title="Run a workflow",
    help=__doc__,
    icon="workflow",
    params=WorkflowParams,
    run=run,
    ports=lambda params: ("done", *params.by_outcome, "error"),
    effect=lambda _params: "outward",
    writes_freely=True,
    calls=lambda params: (params.workflow, params.version),
    example={"workflow": "enrich-company", "input": {"domain": "input.website"}, "by_outcome": ["not found"]},
)
