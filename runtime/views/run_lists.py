"""The list of runs: filters with counts, free text, pages, and all of it as a table file.

Used by `urls`. What fits is `finding`; what a person may see is `permissions`. Nothing here grows with what is stored:
counts stop at `MOST_COUNTED`, free text looks through the newest `WINDOW` runs at a time and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from runtime.finding import WINDOW, askable, counted, narrowed, searched, window_of
from runtime.models import Blueprint, Run
from runtime.permissions import Person, permissions_of, visible_runs
from runtime.traces import drawing, moment
from runtime.views.access import needs
from runtime.views.csv_files import csv_file, csv_lines
from runtime.views.paging import page_of

STATUSES = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")
MOST_COUNTED = 1_000
CHUNK = 500
MOST_EXPORTED = 200_000
COLUMNS = ("run", "workflow", "version", "status", "outcome", "started by", "labels", "started", "ended", "seconds")


@require_safe
@needs("runs:read")
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs that this person may see, newest first, filtered by workflow, status, outcome and free text."""
    chosen = _chosen(request.GET)
    filters = {name: chosen[name] for name in ("workflow", "status", "outcome")}
    held = permissions_of(request.user)
    seen = visible_runs(request.user, held=held)
    rows = narrowed(seen, **filters)
    window = window_of(rows, request.GET.get("before", "")) if chosen["q"] else None
    fitting = searched(rows, chosen["q"], window) if window else rows
    names = dict(Blueprint.objects.order_by("version").values_list("workflow", "name"))
    outcomes = _outcomes(chosen["workflow"])
    # Of somebody who sees the runs of his cases only, each count would be a walk through those cases.
    numbers = _counts(seen, filters, outcomes) if "workflows:read" in held else {}
    context = {
        "page": page_of(fitting.select_related("blueprint").defer("blueprint__document"), request.GET),
        "further": _further(request, window.oldest) if window and window.full else "",
        "looked_through": WINDOW,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "statuses": [(status, numbers.get(status, "")) for status in STATUSES],
        "outcomes": [(outcome, numbers.get(f"→{outcome}", "")) for outcome in outcomes],
        "workflows": _told_apart(names),
        "query": request.GET.urlencode(),
    }
    return render(request, "runtime/run_list.html", context)


@require_safe
@needs("runs:read")
async def run_export(request: HttpRequest) -> StreamingHttpResponse:
    """All runs that fit the filters as CSV, written as they are read."""
    chosen, user = _chosen(request.GET), await request.auser()
    return csv_file("runs", _lines(user, chosen))


async def _lines(user: Person, chosen: Mapping[str, str]) -> AsyncIterator[str]:
    """The file, a few hundred lines at a time; what the person may see is asked anew for each of them."""
    yield csv_lines([COLUMNS])
    before, left = "", MOST_EXPORTED
    while left > 0:
        rows, before = await sync_to_async(_chunk)(user, chosen, before)
        if rows:
            yield csv_lines(_cells(run) for run in rows[:left])
        left -= len(rows)
        if not before:
            return
    yield csv_lines([[f"Only the newest {MOST_EXPORTED:,} runs are here: choose a narrower filter for the others."]])


def _chunk(user: Person, chosen: Mapping[str, str], before: str) -> tuple[list[Run], str]:
    """The next runs behind an id, and behind which id to go on; empty where nothing is left."""
    filters = {name: chosen[name] for name in ("workflow", "status", "outcome")}
    rows = narrowed(visible_runs(user), **filters)
    if not chosen["q"]:
        found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[:CHUNK])
        return found, found[-1].pk if len(found) == CHUNK else ""
    window = window_of(rows, before)
    found = list(searched(rows, chosen["q"], window).order_by("-pk"))
    return found, window.oldest if window.full else ""


def _cells(run: Run) -> list[str]:
    labels = "; ".join(f"{name}: {value}" for name, value in (run.labels or {}).items())
    took = (run.finished_at - run.created_at).total_seconds() if run.finished_at else None
    times = [_moment(run.created_at), _moment(run.finished_at), "" if took is None else f"{took:.3f}"]
    shown = [run.pk, run.workflow, str(run.version), run.status, run.outcome or "", run.requester, labels]
    return [*shown, *times]


def _moment(at: datetime | None) -> str:
    return moment(at) or ""


def _chosen(given: Mapping[str, str]) -> dict[str, str]:
    names = ("workflow", "status", "outcome", "q")
    return {name: askable(given.get(name, ""), 200).strip() for name in names}


def _counts(seen: QuerySet[Run], filters: Mapping[str, str], outcomes: Sequence[str]) -> dict[str, str]:
    """How many runs each choice of a filter would show, beside the other filters; outcomes stand behind an arrow."""
    asked = {status: {**filters, "status": status, "outcome": ""} for status in STATUSES}
    asked |= {f"→{outcome}": {**filters, "outcome": outcome, "status": ""} for outcome in outcomes}
    numbers = counted([narrowed(seen, **each) for each in asked.values()], MOST_COUNTED)
    return {
        name: f"{MOST_COUNTED:,}+" if number > MOST_COUNTED else str(number)
        for name, number in zip(asked, numbers, strict=True)
    }


def _further(request: HttpRequest, oldest: str) -> str:
    """The query string that looks through the runs before the oldest one that was looked at."""
    link = request.GET.copy()
    link.pop("since", None)
    link["before"] = oldest
    return f"?{link.urlencode()}"


def _told_apart(names: dict[str, str]) -> list[tuple[str, str]]:
    """Slug and name of each workflow, by name; the slug beside the name where another one is called the same."""
    often = Counter(names.values())
    told = {slug: name if often[name] == 1 else f"{name} ({slug})" for slug, name in names.items()}
    return sorted(told.items(), key=lambda item: item[1])


def _outcomes(workflow: str) -> list[str]:
    """The outcomes that a workflow's newest drawing has; the runs, of which there may be millions, are not asked."""
    newest = Blueprint.objects.filter(workflow=workflow).order_by("-version").first() if workflow else None
    if newest is None:
        return []
    return sorted(sign.name for sign in drawing(newest.pk).signs.values() if sign.kind == "outcome")
