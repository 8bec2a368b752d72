"""Reviewers who give one answer whatever they are shown: their agreement must not open a gate.

Called before a gate is recomputed; what it returns goes into `Standing.distrusted`. From then on their answers count
against the gate and never for it, so a wrong suspicion costs time and no safety. It says nothing about a person, only
that these answers carry no information: all the same, where colleagues at the same gate vary.

If a share q of the colleagues' answers is the given one, n independent cases would all get it with probability q^n at
most. Under 1 in 1000 for any of the reviewers (Bonferroni), it is not by chance.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

from runtime.judgement.ledger import Row

CHANCE = 0.001


def doubtful(rows: Iterable[Row]) -> tuple[str, ...]:
    """The reviewers of these rows whose answers never vary though they should, in the order of their names."""
    return doubtful_of((label.by, label.answer, 1) for row in rows for label in row.labels if label.answer is not None)


def doubtful_of(counts: Iterable[tuple[str, str, int]]) -> tuple[str, ...]:
    """The same from how often who gave which answer: (reviewer, answer, count)."""
    given: dict[str, Counter[str]] = defaultdict(Counter)
    for by, answer, count in counts:
        given[by][answer] += count
    every: Counter[str] = Counter()
    for own in given.values():
        every.update(own)
    return tuple(sorted(by for by, own in given.items() if _too_even(own, every, len(given))))


def _too_even(own: Counter[str], every: Counter[str], reviewers: int) -> bool:
    if len(own) != 1:
        return False
    ((answer, count),) = own.items()
    others = every.total() - count
    if not others:
        return False
    # One is added to what others did: somebody who has seen two cases is no measure.
    share = (every[answer] - count + 1) / (others + 1)
    return share < 1.0 and count * math.log(share) < math.log(CHANCE / reviewers)
