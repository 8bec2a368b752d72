"""Ask a person for what is missing, by a form. The answers become this step's output.

The form is a JSON Schema of an object; the answers have to fit it. What is known already may stand in it from the
start, so that a person fills the gaps only. With `due_hours` there is a port `overdue` as well.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Ask, Context, Done, Inputs, NodeKind, Outcome, Params, Resolution
from runtime.core.templates import Template
from runtime.json_schemas import FormSchema
from runtime.nodes._values import DueHours, Name, asked, shown


class FormParams(Params):
    """What to ask for, whom, and what to show."""

    queue: Annotated[str, Field(max_length=80, description="The queue whose members are asked.")] = ""
    question: Annotated[Template, Field(min_length=1, description="What the person is asked for.")]
    show: Annotated[
        dict[Name, Expr],
        Field(
            max_length=50, title="What is shown", description="What the person sees: a label and an expression each."
        ),
    ] = Field(default_factory=dict)
    form: Annotated[
        FormSchema,
        Field(title="Fields of the form", description="What the person is asked for, a field each (a JSON Schema)."),
    ]
    start: Annotated[
        dict[Name, Expr],
        Field(
            max_length=50,
            title="Filled in already",
            description="What stands in the form already: a field's name and an expression each.",
        ),
    ] = Field(default_factory=dict)
    due_hours: DueHours = None


def run(params: FormParams, inputs: Inputs, _context: Context) -> Outcome:
    """The form, with everything that is shown fixed."""
    return Ask(
        question=asked(params.question, inputs),
        show=shown(params.show, inputs),
        editable=_known(params, inputs),
        form=params.form,
        queue=params.queue,
        due_hours=params.due_hours,
    )


def _known(params: FormParams, inputs: Inputs) -> dict[str, dict[str, Json]]:
    """The start values by field; one that is not there, or cannot be computed, leaves its field empty."""
    values = {name: inputs.value(expression) for name, expression in params.start.items()}
    return {name: {"value": value} for name, value in values.items() if not isinstance(value, Unknown | None)}


def answer(_params: FormParams, resolution: Resolution) -> Done:
    """The answers, which were checked against the form when they came in."""
    return Done(resolution.answers, "answered")


KIND = NodeKind(
    name="escalate.form",
    title="Ask for details",
    help=__doc__,
    icon="clipboard-list",
    params=FormParams,
    run=run,
    ports=lambda params: ("answered", *(["overdue"] if params.due_hours else [])),
    output=lambda params: params.form,
    answer=answer,
    example={
        "queue": "sales",
        "question": "What is the phone number of {{ input.company }}?",
        "show": {"Message": "input.message"},
        "form": {"type": "object", "properties": {"phone": {"type": "string"}}, "required": ["phone"]},
        "start": {"phone": "input.phone"},
        "due_hours": 48,
    },
)
