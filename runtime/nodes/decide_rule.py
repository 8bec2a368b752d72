"""Choose by conditions: the first that holds decides.

The conditions are asked in order. One that cannot be evaluated, or gives neither true nor false, ends the search at
`unsure`, since nobody knows whether it would have held. When none holds, `otherwise` decides, or else `unsure`.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from runtime.core.definition import Many
from runtime.core.expressions import Expr, Unknown
from runtime.core.node import Context, Done, Inputs, JsonSchema, NodeKind, Outcome, Params
from runtime.nodes._values import UNSURE, Name, refuse_repeats, refuse_reserved


class RuleChoice(Params):
    """A choice and its condition."""

    name: Annotated[Name, Field(title="Choice", description="The choice; it is also the port.")]
    when: Annotated[Expr, Field(description="When this choice is taken.")]


class RuleParams(Params):
    """The choices, the first that holds decides."""

    choices: Annotated[
        Many[RuleChoice], Field(min_length=1, max_length=50, description="The choices in the order they are asked.")
    ]
    otherwise: Annotated[
        Name | None, Field(description="The choice when none holds, one of the above or one more; empty: unsure.")
    ] = None

    @model_validator(mode="after")
    def _ports_are_told_apart(self) -> Self:
        names = [choice.name for choice in self.choices]
        refuse_repeats(names, "choices")
        refuse_reserved([*names, *filter(None, [self.otherwise])], UNSURE)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every choice once, in order."""
        return tuple(dict.fromkeys([*(choice.name for choice in self.choices), *filter(None, [self.otherwise])]))


def run(params: RuleParams, inputs: Inputs, _context: Context) -> Outcome:
    """The first choice that holds."""
    for choice in params.choices:
        value = inputs.value(choice.when)
        if value is True:
            return Done({"choice": choice.name}, choice.name)
        if value is not False:
            reason = value.reason if isinstance(value, Unknown) else "it gives neither true nor false."
            return _unsure(f"“{choice.name}” could not be evaluated: {reason}")
    if params.otherwise is None:
        return _unsure("No condition holds.")
    return Done({"choice": params.otherwise}, params.otherwise)


def _unsure(reason: str) -> Done:
    return Done({"choice": None, "reason": reason}, "unsure")


def output(params: RuleParams) -> JsonSchema:
    """The choice, or none and the reason."""
    return {
        "type": "object",
        "properties": {"choice": {"enum": [*params.names, None]}, "reason": {"type": "string"}},
        "required": ["choice"],
    }


KIND = NodeKind(
    name="decide.rule",
    title="Decide by conditions",
    help=__doc__,
    icon="split",
    params=RuleParams,
    run=run,
    ports=lambda params: (*params.names, "unsure"),
    output=output,
    example={
        "choices": [
            {"name": "large", "when": "input.seats >= 100"},
            {"name": "small", "when": "input.seats > 0"},
        ],
        "otherwise": "private",
    },
)
