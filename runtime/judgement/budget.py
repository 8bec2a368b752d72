"""How far it is: about how many more labels until a gate is proven, and how many days that is.

Called by the page of a gate while it is on probation. Nothing is decided by it. The bets of `certificate` depend on the
labels still to come only through how many are wrong, so the chance that they have reached 1/δ after n more labels is
computed exactly for a given rate of errors, label by label; the rate itself is an estimate, and said to be one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from runtime.judgement.certificate import BETS, Candidate, Floats, log_mean
from runtime.judgement.gate import Standing
from runtime.judgement.promise import Promise

# Beyond this nobody waits; it is said as “more than”.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Need:
    """`labels`: more reviewed cases that are enough as often as not; `likely`: in four of five. None: not in sight.

    `days`: what `labels` takes at this volume; None where there is no volume. `reason`: in words, where there is
    nothing to say in numbers.
    """

    labels: int | None
    likely: int | None = None
    days: float | None = None
    reason: str = ""


def labels_needed(standing: Standing, labels_a_day: float) -> Need:
    """About how many more labels until the gate is proven. Raises nothing for any volume: a wrong one gives no days."""
    plan, evidence = standing.plan, standing.evidence
    if standing.state == "proven":
        return Need(0, 0, 0.0)
    if standing.state == "broken":
        return Need(None, reason="The gate broke its promise; a new start needs a look at why.")
    if plan is None or evidence is None:
        left = standing.rules.learn - len(standing.lessons)
        at_best = left + more_labels(Candidate(1.0), standing.promise, 0.0)[0]
        return Need(None, reason=f"Still learning: {left} more labels; at least {at_best} until it is proven.")
    start = evidence.candidates[0]
    seen, reached = plan.lessons + evidence.labels, plan.start_cases + start.labels
    rate = (plan.start_wrong + start.wrong + 0.5) / (reached + 1.0)
    if rate >= standing.promise.max_error:
        return Need(None, reason=f"About {rate:.1%} are wrong where {standing.promise.max_error:.1%} may be.")
    half, likely = more_labels(start, standing.promise, rate)
    share = max(reached, 1) / max(seen, 1)
    labels, surely = _up(half, share), _up(likely, share)
    if half >= MOST:
        return Need(None, reason=f"More than {labels} labels at an error rate of {rate:.1%}: hardly ever.")
    fits = math.isfinite(labels_a_day) and labels_a_day > 0.0
    return Need(labels, surely, labels / labels_a_day if fits else None)


def more_labels(candidate: Candidate, promise: Promise, rate: float) -> tuple[int, int]:
    """After how many more labels from this cut-off on it is certified with a chance of 1/2, and of 4/5, if a share
    `rate` of them is wrong; `MOST` where more are needed."""
    wealth = np.array(candidate.wealth)
    win, lose = np.log1p(BETS * promise.max_error / (1.0 - promise.max_error)), np.log1p(-BETS)
    line = math.log(1.0 / promise.doubt)
    if candidate.best >= line:
        return 0, 0
    open_, proven, allowed, half = np.array([1.0]), 0.0, -1, MOST
    for labels in range(1, MOST + 1):
        open_ = np.append(open_ * (1.0 - rate), 0.0) + np.append(0.0, open_ * rate)
        allowed = _allowed(wealth, win, lose, line, labels, allowed)
        proven += float(open_[: allowed + 1].sum())
        open_[: allowed + 1] = 0.0
        # What has hardly any chance any more is dropped: it keeps the sum short.
        open_ = np.trim_zeros(np.where(open_ < 1e-12, 0.0, open_), "b")
        half = min(half, labels) if proven >= 0.5 else half
        if proven >= 0.8:
            return half, labels
    return half, MOST


def _allowed(wealth: Floats, win: Floats, lose: Floats, line: float, labels: int, allowed: int) -> int:
    """The most wrong ones among so many labels with which the bets have reached the line; it never falls."""
    more = allowed + 1
    while more <= labels and log_mean(wealth + (labels - more) * win + more * lose) >= line:
        more += 1
    return more - 1


def _up(labels: int, share: float) -> int:
    return math.ceil(labels / share)
