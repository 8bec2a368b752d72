"""Whose words a value of a case is: in doubt somebody else's, and never Interlock's because it was carried on."""

from __future__ import annotations

import pytest

from runtime.cases.whose import apart, origin
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.nodes import discover
from tests.makers import runs
from tests.makers.engine import drawn, node, outcome, review

RULES = {"rules": [{"name": "at least one seat", "assert": "input.seats > 0"}]}
WRITES = {"connection": "c", "prompt": "Write."}
SHOW = {
    "Lead": "input",
    "Broken": "has(steps.check.output) ? steps.check.output.broken : []",
    "Draft": "steps.write.output.text",
    "Carried": "steps.carry.output.text",
    "Tidied": "steps.tidy.output.name",
    "Answer": "steps.call.output.body",
    "Said": "steps.first.output.comment",
    "Both": "[steps.check.output, input.name]",
    "Graded": "steps.judge.output.reasons",
    "Constant": "'nothing'",
    "Completed": "has(steps.first.output.name) ? steps.first.output.name : input.name",
}


def drawing() -> Drawing:
    steps = [
        node("check", "verify.rules", RULES),
        node("write", "execute.prompt", WRITES),
        node("carry", "execute.transform", {"output": {"text": "steps.write.output.text", "n": "input.name"}}),
        node("tidy", "execute.transform", {"output": {"name": "input.name"}}),
        node("call", "execute.http", {"method": "GET", "url": "https://a.example"}),
        node("judge", "verify.judge", {"connection": "c", "value": "input.name", "rubric": "Is it decent?"}),
        review("first"),
        review("ask", show=SHOW),
        outcome("won"),
    ]
    document = parse(drawn(steps, "start > check")).document
    assert document is not None
    return compile_drawing(document, discover())[0]


@pytest.mark.parametrize(
    ("label", "whose"),
    [
        ("Lead", "case"),
        ("Broken", "found"),
        ("Draft", "model"),
        ("Carried", "model"),
        ("Tidied", "case"),
        ("Answer", "outside"),
        ("Said", "people"),
        ("Both", "case"),
        ("Completed", "both"),
        ("Graded", "model"),
        ("Constant", "case"),
    ],
)
def test_a_value_is_whose_words_it_reads(label: str, whose: str) -> None:
    assert origin(drawing(), "ask", ("show", label)) == whose


@pytest.mark.django_db
def test_values_are_told_apart_in_their_order_and_unknown_ones_are_the_cases() -> None:
    case = runs.asked()
    first, second = apart(case, {"Message": "Hello", "What looks odd": [1], "Unknown": 2})
    assert (first.whose, dict(first.values)) == ("case", {"Message": "Hello", "Unknown": 2})
    assert (second.whose, dict(second.values)) == ("found", {"What looks odd": [1]})
    assert apart(case, {}) == ()
