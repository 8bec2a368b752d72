"""The certificate: from which score on at most a share α of the decisions is wrong, sure to 1-δ whenever one looks.

Called by `gate` with labels in arrival order. A bet against each candidate cut-off t: "at least α of the cases from t
on are wrong". For each reviewed case with score ≥ t and loss L,

    x = (π_min / π) · (α - L) / (1 - α),        W = mean over f of Π (1 + f·x).

If the candidate is bad, W is a supermartingale that starts at 1 and is never negative: conditional on all that came
before, the case is reviewed with probability π, so E[x] = π_min · E[(α - L)·1{score ≥ t}] / (1 - α) ≤ 0, and
x ≥ -1. By Ville's inequality W ever reaches 1/δ with probability δ at most. The weights π_min / π undo the audits'
thinning (Xu, Karampatziakis and Mineiro, "Active, anytime-valid risk controlling prediction sets", NeurIPS 2024, here
for the risk among the cases that are decided; betting: Waudby-Smith and Ramdas, JRSS B 2024).

Candidates are tried from the first to the last, each only when all before it are certified (fixed-sequence testing, as
in Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then Test", 2021): the first bad one alone can be a mistake, so
one δ pays for all candidates and all looks. Risk need not fall as the score rises, and cases with equal scores are
counted together. Assumed: cases from t on are wrong at one rate (what changes later is the business of `alarm`); L is
a loss in 0..1; candidates, π and π_min were fixed before the case.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.judgement.promise import Promise

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

# So many labels are worked on at once: few enough to stay in a processor's cache.
BLOCK = 256

# The shares that are staked. Few are enough: the mean over them costs log 12 at most against the best one.
BETS: Floats = np.linspace(0.05, 0.95, 12)


@dataclass(frozen=True, slots=True)
class Labels:
    """Reviewed cases in arrival order, a number each: score, loss in 0..1, π_min / π, and whether it earns credit."""

    scores: Floats
    losses: Floats
    ratios: Floats
    credits: Flags


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the labels so far say about one cut-off.

    `wealth`: the logarithm of each bet. `best`: the highest log W so far. `labels`, `wrong`: reviewed cases from this
    cut-off on, and the sum of their losses, unweighted: to be shown, not to be judged by.
    """

    cutoff: float
    wealth: tuple[float, ...] = (0.0,) * len(BETS)
    best: float = 0.0
    labels: int = 0
    wrong: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """The state of the certificate: one line for each candidate, in the order in which they are tried."""

    promise: Promise
    candidates: tuple[Candidate, ...]
    labels: int = 0

    @property
    def certified(self) -> int:
        """How many candidates, from the first on, have each reached 1/δ at some time."""
        line = math.log(1.0 / self.promise.doubt)
        return next((n for n, each in enumerate(self.candidates) if each.best < line), len(self.candidates))

    @property
    def cutoff(self) -> float | None:
        """The lowest certified cut-off, or None while nothing is certified."""
        return min((each.cutoff for each in self.candidates[: self.certified]), default=None)

    def after(self, labels: Labels) -> Evidence:
        """The evidence with these labels (none changes nothing), which come after those that it has seen."""
        stakes = bets(labels, self.promise.max_error)
        # A score that is no number is from no cut-off on.
        here = labels.scores[:, None] >= np.array([each.cutoff for each in self.candidates])
        told = list(self.candidates)
        # What no label reaches stays as it is: most labels reach a few candidates only.
        reached = np.flatnonzero(here.any(axis=0)).tolist()
        if reached:
            for at, each in zip(
                reached, _told([told[at] for at in reached], labels, stakes, here[:, reached]), strict=True
            ):
                told[at] = each
        return Evidence(self.promise, tuple(told), self.labels + len(labels.scores))


def bets(labels: Labels, max_error: float) -> Floats:
    """x of each case. Where a label earns no credit, a gain becomes nothing and a loss stays.

    Raises ValueError for a loss or a ratio outside its range: those come from a broken ledger, and are never folded.
    """
    if not (_within(labels.losses) and _within(labels.ratios)):
        raise ValueError("Losses and ratios are numbers from 0 to 1.")
    gains = labels.ratios * (max_error - labels.losses) / (1.0 - max_error)
    return np.where(labels.credits, gains, np.minimum(gains, 0.0))


def log_mean(wealth: Floats) -> Floats:
    """log W of each line of logarithmic bets."""
    top = wealth.max(axis=-1)
    mean: Floats = top + np.log(np.exp(wealth - top[..., None]).mean(axis=-1))
    return mean


def _told(candidates: Sequence[Candidate], labels: Labels, stakes: Floats, here: Flags) -> Iterator[Candidate]:
    wealth = np.array([each.wealth for each in candidates])
    best = np.array([each.best for each in candidates])
    for at in range(0, len(stakes), BLOCK):
        wealth, best = _staked(wealth, best, stakes[at : at + BLOCK], here[at : at + BLOCK])
    # One after the other, so that a sum does not depend on how the labels came in.
    sums = np.vstack([[each.wrong for each in candidates], np.where(here, labels.losses[:, None], 0.0)])
    wrong = np.add.accumulate(sums, axis=0)[-1]
    lines = zip(candidates, wealth.tolist(), best.tolist(), here.sum(axis=0).tolist(), wrong.tolist(), strict=True)
    for each, line, top, count, loss in lines:
        yield Candidate(each.cutoff, tuple(line), top, each.labels + count, loss)


def _staked(wealth: Floats, best: Floats, stakes: Floats, here: Flags) -> tuple[Floats, Floats]:
    """Each candidate's bets, and its highest log W, after these cases; added up one after the other."""
    steps = np.empty((len(stakes) + 1, *wealth.shape))
    steps[0] = wealth
    steps[1:] = np.where(here[:, :, None], np.log1p(stakes[:, None] * BETS)[:, None, :], 0.0)
    paths = np.add.accumulate(steps, axis=0)
    return paths[-1], np.maximum(best, log_mean(paths).max(axis=0))


def _within(numbers: Floats) -> bool:
    return bool(((numbers >= 0.0) & (numbers <= 1.0)).all())
