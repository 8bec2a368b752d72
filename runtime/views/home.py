"""Home: what needs me now, what is in trouble, how today went, and how the last days were.

Routed by `urls`. The numbers of days are `figures`; the cases are the inbox's own.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from runtime import figures, queues
from runtime.cases import inbox, order
from runtime.cases.inbox import View, Wanted
from runtime.finding import gathered
from runtime.gates import incidents
from runtime.ids import first_id_at
from runtime.models import Blueprint, Escalation
from runtime.permissions import Person, permissions_of, visible_escalations
from runtime.sight import seen_runs
from runtime.triggers import schedules
from runtime.views.gate_pages import drawn

MOST = 6
COUNTED: tuple[View, ...] = ("open", "mine", "overdue", "incidents")
"""The views whose numbers stand on the page."""
FIRST: tuple[View, ...] = ("overdue", "incidents", "mentions", "mine", "open")
"""The views whose cases stand on the page, the most urgent first."""


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, and how the runs that they may see went."""
    now, held = timezone.now(), permissions_of(request.user)
    cases, seen = visible_escalations(request.user), seen_runs(request.user, held=held)
    runs, whole, morning = seen.runs, "workflows:read" in held, now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = figures.today(runs, morning)
    real = figures.real_cases(cases)
    troubles = figures.troubles(runs, cases, now)
    deserted = queues.deserted() if "workflows:write" in held else []
    names = _names({each.workflow for each in troubles})
    gates = incidents.open_to(request.user)
    counted = inbox.counts(request.user, Wanted(), now, COUNTED)
    context = {
        "cases": _first(request.user, now),
        "counts": {**counted, "incidents": counted["incidents"] + len(gates)},
        "runs": runs.select_related("blueprint").defer("blueprint__document").order_by("-pk")[:MOST],
        "today": today,
        "at_least": today.looked_at >= figures.MOST_OUTCOMES or not seen.reaches(first_id_at(morning)),
        "may_draw": "workflows:write" in held,
        "troubles": [(each, names.get(each.workflow, each.workflow)) for each in troubles],
        "deserted": [(each, each.called) for each in deserted],
        "most_waiting": queues.MOST_WAITING,
        "closed_gates": drawn.closed(gates),
        "schedules": schedules.in_trouble(now, MOST) if "workflows:write" in held else [],
        # Who sees the runs of his cases only would see a rate of those, which says nothing.
        "rates": figures.rates(figures.real_runs(runs), now) if whole else None,
        "reasons": figures.reasons(real, now),
        "answers": figures.answers(real, now),
    }
    return render(request, "runtime/home.html", context)


def _first(user: Person, now: datetime) -> list[Escalation]:
    """What is due soon, incidents, where this person is mentioned, his own, then the others; within each of these by
    due time, what is never due last, and the oldest first.
    """
    lists = [order.ordered(inbox.cases_of(user, Wanted(view), now), by_due=True) for view in FIRST]
    parts = gathered([rows.values_list("pk", "due_at")[:MOST] for rows in lists])
    told = [pk for part in parts for pk, due in sorted(part, key=lambda row: (row[1] is None, str(row[1]), row[0]))]
    ids = list(dict.fromkeys(told))[:MOST]
    found = Escalation.objects.filter(pk__in=ids).select_related("assignee", "run__blueprint")
    found = found.defer("asked", "reasons", "run__blueprint__document")
    return sorted(found, key=lambda case: ids.index(case.pk))


def _names(slugs: Set[str]) -> dict[str, str]:
    found = Blueprint.objects.filter(workflow__in=slugs).order_by("version").values_list("workflow", "name")
    return dict(found) if slugs else {}
