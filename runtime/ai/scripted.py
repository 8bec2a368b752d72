"""Answers from a file, for tests and demonstrations: never called AI, and refused in production settings.

Called by `models`. A script is JSONL: each line `{"contains"?: text, "node"?…, "value": …, "signals"?: {…}}` or
`{"contains"?: text, "fails": code, "passing"?: bool}`; the first line whose `contains` occurs in the prompt answers.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from runtime.core.confidence import unit
from runtime.core.node import Failed, ModelAnswer, ModelRequest
from runtime.json_gate import Json, JsonProblem, read_json

MODEL = "scripted"
_BROKEN = Failed("connection", "The script of the scripted connection cannot be read.")


def answer_from(path: str, request: ModelRequest) -> ModelAnswer | Failed:
    """The scripted answer to this request."""
    lines = _script(path, _changed_at(path))
    if lines is None:
        return _BROKEN
    for line in lines:
        if str(line.get("contains", "")) in request.prompt:
            return _told(line)
    return Failed("answer", "The script has no answer to this question.")


def _told(line: dict[str, Json]) -> ModelAnswer | Failed:
    if "fails" in line:
        return Failed(str(line["fails"]), "The script says that this call fails.", passing=line.get("passing") is True)
    told = line.get("signals")
    numbers = {name: unit(value) for name, value in told.items()} if isinstance(told, dict) else {}
    signals = {name: number for name, number in numbers.items() if number is not None}
    return ModelAnswer(line.get("value"), signals, model=MODEL)


def _changed_at(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


@lru_cache(maxsize=16)
def _script(path: str, _changed: int) -> tuple[dict[str, Json], ...] | None:
    try:
        texts = [text for text in Path(path).read_text("utf-8").splitlines() if text.strip()]
    except (OSError, ValueError):
        return None
    lines = [read_json(text) for text in texts]
    return (
        None
        if any(isinstance(line, JsonProblem) for line in lines)
        else tuple(line for line in lines if isinstance(line, dict))
    )
