"""Which of several sorts of cases a text is like, and whether it is like any of them.

Used by `embedded`, in a thread, for `decide.match`. The likeness to each sort is the classifier's probability; how
strange the text is, a conformal p-value against the examples: the share of all texts, this one among them, that lie as
far from their nearest neighbour as it does. Both come from the examples alone. Importing this module loads scikit-learn
(100 MB).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.ai.classifier import FAMILIAR_AT, Classifier
from runtime.judgement.certificate import Floats

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Likeness:
    """`scores` by sort, in 0..1, and 1 together; `p` is how strange the text is, `familiar` how near any example is (1:
    as near as texts of one sort usually are)."""

    scores: dict[str, float]
    p: float
    familiar: float


class Matcher:
    """Trained on (sort, example) pairs. One sort is enough: then only strangeness tells. Raises ValueError for examples
    without a single character."""

    def __init__(self, examples: tuple[tuple[str, str], ...]) -> None:
        several = len({sort for sort, _ in examples}) > 1
        # A second sort without examples of its own makes the classifier's vectors usable for one sort as well.
        self._classifier = Classifier(examples) if several else Classifier((*examples, ("", examples[0][1])))
        self._only = None if several else examples[0][0]
        known: Any = self._classifier.vectors_of([text for _, text in examples])
        self._known = known
        self._apart = _to_nearest(known)

    def like(self, text: str) -> Likeness:
        """How like the examples a text is."""
        vector = self._classifier.vectors_of([text])
        similar: Floats = np.asarray((self._known @ vector.T).todense()).ravel()
        nearest = float(similar.max())
        # Each example's nearest may be this text: seen so, all of them are treated alike.
        distances = np.minimum(self._apart, 1.0 - similar)
        as_far = int((distances >= 1.0 - nearest - 1e-9).sum())
        scores = {self._only: 1.0} if self._only is not None else self._classifier.probabilities(text)
        return Likeness(scores, (1 + as_far) / (len(distances) + 1), min(1.0, max(0.0, nearest) / FAMILIAR_AT))


def _to_nearest(known: Any) -> Floats:
    """How far each example lies from the nearest other one."""
    found = np.ones(known.shape[0])
    for start in range(0, known.shape[0], _AT_A_TIME):
        part = np.asarray((known[start : start + _AT_A_TIME] @ known.T).todense())
        part[np.arange(part.shape[0]), np.arange(start, start + part.shape[0])] = 0.0
        found[start : start + part.shape[0]] = 1.0 - part.max(axis=1)
    return found
