"""Cases of gates that wait: an oldest open case holds up every answer behind it, so none may lie about or be forgotten.

Done by a side job, every minute. What somebody has taken or put aside and not answered within a day goes back to all
(whether it is an audit or not: nobody could else fail to see which ones are); it is never dropped. What nobody can
answer any more, since its run is over, is given up, and counts as wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from runtime import audit, jobs
from runtime.engine.ports import ENDED
from runtime.gates import labels
from runtime.models import Decision, Escalation, Run

EVERY_S = 60.0
PATIENCE = timedelta(hours=24)
_AT_ONCE = 500


@jobs.every("gates.waiting", seconds=EVERY_S)
async def keep_going(work: jobs.Work) -> jobs.Outcome:
    """The job."""
    await work.read(lambda: hand_back(work.now))
    await work.read(lambda: give_up(work.now))
    return jobs.Done()


def give_up(now: datetime) -> int:
    """Give up the open cases whose run is over, or gone; how many. Each in its own transaction."""
    alive = Run.objects.filter(pk=OuterRef("run")).exclude(status__in=ENDED)
    lost = Decision.objects.filter(~Exists(alive), state="open").order_by("pk")
    return sum(_given_up(*row, now) for row in lost.values_list("run", "node", "visit")[:_AT_ONCE])


def hand_back(now: datetime) -> int:
    """Put cases of gates back to all that were opened a day ago, and that somebody has taken or put aside; how many."""
    held = Q(assignee__isnull=False) | Q(snoozed_until__gt=now)
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    found = Escalation.objects.filter(held, free, state="open", behind__isnull=False, created_at__lte=now - PATIENCE)
    return sum(_handed_back(case_id, now) for case_id in found.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])


@transaction.atomic
def _given_up(run_id: str, node: str, visit: int, now: datetime) -> int:
    return labels.given_up(run_id, node, visit, now)


@transaction.atomic
def _handed_back(case_id: str, now: datetime) -> int:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    freed = Escalation.objects.filter(free, pk=case_id, state="open").update(
        assignee=None, claimed_until=None, snoozed_until=None
    )
    if freed:
        audit.record(audit.SYSTEM, "escalation.handed_back", f"escalation:{case_id}", now)
    return freed
