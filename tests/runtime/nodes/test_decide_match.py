"""Matching a case with playbooks: the one that clearly fits, or a person."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.ai import embedded
from runtime.core.node import Done, Failed, ModelAnswer
from runtime.nodes.decide_match import KIND
from tests.makers.fakes import FakeContext, step

REFUND = [
    "I want my money back for the broken lamp.",
    "Please refund the order that never arrived.",
    "You charged me twice, return one of the payments.",
    "Refund me, the shoes do not fit.",
    "I would like to get my money back, please.",
    "Give me a refund for the broken chair.",
]
DELIVERY = [
    "Where is my parcel? It should have been here on Monday.",
    "The tracking page of my parcel has not moved for a week.",
    "Can you deliver the parcel to my office address instead?",
    "When will my order be delivered?",
    "The parcel is late again, where is it?",
    "My delivery was left at the wrong address.",
]
CONFIG: dict[str, Any] = {
    "value": "input.message",
    "playbooks": [{"name": "refund", "examples": REFUND}, {"name": "delivery", "examples": DELIVERY}],
}


async def matched(message: Any, config: dict[str, Any] | None = None) -> Done:
    """The end of a step that really asks the embedded classifier."""
    context = FakeContext(model_answers=[ModelAnswer(None)])
    await step(KIND, config or CONFIG, {"message": message}, context)
    context.model_answers = [await embedded.answer(request) for request in context.seen] or [ModelAnswer(None)]
    done = await step(KIND, config or CONFIG, {"message": message}, context)
    assert isinstance(done, Done)
    return done


@pytest.mark.parametrize(
    ("message", "port"),
    [
        ("I want a refund for the broken lamp, my money back please", "refund"),
        ("Where is the parcel? The tracking page of my parcel has not moved.", "delivery"),
        ("qqqq zzzz 77 xx", "unsure"),
        ("Übermut tut selten gut", "unsure"),
        ("", "unsure"),
        ("...", "unsure"),
    ],
)
async def test_a_case_goes_where_it_clearly_belongs_or_to_a_person(message: str, port: str) -> None:
    done = await matched(message)
    assert done.port == port


async def test_the_scores_of_all_playbooks_are_told() -> None:
    done = await matched("I want a refund for the broken lamp, my money back please")
    assert isinstance(done.output, dict)
    assert done.output["choice"] == "refund"
    scores: Any = done.output["scores"]
    assert set(scores) == {"refund", "delivery"}
    assert sum(scores.values()) == pytest.approx(1, abs=1e-3)


async def test_too_close_is_unsure_and_says_so() -> None:
    done = await matched("I want a refund for the broken lamp, my money back please", {**CONFIG, "margin": 1.0})
    assert done.port == "unsure"
    assert isinstance(done.output, dict)
    assert "leads the next one" in str(done.output["reason"])


async def test_one_playbook_fits_or_does_not() -> None:
    config = {**CONFIG, "playbooks": CONFIG["playbooks"][:1]}
    assert (await matched("Please refund the order, I want my money back", config)).port == "refund"
    assert (await matched("xyz 123 qqq", config)).port == "unsure"


async def test_playbooks_without_examples_leave_it_to_a_person() -> None:
    config = {**CONFIG, "playbooks": [{"name": "a", "examples": []}, {"name": "b", "examples": ["  "]}]}
    assert (await matched("anything", config)).port == "unsure"


@pytest.mark.parametrize(
    "answer",
    [
        ModelAnswer(None),
        ModelAnswer("refund"),
        ModelAnswer({"choice": "refund"}),
        ModelAnswer({"choice": "other", "scores": {"other": 1.0}}, {"p": 1.0, "familiar": 1.0}),
        ModelAnswer({"choice": "refund", "scores": {"refund": 0.9, "delivery": 0.1}}),
        ModelAnswer({"choice": "refund", "scores": {"refund": 0.1, "delivery": 0.9}}, {"p": 1.0, "familiar": 1.0}),
        ModelAnswer({"choice": "refund", "scores": {"refund": 9.0}}, {"p": 1.0, "familiar": 1.0}),
        ModelAnswer({"choice": "refund", "scores": {"refund": 0.9}}, {"p": float("nan"), "familiar": 1.0}),
        ModelAnswer({"choice": "refund", "scores": {"refund": 0.9}}, {"p": 0.01, "familiar": 1.0}),
        ModelAnswer({"choice": "refund", "scores": {"refund": 0.9}}, {"p": 1.0, "familiar": 0.4}),
        Failed("examples", "There are none."),
    ],
)
async def test_no_broken_or_strange_answer_is_ever_taken(answer: ModelAnswer | Failed) -> None:
    done = await step(KIND, CONFIG, {"message": "refund"}, FakeContext(model_answers=[answer]))
    assert isinstance(done, Done)
    assert done.port == "unsure"


def test_names_of_other_ports_and_too_many_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="unsure"):
        KIND.params.model_validate({**CONFIG, "playbooks": [{"name": "unsure", "examples": ["a"]}]})
    many = [{"name": f"p{number}", "examples": ["a"] * 500} for number in range(5)]
    with pytest.raises(ValueError, match="2,000"):
        KIND.params.model_validate({**CONFIG, "playbooks": many})
