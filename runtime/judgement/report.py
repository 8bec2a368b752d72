"""Looking back: at most how many of a period's automatic decisions were wrong.

Called for reports and the page of a gate. It assumes nothing of the cases (they may drift, depend on each other, be
chosen by an enemy): all chance is in the audit's own draw. Of N automatic decisions with the same audit rate, the n
that were drawn are a simple random sample once n is known; if K are wrong, the number found is hypergeometric, and the
bound is the largest K that would show so few with a probability above δ (Konijn 1973; Buonaccorsi 1987).

Decisions under different audit rates are bounded apart, δ shared among them, and added. An audit that is still open
counts as wrong. The period is chosen before one looks; the bound holds for it, not for the worst of many.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from runtime.judgement.ledger import Costs, Row, weigh


@dataclass(frozen=True, slots=True)
class Period:
    """Of `automatic` decisions, `audited` were drawn; `wrong` of these were (or are still `open`); `at_most` of all.

    `reported`: decisions that somebody said were wrong without their having been drawn; known, and no sample.
    """

    automatic: int
    audited: int
    wrong: int
    open: int
    reported: int
    at_most: int
    confidence: float


def at_most_wrong(rows: Iterable[Row], costs: Costs, confidence: float = 0.95) -> Period:
    """The report on the automatic decisions among these rows. A costly answer is wrong, whatever it costs."""
    total, audited, wrong, pending, reported = Counter[float](), Counter[float](), Counter[float](), 0, 0
    for row in rows:
        if not row.auto:
            continue
        found = weigh(row, costs)
        bad = found is None or found.loss > 0.0
        total[row.pi] += 1
        audited[row.pi] += row.sampled
        wrong[row.pi] += row.sampled and bad
        pending += row.sampled and found is None
        reported += not row.sampled and found is not None and bad
    doubt = (1.0 - confidence) / max(1, len(total))
    bound = sum(most_wrong(total[rate], audited[rate], wrong[rate], doubt) for rate in total)
    known = wrong.total() + reported
    return Period(total.total(), audited.total(), wrong.total(), pending, reported, max(bound, known), confidence)


def most_wrong(total: int, drawn: int, found: int, doubt: float) -> int:
    """The largest number of wrong ones among `total` that would show `found` or fewer in `drawn` more often than δ.

    Raises ValueError for numbers that no draw can give.
    """
    if not 0 <= found <= drawn <= total:
        raise ValueError("Found is at most drawn, and drawn at most all.")
    low, high = found, total - (drawn - found)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _so_few(total, middle, drawn, found) > doubt else (low, middle - 1)
    return low


def _so_few(total: int, wrong: int, drawn: int, found: int) -> float:
    """P(X ≤ found) for X hypergeometric."""
    least = max(0, drawn - (total - wrong))
    everything = _choose(total, drawn)
    terms = (_choose(wrong, k) + _choose(total - wrong, drawn - k) - everything for k in range(least, found + 1))
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _choose(many: int, few: int) -> float:
    return math.lgamma(many + 1) - math.lgamma(few + 1) - math.lgamma(many - few + 1)
