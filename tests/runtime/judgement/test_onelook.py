"""One look at a fixed sample, held against MAPIE's and against plain arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.risk_control.fwer_control import control_fwer
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value

from runtime.judgement.onelook import certify_once, p_values
from runtime.judgement.promise import Promise

CUTOFFS = (0.9, 0.7, 0.5, 0.3, 0.1)


def sample(seed: int, count: int = 400) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    chance = np.random.default_rng(seed)
    scores = chance.random(count)
    return scores, (chance.random(count) < 0.3 * (1.0 - scores)).astype(float)


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.01, 0.5))
def test_a_p_value_is_the_tail_of_the_binomial(wrong: int, count: int, max_error: float) -> None:
    wrong = min(wrong, count)
    losses = np.array([1.0] * wrong + [0.0] * (count - wrong))
    tail = sum(math.comb(count, k) * max_error**k * (1 - max_error) ** (count - k) for k in range(wrong + 1))
    assert p_values(np.ones(count), losses, (0.5,), max_error)[0] == pytest.approx(tail, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_mapie_certifies_the_same_cut_offs(seed: int) -> None:
    scores, losses = sample(seed)
    values = p_values(scores, losses, CUTOFFS, 0.1)
    theirs = control_fwer(values, 0.05, "fixed_sequence")
    assert certify_once(scores, losses, CUTOFFS, Promise(0.1)) == tuple(CUTOFFS[at] for at in theirs)


@pytest.mark.parametrize("seed", range(12))
def test_mapie_gives_the_same_p_values_for_losses_between_0_and_1(seed: int) -> None:
    scores, losses = sample(seed)
    costs = losses * np.random.default_rng(seed + 100).random(len(losses))
    counts = np.array([float((scores >= cutoff).sum()) for cutoff in CUTOFFS])
    rates = np.array([costs[scores >= cutoff].mean() for cutoff in CUTOFFS])
    theirs = compute_hoeffding_bentkus_p_value(rates, counts, 0.1)[:, 0]
    assert p_values(scores, costs, CUTOFFS, 0.1) == pytest.approx(np.minimum(theirs, 1.0), rel=1e-9)


def test_mapies_bound_for_losses_of_0_and_1_is_never_tighter_than_the_exact_one_by_more_than_its_other_half() -> None:
    scores, losses = sample(3)
    counts = np.array([float((scores >= cutoff).sum()) for cutoff in CUTOFFS])
    rates = np.array([losses[scores >= cutoff].mean() for cutoff in CUTOFFS])
    theirs = compute_hoeffding_bentkus_p_value(rates, counts, 0.1, binary=True)[:, 0]
    assert theirs == pytest.approx(np.minimum(theirs, p_values(scores, losses, CUTOFFS, 0.1)), rel=1e-9)


@pytest.mark.parametrize(("max_error", "count"), [(0.1, 29), (0.05, 59), (0.02, 149)])
def test_without_an_error_so_many_labels_are_needed_and_no_fewer(max_error: float, count: int) -> None:
    for many, certified in ((count - 1, ()), (count, (0.5,))):
        assert certify_once(np.ones(many), np.zeros(many), (0.5,), Promise(max_error)) == certified


def test_nothing_is_known_where_no_case_is() -> None:
    assert p_values(np.zeros(3), np.zeros(3), (0.5,), 0.1)[0] == 1.0
    assert certify_once(np.empty(0), np.empty(0), (0.5,), Promise()) == ()


def test_a_loss_out_of_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        p_values(np.ones(1), np.array([math.nan]), (0.5,), 0.1)
