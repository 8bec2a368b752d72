"""What a gate is held to: the promise to its users, and the rules of its own that are fixed for an epoch.

Used by everything here. They are checked where they are made: a promise that says nothing is a mistake of the caller,
not a case to be handled.
"""

from __future__ import annotations

from dataclasses import dataclass

from runtime.core.confidence import unit


@dataclass(frozen=True, slots=True)
class Promise:
    """At most `max_error` of the automatic decisions are wrong, with this `confidence`, whenever one looks.

    Raises ValueError for anything that is no share strictly between 0 and 1, and for a `max_error` above one half.
    """

    max_error: float = 0.05
    confidence: float = 0.95

    def __post_init__(self) -> None:
        _share("max_error", self.max_error, 0.0, 0.5)
        _share("confidence", self.confidence, 0.0, 1.0 - 1e-9)
        if self.confidence == 0.0 or self.max_error == 0.0:
            raise ValueError("A promise needs a max_error and a confidence above 0.")

    @property
    def doubt(self) -> float:
        """δ: how likely the promise may be wrong."""
        return 1.0 - self.confidence


@dataclass(frozen=True, slots=True)
class Rules:
    """How a gate gathers its evidence.

    `learn`: labels from which scoring and candidates are chosen, and which certify nothing. `candidates`: cut-offs that
    are tried at most. `audit`: the share of automatic decisions that people check. `alarm_at`: audits between two false
    alarms, on average at least. `reports_at`: the same for wrong decisions that are reported without having been drawn,
    counted in automatic decisions. `unanswered`: audits that may be open before the gate stops deciding. `familiar_at`:
    the novelty p-value under which a case is strange and scores 0; None: novelty is not looked at.
    """

    learn: int = 150
    candidates: int = 20
    audit: float = 0.1
    alarm_at: float = 1_000.0
    reports_at: float = 20_000.0
    unanswered: int = 100
    familiar_at: float | None = None

    def __post_init__(self) -> None:
        _whole("learn", self.learn, 20, 100_000)
        _whole("candidates", self.candidates, 1, 200)
        _whole("unanswered", self.unanswered, 1, 1_000_000)
        _share("audit", self.audit, 0.001, 1.0)
        if not (1.0 < self.alarm_at < 1e9 and 1.0 < self.reports_at < 1e9):
            raise ValueError("An alarm is set somewhere between 1 and 1e9.")
        if self.familiar_at is not None:
            _share("familiar_at", self.familiar_at, 0.0, 0.5)


def _share(name: str, value: object, least: float, most: float) -> None:
    number = unit(value)
    if number is None or not least <= number <= most:
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}.")


def _whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}.")
