"""The page of background work: what is worked on, what failed, what waits; and the key that signs callbacks.

The rules are in `runtime.jobs` and `runtime.signing.callbacks`. Each list is read by an index, and only its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from runtime import audit, jobs
from runtime.models import Batch, CallbackKey, Job, Schedule
from runtime.refused import Refused
from runtime.signing import callbacks
from runtime.views.access import needs
from runtime.views.settings.telling import told

MOST = 50
WORDS: Mapping[str, str] = {
    "backtest": "Replaying past runs on a draft",
    "batch": "Starting a run for each row of a file",
    "callback": "Telling a caller how a run ended",
    "forgetting": "Forgetting what is old",
    "gates.fold": "Adding up what gates have learned",
    "gates.profiles": "Computing what the pages of gates show",
    "gates.waiting": "Looking after gates that wait for an answer",
    "notice.hook": "Telling another service of a case",
    "notice.mail": "Writing to people about their cases",
    "notices": "Looking which cases people are to be told of",
    "retention": "Deleting runs that are kept no longer",
    "schedule": "Starting a run by the clock",
    "triggers": "Tidying up what starts runs",
    "upkeep": "Counting what the database plans by",
}
"""What each kind of job is in words; one that is not here is shown as it is written."""


@require_safe
@needs("admin")
def listed(request: HttpRequest) -> HttpResponse:
    """What is going on in the background."""
    return _page(request)


@require_POST
@needs("admin")
def deed(request: HttpRequest, job_id: str) -> HttpResponse:
    """Try a job now, or cancel it."""
    job = get_object_or_404(Job, pk=job_id)
    wanted, by, now = request.POST.get("deed", ""), request.user.get_username(), timezone.now()
    said = {"kind": job.kind, "key": job.key}
    if wanted == "retry" and jobs.retry(job.pk):
        audit.record(by, "job.retried", f"job:{job.pk}", now, said)
        messages.success(request, "It is tried now.")
    elif wanted == "cancel" and not jobs.is_periodic(job.kind) and jobs.cancel(job_id=job.pk):
        audit.record(by, "job.cancelled", f"job:{job.pk}", now, said)
        messages.success(request, "Cancelled. What was under way ends at the next opportunity.")
    else:
        messages.error(request, "It has gone on in the meantime, and nothing was changed.")
    return redirect("settings_work")


@require_POST
@needs("admin")
def callback_key(request: HttpRequest) -> HttpResponse:
    """Make a new key for callbacks; this one answer shows it."""
    fresh = callbacks.renew_key(request.user, timezone.now())
    if isinstance(fresh, Refused):
        told(request, fresh, "")
        return redirect("settings_work")
    return _page(request, fresh)


def _page(request: HttpRequest, secret: str = "") -> HttpResponse:
    now = timezone.now()
    key = CallbackKey.objects.filter(pk=1).first()
    context = {
        "working": _rows(Job.objects.filter(state="working").order_by("-pk")[:MOST]),
        "failed": _rows(Job.objects.filter(state="failed").order_by("-pk")[:MOST]),
        "waiting": _rows(Job.objects.filter(state="due").order_by("due_at")[:MOST]),
        "most": MOST,
        "now": now,
        "key": key,
        "old_until": key.previous_until if key and key.previous_until and key.previous_until > now else None,
        "secret": secret,
    }
    answer = render(request, "runtime/settings/work.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _rows(found: Iterable[Job]) -> list[dict[str, Any]]:
    found = list(found)
    names = _names(found)
    return [
        {
            "job": job,
            "words": WORDS.get(job.kind, job.kind),
            "name": names.get((job.kind, job.key), ""),
            "about": f"{WORDS.get(job.kind, job.kind)} {names.get((job.kind, job.key), job.key)}",
            "comes_back": jobs.is_periodic(job.kind),
            "run": str(job.data["run"]) if job.kind == callbacks.KIND and isinstance(job.data, dict) else "",
        }
        for job in found
    ]


def _names(found: Iterable[Job]) -> dict[tuple[str, str], str]:
    """What people call the files and schedules that jobs are about, by kind and key."""
    keys: dict[str, list[str]] = {}
    for job in found:
        keys.setdefault(job.kind, []).append(job.key)
    named = {
        "batch": Batch.objects.filter(pk__in=keys.get("batch", [])).values_list("pk", "name"),
        "schedule": Schedule.objects.filter(pk__in=keys.get("schedule", [])).values_list("pk", "name"),
    }
    return {(kind, str(key)): name for kind, rows in named.items() for key, name in rows}
