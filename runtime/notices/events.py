"""Which event of a case is to be told, and when to look at the case again. Pure.

Asked by `hearing`. A case has at most one event at a time: one that was missed while nothing ran is not told late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

type Event = Literal["new", "due", "overdue", "closed"]

EVENTS: tuple[Event, ...] = ("new", "due", "overdue", "closed")
WORDS: dict[Event, str] = {
    "new": "A case is new",
    "due": "A case is due soon",
    "overdue": "A case is overdue",
    "closed": "An incident is closed",
}
LEAD = timedelta(hours=1)
"""A case is due soon from an hour before its time, or from half of its time where that is shorter."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is looked at of a case. `state` and `kind` as its row has them; `noted` is the moment that was written down.

    `undo_until`: until then what settled it can be taken back.
    """

    kind: str
    state: str
    created_at: datetime
    due_at: datetime | None
    noted: datetime
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """The event to tell now (None: nothing), and when the case is to be looked at again (None: never)."""

    event: Event | None
    again_at: datetime | None = None


def owed(case: Standing, now: datetime) -> Owed:
    """What is to be told of a case that was to be looked at at `noted`."""
    if case.state in ("resolved", "cancelled"):
        if case.undo_until and case.undo_until > now:
            return Owed(None, case.undo_until)
        return Owed("closed" if case.kind == "incident" else None)
    if case.state == "overdue" or (case.due_at and case.due_at <= now):
        return Owed("overdue")
    if case.noted <= case.created_at:
        return Owed("new", next_look(case, now))
    soon = soon_at(case)
    return Owed("due" if soon and soon <= now else None, next_look(case, now))


def soon_at(case: Standing) -> datetime | None:
    """From when on the case is due soon; None where it is never due."""
    if case.due_at is None:
        return None
    return max(case.created_at + (case.due_at - case.created_at) / 2, case.due_at - LEAD)


def next_look(case: Standing, now: datetime) -> datetime | None:
    """When an open case is to be looked at next; None where nothing of it will ever be due."""
    moments = [moment for moment in (soon_at(case), case.due_at) if moment and moment > now]
    return min(moments, default=None)
