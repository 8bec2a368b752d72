"""When two steps are the same step: the same kind, the same configuration, and the same values read.

Called by `recorded` for what a run did and by `replay` for what a drawing would do. A step's handler sees its
configuration, its expressions' values and what its context answers, and nothing else; where the first two are equal,
what the context answered then stands for what it would answer. What a node is called, and where it stands, is no part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from runtime.core.drawing import Drawing
from runtime.core.expressions import Json, Unknown
from runtime.core.node import Ask, ModelRequest
from runtime.core.templates import Template
from runtime.engine.cage import Cage
from runtime.engine.inputs import ScopedInputs, costly_texts, inputs_of

_ASKED = ("question", "show", "editable", "form")


async def of_step(drawing: Drawing, node: str, scope: Mapping[str, Json], cage: Cage) -> str:
    """The print of a step where it stands: equal prints, equal steps."""
    costly = costly_texts(drawing, node, scope)
    inputs = inputs_of(drawing, node, scope, await cage.evaluate_all(costly, scope) if costly else {})
    read = [_value(inputs, text) for text in drawing.texts[node]]
    # The context of a model's question is named in the configuration, and read as a whole.
    named = [_plain(inputs.output_of(step)) for step in _named(drawing, node)]
    # What the checks before a gate found is part of what it scores by.
    checks = [[check.kind, _dumped(_ByIdentity(check.params)), _plain(check.output)] for check in inputs.checks]
    return _digest([drawing.graph.nodes[node].kind, _config(drawing, node), read, named, checks])


def of_question(asked: Mapping[str, Any], reviewers: int, not_by_requester: bool) -> str:
    """The print of what a person was asked: what was shown and offered, and how many had to agree.

    Who was asked, and until when, makes no other question.
    """
    offered = [choice.get("name") for choice in asked.get("choices") or ()]
    return _digest([[asked.get(name) for name in _ASKED], offered, reviewers, not_by_requester])


def of_ask(ask: Ask) -> str:
    """The print of what a person would be asked."""
    asked: dict[str, Any] = {
        "question": ask.question,
        "choices": [{"name": choice.name} for choice in ask.choices],
        "show": dict(ask.show),
        "editable": {name: dict(value) for name, value in ask.editable.items()},
        "form": ask.form,
    }
    return of_question(asked, ask.reviewers, ask.not_by_requester)


def of_request(request: ModelRequest) -> str:
    """The print of a question to a model: all of it, but for how long the answer may take."""
    return _digest({**asdict(request), "timeout_s": 0})


def _value(inputs: ScopedInputs, text: str) -> Any:
    return _plain(inputs.text(text) if isinstance(text, Template) else inputs.value(text))


def _plain(value: Json | Unknown) -> Any:
    return ["unknown", value.code, value.reason] if isinstance(value, Unknown) else ["value", value]


def _named(drawing: Drawing, node: str) -> list[str]:
    return sorted({read.reference.path[0] for read in drawing.reads[node] if read.path == ("context",)})


def _config(drawing: Drawing, node: str) -> str:
    return _dumped(_ByIdentity(drawing.params[node]))


class _ByIdentity:
    """Parameters are frozen and live as long as their drawing; hashing their content each time would cost more."""

    def __init__(self, params: Any) -> None:
        self.params = params

    def __hash__(self) -> int:
        return id(self.params)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.params is self.params


@lru_cache(maxsize=4096)
def _dumped(of: _ByIdentity) -> str:
    return json.dumps(of.params.model_dump(mode="json", by_alias=True), sort_keys=True, default=str)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()
