"""What the page of a gate draws: how well scores match what reviewers said, and what each cut-off would give.

Called for pages and exports, on the labelled rows of one epoch behind its plan. The share right at a score is weighted
by 1/π. The bound at a cut-off is the certificate turned round: the smallest α that the bets of `certificate` have
refuted, with final wealth 1/δ (a betting confidence bound: Waudby-Smith and Ramdas, JRSS B 2024). It holds whenever one
looks, for each cut-off by itself; a gate decides by `certificate`, never by this curve.

The estimate beside a bound counts each case as the bound does, with r = π_min / π: in proportion to 1/π among cases
that the same π_min was in force for, and each such stretch as much as was looked at of it. (With 1/π over the whole
epoch, ten checks of a gate that decides by itself weigh as much as a hundred answers of its probation: if it got worse
in between, that is another share than the bound is about, and can lie above it.) Both are of Σ r·L / Σ r, so the bound
is never the lower one: with x = r·(α - L) / (1 - α) and log(1 + f·x) ≤ f·x, each bet against an α at or below the
estimate has log W ≤ f·Σ x ≤ 0, and refutes nothing. What earns no credit can only widen the gap.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from runtime.judgement.certificate import BETS, Floats, log_mean
from runtime.judgement.estimates import Estimate, share
from runtime.judgement.ledger import Costs, Row, weigh
from runtime.judgement.signals import Scoring
from runtime.judgement.weighing import labels_of, weights_of


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases with scores from `low` on and below `high` (in the last one up to 1): mean score, and the share right."""

    low: float
    high: float
    score: float
    right: Estimate


@dataclass(frozen=True, slots=True)
class Point:
    """At this cut-off: the share of all cases that would be automatic, how many of them wrong, and at most how many.

    `at_most` is never below the value of `wrong`, and never above 1.
    """

    cutoff: float
    automatic: float
    wrong: Estimate
    at_most: float


def reliability(
    rows: Sequence[Row], scoring: Scoring, costs: Costs, distrusted: Collection[str] = (), bins: int = 10
) -> tuple[Bin, ...]:
    """The reliability diagram; bins without a case are left out."""
    weighed = [weigh(row, costs, distrusted) for row in rows]
    labels = labels_of(rows, weighed, scoring)
    if labels is None:
        return ()
    scored = labels.scores >= 0.0
    scores, losses, weights = labels.scores[scored], labels.losses[scored], weights_of(rows, weighed)[scored]
    places = np.minimum((scores * bins).astype(int), bins - 1)
    made = []
    for place in np.unique(places):
        here = places == place
        right = share(1.0 - losses[here], weights[here])
        made.append(
            Bin(place / bins, (place + 1) / bins, float(np.average(scores[here], weights=weights[here])), right)
        )
    return tuple(made)


def coverage(
    rows: Sequence[Row],
    scoring: Scoring,
    costs: Costs,
    cutoffs: Sequence[float],
    confidence: float = 0.95,
    distrusted: Collection[str] = (),
    *,
    steady: bool = True,
) -> tuple[Point, ...]:
    """The risk-coverage curve at these cut-offs. All rows count for how much would be automatic, answered or not.

    Not `steady`: the alarm has shown that cases are not wrong at one rate, which the bound needs. Then it is 1 (none),
    and the estimate is weighted by 1/π: the share of the cases as they came.
    """
    found = (scoring.score(row.signals, row.novelty).score for row in rows)
    every = np.array([-1.0 if score is None else score for score in found])
    weighed = [weigh(row, costs, distrusted) for row in rows]
    labels, weights = labels_of(rows, weighed, scoring), weights_of(rows, weighed)
    points = []
    for cutoff in cutoffs:
        automatic = float((every >= cutoff).mean()) if len(every) else 0.0
        if labels is None:
            points.append(Point(cutoff, automatic, share(np.empty(0), np.empty(0)), 1.0))
            continue
        here = labels.scores >= cutoff
        losses, ratios, credits = labels.losses[here], labels.ratios[here], labels.credits[here]
        # As in the certificate: what earns no credit counts against the gate or not at all.
        counted = credits | (losses > 0.0)
        held = np.where(credits, losses, 1.0)[counted]
        wrong = share(losses, ratios if steady else weights[here], confidence)
        bound = upper_bound(held, ratios[counted], 1.0 - confidence) if steady else 1.0
        points.append(Point(cutoff, automatic, wrong, bound))
    return tuple(points)


def upper_bound(losses: Floats, ratios: Floats, doubt: float) -> float:
    """The smallest share of wrong ones that is refuted at δ, to four digits; 1 where none is.

    `ratios`: π_min / π of each case. The wealth against a share rises with it, so that halving finds the smallest.
    """
    pairs, counts = np.unique(np.stack([losses, ratios], axis=1), axis=0, return_counts=True)
    line = math.log(1.0 / doubt)
    low, high = 0, 9_999
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _wealth(pairs, counts, (middle + 1) / 10_000) >= line else (middle + 1, high)
    return (low + 1) / 10_000


def _wealth(pairs: Floats, counts: np.ndarray[tuple[int], np.dtype[np.intp]], max_error: float) -> float:
    if max_error >= 1.0:
        return math.inf
    gains = pairs[:, 1] * (max_error - pairs[:, 0]) / (1.0 - max_error)
    wealth: Floats = (counts[:, None] * np.log1p(gains[:, None] * BETS)).sum(axis=0, dtype=np.float64)
    return float(log_mean(wealth))
