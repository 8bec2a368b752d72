"""Check that each claim is backed by the given sources.

Without a connection (or with `embedded`) each sentence must stand in a source word for word, but for case, white space
and punctuation. With a connection a model names, for each claim, a passage that backs it; a passage that does not
really stand in that source backs nothing, and a sentence that the model passes over counts as not backed. Too small a
share of backed claims fails; nothing to check, or no usable answer, is `unsure`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from runtime.core.definition import Many
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Failed, Inputs, JsonSchema, ModelRequest, NodeKind, Outcome, Params
from runtime.json_schemas import errors_of
from runtime.nodes._evidence import MAX_CLAIMS, Source, claims_of, covered, numbers_in
from runtime.nodes._questions import Connection, Fence, ModelName, Share, in_doubt

_SYSTEM = (
    "You check whether the claims of a text are backed by sources. List every claim of the text, one for each sentence "
    "at least, in the text's own words. For a claim that a source backs, copy the backing passage word for word into "
    "`quote` and give the number of the source; for one that no source backs, both are null."
)
_CLAIM: JsonSchema = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "quote": {"type": ["string", "null"]},
        "source": {"type": ["integer", "null"]},
    },
    "required": ["text", "quote", "source"],
    "additionalProperties": False,
}
_ANSWER: JsonSchema = {
    "type": "object",
    "properties": {"claims": {"type": "array", "items": _CLAIM, "maxItems": MAX_CLAIMS}},
    "required": ["claims"],
    "additionalProperties": False,
}
_WITHOUT_MODEL = frozenset({"", "embedded"})


class GroundedParams(Params):
    """What is checked, against which sources, and how much of it must be backed."""

    value: Annotated[
        Expr,
        Field(
            title="What is checked",
            description="What is checked: a text, or an object: each of its texts and numbers is a claim.",
        ),
    ]
    sources: Annotated[Many[Expr], Field(min_length=1, max_length=50, description="What may back it.")]
    connection: Annotated[
        Connection | None, Field(title="Connection", description="Who looks for passages; empty: word for word.")
    ] = None
    model: ModelName = None
    min_supported: Annotated[
        Share, Field(gt=0, title="Share that must be backed", description="The share of claims that must be backed.")
    ] = 1.0


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim and the source (from 0) that backs it, with the passage; None where none does."""

    text: str
    source: int | None = None
    quote: str = ""

    def to_json(self) -> Json:
        """As it stands in the output."""
        backing: Json = None if self.source is None else {"source": self.source, "quote": self.quote}
        return {"text": self.text, "supported_by": backing}


async def run(params: GroundedParams, inputs: Inputs, context: Context) -> Outcome:
    """Every claim with what backs it."""
    value = inputs.value(params.value)
    known = [inputs.value(source) for source in params.sources]
    if isinstance(value, Unknown):
        return _unsure(f"There is nothing to check: {value.reason}")
    sources = [each for each in known if not isinstance(each, Unknown)]
    if len(sources) < len(known):
        return _unsure("A source could not be computed.")
    claims = claims_of(value)
    if not claims or len(claims) > MAX_CLAIMS:
        return _unsure(f"There must be 1 to {MAX_CLAIMS} claims to check; there are {len(claims)}.")
    if (params.connection or "") in _WITHOUT_MODEL:
        return _concluded(params, await asyncio.to_thread(_word_for_word, claims, sources))
    answer = await context.model(_request(params, value, sources, context))
    if isinstance(answer, Failed):
        return in_doubt(answer, _unsure(answer.message))
    if errors_of(_ANSWER, answer.value) or not isinstance(answer.value, dict):
        return _unsure("The model gave no usable list of claims.")
    return _concluded(params, await asyncio.to_thread(_checked, answer.value["claims"], claims, sources))


def _request(params: GroundedParams, value: Json, sources: Sequence[Json], context: Context) -> ModelRequest:
    fence = Fence(context)
    shown = [fence.around(f"Source {number}", source) for number, source in enumerate(sources)]
    return ModelRequest(
        connection=params.connection or "",
        prompt="\n\n".join([*shown, fence.around("The text to check", value)]),
        purpose="object",
        system=f"{_SYSTEM}\n\n{fence.warning}",
        schema=_ANSWER,
        model=params.model,
        temperature=0.0,
        timeout_s=context.timeout_s,
    )


def _word_for_word(claims: Sequence[str], values: Sequence[Json]) -> list[Claim]:
    sources = [Source(value) for value in values]
    return [_found(claim, sources) for claim in claims]


def _found(claim: str, sources: Sequence[Source]) -> Claim:
    number = next((number for number, source in enumerate(sources) if source.says(claim)), None)
    return Claim(claim, number, claim if number is not None else "")


def _checked(named: Json, own: Sequence[str], values: Sequence[Json]) -> list[Claim]:
    """The model's claims with the passages that really are there, and our own claims that it passed over."""
    sources = [Source(value) for value in values]
    claims = [_proved(each, sources) for each in named if isinstance(each, dict)] if isinstance(named, list) else []
    texts = [claim.text for claim in claims]
    return [*claims, *(Claim(claim) for claim in own if not covered(claim, texts))]


def _proved(named: Mapping[str, Json], sources: Sequence[Source]) -> Claim:
    text, quote, number = str(named["text"]), named["quote"], named["source"]
    if not isinstance(quote, str) or isinstance(number, bool) or not isinstance(number, int):
        return Claim(text)
    stands = 0 <= number < len(sources) and sources[number].has_quote(quote) and numbers_in(text) <= numbers_in(quote)
    return Claim(text, number, quote) if stands else Claim(text)


def _concluded(params: GroundedParams, claims: Sequence[Claim]) -> Done:
    if not claims:
        return _unsure("There is nothing to check.")
    backed = sum(claim.source is not None for claim in claims)
    port = "pass" if backed >= params.min_supported * len(claims) else "fail"
    listed: list[Json] = [claim.to_json() for claim in claims]
    return Done({"claims": listed, "supported": backed / len(claims), "reason": ""}, port)


def _unsure(reason: str) -> Done:
    return Done({"claims": [], "supported": None, "reason": reason}, "unsure")


KIND = NodeKind(
    name="verify.grounded",
    title="Check against sources",
    help=__doc__,
    icon="book-check",
    params=GroundedParams,
    run=run,
    ports=lambda _params: ("pass", "fail", "unsure"),
    own_words=frozenset({"claims"}),
    effect=lambda params: "none" if (params.connection or "") in _WITHOUT_MODEL else "reads",
    output=lambda _params: {
        "type": "object",
        "properties": {
            "claims": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"text": {"type": "string"}, "supported_by": {"type": ["object", "null"]}},
                    "required": ["supported_by", "text"],
                },
            },
            "supported": {"type": ["number", "null"]},
            "reason": {"type": "string"},
        },
        "required": ["claims", "reason", "supported"],
    },
    connection=lambda params: params.connection,
    example={"value": "input.summary", "sources": ["input.message", "input.record"], "min_supported": 0.8},
    examples=({"value": "input.summary", "sources": ["input.message"], "connection": "default", "min_supported": 1.0},),
)
