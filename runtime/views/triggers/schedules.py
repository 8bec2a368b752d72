"""The pages of schedules: all of a workflow, one with its next times and its history, and what is done to it.

Routed by `urls`. The rules are in `runtime.triggers.schedules`; when times come, in `cadences`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from runtime.fields import fields_of
from runtime.json_gate import write_json
from runtime.models import Schedule
from runtime.refused import FieldError, Refused
from runtime.triggers import cadences, schedules
from runtime.triggers.schedules import Wanted
from runtime.views.access import needs
from runtime.views.settings.telling import told
from runtime.views.triggers.shown import Place, errors_by_name, input_fields, input_of, place_of

AHEAD = 5
HISTORY = 20
DEEDS = {
    "pause": (schedules.pause, "Paused: it fires no more until you resume it."),
    "resume": (schedules.resume, "Resumed: it fires from its next time on."),
    "remove": (schedules.remove, "Removed. The runs that it started stay."),
}


@require_safe
@needs("workflows:read")
def listed(request: HttpRequest, slug: str) -> HttpResponse:
    """All schedules of a workflow."""
    here = place_of(request, slug)
    found = Schedule.objects.filter(workflow=slug).defer("input").order_by("pk")
    rows = [(each, cadences.words_of(each.cadence)) for each in found]
    return render(request, "runtime/triggers/schedules.html", {"here": here, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("workflows:write")
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """A new schedule."""
    here = place_of(request, slug)
    return _saved(request, here, None) if request.method == "POST" else _form(request, here, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("workflows:write")
def one(request: HttpRequest, slug: str, schedule_id: str) -> HttpResponse:
    """A schedule: what it is, when it fires next, and when it did."""
    here, row = place_of(request, slug), _row(slug, schedule_id)
    return _saved(request, here, row) if request.method == "POST" else _form(request, here, row)


@require_POST
@needs("workflows:write")
def deed(request: HttpRequest, slug: str, schedule_id: str) -> HttpResponse:
    """Pause, resume or remove it."""
    row = _row(slug, schedule_id)
    act, done = DEEDS.get(request.POST.get("deed", ""), (None, ""))
    if act is None:
        messages.error(request, "Choose what is to be done.")
    else:
        told(request, act(slug, row.pk, request.user, timezone.now()), done)
    gone = act is schedules.remove
    return redirect("trigger_schedules", slug) if gone else redirect("trigger_schedule", slug, row.pk)


@require_safe
@needs("workflows:read")
def times(request: HttpRequest, slug: str) -> HttpResponse:
    """The next times of what is being typed."""
    chosen = _cadence(request.GET)
    found = ahead(chosen, request.GET.get("zone", ""), timezone.now())
    return render(request, "runtime/triggers/_times.html", {**found, "slug": slug})


def ahead(chosen: cadences.Cadence, zone: str, now: datetime) -> dict[str, Any]:
    """The next times in a zone, or why there are none."""
    expression = cadences.expression_of(chosen)
    if isinstance(expression, FieldError):
        return {"times": [], "zone": zone, "why": expression.message}
    if not cadences.is_zone(zone):
        return {"times": [], "zone": zone, "why": "Choose a time zone."}
    found = islice(cadences.times(expression, zone, now), AHEAD)
    shown = [(at, at.astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y, %H:%M")) for at in found]
    return {"times": shown, "zone": zone, "why": "", "words": cadences.words_of(chosen)}


def _saved(request: HttpRequest, here: Place, row: Schedule | None) -> HttpResponse:
    given = input_of(request, here.schema)
    if isinstance(given, Refused):
        return _form(request, here, row, given)
    wanted = Wanted(
        name=request.POST.get("name", ""),
        cadence=_cadence(request.POST),
        zone=request.POST.get("zone", "").strip(),
        input=given,
        catch_up=request.POST.get("catch_up") != "skip",
    )
    done = schedules.save(here.slug, row.pk if row else "", wanted, request.user, timezone.now())
    if isinstance(done, Refused):
        return _form(request, here, row, done)
    messages.success(request, f"“{done.name}” is kept.")
    return redirect("trigger_schedule", here.slug, done.pk)


def _form(request: HttpRequest, here: Place, row: Schedule | None, refused: Refused | None = None) -> HttpResponse:
    own, inside = errors_by_name(refused)
    posted = request.POST if refused else None
    chosen = _cadence(request.POST) if refused else (row.cadence if row else {"kind": "weekday", "time": "09:00"})
    zone = posted.get("zone", "") if posted is not None else (row.zone if row else "UTC")
    context = {
        "here": here,
        "row": row,
        "words": cadences.words_of(row.cadence) if row else "",
        "refused": refused,
        "own": own,
        "name": posted.get("name", "") if posted is not None else (row.name if row else ""),
        "chosen": chosen,
        "zone": zone,
        "catch_up": posted.get("catch_up") != "skip" if posted is not None else (row.catch_up if row else True),
        "fields": input_fields(request, here.schema, row.input if row else {}, inside),
        "json": _json(request, here, row),
        "whole": inside.get("", ""),
        "history": list(row.firings.select_related("run").order_by("-due_at")[:HISTORY]) if row else [],
        "next": ahead(chosen, zone, timezone.now()),
        **_offered(chosen),
    }
    return render(request, "runtime/triggers/schedule.html", context, status=422 if refused else 200)


def _offered(chosen: Mapping[str, Any]) -> dict[str, Any]:
    days = chosen.get("days") or []
    return {
        "kinds": cadences.KINDS.items(),
        "days": [(number, name, number in days) for number, name in enumerate(cadences.DAYS)],
        "month_days": [*(str(day) for day in range(1, 32)), cadences.LAST],
        "month_day": str(chosen.get("day", 1)),
        "minutes": cadences.MINUTES,
        "hours": cadences.HOURS,
        "zones": cadences.zones(),
    }


def _json(request: HttpRequest, here: Place, row: Schedule | None) -> str:
    """The input as JSON where fields cannot show it."""
    if request.method == "POST":
        return request.POST.get("json", "")
    named = {field.name for field in fields_of(here.schema)}
    whole = row is not None and isinstance(row.input, dict) and set(row.input) <= named
    return "" if row is None or whole else write_json(row.input)


def _cadence(given: QueryDict) -> dict[str, Any]:
    """What was chosen, as far as its kind asks for it."""
    kind = given.get("kind", "")
    day = given.get("day", "")
    every = given.get("minutes" if kind == "minutes" else "hours", "")
    typed: dict[str, Any] = {
        "time": given.get("time", "").strip()[:5],
        "days": [int(each) for each in given.getlist("days")[:7] if each in "0123456" and len(each) == 1],
        "day": day if day == cadences.LAST else _number(day),
        "every": _number(every),
        "minute": _number(given.get("minute", "")),
        "expression": given.get("expression", "").strip()[: cadences.LONGEST + 1],
    }
    wanted = {
        "day": ("time",),
        "weekday": ("time",),
        "week": ("time", "days"),
        "month": ("time", "day"),
        "minutes": ("every",),
        "hours": ("every", "minute"),
        "cron": ("expression",),
    }
    return {"kind": kind, **{name: typed[name] for name in wanted.get(kind, ())}}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _row(slug: str, schedule_id: str) -> Schedule:
    found = Schedule.objects.filter(pk=schedule_id, workflow=slug).first()
    if found is None:
        raise Http404("There is no such schedule.")
    return found
