"""Schedules: kept, paused, fired. A time fires once, whoever looks at it, and none dies silently.

Called by the pages, by publishing and archiving, and by the job of each schedule (`jobs`, kind “schedule”). When
times come is `cadences`; here is what follows from one that has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from runtime import audit, jobs, runs
from runtime.json_gate import clean
from runtime.models import Firing, Schedule
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused
from runtime.triggers.cadences import MOST_LOOKED_AT, Cadence, expression_of, is_zone, missed, next_time

JOB = "schedule"
ON_TIME = timedelta(minutes=1)
"""Up to so late a time counts as kept; later, it was missed."""
OVERDUE = timedelta(minutes=5)
KEPT = timedelta(days=30)
MOST = 50
LONGEST_NAME = 100
LONGEST_TROUBLE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a schedule is to be. `catch_up`: start once for what was missed; else leave it out."""

    name: str
    cadence: Cadence
    zone: str
    input: Any
    catch_up: bool = True


def save(workflow: str, schedule_id: str, wanted: Wanted, user: Person, now: datetime) -> Schedule | Refused:
    """Keep a schedule (a new one without an id). One that is paused stays so; a new one begins at once.

    Refused: forbidden, not_found, invalid (errors at /name, /zone, the cadence's fields, /input/…), too_many, and
    whatever keeps the workflow from being run.
    """
    if not may(user, "workflows:write"):
        return _forbidden()
    expression = expression_of(wanted.cadence)
    refused = _flaws(wanted, expression) or runs.unfit(workflow, wanted.input)
    if refused or isinstance(expression, FieldError):
        return refused or _forbidden()
    with transaction.atomic():
        found = _mine(workflow, schedule_id) if schedule_id else _new(workflow, now)
        if isinstance(found, Refused):
            return found
        found.name, found.cadence, found.zone = wanted.name.strip(), dict(wanted.cadence), wanted.zone
        found.expression, found.input, found.catch_up = expression, wanted.input, wanted.catch_up
        found.saved_by, found.trouble = user.get_username(), ""
        is_on = found.next_at is not None or not schedule_id
        found.next_at = next_time(expression, wanted.zone, now) if is_on else None
        found.save()
        _arm(found)
        said = {"workflow": workflow, "name": found.name, "expression": expression, "zone": found.zone}
        audit.record(found.saved_by, "schedule.saved", found, now, said)
    return found


@transaction.atomic
def pause(workflow: str, schedule_id: str, user: Person, now: datetime) -> Schedule | Refused:
    """Let it fire no more. Refused: forbidden, not_found."""
    if not may(user, "workflows:write"):
        return _forbidden()
    found = _mine(workflow, schedule_id)
    if not isinstance(found, Refused) and found.next_at:
        _stop([found], "", user.get_username(), now)
    return found


@transaction.atomic
def resume(workflow: str, schedule_id: str, user: Person, now: datetime) -> Schedule | Refused:
    """Let it fire from its next time on. Refused: forbidden, not_found, and what keeps the workflow from being run."""
    if not may(user, "workflows:write"):
        return _forbidden()
    found = _mine(workflow, schedule_id)
    if isinstance(found, Refused) or found.next_at:
        return found
    refused = runs.unfit(workflow, found.input)
    if refused:
        return refused
    found.next_at, found.paused_why, found.trouble = next_time(found.expression, found.zone, now), "", ""
    found.save(update_fields=["next_at", "paused_why", "trouble"])
    _arm(found)
    audit.record(user.get_username(), "schedule.resumed", found, now, {"name": found.name})
    return found


@transaction.atomic
def remove(workflow: str, schedule_id: str, user: Person, now: datetime) -> Schedule | Refused:
    """Delete it with its history; its runs stay. Refused: forbidden, not_found."""
    if not may(user, "workflows:write"):
        return _forbidden()
    found = _mine(workflow, schedule_id)
    if not isinstance(found, Refused):
        jobs.cancel(kind=JOB, key=schedule_id)
        audit.record(user.get_username(), "schedule.removed", found, now, {"name": found.name})
        Schedule.objects.filter(pk=schedule_id).delete()
    return found


def put_away(workflow: str, by: str, now: datetime) -> None:
    """The workflow was archived: its schedules pause, and say so. In the caller's transaction."""
    running = Schedule.objects.filter(workflow=workflow, next_at__isnull=False).order_by("pk")
    for schedule_id in running.values_list("pk", flat=True):
        jobs.hold(JOB, schedule_id)
    _stop(list(running.select_for_update()), "The workflow was put away.", by, now)


def recheck(workflow: str) -> None:
    """A version was published: whether what the schedules start with still fits is known now, not when they fire."""
    for found in Schedule.objects.filter(workflow=workflow):
        refused = runs.unfit(workflow, found.input)
        trouble = _told(refused) if refused else ""
        if trouble != found.trouble:
            Schedule.objects.filter(pk=found.pk).update(trouble=trouble)


def fire(schedule_id: str, now: datetime) -> datetime | None:
    """Start what is due, in the transaction that is open, and say when it is due next (None: never, or paused)."""
    found = Schedule.objects.select_for_update().filter(pk=schedule_id, next_at__isnull=False).first()
    if found is None or found.next_at is None or found.next_at > now:
        return found.next_at if found else None
    times, latest = missed(found.expression, found.zone, found.next_at, now)
    following = next_time(found.expression, found.zone, now)
    # Exactly one worker moves it on; whoever comes second finds it moved.
    if not Schedule.objects.filter(pk=found.pk, next_at=found.next_at).update(next_at=following):
        return following
    firing, new = Firing.objects.get_or_create(schedule=found, due_at=latest, defaults={"at": now})
    if not new:
        return following
    late = now - latest > ON_TIME
    left_out = times if late and not found.catch_up else times - 1
    note = _note(left_out, late, found.catch_up)
    if late and not found.catch_up:
        Firing.objects.filter(pk=firing.pk).update(note=note)
        return following
    return following if _started(found, firing, note, now) else _next_of(found.pk)


def keep_house(now: datetime) -> None:
    """Have every schedule looked at whose time has come and gone, and forget what is told of times long ago."""
    for found in Schedule.objects.filter(next_at__lt=now - OVERDUE):
        _arm(found)
    Firing.objects.filter(at__lt=now - KEPT).delete()


def in_trouble(now: datetime, most: int) -> list[Schedule]:
    """Schedules that could not start what they should, or that nobody has looked at in time; at most so many."""
    wrong = ~Q(trouble="") | Q(next_at__lt=now - OVERDUE)
    return list(Schedule.objects.filter(wrong).defer("input").order_by("workflow", "pk")[:most])


@jobs.handler(JOB, at_once=4)
async def _work(work: jobs.Work) -> jobs.Outcome:
    following = await work.write(lambda: fire(work.key, work.now))
    return jobs.Again(at=following) if following else jobs.Done()


def _started(found: Schedule, firing: Firing, note: str, now: datetime) -> bool:
    """Whether a run was started; where not, the schedule says why."""
    asked = runs.Trigger(
        found.workflow, found.input, requester=f"schedule:{found.name}", labels={"schedule": found.name}
    )
    done = runs.queue(asked)
    if not isinstance(done, Refused):
        Firing.objects.filter(pk=firing.pk).update(run_id=done.run_id, note=note)
        Schedule.objects.filter(pk=found.pk).exclude(trouble="").update(trouble="")
        return True
    trouble = _told(done)
    Firing.objects.filter(pk=firing.pk).update(note=trouble)
    Schedule.objects.filter(pk=found.pk).update(trouble=trouble)
    if done.code == "archived":
        _stop([found], "The workflow was put away.", audit.SYSTEM, now)
    return False


def _next_of(schedule_id: str) -> datetime | None:
    return Schedule.objects.values_list("next_at", flat=True).get(pk=schedule_id)


def _stop(found: Sequence[Schedule], why: str, by: str, now: datetime) -> None:
    for each in found:
        each.next_at, each.paused_why = None, why
        each.save(update_fields=["next_at", "paused_why"])
        jobs.cancel(kind=JOB, key=each.pk)
        audit.record(by, "schedule.paused", each, now, {"name": each.name, **({"why": why} if why else {})})


def _arm(found: Schedule) -> None:
    if found.next_at:
        jobs.replace(JOB, found.pk, None, due_at=found.next_at)


def _note(left_out: int, late: bool, catch_up: bool) -> str:
    """What there is to say of a time that was kept late, or of those before it."""
    if not left_out and not late:
        return ""
    many = "More than " if left_out >= MOST_LOOKED_AT - 1 else ""
    number = "1 time was" if left_out == 1 else f"{many}{left_out:,} times were"
    if late and not catch_up:
        return f"{number} missed while nothing ran here, and left out."
    missed_too = f" {number} missed before it." if left_out else ""
    return f"Started late, since nothing ran here when it was due.{missed_too}" if late else missed_too.strip()


def _flaws(wanted: Wanted, expression: str | FieldError) -> Refused | None:
    errors: list[FieldError] = [expression] if isinstance(expression, FieldError) else []
    name = wanted.name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        errors.append(FieldError("/name", f"A name has 1 to {LONGEST_NAME} printable characters."))
    if not is_zone(wanted.zone):
        errors.append(FieldError("/zone", "There is no such time zone. They are called like “Europe/Berlin”."))
    soiled = clean(wanted.input)
    if soiled:
        errors.append(FieldError(f"/input{soiled.path}", soiled.message, soiled.code))
    return Refused("invalid", "The schedule cannot be kept so.", tuple(errors)) if errors else None


def _mine(workflow: str, schedule_id: str) -> Schedule | Refused:
    jobs.hold(JOB, schedule_id)
    found = Schedule.objects.select_for_update().filter(pk=schedule_id, workflow=workflow).first()
    return found or Refused("not_found", "There is no such schedule.")


def _new(workflow: str, now: datetime) -> Schedule | Refused:
    if Schedule.objects.filter(workflow=workflow).count() >= MOST:
        return Refused("too_many", f"A workflow may have {MOST} schedules. Remove one first.")
    return Schedule(workflow=workflow, created_at=now)


def _told(refused: Refused) -> str:
    said = " ".join(error.message for error in refused.errors[:3])
    return f"{refused.detail} {said}".strip()[:LONGEST_TROUBLE]


def _forbidden() -> Refused:
    return Refused("forbidden", "You may not change what starts workflows.")
