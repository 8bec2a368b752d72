"""What the page of a gate draws: estimates that undo the audits' thinning, and bounds that hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.judgement.certificate import Candidate, Evidence, Labels
from runtime.judgement.curves import coverage, reliability, upper_bound
from runtime.judgement.estimates import interval, share
from runtime.judgement.ledger import Costs, Row
from runtime.judgement.promise import Promise
from tests.makers.judgement import SCORING, answered, case, gate


def row(score: float, answer: str | None, pi: float = 1.0, blind: bool = True) -> Row:
    made = replace(case(gate(), 0, score), pi=pi, floor=min(pi, 0.5), auto=pi < 1.0)
    return made if answer is None else answered(made, answer, blind=blind)


def in_force(made: Row, floor: float) -> Row:
    """The row as it is where the least chance of a look was this."""
    return replace(made, floor=floor)


answers = st.sampled_from(("yes", "yes", "yes", "no", None))
chances = st.sampled_from((0.02, 0.2, 0.5, 1.0))


def test_audits_are_weighted_by_how_rarely_they_are_drawn() -> None:
    rows = [row(0.9, "yes")] * 3 + [row(0.9, "no", pi=0.5)]
    point = coverage(rows, SCORING, Costs(), (0.5,))[0]
    assert point.wrong.value == pytest.approx(2 / 5)


def test_a_gate_that_got_worse_after_its_proof_shows_no_bound_below_its_estimate() -> None:
    probation = [in_force(row(0.9, "yes"), 1.0)] * 140 + [in_force(row(0.9, "no"), 1.0)] * 3
    later = [in_force(row(0.9, "yes", pi=0.2), 0.2)] * 21 + [in_force(row(0.9, "no", pi=0.2), 0.2)] * 5
    point = coverage(probation + later, SCORING, Costs(), (0.5,))[0]
    assert point.wrong.value == pytest.approx(8 / 169)
    assert 8 / 169 < point.at_most < 0.12
    changed = coverage(probation + later, SCORING, Costs(), (0.5,), steady=False)[0]
    assert changed.wrong.value == pytest.approx(28 / 273)
    assert changed.at_most == 1.0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from((0.2, 0.6, 0.9)), answers, chances, chances, st.booleans(), st.integers(1, 60)),
        max_size=8,
    ),
    st.sampled_from((0.0, 0.05, 0.3, 1.0)),
    st.sampled_from((0.5, 0.9, 0.95, 0.999)),
    st.booleans(),
)
def test_no_bound_lies_below_its_estimate_or_above_everything(
    ledger: list[tuple[float, str | None, float, float, bool, int]], cost: float, confidence: float, steady: bool
) -> None:
    rows = [
        in_force(row(score, answer, max(pi, floor), blind), min(pi, floor))
        for score, answer, pi, floor, blind, times in ledger
        for _ in range(times)
    ]
    costs = Costs((("yes", "no", cost),))
    for point in coverage(rows, SCORING, costs, (0.1, 0.5, 0.8), confidence, steady=steady):
        assert point.at_most <= 1.0
        assert point.wrong.value is None or point.at_most >= point.wrong.value


def test_all_cases_count_for_how_much_is_automatic_answered_or_not() -> None:
    rows = [row(0.9, None)] * 3 + [row(0.2, "yes")]
    assert [point.automatic for point in coverage(rows, SCORING, Costs(), (0.5, 0.1))] == [0.75, 1.0]


def test_without_an_answer_anything_may_be_wrong() -> None:
    point = coverage([row(0.9, None)], SCORING, Costs(), (0.5,))[0]
    assert (point.wrong.value, point.wrong.high, point.at_most) == (None, 1.0, 1.0)
    assert coverage([], SCORING, Costs(), (0.5,))[0].automatic == 0.0
    assert reliability([row(0.9, None)], SCORING, Costs()) == ()


def test_answers_in_sight_of_the_machines_do_not_lower_the_bound() -> None:
    seen = [row(0.9, "yes", blind=False)] * 200
    assert coverage(seen, SCORING, Costs(), (0.5,))[0].at_most == 1.0


def test_the_reliability_diagram_says_how_many_are_right_at_each_score() -> None:
    rows = [row(0.95, "yes")] * 9 + [row(0.95, "no"), row(1.0, "yes"), row(0.05, "no")]
    low, high = reliability(rows, SCORING, Costs())
    assert (low.low, low.right.value) == (0.0, 0.0)
    assert high.right.value == pytest.approx(10 / 11)
    assert high.right.low < 10 / 11 < high.right.high


@settings(max_examples=25)
@given(st.integers(1, 300), st.integers(0, 20))
def test_the_bound_is_what_the_certificate_refutes(count: int, wrong: int) -> None:
    losses = np.array([1.0] * min(wrong, count) + [0.0] * (count - min(wrong, count)))
    bound = upper_bound(losses, np.ones(count), 0.05)
    assert bound >= losses.mean()
    if bound < 0.499:
        labels = Labels(np.ones(count), losses[::-1], np.ones(count), np.ones(count, dtype=bool))
        assert Evidence(Promise(bound + 1e-4), (Candidate(0.5),)).after(labels).cutoff is not None


def test_an_interval_holds_the_share_that_was_seen_and_stays_honest_at_none() -> None:
    assert interval(0.0, 59.0, 0.9)[0] == 0.0
    assert interval(0.0, 59.0, 0.9)[1] == pytest.approx(0.0495, abs=1e-3)
    low, high = interval(5.0, 100.0)
    assert low < 0.05 < high


def test_unequal_weights_count_for_fewer_cases() -> None:
    losses = np.array([0.0] * 50)
    even, uneven = share(losses, np.ones(50)), share(losses, np.array([1.0] * 40 + [20.0] * 10))
    assert even.effective == pytest.approx(50.0)
    assert uneven.effective < 25.0
    assert uneven.high > even.high


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 1)), min_size=1, max_size=30))
def test_an_estimate_lies_within_its_interval(cases: list[tuple[float, float]]) -> None:
    losses, chances = (np.array(column) for column in zip(*cases, strict=True))
    found = share(losses, 1.0 / chances)
    assert found.value is not None
    assert -1e-9 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1.0
    assert math.isfinite(found.effective)
