"""For how long a case may be put aside from the pages, and how that is said: it is out of everybody's sight.

Used by the pages of cases. What is refused, and why, is `desk.snooze`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runtime.models import Escalation

SNOOZES = {"1": 1, "4": 4, "24": 24, "72": 72, "168": 168}
"""For how many hours a case may be put aside from the page."""
_WORDS = {"1": "for an hour", "4": "for 4 hours", "24": "for a day", "72": "for 3 days", "168": "for a week"}


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that is offered, in words; `late` is when the case is due, where that is no later than its end."""

    hours: str
    words: str
    late: str


def pauses(case: Escalation, now: datetime) -> list[Pause]:
    """What is offered for a case; a late one is shown with its reason, and cannot be chosen."""
    return [
        Pause(hours, words, day(case.due_at) if case.due_at and until(hours, now) >= case.due_at else "")
        for hours, words in _WORDS.items()
    ]


def until(hours: str, now: datetime) -> datetime:
    """The end of a pause."""
    return now + timedelta(hours=SNOOZES[hours])


def paused(case: Escalation, end: datetime) -> str:
    """What is said of a case that was put aside until then."""
    due = f" It is due {moment(case.due_at)}." if case.due_at else ""
    return f"Put aside for everybody until {moment(end)}; then it comes back by itself.{due}"


def moment(at: datetime) -> str:
    """A moment as a sentence names it."""
    return f"{at.astimezone(UTC):%-d %B, %H:%M} UTC"


def day(at: datetime) -> str:
    """Its day alone."""
    return f"{at.astimezone(UTC):%-d %B}"
