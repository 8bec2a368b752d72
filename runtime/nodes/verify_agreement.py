"""Check that two answers say the same, for instance those of two models, or a model's and a form's.

`equal` compares whole values: numbers by their worth, texts without regard to case and white space, lists in order,
objects by their names. `similar` compares texts by their edit distance (what is no text, as JSON). Two answers that say
nothing do not confirm each other, and texts that are too long cannot be compared to their end: both are `unsure`.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field
from rapidfuzz import fuzz

from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Inputs, NodeKind, Outcome, Params
from runtime.nodes._values import plain

LONGEST = 20_000
DEFAULT_AT_LEAST = {"equal": 1.0, "similar": 0.85}


class AgreementParams(Params):
    """Which two answers, and how close they have to be."""

    a: Annotated[Expr, Field(title="One answer", description="One answer.")]
    b: Annotated[Expr, Field(title="Other answer", description="The other answer.")]
    by: Annotated[
        Literal["equal", "similar"],
        Field(title="They have to be", description="Whether they must be the same, or nearly the same text."),
    ]
    at_least: Annotated[
        float | None,
        Field(
            gt=0,
            le=1,
            allow_inf_nan=False,
            title="Similarity that passes",
            description="The similarity that passes; empty: 1 where they must be equal, else 0.85.",
        ),
    ] = None


def run(params: AgreementParams, inputs: Inputs, _context: Context) -> Outcome:
    """How similar the answers are, and whether that is enough."""
    a, b = inputs.value(params.a), inputs.value(params.b)
    if isinstance(a, Unknown) or isinstance(b, Unknown) or (_says_nothing(a) and _says_nothing(b)):
        return Done({"similarity": None}, "unsure")
    try:
        similarity = _similarity(params.by, a, b)
    except (RecursionError, ValueError, TypeError):
        similarity = None
    if similarity is None:
        return Done({"similarity": None}, "unsure")
    at_least = DEFAULT_AT_LEAST[params.by] if params.at_least is None else params.at_least
    return Done({"similarity": similarity}, "pass" if similarity >= at_least else "fail")


def _similarity(by: str, a: Json, b: Json) -> float | None:
    if by == "equal":
        return float(_comparable(a) == _comparable(b))
    one, other = _text(a), _text(b)
    if max(len(one), len(other)) > LONGEST:
        return None
    return round(fuzz.ratio(one, other) / 100, 4)


def _says_nothing(value: Json) -> bool:
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())


def _comparable(value: Json) -> object:
    """A value that Python compares as JSON means it: `true` is not 1, and 1 is 1.0."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items()}
    return value


def _text(value: Json) -> str:
    return plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


KIND = NodeKind(
    name="verify.agreement",
    title="Compare two answers",
    help=__doc__,
    icon="equal",
    params=AgreementParams,
    run=run,
    ports=lambda _params: ("pass", "fail", "unsure"),
    output=lambda _params: {
        "type": "object",
        "properties": {"similarity": {"type": ["number", "null"], "minimum": 0, "maximum": 1}},
        "required": ["similarity"],
    },
    example={"a": "input.country", "b": "input.billing_country", "by": "equal"},
    examples=({"a": "input.summary", "b": "input.second_summary", "by": "similar", "at_least": 0.9},),
)
