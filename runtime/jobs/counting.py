"""How many side jobs wait, are worked on and have failed, kind by kind: for whoever measures.

Called by `/metrics`. Each number is read by an index and stops at `MOST_COUNTED`, so that asking costs the same however
much is stored.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from runtime.jobs.handlers import registered
from runtime.jobs.table import next_due
from runtime.models import Job

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """The jobs of one kind: `waiting` are due and nobody is at them, the longest of them for `oldest_s` seconds.

    `failed` counts among the newest `MOST_COUNTED` of all kinds that have failed and are still kept.
    """

    kind: str
    waiting: int
    oldest_s: float
    working: int
    failed: int


def standing(now: datetime) -> list[Standing]:
    """Where the jobs of each kind stand, by name; a kind of which there is none stands there, too."""
    working, failed = _newest("working"), _newest("failed")
    return [_of(kind, working[kind], failed[kind], now) for kind in sorted(registered())]


def _of(kind: str, working: int, failed: int, now: datetime) -> Standing:
    found = list(next_due(kind).filter(due_at__lte=now).values_list("due_at", flat=True)[:MOST_COUNTED])
    return Standing(kind, len(found), (now - found[0]).total_seconds() if found else 0.0, working, failed)


def _newest(state: str) -> Counter[str]:
    return Counter(Job.objects.filter(state=state).order_by("-pk").values_list("kind", flat=True)[:MOST_COUNTED])
