"""A reviewer reads why a case stopped, in the words of the steps that doubted."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.definition import parse
from runtime.core.drawing import compile_drawing
from runtime.core.events import Event
from runtime.core.reasons import reasons, said
from runtime.core.state import fold
from runtime.nodes import discover
from tests.makers.engine import drawn, node, outcome, review

RULES = {"rules": [{"name": "at least one seat", "assert": "input.seats > 0"}]}
CHECKED = drawn(
    [node("check", "verify.rules", RULES, name="Is it usable?"), review("ask"), outcome("won"), outcome("lost")],
    "start > check",
    "check.pass > won",
    "check.fail > ask",
    "check.unsure > ask",
    "ask.approve > won",
    "ask.reject > lost",
)
WAYS = {"choices": [{"name": "key_account", "when": "input.seats > 50"}]}
DECIDED = drawn(
    [node("check", "decide.rule", WAYS, name="Who takes it on?"), review("ask"), outcome("won"), outcome("lost")],
    "start > check",
    "check.key_account > ask",
    "check.unsure > ask",
    "ask.approve > won",
    "ask.reject > lost",
)


def told(port: str, output: Any, drawing_of: dict[str, Any] = CHECKED) -> dict[str, Any]:
    """Why the case stopped, when the check had come out like this."""
    document = parse(drawing_of).document
    assert document
    drawing, _ = compile_drawing(document, discover())
    events = [
        Event("run.started", None, 0, {"input": {}}, 1),
        Event("step.finished", "check", 1, {"port": port, "output": output}, 2),
    ]
    found = reasons(drawing, fold(drawing.graph, events), "ask")
    assert len(found) == 1
    return found[0]


def test_a_broken_rule_is_told_by_its_name() -> None:
    broken = {"broken": [{"name": "at least one seat", "reason": "It is not true.", "leads_to": "fail"}]}
    reason = told("fail", broken)
    assert reason["message"] == "“Is it usable?” found a problem."
    assert reason["details"] == ["“at least one seat”: It is not true."]


@pytest.mark.parametrize(
    ("output", "details"),
    [
        ({"issues": [{"code": "missing", "path": "email", "message": "“email” is missing."}]}, ["“email” is missing."]),
        ({"reasons": ["No next step."]}, ["No next step."]),
        ({"errors": []}, []),
        ({}, []),
        (None, []),
        ("a text", []),
    ],
)
def test_what_a_step_found_is_told_in_its_own_sentences(output: Any, details: list[str]) -> None:
    assert told("unsure", output)["details"] == details


def test_a_way_is_named_in_words() -> None:
    assert told("key_account", {}, DECIDED)["message"] == "“Who takes it on?” answered “key account”."


@pytest.mark.parametrize("reason", ["This rule is broken.", "It does not hold."])
def test_a_broken_rule_is_one_clear_sentence_whatever_its_name(reason: str) -> None:
    assert said({"name": "it holds no code", "reason": reason}) == "Rule broken: “it holds no code”."


def test_a_rule_that_could_not_be_worked_out_is_not_said_to_be_broken() -> None:
    doubt = "It could not be worked out: `input.seats` is not there."
    assert said({"name": "at least one seat", "reason": doubt}) == f"“at least one seat”: {doubt}"
