"""A judge's score against the designer's limits."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Done, ModelAnswer, ModelRequest
from runtime.nodes.verify_judge import KIND
from tests.makers.fakes import FakeContext, step

CONFIG: dict[str, Any] = {
    "connection": "c",
    "value": "input.text",
    "rubric": "Polite.",
    "pass_at": 0.7,
    "fail_below": 0.4,
}


@pytest.mark.parametrize(
    ("score", "port"), [(1, "pass"), (0.7, "pass"), (0.699, "unsure"), (0.4, "unsure"), (0.399, "fail"), (0.0, "fail")]
)
async def test_the_score_leads_to_its_port(score: float, port: str) -> None:
    context = FakeContext(model_answers=[ModelAnswer({"score": score, "reasons": ["because", 5]})])
    assert await step(KIND, CONFIG, {"text": "Hi"}, context) == Done({"score": score, "reasons": ["because"]}, port)


async def test_equal_limits_leave_nothing_between_them() -> None:
    context = FakeContext(model_answers=[ModelAnswer({"score": 0.5, "reasons": []})])
    outcome = await step(KIND, {**CONFIG, "pass_at": 0.5, "fail_below": 0.5}, {"text": "Hi"}, context)
    assert isinstance(outcome, Done)
    assert outcome.port == "pass"


async def test_nothing_to_judge_is_unsure_and_asks_nobody() -> None:
    context = FakeContext()
    outcome = await step(KIND, CONFIG, {}, context)
    assert isinstance(outcome, Done)
    assert (outcome.port, context.seen) == ("unsure", [])


async def test_the_judge_sees_the_rubric_the_value_and_nothing_else() -> None:
    context = FakeContext(model_answers=[ModelAnswer({"score": 1, "reasons": []})])
    config = {**CONFIG, "examples": [{"text": "Thank you.", "good": True}, {"text": "Go away.", "good": False}]}
    await step(KIND, config, {"text": "Hello there", "secret": "x9"}, context)
    asked = context.seen[0]
    assert isinstance(asked, ModelRequest)
    assert (asked.purpose, asked.subject) == ("score", "Hello there")
    assert "Polite." in asked.prompt
    assert "x9" not in asked.prompt
    assert [(option.name, option.examples) for option in asked.options] == [
        ("good", ("Thank you.",)),
        ("bad", ("Go away.",)),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"pass_at": 0.3},
        {"pass_at": 1.5},
        {"fail_below": -1},
        {"pass_at": float("nan")},
        {"pass_at": True},
        {"rubric": ""},
    ],
)
def test_limits_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({**CONFIG, **change})
