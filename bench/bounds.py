"""How a bench tells what it found: one line for each bound, which `python -m bench` gathers into a table."""

from __future__ import annotations

import math
import resource
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bound:
    """A measured value and what it may be at most (or, with `at_least`, must be)."""

    name: str
    value: float
    unit: str
    bound: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the bound holds."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def ratio(self) -> float:
        """Value over bound; the value itself where nothing at all is allowed."""
        return self.value / self.bound if self.bound else self.value

    def __str__(self) -> str:
        side = "at least" if self.at_least else "at most"
        told = f"{self.name:52} {self.value:9.2f} {self.unit:3} {side} {self.bound:g}"
        return f"{told}: ratio {self.ratio:.2f} {'met' if self.met else 'NOT MET'}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed; NaN where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def by_chance(share: float, trials: int) -> float:
    """A share and two standard errors of it, in per cent: what so many trials may show by chance."""
    return 100.0 * (share + 2.0 * math.sqrt(share * (1.0 - share) / trials))


def peak_mib() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
