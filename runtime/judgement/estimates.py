"""Shares with intervals, from cases that were reviewed with unequal probabilities.

Called by `curves` and `backtest`. An estimate, not a certificate: it is read once, and nothing is decided by it.

The share is the weighted mean with weights 1/π (Hájek 1971). The interval is Clopper and Pearson's at the effective
number of cases (Σw)²/Σw² (Kish 1965; Korn and Graubard 1998), which stays honest where no error was seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from runtime.judgement.certificate import Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its interval, and on how many reviewed cases it stands (`effective`: as many equal ones)."""

    value: float | None
    low: float
    high: float
    cases: int
    effective: float


NOTHING = Estimate(None, 0.0, 1.0, 0, 0.0)


def share(losses: Floats, weights: Floats, confidence: float = 0.95) -> Estimate:
    """The weighted mean of losses in 0..1, with its interval; without any case, it may be anything."""
    total = float(weights.sum())
    if not len(losses) or total <= 0.0:
        return NOTHING
    value = min(1.0, max(0.0, float((weights * losses).sum()) / total))
    effective = total**2 / float((weights**2).sum())
    low, high = interval(value * effective, effective, confidence)
    return Estimate(value, low, high, len(losses), effective)


def interval(wrong: float, cases: float, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share; both may be fractions of a case."""
    from scipy.special import betaincinv

    side = (1.0 - confidence) / 2.0
    low = 0.0 if wrong <= 0.0 else float(betaincinv(wrong, cases - wrong + 1.0, side))
    high = 1.0 if wrong >= cases else float(betaincinv(wrong + 1.0, cases - wrong, 1.0 - side))
    return low, high
