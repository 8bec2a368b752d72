"""What is sent to an OpenAI-compatible endpoint: a question as messages, and the demand for an answer's form.

Called by `endpoint`. Pure; it knows what an endpoint can do from `Abilities`, and learns from refusals what it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from runtime.ai.connection import Connection, Structure
from runtime.core.node import JsonSchema, ModelRequest
from runtime.json_gate import write_json

TOP_LOGPROBS = 20
_REFUSABLE = ("response_format", "logprobs", "temperature", "max_completion_tokens", "max_tokens")
_ABOUT_FORMAT = ("response_format", "json_schema", "json_object", "structured output", "schema")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an endpoint is believed to understand."""

    structure: Structure
    logprobs: bool
    max_tokens: str
    temperature: bool = True


def abilities_of(connection: Connection) -> Abilities:
    """What a new connection is believed to understand."""
    preset = connection.preset
    return Abilities(preset.structure, preset.logprobs, preset.max_tokens)


def body_of(request: ModelRequest, model: str, abilities: Abilities) -> dict[str, Any]:
    """The JSON body of a chat completion."""
    system = "\n\n".join(part for part in (request.system, _instruction(request)) if part)
    messages = [{"role": "system", "content": system}] if system else []
    body: dict[str, Any] = {"model": model, "messages": [*messages, {"role": "user", "content": request.prompt}]}
    if request.temperature is not None and abilities.temperature:
        body["temperature"] = request.temperature
    if request.max_tokens is not None and abilities.max_tokens:
        body[abilities.max_tokens] = request.max_tokens
    if request.logprobs and abilities.logprobs and request.purpose == "choice":
        body |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
    schema = answer_schema(request)
    if schema is not None and abilities.structure != "none":
        body["response_format"] = _response_format(request, schema, abilities.structure)
    return body


def answer_schema(request: ModelRequest) -> JsonSchema | None:
    """The JSON Schema of the answer; None for free text."""
    match request.purpose:
        case "text":
            return None
        case "object":
            return request.schema or {"type": "object"}
        case "choice" | "match":
            names = [option.name for option in request.options]
            return _closed({"choice": {"type": "string", "enum": names}, "confidence": {"type": "number"}})
        case "score":
            return _closed({"score": {"type": "number"}, "reasons": {"type": "array", "items": {"type": "string"}}})


def without_what_was_refused(abilities: Abilities, sent: dict[str, Any], complaint: str) -> Abilities | None:
    """What to believe after a 400 with this complaint; None where it is about something else."""
    heard = complaint.lower()
    for name in _REFUSABLE:
        about = any(word in heard for word in _ABOUT_FORMAT) if name == "response_format" else name in heard
        if name in sent and about:
            return _unlearned(abilities, name)
    return None


def estimated_tokens(request: ModelRequest) -> int:
    """A rough guess of what a question will use, for the limits; four characters make a token."""
    return (len(request.prompt) + len(request.system)) // 4 + (request.max_tokens or 256)


def _unlearned(abilities: Abilities, name: str) -> Abilities:
    match name:
        case "response_format":
            return replace(abilities, structure="object" if abilities.structure == "schema" else "none")
        case "logprobs":
            return replace(abilities, logprobs=False)
        case "temperature":
            return replace(abilities, temperature=False)
        case "max_completion_tokens":
            return replace(abilities, max_tokens="")
        case _:
            return replace(abilities, max_tokens="max_completion_tokens")


def _instruction(request: ModelRequest) -> str:
    match request.purpose:
        case "text":
            return ""
        case "object":
            schema = write_json(answer_schema(request))
            return f"Answer with one JSON object that fits this JSON Schema, and with nothing else:\n{schema}"
        case "choice" | "match":
            lines = [f"- {write_json(option.name)}{_described(option.description)}" for option in request.options]
            return (
                "Choose exactly one of these options:\n" + "\n".join(lines) + "\n"
                'Answer with one JSON object and nothing else: {"choice": the name of the option exactly as written, '
                '"confidence": a number from 0 to 1, how sure you are that the choice is right}.'
            )
        case "score":
            return (
                'Answer with one JSON object and nothing else: {"score": a number from 0 (fails the rubric) to 1 '
                '(meets it fully), "reasons": a list of short sentences}.'
            )


def _described(description: str) -> str:
    return f": {description}" if description else ""


def _closed(properties: dict[str, Any]) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _response_format(request: ModelRequest, schema: JsonSchema, structure: Structure) -> dict[str, Any]:
    if structure == "object":
        return {"type": "json_object"}
    # A designer's schema may use what strict mode forbids; the answer is checked against it in any case.
    strict = request.purpose != "object"
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": strict}}
