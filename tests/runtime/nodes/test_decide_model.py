"""A model's choice, its score, and what the gate makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.expressions import Unknown
from runtime.core.node import Check, Done, Failed, GateQuestion, GateVerdict, ModelAnswer, ModelRequest, NodeKind
from runtime.nodes import discover
from runtime.nodes.decide_model import KIND, score_of
from tests.makers.fakes import FakeContext, FakeInputs, step

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


def kind_of(name: str) -> NodeKind[Any]:
    return discover()[name]


PROMISED = {**CONFIG, "promise": {"max_error": 0.05, "confidence": 0.95}}


async def asked_of_gate(
    answer: ModelAnswer = GOOD, verdict: GateVerdict | Failed | None = None, checks: list[Check] | None = None
) -> tuple[Done, GateQuestion]:
    verdicts = [verdict] if verdict else FakeContext().verdicts
    context = FakeContext(model_answers=[answer], verdicts=verdicts)
    params = KIND.params.model_validate(PROMISED)
    outcome = await KIND.run(params, FakeInputs({"text": "Hi"}, checks=checks or []), context)  # type: ignore[misc]  # it is a coroutine
    assert isinstance(outcome, Done)
    return outcome, context.seen[-1]


async def test_a_proven_gate_lets_the_choice_go_on_and_hands_over_what_it_does_not() -> None:
    proceeds = GateVerdict(True, "proven", 0.8, 0.7)
    outcome, _ = await asked_of_gate(verdict=proceeds)
    assert outcome.port == "buy"
    assert isinstance(outcome.output, dict)
    assert (outcome.output["gate"], outcome.output["confidence"]) == ("proven", 0.8)
    outcome, _ = await asked_of_gate(verdict=GateVerdict(False, "proven", 0.8, 0.7, "A person decides."))
    assert outcome.port == "unsure"
    for nothing in (ModelAnswer("fly", {"logprob": 1.0}), ModelAnswer(None)):
        outcome, question = await asked_of_gate(nothing, proceeds)
        assert (outcome.port, question.answer, question.signals) == ("unsure", None, {})


async def test_a_gate_that_cannot_be_asked_is_unsure() -> None:
    outcome, _ = await asked_of_gate(verdict=Failed("gate", "The gate could not be asked."))
    assert outcome.port == "unsure"


async def test_what_the_gate_scores_by_is_the_same_for_good_and_broken_answers() -> None:
    _, good = await asked_of_gate()
    for broken in (ModelAnswer("buy", {"logprob": float("nan"), "self": 2.0}), ModelAnswer("fly"), ModelAnswer("buy")):
        _, question = await asked_of_gate(broken)
        assert (question.names, question.basis, question.signals) == (good.names, good.basis, {})


async def test_checks_that_every_way_passes_are_signals_and_a_check_that_gave_nothing_leaves_its_own_out() -> None:
    quality, familiar = kind_of("verify.quality"), kind_of("verify.familiar")
    few = Check("q", "verify.quality", quality.params.model_validate({}), {"issues": [{}], "completeness": 1.0})
    known = Check("f", "verify.familiar", familiar.params.model_validate({"value": "input", "min_p": 0.1}), {"p": 0.3})
    _, question = await asked_of_gate(checks=[few, known])
    assert question.names == ("logprob", "self", "quality:q")
    assert question.signals["quality:q"] == 0.5
    assert (question.novelty, question.familiar_at) == (0.3, 0.1)
    unknown = Unknown("It has not run.", "missing_field")
    _, question = await asked_of_gate(checks=[replace(few, output=unknown), replace(known, output={"p": None})])
    assert "quality:q" not in question.signals
    assert (question.names[-1], question.novelty, question.familiar_at) == ("quality:q", None, 0.1)
