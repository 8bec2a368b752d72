"""The certificate: it is never too generous, however one looks, and it does not depend on how labels come in."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judgement.certificate import BETS, Candidate, Evidence, Labels, bets
from runtime.judgement.promise import Promise

PROMISE = Promise(0.1, 0.95)
units = st.floats(0, 1)
lines = st.lists(st.tuples(units, units, st.sampled_from([0.1, 0.5, 1.0]), st.booleans()), min_size=1, max_size=60)


def labels(rows: Sequence[tuple[float, float, float, bool]]) -> Labels:
    scores, losses, ratios, credits = zip(*rows, strict=True)
    return Labels(np.array(scores), np.array(losses), np.array(ratios), np.array(credits))


def plain(losses: Sequence[float], score: float = 0.9) -> Labels:
    return labels([(score, loss, 1.0, True) for loss in losses])


def evidence(*cutoffs: float, promise: Promise = PROMISE) -> Evidence:
    return Evidence(promise, tuple(Candidate(cutoff) for cutoff in cutoffs))


@pytest.mark.parametrize(("max_error", "count"), [(0.1, 43), (0.05, 89), (0.02, 225)])
def test_without_an_error_so_many_labels_are_needed_and_no_fewer(max_error: float, count: int) -> None:
    start = evidence(0.5, promise=Promise(max_error))
    assert start.after(plain([0.0] * (count - 1))).cutoff is None
    assert start.after(plain([0.0] * count)).cutoff == 0.5


@given(lines)
def test_it_is_the_product_of_the_bets(rows: list[tuple[float, float, float, bool]]) -> None:
    found = evidence(0.5).after(labels(rows)).candidates[0]
    for place, stake in enumerate(BETS):
        wealth = 1.0
        for score, loss, ratio, credit in rows:
            gain = ratio * (0.1 - loss) / 0.9
            if score >= 0.5:
                wealth *= 1.0 + float(stake) * (gain if credit else min(gain, 0.0))
        assert math.exp(found.wealth[place]) == pytest.approx(wealth, rel=1e-9)


@given(lines, st.integers(0, 60))
def test_it_does_not_matter_in_which_portions_labels_come_in(
    rows: list[tuple[float, float, float, bool]], cut: int
) -> None:
    whole = evidence(0.8, 0.5, 0.2).after(labels(rows))
    parts = evidence(0.8, 0.5, 0.2)
    for portion in (rows[:cut], rows[cut:]):
        parts = parts.after(labels(portion)) if portion else parts
    assert parts == whole


@given(lines, st.data())
def test_a_worse_label_never_helps(rows: list[tuple[float, float, float, bool]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    score, loss, ratio, credit = rows[at]
    worse = [
        *rows[:at],
        (score, data.draw(st.floats(loss, 1)), ratio, credit and data.draw(st.booleans())),
        *rows[at + 1 :],
    ]
    better, then = (evidence(0.8, 0.5, 0.2).after(labels(each)) for each in (rows, worse))
    assert then.certified <= better.certified
    assert all(a.best >= b.best - 1e-12 for a, b in zip(better.candidates, then.candidates, strict=True))


@given(st.integers(1, 300))
def test_agreement_without_credit_proves_nothing(count: int) -> None:
    assert evidence(0.5).after(labels([(0.9, 0.0, 1.0, False)] * count)).candidates[0].best == 0.0


def test_a_score_that_is_no_number_reaches_no_cut_off() -> None:
    assert evidence(0.5).after(plain([0.0] * 100, math.nan)).cutoff is None


@pytest.mark.parametrize("bad", [math.nan, -0.1, 1.1, math.inf])
def test_a_loss_or_weight_out_of_its_range_is_never_folded(bad: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        bets(plain([bad]), 0.1)
    with pytest.raises(ValueError, match="from 0 to 1"):
        bets(labels([(0.9, 0.0, bad, True)]), 0.1)


def test_a_candidate_counts_only_when_all_before_it_are_certified() -> None:
    # From 0.5 on nearly all is right, from 0.8 on much is wrong: the first in the order holds the second back.
    rows = [(0.9, 1.0, 1.0, True)] * 3 + [(0.6, 0.0, 1.0, True)] * 300
    found = evidence(0.8, 0.5).after(labels(rows))
    assert found.candidates[1].best > math.log(20)
    assert found.cutoff is None


def test_what_was_reached_once_stays_reached() -> None:
    found = evidence(0.5).after(plain([0.0] * 60)).after(plain([1.0] * 3))
    assert found.cutoff == 0.5


def test_equal_scores_stand_and_fall_together() -> None:
    found = evidence(0.9).after(labels([(0.9, 0.0, 1.0, True)] * 50))
    assert (found.cutoff, found.candidates[0].labels) == (0.9, 50)


@pytest.mark.parametrize("audit", [0.1, 1.0])
def test_a_gate_just_too_bad_is_hardly_ever_certified_whenever_one_looks(audit: float) -> None:
    chance, certified = np.random.default_rng(5), 0
    for _ in range(300):
        scores, losses = chance.random(400), (chance.random(400) < 0.101).astype(float)
        drawn = (scores < 0.5) | (chance.random(400) < audit)
        ratios = np.where(scores < 0.5, audit, 1.0)
        given_ = Labels(scores[drawn], losses[drawn], ratios[drawn], np.ones(int(drawn.sum()), dtype=bool))
        certified += evidence(0.7, 0.5, 0.3, 0.0).after(given_).cutoff is not None
    assert certified / 300 <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 300)
