"""A small real classifier: character TF-IDF with a logistic head, trained on the examples of a node.

Used by `embedded`, in a thread. The same examples give the same classifier and the same numbers. It learns from the
examples alone, and says how unlike them a text is. Importing this module loads scikit-learn (100 MB).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

MAX_CHARACTERS = 4_000
# A text that shares less than this with its nearest example is strange. Measured on CLINC150 (10 examples a class):
# 95 in 100 texts share 0.33 or more with their nearest, half of those out of scope under 0.31, one in twenty under 0.2.
FAMILIAR_AT = 0.2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The label, its probability and lead over the next one, its nearest example, and how near any example is."""

    label: str
    probability: float
    margin: float
    nearest: str
    similarity: float

    @property
    def familiar(self) -> float:
        """1 for a text like the examples, towards 0 for one that has nothing to do with any."""
        return min(1.0, self.similarity / FAMILIAR_AT)


class Classifier:
    """Trained on (label, example) pairs; needs two labels at least."""

    def __init__(self, examples: tuple[tuple[str, str], ...]) -> None:
        self._labels = [label for label, _ in examples]
        self._texts = [text for _, text in examples]
        self._vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        known = self._vectors.fit_transform(_trimmed(text) for text in self._texts)
        self._known: Any = known
        self._head = LogisticRegression(C=30.0, max_iter=300, class_weight="balanced")
        self._head.fit(known, self._labels)

    def classify(self, text: str) -> Verdict:
        """What this text most resembles."""
        vector = self._vectors.transform([_trimmed(text)])
        probabilities = self._head.predict_proba(vector)[0]
        order = np.argsort(-probabilities, kind="stable")
        label = str(self._head.classes_[order[0]])
        shares = np.asarray((self._known @ vector.T).todense()).ravel()
        own = [share if known == label else -1.0 for share, known in zip(shares, self._labels, strict=True)]
        nearest = int(np.argmax(own))
        first, second = float(probabilities[order[0]]), float(probabilities[order[1]])
        return Verdict(label, first, first - second, self._texts[nearest], min(1.0, max(0.0, float(shares.max()))))

    def probability_of(self, label: str, text: str) -> float:
        """How probable this label is for the text."""
        probabilities = self._head.predict_proba(self._vectors.transform([_trimmed(text)]))[0]
        return float(probabilities[list(self._head.classes_).index(label)])

    def probabilities(self, text: str) -> dict[str, float]:
        """How probable each label is for the text."""
        found = self._head.predict_proba(self._vectors.transform([_trimmed(text)]))[0]
        return {str(label): float(share) for label, share in zip(self._head.classes_, found, strict=True)}

    def vectors_of(self, texts: Sequence[str]) -> Any:
        """The texts as rows of length 1, in the space of the examples."""
        return self._vectors.transform([_trimmed(text) for text in texts])


def _trimmed(text: str) -> str:
    return text[:MAX_CHARACTERS]
