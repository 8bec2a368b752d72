"""Gates with a promise that can never be held against people, and their twins that can."""

from __future__ import annotations

from typing import Any

from tests.makers.blind import GATE
from tests.runtime.core.checks.cases.parts import Case, node, outcome, sketch

WON = outcome("won")
QUESTION = "Is it a zebra?"


def gate() -> dict[str, Any]:
    return node("gate", "decide.model", **GATE)


def asking(name: str, *choices: str, question: str = QUESTION) -> dict[str, Any]:
    offered = [{"name": choice} for choice in choices]
    return node(name, "escalate.review", queue="sales", question=question, choices=offered)


def asked(*choices: str, question: str = QUESTION) -> dict[str, Any]:
    """A gate whose doubts go to one review that offers these."""
    ways = [f"ask.{choice} -> won" for choice in choices]
    return sketch(
        [gate(), asking("ask", *choices, question=question), WON],
        *("start -> gate", "gate.horse -> won", "gate.zebra -> won", "gate.unsure -> ask", *ways),
    )


def unasked() -> dict[str, Any]:
    ways = ("start -> gate", "gate.horse -> won", "gate.zebra -> won", "gate.unsure -> won")
    return sketch([gate(), WON], *ways)


def led_apart(condition: str) -> dict[str, Any]:
    """Two reviews behind a gate; a rule in between says which is asked."""
    rule = node("rule", "decide.rule", choices=[{"name": "striped", "when": condition}], otherwise="plain")
    ways = [f"{name}.{choice} -> won" for name in ("one", "two") for choice in ("horse", "zebra")]
    return sketch(
        [gate(), rule, asking("one", "horse", "zebra"), asking("two", "horse", "zebra"), WON],
        *("start -> gate", "gate.horse -> won", "gate.zebra -> won", "gate.unsure -> rule", *ways),
        *("rule.striped -> one", "rule.plain -> two", "rule.unsure -> two"),
    )


def seen_first(*choices: str, then: str = "won") -> dict[str, Any]:
    """A rule behind a gate leads some doubts to a review of all ways, and the others to one that offers these."""
    rule = node("rule", "decide.rule", choices=[{"name": "small", "when": "input.size < 3.0"}], otherwise="large")
    return sketch(
        [gate(), rule, asking("ask", "horse", "zebra"), asking("small", *choices), WON],
        *("start -> gate", "gate.horse -> won", "gate.zebra -> won", "gate.unsure -> rule", "rule.small -> small"),
        *("rule.large -> ask", "rule.unsure -> ask", "ask.horse -> won", "ask.zebra -> won"),
        *(f"small.{choice} -> {then}" for choice in choices),
    )


CASES = [
    Case(
        "promise.no_review",
        seen_first("seen"),
        seen_first("horse", "zebra"),
        "offers one answer only",
        nodes=("gate", "small"),
        path="/nodes/3/config/choices",
        level="warning",
        about="one answer",
    ),
    Case(
        "promise.no_review",
        seen_first("horse", then="ask"),
        seen_first("seen", then="ask"),
        "offers one answer only",
        nodes=("gate", "small"),
        path="/nodes/3/config/choices",
        level="warning",
        about="one answer that ends the secret",
    ),
    Case(
        "promise.no_review",
        asked("approve", "reject"),
        asked("horse", "zebra", "neither"),
        "offers all of its ways",
        nodes=("gate", "ask"),
        path="/nodes/1/config/choices",
        level="warning",
    ),
    Case(
        "promise.no_review",
        unasked(),
        asked("zebra", "horse"),
        "Nobody is asked behind “unsure”",
        nodes=("gate",),
        level="warning",
        about="nobody",
    ),
    Case(
        "promise.not_blind",
        asked("horse", "zebra", question="Is it really a {{ steps.gate.output.choice }}?"),
        asked("horse", "zebra", question="Is {{ input.message }} a {{ steps.gate.port }}?"),
        "is asked with a gap",
        nodes=("ask",),
        path="/nodes/1/config/question",
        level="warning",
    ),
    Case(
        "promise.not_blind",
        led_apart("steps.gate.output.choice == 'zebra'"),
        led_apart("input.stripes == true"),
        "depends on what “gate” chose",
        nodes=("gate", "one"),
        level="warning",
        about="the way tells",
    ),
]
