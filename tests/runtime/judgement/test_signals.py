"""What counts as a signal, and how signals become one score."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judgement.signals import Scoring, from_count, logit, sigmoid

HOSTILE = [math.nan, math.inf, -math.inf, True, False, "0.9", 95, -0.1, 1.1, None, [0.9], {"p": 1}, 10**400, b"1", 1j]
units = st.floats(0, 1)
weights = st.floats(-50, 50)


@pytest.mark.parametrize("hostile", HOSTILE, ids=repr)
def test_a_signal_that_is_no_number_from_0_to_1_makes_the_case_unsure(hostile: object) -> None:
    scored = Scoring(("a", "b")).score({"a": 0.99, "b": hostile})
    assert scored.score is None
    assert "b" in scored.reason


def test_a_missing_signal_makes_the_case_unsure() -> None:
    assert Scoring(("a", "b")).score({"a": 0.99}).score is None


def test_without_a_head_the_lowest_signal_is_the_score() -> None:
    assert Scoring(("a", "b")).score({"a": 0.9, "b": 0.6, "c": 0.1}).score == 0.6


@given(st.dictionaries(st.sampled_from("abc"), st.one_of(units, st.sampled_from(HOSTILE))), weights, weights, weights)
def test_a_score_is_a_number_from_0_to_1_or_there_is_none(
    found: dict[str, object], a: float, b: float, c: float
) -> None:
    score = Scoring(("a", "b"), None, (a, b), c).score(found).score
    assert score is None or (math.isfinite(score) and 0.0 <= score <= 1.0)


@given(units, units, st.floats(0, 20), st.floats(-20, 20))
def test_a_signal_with_a_positive_weight_never_lowers_the_score(
    low: float, high: float, weight: float, bias: float
) -> None:
    scoring = Scoring(("a",), None, (weight,), bias)
    scores = [scoring.score({"a": value}).score for value in sorted((low, high))]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[0] <= scores[1]


def test_a_strange_case_scores_nothing_however_sure_the_rest_is() -> None:
    assert Scoring(("a",), 0.05).score({"a": 1.0}, 0.04).score == 0.0
    assert Scoring(("a",), 0.05).score({"a": 1.0}, 0.05).score == 1.0


@pytest.mark.parametrize("hostile", HOSTILE, ids=repr)
def test_without_a_p_value_where_one_is_wanted_the_case_is_unsure(hostile: object) -> None:
    assert Scoring(("a",), 0.05).score({"a": 1.0}, hostile).score is None


@given(st.floats(-1e9, 1e9))
def test_the_sigmoid_overflows_for_no_number(odds: float) -> None:
    assert 0.0 <= sigmoid(odds) <= 1.0


@given(st.floats(0.001, 0.999))
def test_the_sigmoid_undoes_the_logit(number: float) -> None:
    assert sigmoid(logit(number)) == pytest.approx(number)


def test_counts_of_defects_become_signals_that_fall() -> None:
    assert [from_count(count) for count in (0, 1, 3)] == [1.0, 0.5, 0.25]
    assert [from_count(count) for count in (-1, True, 1.0, "2", None)] == [None] * 5


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_head_of_no_numbers_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Scoring(("a",), None, (bad,))


def test_a_head_has_a_weight_for_each_signal() -> None:
    with pytest.raises(ValueError, match="one weight"):
        Scoring(("a", "b"), None, (1.0,))
    with pytest.raises(ValueError, match="named once"):
        Scoring(("a", "a"))
