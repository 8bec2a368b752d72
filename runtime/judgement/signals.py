"""From signals to one score: the confidence of a decision, as a ranking and never as a probability to be believed.

Called by `policy` for each case, and by `gate` when labels are folded; pure Python, microseconds. A signal is a finite
number in 0..1 that is no bool, the higher the surer; anything else makes the case unsure. A strange case scores 0, so
that novelty is part of what is certified.

The combination is logistic (Platt 1999; several signals: Kumar et al., NeurIPS 2019, on why a head needs labels of its
own): sigmoid(bias + Σ weight·logit(signal)). Logits, because the difference between 0.99 and 0.9999 is one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from runtime.core.confidence import unit

# A signal of exactly 0 or 1 has no logit; beyond this it says nothing more.
EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Scored:
    """The score, or None and the reason in words for the one who looks at the case."""

    score: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A labelled case of the first ones: what was known of it, and its loss."""

    signals: Mapping[str, float]
    novelty: float | None
    loss: float


@dataclass(frozen=True, slots=True)
class Scoring:
    """How the named signals become a score; fixed for a plan. Without weights, the lowest signal is the score."""

    names: tuple[str, ...]
    familiar_at: float | None = None
    weights: tuple[float, ...] = ()
    bias: float = 0.0

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise ValueError("A score needs signals, each named once.")
        if self.weights and len(self.weights) != len(self.names):
            raise ValueError("A head has one weight for each signal.")
        if not all(math.isfinite(each) for each in (*self.weights, self.bias)):
            raise ValueError("A head's weights are finite numbers.")

    def score(self, signals: Mapping[str, object], novelty: object = None) -> Scored:
        """The case's score in 0..1. Never raises: whatever is missing or malformed makes it unsure.

        `novelty` is the p-value of `novelty.Familiarity`; where it is looked at, a case without one is unsure.
        """
        numbers = [unit(signals.get(name)) for name in self.names]
        valid = [number for number in numbers if number is not None]
        if len(valid) < len(numbers):
            return Scored(None, f"The signal “{self.names[numbers.index(None)]}” is missing or no number from 0 to 1.")
        if self.familiar_at is not None:
            p = unit(novelty)
            if p is None:
                return Scored(None, "Nothing tells whether this workflow has seen cases like this one.")
            if p < self.familiar_at:
                return Scored(0.0, "This workflow has hardly seen a case like this one.")
        return Scored(self._combined(valid))

    def _combined(self, valid: list[float]) -> float:
        if not self.weights:
            return min(valid)
        terms = (weight * logit(number) for weight, number in zip(self.weights, valid, strict=True))
        return sigmoid(self.bias + math.fsum(terms))


def logit(number: float) -> float:
    """The log-odds of a number in 0..1, cut off near both ends."""
    inside = min(max(number, EDGE), 1.0 - EDGE)
    return math.log(inside / (1.0 - inside))


def sigmoid(odds: float) -> float:
    """The number in 0..1 with these log-odds; no overflow for any finite one."""
    if odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-odds))
    small = math.exp(max(odds, -700.0))
    return small / (1.0 + small)


def from_count(count: object) -> float | None:
    """A signal from a count of defects (data-quality issues): 1 for none, then 1/2, 1/3 …; None if it is no count."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        return None
    return 1.0 / (1.0 + count)
