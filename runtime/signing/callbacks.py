"""Callbacks: whoever triggered a run with an address is told its end there, signed, and again until it is heard.

Put by `journal` in the transaction that ends the run: one job for each end of a run (a run that is retried ends
again). `api.callbacks` makes the body and asks `send`; the pages read the attempts. The run parking for a person is not
told: a caller who wants to know of that asks, and what a person is asked is nobody's business outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from runtime import audit, jobs
from runtime.core.definition import Retry
from runtime.core.node import Failed
from runtime.core.retry import retry_at
from runtime.egress import Policy, RawRequest, RawResponse
from runtime.models import CallbackAttempt, CallbackKey, Job, Run
from runtime.permissions import Person, may
from runtime.refused import Refused
from runtime.signing import keys
from runtime.signing.signatures import signed

KIND = "callback"
TIMEOUT_S = 20.0
MAX_ANSWER = 65_536
PATIENT = Retry(attempts=8, first_s=5.0, factor=8.0, max_s=36_000.0)
"""Eight attempts within about a day: after 5 and 40 seconds, 5 and 43 minutes, 6 hours, then every 10."""
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
    """Send the body once. An answer of 2xx ends it well, 410 for good; the rest is tried again for about a day."""
    run_id = work.data["run"]
    secrets = await work.write(lambda: _secrets(work.now))
    headers = signed(secrets, f"msg_{work.key}", work.now, body)
    sent = {
        "Content-Type": "application/json",
        "webhook-id": headers.id,
        "webhook-timestamp": headers.timestamp,
        "webhook-signature": headers.signature,
    }
    policy = Policy(networks=tuple(settings.INTERLOCK["ALLOWED_NETWORKS"]), max_bytes=MAX_ANSWER, redirects=0)
    answer = await work.egress.exchange(RawRequest("POST", url, sent, body, TIMEOUT_S), policy)
    status, why = _read(answer)

    def remember() -> None:
        if Run.objects.filter(pk=run_id).exists():
            CallbackAttempt.objects.create(run_id=run_id, at=work.now, status=status, why=why[:LONGEST_WHY])

    if not why:
        return jobs.Done(also=remember)
    if status == 410 or (isinstance(answer, Failed) and not answer.passing and status is None):
        return jobs.GivenUp(why, also=remember)
    at = retry_at(PATIENT, work.attempt, work.now, work.job_id, _asked_to_wait(answer))
    if at is None:
        return jobs.GivenUp(f"Nobody has taken it for a day. The last time: {why}", also=remember)
    return jobs.Again(at=at, why=why, also=remember)


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
    fresh = keys.renew(row, now)
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


def _read(answer: RawResponse | Failed) -> tuple[int | None, str]:
    """The status that came, and what is wrong with it; what the other side wrote is not read."""
    status = answer.status if isinstance(answer, RawResponse) else _status_of(answer.detail)
    if status is None:
        return None, answer.message if isinstance(answer, Failed) else ""
    if 200 <= status < 300:
        return status, ""
    if status == 410:
        return status, "The other side wants no more of this (410)."
    if 300 <= status < 400:
        return status, f"The other side redirected ({status}); that is not followed."
    return status, f"The other side answered {status}."


def _status_of(detail: Any) -> int | None:
    """The status of an answer that was too long to be read: it was heard all the same."""
    return detail.get("status") if isinstance(detail, dict) else None


def _asked_to_wait(answer: RawResponse | Failed) -> float | None:
    asked = answer.headers.get("retry-after", "") if isinstance(answer, RawResponse) else ""
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else None
