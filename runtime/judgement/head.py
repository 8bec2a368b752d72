"""The confidence head: several signals into one score, learned from the first labels of an epoch alone.

Called by `plan`. A logistic regression on the signals' logits (scikit-learn, L2, on standardised signals). What it
returns is a ranking in 0..1; whether it may be believed is decided by `certificate`, on labels that it never saw. The
scores of its own lessons are out-of-fold, so that a start that is chosen by them does not flatter it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.judgement.certificate import Floats
from runtime.judgement.signals import Lesson, Scoring, logit, sigmoid

# Fewer than these of either sort, and a head learns noise; the lowest signal is then the score.
LEAST = 8
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Head:
    """A scoring with weights, and the out-of-fold scores of its lessons."""

    scoring: Scoring
    scores: Floats


def fit(lessons: Sequence[Lesson], scoring: Scoring) -> Head | None:
    """The head, or None if there is nothing to combine or too little to learn from. The same lessons, the same head."""
    losses = np.array([lesson.loss for lesson in lessons])
    right = losses < 0.5
    if len(scoring.names) < 2 or min(right.sum(), (~right).sum()) < LEAST:
        return None
    if any(name not in lesson.signals for lesson in lessons for name in scoring.names):
        return None
    odds = np.array([[logit(lesson.signals[name]) for name in scoring.names] for lesson in lessons])
    # Each sort is spread over the folds by itself, so that none is left without.
    folds = np.empty(len(lessons), dtype=int)
    folds[right], folds[~right] = np.arange(right.sum()) % FOLDS, np.arange((~right).sum()) % FOLDS
    scores = np.empty(len(lessons))
    for fold in range(FOLDS):
        held = folds == fold
        weights, bias = _fitted(odds[~held], right[~held])
        scores[held] = [sigmoid(value) for value in odds[held] @ weights + bias]
    weights, bias = _fitted(odds, right)
    fitted = Scoring(scoring.names, scoring.familiar_at, tuple(weights.tolist()), bias)
    strange = [fitted.score(lesson.signals, lesson.novelty).score == 0.0 for lesson in lessons]
    return Head(fitted, np.where(strange, 0.0, scores))


def _fitted(odds: Floats, right: object) -> tuple[Floats, float]:
    """Weights and bias on the odds as they are."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = odds.mean(axis=0), np.maximum(odds.std(axis=0), 1e-6)
    model = LogisticRegression(C=1.0, max_iter=500).fit((odds - middle) / spread, right)
    weights: Floats = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ middle)
