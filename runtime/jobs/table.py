"""Everything that is asked of the table of jobs. Functions for the transaction that is open on this thread.

Putting and changing jobs is for everybody (by way of the package); claiming and settling them for the worker alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from runtime.ids import new_id
from runtime.live.bell import Bells
from runtime.models import Job

type Json = Any

KEPT = timedelta(days=30)
"""How long a job that is over is kept; for so long its key stays taken."""
LONGEST_KIND, LONGEST_KEY, LONGEST_NOTE, LONGEST_ERROR = 40, 200, 200, 2_000
DEADLY = 20
"""After so many attempts a job that was never settled is taken for what ends its workers."""
PUT_OFF = 2_000
OVER = ("done", "failed", "cancelled")
bells = Bells()

_PUT = (
    "INSERT INTO runtime_job (id, kind, key, data, state, due_at, attempts, fence, cancel_asked, error, done, note,"
    " created_at) VALUES (%s, %s, %s, %s, 'due', %s, 0, 0, %s, '', 0, '', %s) ON CONFLICT (kind, key) DO NOTHING"
)


def put(kind: str, key: str, data: Json = None, due_at: datetime | None = None) -> bool:
    """Have something done at `due_at` (or now), if this transaction commits; whether it is new.

    Where there is a job of this kind and key, whatever its state, nothing changes. Raises ValueError for a kind, a key
    or data that cannot be kept.
    """
    if not 0 < len(kind) <= LONGEST_KIND or len(key) > LONGEST_KEY or "\0" in kind + key:
        raise ValueError(f"“{kind} {key}” cannot name a job.")
    now = datetime.now(UTC)
    kept = json.dumps(data, separators=(",", ":"), allow_nan=False)
    at = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [new_id(), kind, key, kept, at(due_at or now), False, at(now)])
        new: bool = cursor.rowcount == 1
    if new:
        _ring_after_commit()
    return new


def replace(kind: str, key: str, data: Json = None, due_at: datetime | None = None) -> None:
    """Have something done, whatever became of the job of this kind and key so far.

    A worker that is at it has lost it: nothing that it gives back counts any more.
    """
    found = Job.objects.filter(kind=kind, key=key)
    while not put(kind, key, data, due_at) and not _make_due(found, due_at or datetime.now(UTC), {"data": data}):
        # It was forgotten between the two.
        continue


def hold(kind: str, key: str) -> None:
    """Lock a job's row, where there is one, before the rows that it works on.

    For whoever changes both: its worker holds the job when it comes to its rows, and two orders would be a deadlock.
    """
    Job.objects.select_for_update().filter(kind=kind, key=key).values_list("pk").first()


def retry(job_id: str) -> bool:
    """Have a job that is over or waits for its time tried now; whether there was one."""
    found = Job.objects.filter(pk=job_id, state__in=["due", *OVER])
    return _make_due(found, datetime.now(UTC), {})


def put_off(kind: str, alike: Callable[[Json], bool], until: datetime) -> int:
    """Make jobs whose data are `alike` due at `until`, among the next `PUT_OFF` of their kind; how many.

    For a handler that knows of one job that it would be in vain: those behind it need not be begun to find that out.
    """
    found = next_due(kind)[:PUT_OFF].values_list("pk", "data")
    with transaction.atomic():
        same = [pk for pk, data in found.select_for_update(skip_locked=True) if alike(data)]
        return Job.objects.filter(pk__in=same, state="due", due_at__lt=until).update(due_at=until)


def cancel(*, job_id: str | None = None, kind: str = "", key: str = "") -> bool:
    """Cancel a job, named by its id or its kind and key; whether there was one that was not over.

    One that waits is cancelled at once; the handler of one that is worked on hears of it and ends by itself.
    """
    found = Job.objects.filter(pk=job_id) if job_id else Job.objects.filter(kind=kind, key=key)
    now = datetime.now(UTC)
    waiting = found.filter(state="due").update(state="cancelled", finished_at=now)
    asked = 0 if waiting else found.filter(state="working").update(cancel_asked=True)
    if asked:
        _ring_after_commit()
    return bool(waiting or asked)


# For the worker


@dataclass(frozen=True, slots=True)
class Held:
    """The right to write to a job: who, and the fence of the claim."""

    job_id: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """Jobs that were taken, and when the next one that was looked at is due."""

    jobs: tuple[Job, ...] = ()
    next_due: datetime | None = None


def claim(rooms: Mapping[str, int], free: int, owner: str, now: datetime, until: datetime) -> Claimed:
    """Take jobs that are due: of each kind as many as there is room for, `free` in all."""
    taken: list[Job] = []
    later: list[datetime] = []
    for kind, room in rooms.items():
        some = min(room, free - len(taken))
        if some <= 0:
            continue
        found = next_due(kind).select_for_update(skip_locked=True)
        for job in found[:some]:
            if job.due_at <= now:
                taken.append(job)
            else:
                later.append(job.due_at)
    _take([job.pk for job in taken], owner, until)
    for job in taken:
        job.owner, job.attempts, job.fence = owner, job.attempts + 1, job.fence + 1
    return Claimed(tuple(taken), min(later, default=None))


def settle(held: Held, changes: Mapping[str, Any], also: Callable[[], object] | None = None) -> bool:
    """Write how a job came out, and `also` with it, if the claim still holds; whether it did.

    One that was cancelled and would be tried again is cancelled instead.
    """
    mine = _mine(held)
    free = {"owner": None, "lease_until": None}
    if changes["state"] == "due":
        cancelled = {"state": "cancelled", "finished_at": datetime.now(UTC), **free}
        written = mine.filter(cancel_asked=False).update(**free, **changes) or mine.update(**cancelled)
    else:
        written = mine.update(**free, **changes)
    if written and also:
        also()
    return bool(written)


def keep(held: Held, changes: Mapping[str, Any]) -> bool:
    """Write something about a job that is worked on, if the claim still holds; whether it did."""
    return bool(_mine(held).update(**changes))


def keep_up(working: Iterable[tuple[Held, Mapping[str, Any]]], until: datetime) -> dict[str, bool]:
    """Extend the leases of jobs and keep their progress; for each that is still held, whether it is to be cancelled."""
    kept = [held for held, progress in working if _mine(held).update(lease_until=until, **progress)]
    asked = dict(Job.objects.filter(pk__in=[held.job_id for held in kept]).values_list("pk", "cancel_asked"))
    return {held.job_id: asked.get(held.job_id, False) for held in kept}


def reap(now: datetime, *, everything: bool = False) -> int:
    """Make due again what nobody works on any more; `everything`: nobody else can be working. How many."""
    lost = Job.objects.filter(state="working") if everything else Job.objects.filter(_lost(now))
    free = {"owner": None, "lease_until": None}
    cancelled = lost.filter(cancel_asked=True).update(state="cancelled", finished_at=now, **free)
    deadly = {"state": "failed", "finished_at": now, "error": "It was begun again and again and never came to an end."}
    return cancelled + lost.filter(attempts__gte=DEADLY).update(**deadly, **free) + lost.update(state="due", **free)


def ensure(kind: str, period: timedelta, now: datetime) -> None:
    """See to it that there is a job of a kind that comes back, and that it comes back in time."""
    put(kind, "", None, now)
    found = Job.objects.filter(kind=kind, key="")
    found.filter(state__in=OVER).update(state="due", due_at=now, finished_at=None)
    found.filter(state="due", due_at__gt=now + period).update(due_at=now + period)


def forget(before: datetime) -> int:
    """Delete the jobs that were over before this moment; how many."""
    gone, _ = Job.objects.filter(finished_at__lt=before).delete()
    return gone


def next_due(kind: str) -> QuerySet[Job]:
    """Those of a kind that wait, the earliest first, found by the index of both however many there are of others.

    Each database is told in its own way: where the kind is named by an equality, PostgreSQL may look for it among all
    that is due; where it is not, SQLite without statistics sorts all that is due.
    """
    same = {"kind": kind} if connection.vendor == "sqlite" else {"kind__gte": kind, "kind__lte": kind}
    return Job.objects.filter(**same, state="due").order_by("kind", "due_at")


def _mine(held: Held) -> Any:
    return Job.objects.filter(pk=held.job_id, owner=held.owner, fence=held.fence, state="working")


def _lost(now: datetime) -> Q:
    return Q(state="working", lease_until__lt=now)


def _take(ids: list[str], owner: str, until: datetime) -> None:
    if ids:
        Job.objects.filter(pk__in=ids, state="due").update(
            state="working",
            owner=owner,
            lease_until=until,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            cancel_asked=False,
        )


def _make_due(found: Any, due_at: datetime, more: Mapping[str, Any]) -> bool:
    fresh = {"attempts": 0, "error": "", "finished_at": None, "cancel_asked": False, "owner": None}
    made = found.update(state="due", due_at=due_at, lease_until=None, fence=F("fence") + 1, **fresh, **more)
    if made:
        _ring_after_commit()
    return bool(made)


def _ring_after_commit() -> None:
    transaction.on_commit(bells.ring)
