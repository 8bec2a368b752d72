"""Callbacks: whoever triggered a run with an address is told its end there, signed, and again until it is heard.

Put by `journal` in the transaction that ends the run: one job for each end of a run (a run that is retried ends
again). `api.callbacks` makes the body and asks `send`; the pages read the attempts. The run parking for a person is not
told: a caller who wants to know of that asks, and what a person is asked is nobody's business outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from runtime import audit, jobs
from runtime.models import CallbackAttempt, CallbackKey, Job, Run
from runtime.permissions import Person, may
from runtime.refused import Refused
from runtime.signing import keys
from runtime.signing.posting import post

KIND = "callback"
MOST_SHOWN = 50
LONGEST_WHY = 300


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown of a run's callbacks. `next_at`: when the next attempt is due; None where none is."""

    address: str
    attempts: tuple[CallbackAttempt, ...]
    state: str
    next_at: datetime | None


async def send(work: jobs.Work, url: str, body: bytes) -> jobs.Outcome:
    """Send the body once, and keep the attempt (`posting.post` says how it comes out)."""
    run_id = work.data["run"]
    secrets = await work.write(lambda: _secrets(work.now))

    def remember(status: int | None, why: str) -> None:
        if Run.objects.filter(pk=run_id).exists():
            CallbackAttempt.objects.create(run_id=run_id, at=work.now, status=status, why=why[:LONGEST_WHY])

    return await post(work, url, body, secrets, remember)


def told(run: Run) -> Told | None:
    """What became of a run's callbacks; None where nobody asked for one."""
    if not run.callback_url:
        return None
    attempts = tuple(CallbackAttempt.objects.filter(run=run).order_by("-pk")[:MOST_SHOWN])
    job = Job.objects.filter(kind=KIND, key=f"{run.pk}-{run.last_seq}").first()
    state = job.state if job else ""
    return Told(run.callback_url, attempts, state, job.due_at if job and state == "due" else None)


@transaction.atomic
def renew_key(user: Person, now: datetime) -> str | Refused:
    """Make a new key for callbacks; for a day both sign. The key, to be shown once. Refused: forbidden."""
    if not may(user, "settings:write"):
        return Refused("forbidden", "Only administrators change the key of callbacks.")
    row = CallbackKey.objects.select_for_update().filter(pk=1).first() or CallbackKey(pk=1)
    known = bool(row.changed_by)
    fresh = keys.renew(row, now)
    if not known:
        row.previous, row.previous_until = None, None  # Nobody was ever given the one before.
    row.changed_at, row.changed_by = now, user.get_username()
    row.save()
    audit.record(user.get_username(), "callbacks.key", "callbacks", now)
    return fresh


def _secrets(now: datetime) -> tuple[str, ...]:
    """The keys that sign; the first callback of an installation makes one, which nobody knows until it is renewed."""
    row = CallbackKey.objects.filter(pk=1).first()
    if row is None:
        made = CallbackKey(pk=1, changed_at=now)
        keys.renew(made, now)
        CallbackKey.objects.bulk_create([made], ignore_conflicts=True)
        row = CallbackKey.objects.get(pk=1)
    return keys.valid(row, now)
