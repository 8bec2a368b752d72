"""Ask a person to decide. The reviewer sees why the case stopped and what the designer chose to show.

There is one port for each choice, and `overdue` when an answer is due within some hours. A value that cannot be shown
says so instead of stopping the question. Where values may be edited, each has a JSON Schema that the edited value must
fit.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from runtime.core.definition import Many
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Ask, Choice, Context, Done, Inputs, JsonSchema, NodeKind, Outcome, Params, Resolution
from runtime.core.templates import Template
from runtime.json_schemas import Schema
from runtime.nodes._values import DueHours, Name, asked, refuse_repeats, refuse_reserved, shown

RESERVED = frozenset({"overdue", "error"})


class ReviewChoice(Params):
    """One answer that the reviewer may give."""

    name: Annotated[Name, Field(title="Choice", description="The choice; it is also the port.")]
    label: Annotated[
        str, Field(max_length=200, title="Button", description="What the button says; empty: the name.")
    ] = ""
    comment_required: Annotated[
        bool, Field(title="Needs a comment", description="Whether this answer needs a comment.")
    ] = False
    main: Annotated[
        bool, Field(title="Stands out", description="Whether this button stands out; at most one should.")
    ] = False


class Editable(Params):
    """A value that the reviewer may change."""

    expr: Annotated[Expr, Field(title="Starts from", description="The value to start from.")]
    json_schema: Annotated[
        Schema,
        Field(
            alias="schema",
            title="What it has to be",
            description="What the edited value has to be.",
        ),
    ] = Field(default_factory=dict)


class ReviewParams(Params):
    """What to ask, whom, and what to show."""

    queue: Annotated[str, Field(max_length=80, description="The queue whose members are asked.")] = ""
    question: Annotated[Template, Field(min_length=1, description="The question to the reviewer.")]
    show: Annotated[
        dict[Name, Expr],
        Field(
            max_length=50, title="What is shown", description="What the reviewer sees: a label and an expression each."
        ),
    ] = Field(default_factory=dict)
    choices: Annotated[
        Many[ReviewChoice], Field(min_length=1, max_length=20, description="The answers to choose from.")
    ]
    editable: Annotated[
        dict[Name, Editable],
        Field(max_length=50, title="May be changed", description="Values that the reviewer may change, by name."),
    ] = Field(default_factory=dict)
    due_hours: DueHours = None
    reviewers: Annotated[
        int,
        Field(
            ge=1, le=10, title="People who have to agree", description="How many people have to give the same answer."
        ),
    ] = 1
    not_by_requester: Annotated[
        bool,
        Field(
            title="Not by whoever started it",
            description="Whether the person who started the run is kept from answering.",
        ),
    ] = False
    bulk: Annotated[
        bool, Field(title="May be answered together", description="Whether several such cases may be answered at once.")
    ] = False

    @model_validator(mode="after")
    def _ports_are_told_apart(self) -> Self:
        names = [choice.name for choice in self.choices]
        refuse_repeats(names, "choices")
        refuse_reserved(names, RESERVED)
        if sum(choice.main for choice in self.choices) > 1:
            raise ValueError("Two choices stand out; at most one can.")
        return self


def run(params: ReviewParams, inputs: Inputs, _context: Context) -> Outcome:
    """The question, with everything that is shown fixed."""
    return Ask(
        question=asked(params.question, inputs),
        choices=tuple(
            Choice(choice.name, choice.label, choice.comment_required, choice.main) for choice in params.choices
        ),
        show=shown(params.show, inputs),
        editable={name: _start(field, inputs) for name, field in params.editable.items()},
        queue=params.queue,
        due_hours=params.due_hours,
        reviewers=params.reviewers,
        not_by_requester=params.not_by_requester,
        bulk=params.bulk,
    )


def _start(field: Editable, inputs: Inputs) -> dict[str, Any]:
    value = inputs.value(field.expr)
    if isinstance(value, Unknown):
        return {"value": None, "schema": field.json_schema, "unknown": value.reason}
    return {"value": value, "schema": field.json_schema}


def answer(_params: ReviewParams, resolution: Resolution) -> Done:
    """The person's decision; its port is the choice."""
    decision: dict[str, Json] = {
        "choice": resolution.choice,
        "edits": dict(resolution.edits),
        "comment": resolution.comment,
        "by": resolution.by,
        "at": resolution.at,
    }
    return Done(decision, resolution.choice)


def output(params: ReviewParams) -> JsonSchema:
    """The decision. An edit is there only where the reviewer made one."""
    edits = {name: field.json_schema for name, field in params.editable.items()}
    return {
        "type": "object",
        "properties": {
            "choice": {"enum": [choice.name for choice in params.choices]},
            "edits": {"type": "object", "properties": edits, "additionalProperties": False},
            "comment": {"type": "string"},
            "by": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
        },
        "required": ["at", "by", "choice", "comment", "edits"],
    }


def ports(params: ReviewParams) -> tuple[str, ...]:
    """One for each choice, and for silence where the answer is due."""
    return (*(choice.name for choice in params.choices), *(["overdue"] if params.due_hours else []))


KIND = NodeKind(
    name="escalate.review",
    title="Ask for a decision",
    help=__doc__,
    icon="user-check",
    params=ReviewParams,
    run=run,
    ports=ports,
    output=output,
    answer=answer,
    example={
        "queue": "sales",
        "question": "May we write to {{ input.email }}?",
        "show": {"Company": "input.company", "Message": "input.message"},
        "choices": [
            {"name": "approve", "label": "Send it"},
            {"name": "reject", "label": "Do not write", "comment_required": True},
        ],
        "editable": {"subject": {"expr": "input.subject", "schema": {"type": "string", "maxLength": 200}}},
        "due_hours": 24,
    },
)
