"""What came back from an OpenAI-compatible endpoint: bytes in, an answer or a failure out. Nothing of it is believed.

Called by `endpoint` for each sample. Pure, and total: no bytes make it raise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.core.confidence import unit
from runtime.core.node import Failed, ModelAnswer, ModelRequest
from runtime.json_gate import Json, JsonProblem, read_json

_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL | re.IGNORECASE)
_COMPLETE = frozenset({"stop", "end_turn", "stop_sequence", "eos", None})
_MOST_TOKENS = 1_000_000_000
_SLACK = 1.01
"""What probabilities add up to at most: servers round them."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens in and out; `known` is False where they are guessed."""

    input_tokens: int
    output_tokens: int
    known: bool


def read_answer(raw: bytes, request: ModelRequest) -> tuple[ModelAnswer | Failed, Usage]:
    """One completion as an answer to this request (without its cost), or why it is none; and what it used."""
    envelope = read_json(raw, max_bytes=len(raw))
    if isinstance(envelope, JsonProblem) or not isinstance(envelope, dict):
        why = envelope.message if isinstance(envelope, JsonProblem) else "It is no JSON object."
        return _unusable(f"The endpoint's answer cannot be read. {why}"), _usage(None, request, raw)
    usage = _usage(envelope.get("usage"), request, raw)
    if envelope.get("error"):
        return _unusable("The endpoint says that something went wrong."), usage
    choices = envelope.get("choices")
    # One was asked for: of two, nobody knows which is meant.
    first = choices[0] if isinstance(choices, list) and len(choices) == 1 else None
    if not isinstance(first, dict):
        return _unusable("The endpoint's answer holds no choice, or several."), usage
    content = _content(first)
    if isinstance(content, Failed):
        return content, usage
    model = envelope.get("model")
    answer = _as_asked(content, first, request, model if isinstance(model, str) else "")
    return answer, usage


def read_value(content: str) -> Json | JsonProblem:
    """The strict JSON of a model's text; one code fence around the whole is forgiven, nothing else."""
    fenced = _FENCED.fullmatch(content) if content.lstrip().startswith("```") else None
    return read_json(fenced.group(1) if fenced else content.strip())


def _content(choice: Mapping[str, Json]) -> str | Failed:
    message = choice.get("message")
    if not isinstance(message, dict):
        return _unusable("The endpoint's answer holds no message.")
    finish = choice.get("finish_reason")
    if message.get("refusal") or finish == "content_filter":
        return Failed("refused", "The model refused to answer.")
    if finish == "length":
        return Failed("cut_short", "The answer was cut short: it would have needed more tokens.")
    content = message.get("content")
    if not isinstance(content, str) or not content.strip() or message.get("tool_calls"):
        return _unusable("The model answered with something else than text.")
    if not (finish is None or isinstance(finish, str)) or finish not in _COMPLETE:
        return _unusable("The model did not finish its answer.")
    return content


def _as_asked(content: str, choice: Mapping[str, Json], request: ModelRequest, model: str) -> ModelAnswer | Failed:
    if request.purpose == "text":
        return ModelAnswer(content, model=model)
    value = read_value(content)
    if isinstance(value, JsonProblem):
        return _unusable(f"The model's answer is no strict JSON. {value.message}", path=value.path)
    if not isinstance(value, dict):
        return _unusable("The model's answer is no JSON object.")
    match request.purpose:
        case "object":
            return ModelAnswer(value, model=model)
        case "score":
            return _score(value, model)
        case "choice" | "match":
            return _choice(value, content, choice.get("logprobs"), request, model)


def _score(value: dict[str, Json], model: str) -> ModelAnswer | Failed:
    score = unit(value.get("score"))
    if score is None:
        return _unusable("The model gave no score from 0 to 1.")
    listed = value.get("reasons")
    reasons: list[Json] = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    return ModelAnswer({"score": score, "reasons": reasons}, model=model)


def _choice(
    value: dict[str, Json], content: str, logprobs: Json, request: ModelRequest, model: str
) -> ModelAnswer | Failed:
    chosen = value.get("choice")
    names = [option.name for option in request.options]
    if not isinstance(chosen, str) or chosen not in names:
        return _unusable("The model chose nothing that was offered.")
    own_word = unit(value.get("confidence"))
    signals = {} if own_word is None else {"self": own_word}
    probability = chosen_probability(logprobs, content, chosen, names) if request.logprobs else None
    if probability is not None:
        signals["logprob"] = probability
    return ModelAnswer(chosen, signals, model=model)


def chosen_probability(logprobs: Json, content: str, chosen: str, names: list[str]) -> float | None:
    """How probable the chosen name was among the offered ones, from the tokens' log-probabilities; None if unknown.

    From the first character of the name on, each token is weighed against those alternatives that would have led to an
    offered name, until no other name is possible any more.
    """
    tokens = _tokens(logprobs)
    named = [found.end() for found in re.finditer(r'"choice"\s*:\s*"', content)]
    # Where it is named twice, nobody knows which tokens chose.
    if len(named) != 1 or "".join(text for text, _, _ in tokens) != content:
        return None
    position, reached, product = 0, "", 1.0
    for text, logprob, alternatives in tokens:
        before = max(0, named[0] - position)
        position += len(text)
        if position <= named[0]:
            continue
        weighed = _weigh(text, logprob, alternatives, before, reached, names)
        reached += text[before:]
        if weighed is None:
            return None
        product *= weighed
        rivals = [name for name in names if name != chosen and _leads_to(reached, name)]
        if not rivals:
            return unit(min(product, 1.0))
    return None


def _weigh(
    text: str, logprob: float, alternatives: Mapping[str, float], before: int, reached: str, names: list[str]
) -> float | None:
    """The share of this token among the tokens that go on towards an offered name; of those that are not listed, all
    might. None where the numbers are no probabilities."""
    mine = math.exp(logprob)
    listed = {other: math.exp(value) for other, value in alternatives.items() if other != text}
    known = mine + math.fsum(listed.values())
    if known > _SLACK:
        return None
    possible = math.fsum(
        probability
        for other, probability in listed.items()
        if other[:before] == text[:before] and len(other) > before
        if any(_leads_to(reached + other[before:], name) for name in names)
    )
    total = mine + possible + max(0.0, 1.0 - known)
    return mine / total if total > 0.0 else None


def _leads_to(written: str, name: str) -> bool:
    """Whether what is written so far may be (the beginning of) this name with its closing quote."""
    whole = name + '"'
    return whole.startswith(written) or written.startswith(whole)


def _tokens(logprobs: Json) -> list[tuple[str, float, dict[str, float]]]:
    """Text, log-probability and alternatives of each token; empty where anything about them is not as it should be."""
    listed = logprobs.get("content") if isinstance(logprobs, dict) else None
    found: list[tuple[str, float, dict[str, float]]] = []
    for entry in listed if isinstance(listed, list) else []:
        own = _token(entry)
        tops = entry.get("top_logprobs") if isinstance(entry, dict) else None
        others = [_token(other) for other in tops] if isinstance(tops, list) else []
        if own is None or None in others:
            return []
        found.append(_known(own, [other for other in others if other is not None]))
    return found


def _known(own: tuple[str, float], others: list[tuple[str, float]]) -> tuple[str, float, dict[str, float]]:
    """A token with its alternatives. What is stated twice counts as it is worst for the token: itself as the rarest,
    an alternative as the likeliest."""
    text, logprob = own
    alternatives: dict[str, float] = {}
    for other, value in others:
        alternatives[other] = max(value, alternatives.get(other, value))
    return text, min(logprob, *(value for other, value in others if other == text), 0.0), alternatives


def _token(entry: Any) -> tuple[str, float] | None:
    if not isinstance(entry, dict):
        return None
    text, logprob = entry.get("token"), entry.get("logprob")
    if not isinstance(text, str) or isinstance(logprob, bool) or not isinstance(logprob, int | float):
        return None
    # A log-probability is never above 0; servers write tiny positive ones by rounding.
    return (text, min(float(logprob), 0.0)) if math.isfinite(logprob) and logprob < 1e-3 else None


def _usage(told: Json, request: ModelRequest, raw: bytes) -> Usage:
    counts = [told.get(key) for key in ("prompt_tokens", "completion_tokens")] if isinstance(told, dict) else []
    whole = [count for count in counts if isinstance(count, int) and not isinstance(count, bool)]
    if len(whole) == 2 and all(0 <= count <= _MOST_TOKENS for count in whole):
        return Usage(whole[0], whole[1], known=True)
    return Usage((len(request.prompt) + len(request.system)) // 4, min(len(raw) // 4, 4_000), known=False)


def _unusable(message: str, **detail: Json) -> Failed:
    return Failed("answer", message, passing=True, detail=detail)
