"""Has this workflow seen a case like this one? A p-value: the share of its own past cases that were as strange.

Called by `verify.familiar`, and as a signal by `decide.model`. Strangeness is the distance (1 - cosine) to the nearest
past case on character TF-IDF. Four in five past cases are what one may be near to; the fifth ones were never among
them, and say how far an ordinary case lies from its nearest: p = (1 + how many of them lay as far) / (their number + 1)
(split conformal: Vovk, Gammerman and Shafer 2005; Bates, Candès, Lei, Romano and Sesia, Ann. Stat. 2023). For a case
like the past ones P(p ≤ a) ≤ a, whatever the distances are; that is why too few past cases give no p at all.

Importing this module loads scikit-learn (100 MB).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from runtime.core.expressions import Json
from runtime.judgement.certificate import Floats

MAX_CHARACTERS = 4_000
# Of more past cases the latest are taken: enough to be near to, some ten megabytes, and an answer within milliseconds.
MOST_CASES, MOST_CHARACTERS = 20_000, 2_000_000
EVERY = 5


@dataclass(frozen=True, slots=True)
class Familiar:
    """How familiar a case is: its p-value, and the nearest past cases by their place in what was learned, nearest
    first, with their similarity in 0..1."""

    p: float
    nearest: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Familiarity:
    """What a workflow's past cases look like. Made by `learn`; knows no text of them any more."""

    vectors: Any
    known: Any
    places: tuple[int, ...]
    distances: Floats

    def of(self, text: str, nearest: int = 3) -> Familiar:
        """How familiar this text is. Without a single known character it is as strange as can be."""
        similar = _similar(self, [text])[0]
        distance = 1.0 - float(similar.max())
        # Equal up to rounding is equal: a copy of a past case must not be strange.
        as_far = int((self.distances >= distance - 1e-9).sum())
        order = np.argsort(-similar, kind="stable")[:nearest]
        near = tuple((self.places[index], round(min(1.0, float(similar[index])), 6)) for index in order)
        return Familiar((1 + as_far) / (len(self.distances) + 1), near)


def cases_needed(min_p: float) -> int:
    """How many past cases there have to be for a p-value that can fall below `min_p`."""
    return EVERY * max(1, int(np.ceil(1.0 / max(min_p, 1e-6))))


def learn(texts: Sequence[str], min_p: float = 0.05) -> Familiarity | None:
    """What these past cases, oldest first, look like; None if they are too few to tell, or have no text in them."""
    first = _first(texts)
    if len(texts) - first < cases_needed(min_p):
        return None
    places = range(first, len(texts))
    held = [place for place in places if (place - first) % EVERY == EVERY - 1]
    kept = tuple(place for place in places if (place - first) % EVERY != EVERY - 1)
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, dtype=np.float32)
    try:
        known = vectors.fit_transform(_trimmed(texts[place]) for place in kept)
    except ValueError:  # not a single character in any of them
        return None
    model = Familiarity(vectors, known.T.tocsr(), kept, np.empty(0))
    similar = [_similar(model, [texts[place] for place in held[at : at + 200]]) for at in range(0, len(held), 200)]
    return Familiarity(vectors, model.known, kept, 1.0 - np.concatenate([each.max(axis=1) for each in similar]))


def text_of(value: Json) -> str:
    """A case as text: its names and values, in the order of the names, so that the same case is the same text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, indent=0)


def _first(texts: Sequence[str]) -> int:
    """The oldest case that still counts."""
    left = MOST_CHARACTERS
    for place in range(len(texts) - 1, -1, -1):
        left -= len(_trimmed(texts[place]))
        if left < 0 or len(texts) - place > MOST_CASES:
            return place + 1
    return 0


def _similar(model: Familiarity, texts: Sequence[str]) -> Floats:
    found: Floats = (model.vectors.transform(map(_trimmed, texts)) @ model.known).toarray()
    return found


def _trimmed(text: str) -> str:
    return text[:MAX_CHARACTERS]
