"""The alarm: when the audits of automatic decisions say that more of them are wrong than was promised.

Called by `gate` for each audited automatic decision, in arrival order; pure Python. For each worse risk r between 1.5α
and 8α, M ← (M + 1)·(1 + f·(L - α)/α) with f = (r - α)/(1 - α); the alarm fires once the mean of the Ms reaches A.
While the promise holds, the mean grows by 1 an audit at most in expectation, so the time to a false alarm is A audits
or more on average, whatever the gate did in between (a Shiryaev-Roberts e-detector: Shin, Ramdas and Rinaldo,
"E-detectors", NEJSDS 2024; f is the log-optimal stake against r). Nothing is assumed of what comes after a change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from runtime.core.confidence import unit

# Times α: from a promise that is broken by half to a gate that has come apart.
WORSE = (1.5, 2.0, 2.5, 3.0, 5.0, 8.0)


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the audits so far say. Once `fired`, it stays fired: a gate that is trusted again starts anew."""

    max_error: float
    at: float
    values: tuple[float, ...] = (0.0,) * len(WORSE)
    seen: int = 0
    fired: bool = False

    @property
    def level(self) -> float:
        """The mean of the Ms; the alarm fires when it reaches `at`."""
        return sum(self.values) / len(self.values)

    def after(self, losses: Iterable[float]) -> Alarm:
        """The alarm with these losses in 0..1; what is no such number counts as wrong. Stops where it fires."""
        values, seen, fired = self.values, self.seen, self.fired
        stakes = _stakes(self.max_error)
        for loss in losses:
            if fired:
                break
            number = unit(loss)
            excess = (1.0 if number is None else number) / self.max_error - 1.0
            pairs = zip(values, stakes, strict=True)
            values = tuple([(value + 1.0) * (1.0 + stake * excess) for value, stake in pairs])
            seen += 1
            fired = sum(values) / len(values) >= self.at
        return Alarm(self.max_error, self.at, values, seen, fired)

    def after_doubtful(self, loss: float) -> Alarm:
        """The alarm with a loss whose smallness earns no trust: it can raise the alarm and never calms it.

        Not the same as passing it over: what closed a gate must close it also when a reviewer is distrusted later, and
        without any audit that was right the Ms would begin lower.
        """
        told = self.after((loss,))
        values = tuple(map(max, self.values, told.values))
        return Alarm(self.max_error, self.at, values, told.seen, sum(values) / len(values) >= self.at)


@lru_cache(maxsize=64)
def _stakes(max_error: float) -> tuple[float, ...]:
    risks = (min(times * max_error, (1.0 + max_error) / 2.0) for times in WORSE)
    return tuple((risk - max_error) / (1.0 - max_error) for risk in risks)
