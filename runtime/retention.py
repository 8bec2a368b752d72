"""How long runs are kept once they have ended: rules that administrators make, and the job that keeps to them.

Called by the settings' page. A run goes with all that hangs on it: journal, cases, answers, remarks. What stays is what
outlives runs by its nature: the audit log (a chain that nothing may be taken out of) and the ledgers of gates (which
hold no payload). Try-outs are the business of `forgetting`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from runtime import audit, jobs
from runtime.engine.ports import ENDED
from runtime.ids import first_id_at
from runtime.models import Blueprint, Run, RunKeeping
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused

EVERY_S = 3_600.0
AT_ONCE = 100
PAUSE_S = 0.2
MOST_COUNTED = 10_000
FEWEST_DAYS = 30
"""A trigger's idempotency key is kept for so long, and it needs its run."""
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Rule:
    """How long the runs of a workflow are kept. `own` is False where the rule for all holds."""

    workflow: str
    days: int | None
    own: bool


def rules() -> tuple[int | None, list[Rule]]:
    """The days for all workflows (None: for ever), and the rule of each workflow that has ever been published."""
    kept = dict(RunKeeping.objects.values_list("workflow", "days"))
    names = Blueprint.objects.filter(version__gt=0).order_by("workflow").values_list("workflow", flat=True).distinct()
    for_all = kept.get("")
    return for_all, [Rule(name, kept.get(name, for_all), name in kept) for name in names]


@transaction.atomic
def keep(workflow: str, days: int | None, user: Person, now: datetime) -> int | Refused | None:
    """Keep runs for so many days after their end; an empty workflow means all without a rule of their own.

    Gives the days back. Refused: forbidden, not_found, invalid (fewer days than `FEWEST_DAYS`, or too many).
    """
    refused = _refused(workflow, days, user)
    if refused:
        return refused
    before = RunKeeping.objects.filter(pk=workflow).values_list("days", flat=True).first()
    RunKeeping.objects.update_or_create(pk=workflow, defaults={"days": days})
    data = {"workflow": workflow, "days": days, "before": before}
    audit.record(user.get_username(), "retention.changed", f"retention:{workflow or 'all'}", now, data)
    return days


@transaction.atomic
def follow_all(workflow: str, user: Person, now: datetime) -> Refused | None:
    """Take a workflow's own rule away: the one for all holds again. Refused: forbidden."""
    if not may(user, "admin"):
        return _forbidden()
    if RunKeeping.objects.filter(pk=workflow).exclude(pk="").delete()[0]:
        audit.record(user.get_username(), "retention.removed", f"retention:{workflow}", now)
    return None


def would_go(workflow: str, days: int, now: datetime) -> int:
    """How many runs a rule would delete now; counts no further than `MOST_COUNTED`."""
    for_all, known = rules()
    names = [workflow] if workflow else [rule.workflow for rule in known if not rule.own]
    del for_all
    left = MOST_COUNTED
    for name in names:
        left -= _older(name, now - timedelta(days=days))[:left].count()
        if left <= 0:
            break
    return MOST_COUNTED - left


@jobs.every("retention", EVERY_S)
async def keep_to_the_rules(work: jobs.Work) -> jobs.Outcome:
    """Delete what is too old, a little at a time: runs that are under way come first."""
    if await work.write(lambda: delete_some(work.now)):
        return jobs.Again(after_s=PAUSE_S)
    return jobs.Done()


def delete_some(now: datetime) -> int:
    """Delete the oldest `AT_ONCE` runs that no rule keeps any longer, in the open transaction; how many."""
    for name, days in _bounded():
        # Locked, or left for the next hour: somebody may be taking one up again in this very moment.
        ended = _older(name, now - timedelta(days=days)).select_for_update(skip_locked=True).order_by("pk")
        old = list(ended.values_list("pk", flat=True)[:AT_ONCE])
        if old:
            Run.objects.filter(pk__in=old).delete()
            return len(old)
    return 0


def _bounded() -> Iterator[tuple[str, int]]:
    _for_all, known = rules()
    return ((rule.workflow, rule.days) for rule in known if rule.days is not None)


def _older(workflow: str, before: datetime) -> QuerySet[Run]:
    """The ended runs of a workflow from before a moment: ids are in the order of time, so a key finds them."""
    ended = Run.objects.filter(workflow=workflow, pk__lt=first_id_at(before), status__in=sorted(ENDED))
    return ended.filter(finished_at__lt=before, tryout=False)


def _refused(workflow: str, days: int | None, user: Person) -> Refused | None:
    if not may(user, "admin"):
        return _forbidden()
    if days is not None and not FEWEST_DAYS <= days <= MOST_DAYS:
        message = f"Between {FEWEST_DAYS} and {MOST_DAYS:,} days: the key of a trigger is kept for {FEWEST_DAYS}."
        return Refused("invalid", message, (FieldError("/days", message),))
    if workflow and not Blueprint.objects.filter(workflow=workflow, version__gt=0).exists():
        return Refused("not_found", "No workflow of this name was ever published.")
    return None


def _forbidden() -> Refused:
    return Refused("forbidden", "Only administrators say how long runs are kept.")
