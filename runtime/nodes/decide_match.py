"""Find the playbook that fits a case, by examples of each; a case like none of them, or like two, goes to a person.

A small classifier learns from the examples in this step, with no account and no key. The playbook that a case resembles
most is taken if it leads the next one by the margin. A case that resembles no example is strange: then it is `unsure`
whatever it is most like. How strange it is, is measured among the examples, so give some that are as varied as the
cases are: 10 for each playbook are a start, and from 20 in all on the limit for strange cases can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from runtime.core.confidence import unit
from runtime.core.definition import Many
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import (
    Context,
    Done,
    Failed,
    Inputs,
    ModelAnswer,
    ModelRequest,
    NodeKind,
    Option,
    Outcome,
    Params,
    Untaught,
)
from runtime.core.templates import as_text
from runtime.nodes._questions import Share, in_doubt
from runtime.nodes._values import UNSURE, Name, told_apart

MOST_EXAMPLES = 2_000


class Playbook(Params):
    """A sort of cases; also a port."""

    name: Annotated[Name, Field(description="The name of the playbook and of its port.")]
    description: Annotated[str, Field(max_length=2_000, description="Which cases it is for, in words for people.")] = ""
    examples: Annotated[
        Many[Annotated[str, Field(min_length=1, max_length=4_000)]],
        Field(max_length=500, description="Texts of cases that it fits; 10 or more, as varied as the cases are."),
    ]


class MatchParams(Params):
    """What is to be matched with which playbooks, and how clear it has to be."""

    value: Annotated[Expr, Field(title="What to match", description="The text, or the values, to be matched.")]
    playbooks: Annotated[
        Many[Playbook],
        Field(min_length=1, max_length=50, description="The playbooks."),
        told_apart("playbooks", UNSURE),
    ]
    margin: Annotated[
        Share, Field(title="Lead over the next one", description="By how much the best must lead, from 0 to 1.")
    ] = 0.2
    min_p: Annotated[
        Share,
        Field(
            title="Strange below",
            description="A case is strange if a smaller share of the examples than this lies as far from all others.",
        ),
    ] = 0.05

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if sum(len(playbook.examples) for playbook in self.playbooks) > MOST_EXAMPLES:
            raise ValueError(f"The playbooks have more than {MOST_EXAMPLES:,} examples together.")
        return self

    @property
    def untaught(self) -> Untaught | None:
        """What matching lacks to fit anything."""
        taught = any(text.strip() for playbook in self.playbooks for text in playbook.examples)
        return None if taught else Untaught("examples of cases that its playbooks fit", "playbooks")


async def run(params: MatchParams, inputs: Inputs, context: Context) -> Outcome:
    """The playbook, at its own port if it fits clearly, else at `unsure`."""
    text = asked_about(params, inputs)
    if isinstance(text, Unknown):
        return _unsure(f"What is to be matched could not be computed: {text.reason}")
    if not any(character.isalnum() for character in text):
        return _unsure("There is nothing to be matched.")
    answer = await context.model(_request(params, text, context))
    if isinstance(answer, Failed):
        return in_doubt(answer, _unsure(answer.message))
    return _matched(params, answer)


def asked_about(params: MatchParams, inputs: Inputs) -> str | Unknown:
    """The text that is matched: what an example of a playbook would be made of."""
    value = inputs.value(params.value)
    return value if isinstance(value, Unknown) else as_text(value)


def _request(params: MatchParams, text: str, context: Context) -> ModelRequest:
    return ModelRequest(
        connection="embedded",
        prompt=text,
        purpose="match",
        subject=text,
        options=tuple(Option(each.name, each.description, each.examples) for each in params.playbooks),
        timeout_s=context.timeout_s,
    )


def _matched(params: MatchParams, answer: ModelAnswer) -> Done:
    value = answer.value if isinstance(answer.value, dict) else {}
    choice, told = value.get("choice"), value.get("scores")
    scores = _scores(params, told if isinstance(told, dict) else {})
    p, familiar = unit(answer.signals.get("p")), unit(answer.signals.get("familiar"))
    if not isinstance(choice, str) or choice not in scores or max(scores.values()) > scores[choice]:
        return _unsure("No usable answer came back.")
    ranked = sorted(scores.values(), reverse=True)
    margin = ranked[0] - (ranked[1] if len(ranked) > 1 else 0.0)
    if p is None or familiar is None:
        reason = "How strange the case is could not be told."
    elif p < params.min_p or familiar < 1:
        reason = "The case is not like any of the examples."
    elif margin < params.margin:
        reason = f"The best playbook leads the next one by {margin:.2f} only."
    else:
        return Done(_output(choice, scores, p, ""), choice)
    return Done(_output(choice, scores, p, reason), "unsure")


def _scores(params: MatchParams, told: Mapping[str, Json]) -> dict[str, float]:
    numbers = {playbook.name: unit(told.get(playbook.name)) for playbook in params.playbooks}
    return {name: number for name, number in numbers.items() if number is not None}


def _unsure(reason: str) -> Done:
    return Done(_output(None, {}, None, reason), "unsure")


def _output(choice: str | None, scores: Mapping[str, float], p: float | None, reason: str) -> Json:
    shown: dict[str, Json] = {**scores}
    return {"choice": choice, "scores": shown, "p": p, "reason": reason}


KIND = NodeKind(
    name="decide.match",
    title="Match with a playbook",
    help=__doc__,
    icon="split",
    params=MatchParams,
    run=run,
    ports=lambda params: (*(playbook.name for playbook in params.playbooks), "unsure"),
    output=lambda params: {
        "type": "object",
        "properties": {
            "choice": {"enum": [*(playbook.name for playbook in params.playbooks), None]},
            "scores": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1}},
            "p": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "reason": {"type": "string"},
        },
        "required": ["choice", "scores", "p", "reason"],
    },
    example={
        "value": "input.message",
        "playbooks": [
            {
                "name": "refund",
                "description": "Money is wanted back.",
                "examples": [
                    "I want my money back for the broken lamp.",
                    "Please refund the order that never arrived.",
                    "You charged me twice, return one of the payments.",
                ],
            },
            {
                "name": "delivery",
                "description": "Where something is.",
                "examples": [
                    "Where is my parcel? It should have been here on Monday.",
                    "The tracking page has not moved for a week.",
                    "Can you deliver to my office address instead?",
                ],
            },
        ],
    },
)
