"""Why a case stopped here: the doubts that led to a step, in words, with signal, value and limit.

Called by the engine when a step asks a person; the answer is part of what the reviewer sees and is bound to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.core.definition import START, Node
from runtime.core.drawing import Drawing
from runtime.core.graph import Graph
from runtime.core.state import Result, State

TELLING = ("verify", "decide", "escalate")


def reasons(drawing: Drawing, state: State, node_id: str) -> tuple[dict[str, Any], ...]:
    """One entry for each nearest step that sent the case here: who, through which port, and what it had found."""
    graph = drawing.graph
    return tuple(_reason(graph.nodes[source], state.steps[source].result) for source in _tellers(graph, state, node_id))


def _tellers(graph: Graph, state: State, node_id: str) -> list[str]:
    """The nearest steps before this one that say something about the case, along the ways taken."""
    found: list[str] = []
    seen = {node_id}
    ahead = [node_id]
    while ahead:
        here = ahead.pop(0)
        for source in sorted({edge.source for edge in graph.incoming.get(here, ()) if state.taken.get(edge.id)}):
            if source == START or source in seen:
                continue
            seen.add(source)
            (found if _tells(graph.nodes[source], state.steps[source].result) else ahead).append(source)
    return found


def _tells(node: Node, result: Result | None) -> bool:
    return node.kind.partition(".")[0] in TELLING or (result is not None and result.port == "error")


def _reason(node: Node, result: Result | None) -> dict[str, Any]:
    port = result.port if result else None
    output = result.output if result and isinstance(result.output, Mapping) else {}
    return {
        "node": node.id,
        "title": node.title,
        "kind": node.kind,
        "port": port,
        "message": _sentence(node, port, output),
        "details": _details(output),
        **_proposed(node, output),
        **_measured(node, output),
    }


def _sentence(node: Node, port: str | None, output: Mapping[str, Any]) -> str:
    if port == "error":
        return f"“{node.title}” failed: {output.get('message', 'no reason was given')}"
    if port in ("unsure", "fail"):
        verdict = "was not sure" if port == "unsure" else "found a problem"
        return f"“{node.title}” {verdict}."
    return f"“{node.title}” answered “{(port or '').replace('_', ' ')}”."


def _details(output: Mapping[str, Any]) -> list[str]:
    """The sentences in what the step had found: issues, broken rules, errors, a model's reasons."""
    found: list[str] = []
    for name in ("issues", "broken", "errors", "reasons"):
        listed = output.get(name)
        found += [said(item) for item in (listed if isinstance(listed, list) else [listed]) if item]
    return found[:20]


BROKEN = "This rule is broken."
"""What is kept of a rule that does not hold, beside its name."""
_BROKEN_BEFORE = "It does not hold."
UNCLEAR = "It could not be worked out"
"""How the reason of a rule begins that can be said neither to hold nor to be broken."""


def said(item: object) -> str:
    """What a finding says in one sentence: an issue, an error, a rule by its name and why it is reported."""
    if not isinstance(item, Mapping):
        return str(item)
    if item.get("name") and item.get("reason"):
        return rule_said(item["name"], item["reason"])
    return str(item.get("message") or item.get("reason") or dict(item))


def rule_said(name: object, reason: object) -> str:
    """A rule that was not kept, in one sentence: its name says what should be true, so it is never denied twice."""
    # What an earlier release kept in journals reads the same.
    return f"Rule broken: “{name}”." if reason in (BROKEN, _BROKEN_BEFORE) else f"“{name}”: {reason}"


def _proposed(node: Node, output: Mapping[str, Any]) -> dict[str, str]:
    """What a decision leans to though it was not sure: shown to the reviewer as a proposal."""
    choice = output.get("choice") if node.kind.startswith("decide.") else None
    return {"proposed": choice[:200]} if isinstance(choice, str) and choice else {}


def _measured(node: Node, output: Mapping[str, Any]) -> dict[str, Any]:
    """Signal, value and limit, where the step had measured something."""
    limits = {"confidence": "cutoff", "score": "pass_at", "similarity": "at_least", "p": "min_p"}
    for signal, limit in limits.items():
        if signal in output:
            return {"signal": signal, "value": output[signal], "limit": node.config.get(limit)}
    return {}
