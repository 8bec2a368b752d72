"""Run another published workflow for each item of a list; the results come back in the order of the list.

Each item is a run of its own: it may ask people and wait; while all of them wait, so does this step. A few run at
once, the others follow. An item fails when its run reaches no outcome (somebody failed or cancelled it), when it
ends in an outcome that is listed as a failure, or when what it would be given cannot be computed or does not fit the
other workflow. Then the step stops there and the rest is called off, or it goes on and tells how many have failed.

It counts as an outward action whose output a model may have written, as “Run a workflow” does.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from runtime.core.definition import Many
from runtime.core.expressions import Expr, Unknown
from runtime.core.node import CallEach, Context, Done, Failed, Inputs, NodeKind, Outcome
from runtime.nodes._values import Name, OtherWorkflow, not_computed

MOST_ITEMS = 2_000


class EachParams(OtherWorkflow):
    """Which workflow to run for which items, and what becomes of the step when one fails."""

    items: Annotated[Expr, Field(title="The list", description="The list: at most 2,000 items, of any sort.")]
    input: Annotated[
        dict[Name, Expr],
        Field(
            max_length=200,
            title="What each is given",
            description="A name and an expression for each value: item is the one at hand, index its place from 0.",
        ),
    ] = Field(default_factory=dict)
    concurrency: Annotated[
        int, Field(ge=1, le=50, title="Items at once", description="How many items run at the same time.")
    ] = 5
    on_error: Annotated[
        Literal["stop", "collect"],
        Field(
            title="When an item fails",
            description="Whether the step stops at the first failed item, or goes on and counts them.",
        ),
    ] = "stop"
    failed_outcomes: Annotated[
        Many[Name],
        Field(
            max_length=50,
            title="Outcomes that count as failed",
            description="Outcomes of the other workflow that count as failed; empty: every outcome is a success.",
        ),
    ] = ()


def run(params: EachParams, inputs: Inputs, _context: Context) -> Outcome:
    """The items; the engine runs the other workflow for each and brings the results back."""
    items = inputs.value(params.items)
    if isinstance(items, Unknown):
        return not_computed("items", items)
    if not isinstance(items, list):
        return Failed("not_a_list", "What should be a list of items is none.", detail={"field": "items"})
    if len(items) > MOST_ITEMS:
        return Failed("too_many_items", f"The list has {len(items):,} items; {MOST_ITEMS:,} are the most.")
    if not items:
        return Done({"results": [], "failed": 0, "outcomes": [], "errors": []})
    return CallEach(
        params.workflow,
        items,
        params.input,
        params.version,
        params.concurrency,
        stop=params.on_error == "stop",
        failed_outcomes=params.failed_outcomes,
    )


KIND = NodeKind(
    name="execute.each",
    title="Run a workflow for each item",
    help=__doc__,
    icon="list",
    params=EachParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    effect=lambda _params: "outward",
    output=lambda _params: {
        "type": "object",
        "properties": {
            "results": {"type": "array", "description": "What each run handed back; nothing where one failed"},
            "failed": {"type": "integer", "minimum": 0, "description": "How many items failed"},
            "outcomes": {
                "type": "array",
                "items": {"type": ["string", "null"]},
                "description": "The outcome of each run; nothing where there was none",
            },
            "errors": {"type": "array", "items": {"type": "object"}, "description": "What went wrong, by item"},
        },
        "required": ["results", "failed", "outcomes", "errors"],
    },
    writes_freely=True,
    calls=lambda params: (params.workflow, params.version),
    example={
        "workflow": "check-line",
        "items": "input.lines",
        "input": {"line": "item", "number": "index + 1"},
        "on_error": "collect",
    },
)
