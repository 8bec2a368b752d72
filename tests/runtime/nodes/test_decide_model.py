"""A model's choice, its score, and what the gate makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Done, Failed, ModelAnswer, ModelRequest
from runtime.nodes.decide_model import KIND, score_of
from tests.makers.fakes import FakeContext, step

CHOICES = [{"name": "buy", "examples": ["a quote"]}, {"name": "support", "description": "They need help."}]
CONFIG: dict[str, Any] = {
    "connection": "c",
    "question": "What is it? {{ input.text }}",
    "choices": CHOICES,
    "cutoff": 0.7,
}
GOOD = ModelAnswer("buy", {"logprob": 0.9, "self": 0.8})


async def decide(answer: ModelAnswer | Failed = GOOD, *more: ModelAnswer | Failed, **config: Any) -> Done:
    outcome = await step(KIND, {**CONFIG, **config}, {"text": "Hi"}, FakeContext(model_answers=[answer, *more]))
    assert isinstance(outcome, Done)
    return outcome


async def test_a_score_at_the_cutoff_decides_and_says_that_it_is_unproven() -> None:
    outcome = await decide(ModelAnswer("buy", {"logprob": 0.7, "self": 0.9}))
    assert outcome.port == "buy"
    assert outcome.output == {
        "choice": "buy", "confidence": 0.7, "signals": {"logprob": 0.7, "self": 0.9}, "gate": "unproven", "reason": ""
    }  # fmt: skip


async def test_a_score_below_the_cutoff_is_a_persons() -> None:
    outcome = await decide(ModelAnswer("buy", {"logprob": 0.69, "self": 1.0}))
    assert outcome.port == "unsure"
    assert isinstance(outcome.output, dict)
    assert (outcome.output["choice"], outcome.output["confidence"]) == ("buy", 0.69)


async def test_a_promise_without_evidence_is_probation_whatever_the_cutoff() -> None:
    outcome = await decide(promise={"max_error": 0.02, "confidence": 0.95})
    assert outcome.port == "unsure"
    assert isinstance(outcome.output, dict)
    assert (outcome.output["gate"], outcome.output["choice"]) == ("probation", "buy")


async def test_with_neither_promise_nor_cutoff_every_case_is_a_persons() -> None:
    assert (await decide(cutoff=None)).port == "unsure"


def test_the_models_own_word_can_lower_the_score_and_never_make_it() -> None:
    assert score_of(("logprob", "self"), {"logprob": 0.9, "self": 0.2}).score == 0.2
    assert score_of(("logprob", "self"), {"logprob": 0.4, "self": 1.0}).score == 0.4
    assert score_of(("self",), {"self": 1.0}).score is None
    assert score_of(("logprob", "self"), {"logprob": 1.0}).score is None


def test_signals_that_nobody_asked_for_do_not_count() -> None:
    assert score_of(("logprob",), {"logprob": 0.9, "self": 0.1, "agreement": 0.2}).score == 0.9


def test_the_embedded_classifiers_probability_stands_for_a_language_models_signals() -> None:
    assert score_of(("logprob", "self"), {"probability": 0.8, "margin": 0.1, "familiar": 1.0}).score == 0.8
    assert score_of(("logprob", "self"), {"probability": 0.8, "familiar": 0.3}).score == 0.3
    assert score_of(("judge",), {"probability": 0.8}).score is None


async def test_a_second_view_is_asked_for_and_counts() -> None:
    context = FakeContext(model_answers=[GOOD, ModelAnswer({"score": 0.3, "reasons": []})])
    config = {**CONFIG, "confidence": ["logprob", "judge"], "judge": {"connection": "d", "model": "big"}}
    outcome = await step(KIND, config, {"text": "Hi"}, context)
    assert isinstance(outcome, Done)
    assert isinstance(outcome.output, dict)
    assert (outcome.port, outcome.output["confidence"]) == ("unsure", 0.3)
    first, second = context.seen
    assert isinstance(second, ModelRequest)
    assert (first.connection, second.connection, second.model, second.purpose) == ("c", "d", "big", "score")


async def test_what_is_asked_of_the_model_follows_from_the_signals() -> None:
    context = FakeContext(model_answers=[GOOD])
    await step(KIND, {**CONFIG, "confidence": ["agreement"], "samples": 5}, {"text": "Hi"}, context)
    await step(KIND, {**CONFIG, "confidence": ["logprob"]}, {"text": "Hi"}, context)
    agreement, logprob = context.seen
    assert (agreement.samples, agreement.logprobs) == (5, False)
    assert (logprob.samples, logprob.logprobs) == (1, True)
    assert [option.name for option in logprob.options] == ["buy", "support"]


async def test_the_classifier_reads_the_case_and_not_the_words_around_it() -> None:
    context = FakeContext(model_answers=[GOOD])
    await step(KIND, CONFIG, {"text": "Hi"}, context)
    await step(KIND, {**CONFIG, "context": "brief"}, {"text": "Hi"}, context, {"brief": {"a": "x", "b": ["y", 3]}})
    assert [asked.subject for asked in context.seen] == ["Hi", "x\ny\n3"]
    assert "<data " in context.seen[1].prompt


async def test_a_question_that_cannot_be_put_is_a_persons() -> None:
    outcome = await step(KIND, CONFIG, {}, FakeContext())
    assert isinstance(outcome, Done)
    assert outcome.port == "unsure"


@pytest.mark.parametrize("code", ["answer", "refused", "cut_short", "too_long", "examples"])
async def test_a_model_without_an_answer_is_a_persons(code: str) -> None:
    assert (await decide(Failed(code, "no"))).port == "unsure"


def test_each_choice_is_a_port() -> None:
    assert KIND.ports(KIND.params.model_validate(CONFIG)) == ("buy", "support", "unsure")


@pytest.mark.parametrize(
    "change",
    [{"choices": []}, {"choices": CHOICES[:1]}, {"choices": [CHOICES[0]] * 2}, {"cutoff": 1.1}, {"cutoff": True},
     {"choices": [{"name": "unsure"}, {"name": "b"}]}, {"confidence": []}, {"confidence": ["luck"]}, {"samples": 1},
     {"confidence": ["self", "self"]}, {"promise": {"max_error": 0}}, {"promise": {"confidence": 1}}, {"audit": 2}],
)  # fmt: skip
def test_a_configuration_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({**CONFIG, **change})
