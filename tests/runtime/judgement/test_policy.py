"""What happens to a case is fixed before it is looked at, and in doubt a person decides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judgement.policy import Policy, decide
from runtime.judgement.signals import Scoring

SCORING = Scoring(("probability",))
OPEN = Policy(1, SCORING, 0.8, 0.1)
anything = st.one_of(st.floats(), st.booleans(), st.none(), st.text(), st.integers())


@given(anything, anything)
def test_without_a_cut_off_every_case_goes_to_a_person_and_is_reviewed(score: object, draw: object) -> None:
    decision = decide(Policy(1, SCORING, None, 0.1), {"probability": score}, None, draw)
    assert (decision.auto, decision.sampled, decision.pi, decision.floor) == (False, True, 1.0, 1.0)


@given(anything, anything, st.floats(0, 1), st.floats(0.001, 1))
def test_only_a_valid_score_at_or_above_the_cut_off_and_a_valid_draw_decide(
    score: object, draw: object, cutoff: float, audit: float
) -> None:
    decision = decide(Policy(1, SCORING, cutoff, audit), {"probability": score}, None, draw)
    assert 0.0 < decision.floor <= decision.pi <= 1.0
    if decision.auto:
        assert isinstance(score, int | float)
        assert not isinstance(score, bool)
        assert max(cutoff, 5e-324) <= score <= 1.0
        assert isinstance(draw, int | float)
        assert 0.0 <= draw < 1.0
        assert decision.sampled == (draw < audit)
        assert decision.pi == audit
    else:
        assert decision.sampled
        assert decision.pi == 1.0


@pytest.mark.parametrize("hostile", [math.nan, math.inf, -0.1, 1.0, True, "0.5", None])
def test_a_draw_that_is_no_number_below_1_goes_to_a_person(hostile: object) -> None:
    decision = decide(OPEN, {"probability": 0.95}, None, hostile)
    assert not decision.auto
    assert "drawn" in decision.reason


def test_a_score_equal_to_the_cut_off_is_automatic() -> None:
    assert decide(OPEN, {"probability": 0.8}, None, 0.5).auto
    assert not decide(OPEN, {"probability": math.nextafter(0.8, 0.0)}, None, 0.5).auto


def test_no_cut_off_lets_a_strange_case_through() -> None:
    strange = Policy(1, Scoring(("probability",), 0.05), 0.0, 0.1)
    assert not decide(strange, {"probability": 1.0}, 0.01, 0.5).auto
