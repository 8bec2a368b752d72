"""The embedded connection: AI without key and account, that says what it is.

Called by `models`. It does three things, all of them honest: it chooses among options and scores a text with a small
classifier trained on the node's own examples, and it fills a template in place of writing. It never pretends to read.

What it fills in: with a line `---` in the prompt, what stands below is the answer; else the whole prompt is. For a
JSON answer, lines `name: value` fill the schema's properties; a value may go on over the following lines.
"""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from runtime.core.node import Failed, JsonSchema, ModelAnswer, ModelRequest
from runtime.json_gate import Json, JsonProblem, read_json

if TYPE_CHECKING:
    from runtime.ai.classifier import Classifier
    from runtime.ai.matcher import Matcher

MODEL = "embedded"
_MARK = re.compile(r"^---[ \t]*$", re.MULTILINE)
_NO_EXAMPLES = "The embedded classifier learns from examples: give at least two of the choices some."
_NO_MODEL_ANSWERS = Failed("examples", _NO_EXAMPLES)


async def answer(request: ModelRequest) -> ModelAnswer | Failed:
    """The answer to this request. Training and classifying happen in a thread; never raises for any request."""
    match request.purpose:
        case "text":
            return ModelAnswer(_below_the_mark(request.prompt), model=MODEL)
        case "object":
            return _filled(request.schema or {}, _below_the_mark(request.prompt))
        case "choice":
            return await asyncio.to_thread(_choose, request)
        case "score":
            return await asyncio.to_thread(_score, request)
        case "match":
            return await asyncio.to_thread(_match, request)


def _choose(request: ModelRequest) -> ModelAnswer | Failed:
    classifier = _trained(_examples(request))
    if classifier is None:
        return _NO_MODEL_ANSWERS
    verdict = classifier.classify(request.subject or request.prompt)
    signals = {"probability": verdict.probability, "margin": verdict.margin, "familiar": verdict.familiar}
    return ModelAnswer(verdict.label, signals, model=MODEL)


def _score(request: ModelRequest) -> ModelAnswer | Failed:
    classifier = _trained(_examples(request))
    if classifier is None:
        return Failed(
            "examples", "The embedded classifier can judge only by good and bad examples; give it some of both."
        )
    text = request.subject or request.prompt
    verdict = classifier.classify(text)
    good = classifier.probability_of(request.options[0].name, text)
    # Towards the middle, the less the text has to do with any example: a strange text is neither good nor bad.
    score = 0.5 + (good - 0.5) * verdict.familiar
    reasons: list[Json] = [f"Most like the example “{verdict.nearest[:200]}” ({verdict.label})."]
    return ModelAnswer({"score": score, "reasons": reasons}, {"familiar": verdict.familiar}, model=MODEL)


def _match(request: ModelRequest) -> ModelAnswer | Failed:
    matcher = _matching(_examples(request))
    if matcher is None:
        return Failed("examples", "Matching needs examples: give each playbook some.")
    found = matcher.like(request.subject or request.prompt)
    first, second = [*sorted(found.scores.values(), reverse=True), 0.0][:2]
    scores: dict[str, Json] = {name: round(score, 6) for name, score in found.scores.items()}
    signals = {"margin": first - second, "p": found.p, "familiar": found.familiar}
    return ModelAnswer({"choice": max(found.scores, key=found.scores.__getitem__), "scores": scores}, signals, MODEL)


def _examples(request: ModelRequest) -> tuple[tuple[str, str], ...]:
    pairs = ((option.name, text) for option in request.options for text in option.examples)
    return tuple((name, text) for name, text in pairs if text.strip())


@lru_cache(maxsize=64)
def _trained(examples: tuple[tuple[str, str], ...]) -> Classifier | None:
    if len({label for label, _ in examples}) < 2:
        return None
    # scikit-learn weighs 100 MB: a process that never asks the embedded classifier does not carry it.
    from runtime.ai.classifier import Classifier

    try:
        return Classifier(examples)
    except ValueError:  # examples without a single word
        return None


@lru_cache(maxsize=16)
def _matching(examples: tuple[tuple[str, str], ...]) -> Matcher | None:
    if not examples:
        return None
    from runtime.ai.matcher import Matcher

    try:
        return Matcher(examples)
    except ValueError:  # examples without a single word
        return None


def _below_the_mark(prompt: str) -> str:
    return _MARK.split(prompt, maxsplit=1)[-1].strip()


def _filled(schema: JsonSchema, text: str) -> ModelAnswer | Failed:
    value = read_json(text)
    if isinstance(value, dict):
        return ModelAnswer(value, model=MODEL)
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        return Failed("answer", "The embedded template filler needs a schema with properties to fill.")
    found = {name: _typed(properties[name], lines) for name, lines in _named_lines(text, properties).items()}
    missing = [name for name in schema.get("required", ()) if name not in found]
    if missing:
        return Failed("answer", f"The template has no line “{missing[0]}: …”.", detail={"field": str(missing[0])})
    return ModelAnswer(found, model=MODEL)


def _named_lines(text: str, properties: JsonSchema) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        begins = bool(colon) and name.strip() in properties and name.strip() not in found
        if begins:
            current = found.setdefault(name.strip(), [])
        current.append(rest.strip() if begins else line.rstrip())
    return {name: "\n".join(lines).strip() for name, lines in found.items()}


def _typed(schema: object, text: str) -> Json:
    """A text stays one where a text is wanted; else it is read as JSON where it can be."""
    if isinstance(schema, dict) and schema.get("type", "string") == "string":
        return text
    value = read_json(text)
    return text if isinstance(value, JsonProblem) else value
