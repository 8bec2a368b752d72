"""The list of runs: filters with counts, free text, pages, and all of it as a table file.

Used by `urls`. What fits is `finding`; what a person may see is `permissions`. Nothing here grows with what is stored:
counts stop at `MOST_COUNTED`, free text looks through the newest `WINDOW` runs at a time and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import BadRequest
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from runtime.case_words import terms_of
from runtime.cases import inbox
from runtime.cases.inbox import Wanted, wanted_of
from runtime.finding import WINDOW, Walk, Window, askable, counted, gathered, narrowed, searched, window_of
from runtime.ids import is_id
from runtime.models import Blueprint, CaseWords, Run
from runtime.permissions import Permission, Person, permissions_of, visible_runs, workflows_seen
from runtime.run_titles import named
from runtime.sight import seen_that_fit
from runtime.traces.reading import drawing, moment
from runtime.views.access import needs
from runtime.views.csv_files import csv_file, csv_lines
from runtime.views.paging import page_of

SIMULATED = {"": None, "false": False, "true": True}
SORTS = (("false", "real"), ("true", "simulated"))
STATUSES = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")
MOST_COUNTED = 1_000
CHUNK = 500
MOST_EXPORTED = 200_000
COLUMNS = (
    *("run", "workflow", "version", "status", "outcome", "started by", "labels", "started", "ended", "seconds"),
    "title",
)


@require_safe
@needs("runs:read")
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs that this person may see, newest first, filtered by all that `_chosen` reads."""
    chosen, held = _chosen(request.GET), permissions_of(request.user)
    before, since = request.GET.get("before", ""), request.GET.get("since", "")
    fitting, window = _fitting(request.user, chosen, before, since, held)
    page = page_of(fitting.select_related("blueprint").defer("blueprint__document"), request.GET)
    if window and window.newest and not page.newer:
        page = replace(page, newer=_onward(request, since=window.newest))
    sealed = workflows_seen(request.user, held).values_list("version", "workflow", "name")
    saying = _saying(request.user, "" if page.rows else chosen["q"], held).values_list(Value(0), "case", Value(""))
    drawings, told = gathered([sealed, saying])
    names = {workflow: name for _, workflow, name in sorted(drawings)}
    outcomes = _outcomes(chosen["workflow"]) if chosen["workflow"] in names else []
    # Of somebody who sees the runs of his cases only, each count would be a walk through those cases.
    whole = "workflows:read" in held
    numbers = _counts(visible_runs(request.user, held=held), chosen, outcomes) if whole else {}
    context = {
        "page": page,
        "further": _onward(request, before=window.oldest) if window and window.oldest else "",
        "looked_through": WINDOW if whole else 0,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "statuses": [(status, numbers.get(status, "")) for status in STATUSES],
        "outcomes": [(outcome, numbers.get(f"→{outcome}", "")) for outcome in outcomes],
        "sorts": [(value, name, numbers.get(name, "")) for value, name in SORTS],
        "workflows": _told_apart(names),
        "query": request.GET.urlencode(),
        "in_cases": wanted_of({"q": chosen["q"]}).query if told else "",
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
    fitting, window = _fitting(user, chosen, before)
    rows = fitting.order_by("-pk")
    if window:
        return list(rows), window.oldest
    found = list((rows.filter(pk__lt=before) if before else rows)[:CHUNK])
    return found, found[-1].pk if len(found) == CHUNK else ""


def _fitting(
    user: Person, chosen: Mapping[str, str], before: str, since: str = "", held: frozenset[Permission] | None = None
) -> tuple[QuerySet[Run], Window | None]:
    """The runs that fit, and where not all of them were looked through, which ones were."""
    filters, simulated, words = _filters(chosen), SIMULATED[chosen["simulated"]], chosen["q"]
    if is_id(words.lower()):
        runs = narrowed(visible_runs(user, held=held), **filters, simulated=simulated)
        return runs.filter(pk=words.lower()), None
    seen = seen_that_fit(user, filters, simulated, before, since, held)
    window = seen.window or (window_of(seen.runs, before) if words else None)
    return (searched(seen.runs, words, window) if words and window else seen.runs), window


def _filters(chosen: Mapping[str, str]) -> dict[str, str]:
    return {name: chosen[name] for name in ("workflow", "status", "outcome")}


def _cells(run: Run) -> list[str]:
    labels = "; ".join(f"{name}: {value}" for name, value in (run.labels or {}).items())
    took = (run.finished_at - run.created_at).total_seconds() if run.finished_at else None
    times = [_moment(run.created_at), _moment(run.finished_at), "" if took is None else f"{took:.3f}"]
    shown = [run.pk, run.workflow, str(run.version), run.status, run.outcome or "", run.requester, labels]
    return [*shown, *times, named(run.title, run.workflow, run.pk)]


def _moment(at: datetime | None) -> str:
    return moment(at) or ""


def _chosen(given: Mapping[str, str]) -> dict[str, str]:
    names = ("workflow", "status", "outcome", "simulated", "q")
    chosen = {name: askable(given.get(name, ""), 200).strip() for name in names}
    if chosen["simulated"] not in SIMULATED:
        raise BadRequest("“simulated” is true or false.")
    return chosen


def _counts(seen: QuerySet[Run], chosen: Mapping[str, str], outcomes: Sequence[str]) -> dict[str, str]:
    """How many runs each choice of a filter would show, beside the other filters; outcomes stand behind an arrow."""
    filters, simulated = _filters(chosen), SIMULATED[chosen["simulated"]]
    asked = {status: ({**filters, "status": status, "outcome": ""}, simulated) for status in STATUSES}
    asked |= {f"→{outcome}": ({**filters, "outcome": outcome, "status": ""}, simulated) for outcome in outcomes}
    asked |= {name: (filters, SIMULATED[value]) for value, name in SORTS}
    apart = Walk(narrowed(seen, simulated=True), most=WINDOW)
    numbers = counted([*(_counting(seen, *each) for each in asked.values()), apart], MOST_COUNTED)
    there = numbers.pop()
    return {
        name: _number(number, sort is not None and there + (0 if sort else number) >= WINDOW)
        for (name, (_, sort)), number in zip(asked.items(), numbers, strict=True)
    }


def _counting(seen: QuerySet[Run], filters: Mapping[str, Any], simulated: bool | None) -> QuerySet[Run] | Walk:
    """What is counted, bounded however real and simulated runs are mixed."""
    if simulated is None:
        return narrowed(seen, **filters)
    if simulated:
        return Walk(narrowed(seen, simulated=True), {name: value for name, value in filters.items() if value})
    return Walk(narrowed(seen, **filters), {"simulated": False})


def _number(found: int, perhaps_more: bool) -> str:
    """A count as the filters say it; none where the walk may have ended before the first that fits."""
    if found > MOST_COUNTED:
        return f"{MOST_COUNTED:,}+"
    return str(found) if not perhaps_more else f"{found}+" if found else ""


def _saying(user: Person, words: str, held: frozenset[Permission]) -> QuerySet[CaseWords]:
    """One of the open cases that hold the words, which are kept beside each: lists of runs read no payload."""
    terms = terms_of(words) if "escalations:read" in held else []
    cases = inbox.cases_of(user, Wanted(), timezone.now()).order_by("id").values("pk")[: inbox.WINDOW]
    found = CaseWords.objects.filter(case__in=cases) if terms else CaseWords.objects.none()
    for term in terms:
        found = found.filter(text__contains=term)
    return found[:1]


def _onward(request: HttpRequest, **place: str) -> str:
    """The query string that goes on behind what was looked through."""
    link = request.GET.copy()
    for name in ("before", "since"):
        link.pop(name, None)
    link.update(place)
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
