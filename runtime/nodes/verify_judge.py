"""Let a model judge a text or an object against a rubric.

The score is a number from 0 to 1: from `pass_at` on it passes, below `fail_below` it fails, between the two a person
decides. Where the model gives no valid score the case is `unsure` too. A model should not judge what it wrote itself.

The connection `embedded` cannot read a rubric: it learns from the examples of good and bad ones.
"""

from __future__ import annotations

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
    ModelRequest,
    NodeKind,
    Option,
    Outcome,
    Params,
    Untaught,
)
from runtime.core.templates import as_text
from runtime.nodes._questions import Connection, Fence, ModelName, Share, in_doubt

_SYSTEM = "You judge strictly and by the rubric alone. In doubt, the score is low."


class Judged(Params):
    """A text that was judged by people: what the embedded classifier learns from."""

    text: Annotated[str, Field(min_length=1, max_length=4_000, title="Text", description="What was judged.")]
    good: Annotated[bool, Field(title="Is a good one", description="Whether it meets the rubric.")]


class JudgeParams(Params):
    """What is judged, by which rubric, and what the score means."""

    connection: Connection
    model: ModelName = None
    value: Annotated[Expr, Field(title="What is judged", description="What is judged.")]
    rubric: Annotated[
        str, Field(min_length=1, max_length=20_000, title="What makes it good", description="What makes it good.")
    ]
    pass_at: Annotated[Share, Field(title="Passes from this score", description="The score from which on it passes.")]
    fail_below: Annotated[Share, Field(title="Fails below this score", description="The score below which it fails.")]
    examples: Annotated[
        Many[Judged],
        Field(max_length=500, description="Good and bad ones; the embedded classifier needs some of both."),
    ] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.pass_at < self.fail_below:
            raise ValueError("“pass_at” must not lie below “fail_below”: a score would both pass and fail.")
        return self

    @property
    def untaught(self) -> Untaught | None:
        """What the embedded classifier lacks to judge anything."""
        lacks = self.connection == "embedded" and len({each.good for each in self.examples if each.text.strip()}) < 2
        return Untaught("some good and some bad examples", "examples") if lacks else None


async def run(params: JudgeParams, inputs: Inputs, context: Context) -> Outcome:
    """The score and the judge's reasons, at the port that the score means."""
    value = inputs.value(params.value)
    if isinstance(value, Unknown):
        return _unsure(f"There is nothing to judge: {value.reason}")
    answer = await context.model(_request(params, value, context))
    if isinstance(answer, Failed):
        return in_doubt(answer, _unsure(answer.message))
    judged = answer.value if isinstance(answer.value, dict) else {}
    score = unit(judged.get("score"))
    if score is None:
        return _unsure("The judge gave no score from 0 to 1.")
    port = "pass" if score >= params.pass_at else "fail" if score < params.fail_below else "unsure"
    return Done({"score": score, "reasons": _sentences(judged.get("reasons"))}, port)


def _request(params: JudgeParams, value: Json, context: Context) -> ModelRequest:
    fence = Fence(context)
    good, bad = (tuple(each.text for each in params.examples if each.good is side) for side in (True, False))
    return ModelRequest(
        connection=params.connection,
        prompt=f"The rubric:\n{params.rubric}\n\n{fence.around('What is to be judged', value)}",
        purpose="score",
        system=f"{_SYSTEM}\n\n{fence.warning}",
        subject=as_text(value),
        model=params.model,
        options=(Option("good", params.rubric, good), Option("bad", "", bad)),
        temperature=0.0,
        timeout_s=context.timeout_s,
    )


def _unsure(reason: str) -> Done:
    return Done({"score": None, "reasons": [reason]}, "unsure")


def _sentences(reasons: Json) -> list[Json]:
    listed = reasons if isinstance(reasons, list) else []
    sentences: list[Json] = [reason[:2_000] for reason in listed if isinstance(reason, str)]
    return sentences[:50]


KIND = NodeKind(
    name="verify.judge",
    title="Have it judged",
    help=__doc__,
    icon="scale",
    params=JudgeParams,
    run=run,
    ports=lambda _params: ("pass", "fail", "unsure"),
    effect=lambda _params: "reads",
    own_words=frozenset({"reasons"}),
    output=lambda _params: {
        "type": "object",
        "properties": {
            "score": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "reasons": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["reasons", "score"],
    },
    connection=lambda params: params.connection,
    example={
        "connection": "embedded",
        "value": "input.draft",
        "rubric": "A good mail thanks the person, offers one clear next step, and neither pushes nor promises.",
        "pass_at": 0.7,
        "fail_below": 0.4,
        "examples": [
            {"text": "Thank you for your message. Would a call of half an hour this week suit you?", "good": True},
            {"text": "Thanks for writing to us. May we show you the product on Tuesday?", "good": True},
            {"text": "Buy now! Only today we guarantee you the lowest price of all times!!!", "good": False},
            {"text": "You must sign until tomorrow, or the discount is gone forever.", "good": False},
        ],
    },
)
