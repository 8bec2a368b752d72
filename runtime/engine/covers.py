"""What a person is shown of a case while the machine's answer is a secret, and what is laid bare after theirs. Pure.

Called by `outcomes` when a case is opened. What tells the answer of a gate that is earning trust is taken out of the
question, of what is shown, of what may be changed and of the reasons, before the case is written: whatever reads the
case later cannot give it away. It is kept beside the case for afterwards. What is left is the same on probation, in
doubt and for an audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.core import blind, expressions
from runtime.core.blind import Promised
from runtime.core.drawing import Drawing
from runtime.core.expressions import Json, Unknown
from runtime.core.state import State
from runtime.core.templates import Hole, as_text, parts
from runtime.engine.inputs import scope_of

GAP = "…"
HIDDEN = "(shown after your answer)"


@dataclass(frozen=True, slots=True)
class Covered:
    """A case as it is shown. `behind` is what was taken out of it, and of which gates; None where nothing is secret."""

    asked: Mapping[str, Any]
    why: Sequence[Mapping[str, Any]]
    behind: Mapping[str, Any] | None = None


def covered(
    drawing: Drawing, state: State, node: str, run_id: str, asked: Mapping[str, Any], why: Sequence[Mapping[str, Any]]
) -> Covered:
    """The case without what tells the answer of a gate that is a secret just now."""
    gates = blind.secrets(drawing, state)
    if not gates:
        return Covered(asked, why)
    telling = blind.told(gates)
    places = {read.path[:2] for read in blind.revealing(drawing, node, gates)}
    labels = {place[1] for place in places if place[0] == "show"} & set(asked["show"])
    values = {place[1] for place in places if place[0] in ("editable", "start")} & set(asked["editable"])
    question = asked["question"]
    if any(place[0] == "question" for place in places):
        question = _with_gaps(drawing, state, node, run_id, gates)
    shown = {
        **asked,
        "question": question,
        "show": {label: HIDDEN if label in labels else value for label, value in asked["show"].items()},
        "editable": {name: _emptied(each) if name in values else each for name, each in asked["editable"].items()},
        "bulk": False,
    }
    behind = {
        "gates": [_gate(drawing, state, gate, node) for gate in gates],
        "hidden": sorted(telling),
        "question": asked["question"] if question != asked["question"] else None,
        "show": {label: asked["show"][label] for label in asked["show"] if label in labels},
        "editable": {name: asked["editable"][name].get("value") for name in asked["editable"] if name in values},
        "reasons": [dict(each) for each in why if each.get("node") in telling],
    }
    return Covered(shown, [_neutral(each) if each.get("node") in telling else each for each in why], behind)


def _gate(drawing: Drawing, state: State, gate: Promised, node: str) -> dict[str, Any]:
    """A gate as its case remembers it. `labels`: an answer speaks of the gate; `blind`: it can count for it.

    `settles`: with an answer the gate's is no secret any more.
    """
    result = state.steps[gate.node].result
    output = result.output if result and isinstance(result.output, Mapping) else {}
    return {
        "node": gate.node,
        "visit": result.visit if result else 1,
        "title": drawing.title(gate.node),
        "choice": output.get("choice"),
        "confidence": output.get("confidence"),
        "ways": list(gate.ways),
        "labels": blind.judges(drawing, node, gate),
        "blind": node not in gate.given_away,
        "settles": node in gate.settles,
    }


def _neutral(reason: Mapping[str, Any]) -> dict[str, Any]:
    """Who sent the case here, and nothing of why."""
    title = reason.get("title", "")
    message = f"“{title}” asks what a person says. What it found itself is shown after your answer."
    return {"node": reason["node"], "title": title, "kind": reason.get("kind"), "port": None, "message": message}


def _emptied(value: Mapping[str, Any]) -> dict[str, Any]:
    return {**value, "value": None, "hidden": True}


def _with_gaps(drawing: Drawing, state: State, node: str, run_id: str, gates: Sequence[Promised]) -> str:
    scope = scope_of(drawing, state, node, run_id)
    filled = [
        part if isinstance(part, str) else _filled(part, scope, gates) for part in parts(_question(drawing, node))
    ]
    return "".join(filled)


def _question(drawing: Drawing, node: str) -> str:
    return str(getattr(drawing.params[node], "question", ""))


def _filled(hole: Hole, scope: Mapping[str, Json], gates: Sequence[Promised]) -> str:
    references = expressions.references(hole.expression)
    telling = any(blind.tells(each, gate.node, gate.tells) for each in references for gate in gates)
    if telling or expressions.is_costly(hole.expression, scope):
        return GAP
    value = expressions.evaluate(hole.expression, scope)
    return GAP if isinstance(value, Unknown) or value is None else as_text(value)
