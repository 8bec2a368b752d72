"""Has this workflow seen a case like this one: a p-value that is honest, or none."""

from __future__ import annotations

import random

import pytest

from runtime.judgement.novelty import Familiarity, cases_needed, learn, text_of

WORDS = (
    "invoice",
    "refund",
    "late",
    "order",
    "address",
    "wrong",
    "please",
    "send",
    "paid",
    "twice",
    "cancel",
    "change",
)


def texts(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=6)) for _ in range(count)]


@pytest.fixture(scope="module")
def past() -> Familiarity:
    found = learn(texts(400))
    assert found is not None
    return found


def test_a_case_from_elsewhere_is_strange_and_one_like_the_past_is_not(past: Familiarity) -> None:
    assert past.of("Übermut tut selten gut, sagt Großmutter").p < 0.05
    assert past.of(texts(1, seed=9)[0]).p > 0.05


def test_ordinary_cases_are_called_strange_as_rarely_as_is_said(past: Familiarity) -> None:
    strange = sum(past.of(text).p <= 0.1 for text in texts(300, seed=2))
    assert strange / 300 <= 0.1 + 3 * (0.1 * 0.9 / 300 + 0.1 * 0.9 / 80) ** 0.5


def test_a_copy_of_a_past_case_is_as_familiar_as_can_be_and_is_named(past: Familiarity) -> None:
    found = past.of(texts(400)[7])
    assert found.p == 1.0
    assert found.nearest[0] == (7, 1.0)


@pytest.mark.parametrize("text", ["", "   ", "漢字", "\x00"])
def test_a_text_of_which_nothing_is_known_is_as_strange_as_can_be(past: Familiarity, text: str) -> None:
    assert past.of(text).p <= 0.05


def test_too_few_past_cases_tell_nothing() -> None:
    assert learn(texts(cases_needed(0.05) - 1)) is None
    assert learn(texts(cases_needed(0.05))) is not None
    assert learn([]) is None


def test_past_cases_without_a_text_tell_nothing() -> None:
    assert learn([" "] * 500) is None


def test_there_are_enough_past_cases_for_a_p_below_the_limit() -> None:
    for limit in (0.01, 0.05, 0.2):
        assert 1 / (cases_needed(limit) / 5 + 1) < limit


def test_the_latest_cases_count_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.judgement.novelty.MOST_CASES", 120)
    found = learn(texts(400))
    assert found is not None
    assert min(found.places) == 280
    monkeypatch.setattr("runtime.judgement.novelty.MOST_CHARACTERS", 50)
    assert learn(texts(400)) is None


def test_the_same_case_is_the_same_text() -> None:
    assert text_of({"b": 1, "a": ["ü"]}) == text_of({"a": ["ü"], "b": 1})
    assert text_of("as it is") == "as it is"
