"""What is done with many cases of the list at once: hand them over, put them aside, take answers back, lead to where
they are answered.

Routed by `urls`. Each case is decided on its own by `desk` and `escalations`, so some may be refused, and it is said
why. Answers that are given to many at once are `case_deeds`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from runtime.cases import desk, escalations, inbox
from runtime.cases.inbox import wanted_of
from runtime.models import Escalation
from runtime.permissions import Person
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.case_deeds import alike
from runtime.views.case_pauses import SNOOZES, moment, until

type Deed = Callable[[str], Any]


@require_POST
@needs("escalations:write")
def case_several(request: HttpRequest) -> HttpResponse:
    """The chosen deed with the chosen cases, then back to the list."""
    refused: list[str] = []
    cases = inbox.chosen(request.POST.getlist("case"), request.user)
    if request.POST.get("deed") == "answer":
        return _answer(request, cases)
    chosen = [case.pk for case in cases]
    found = _deed(request.user, request.POST.get("deed", ""), request.POST.get("to", ""), request.POST.get("hours", ""))
    if found is None:
        messages.error(request, "Choose what to do with them.")
    else:
        refused = _tell(request, desk.each_of(chosen, found[1]), found[0])
    # What was refused stays chosen, for another try.
    return redirect(_with_chosen(request, reverse("case_list"), refused))


def _answer(request: HttpRequest, cases: list[Escalation]) -> HttpResponse:
    """On to where the chosen cases are given one answer; where they cannot be, why not."""
    chosen = [case.pk for case in cases]
    why = _apart(cases)
    if why:
        messages.error(request, f"These cases cannot be answered together: {why}")
        return redirect(_with_chosen(request, reverse("case_list"), chosen))
    return redirect(_with_chosen(request, reverse("case_many", args=[chosen[0]]), chosen))


def _apart(cases: list[Escalation]) -> str:
    """Why these cannot be given one answer; empty where they can."""
    if not cases:
        return "none of them is chosen, or yours to answer."
    if not all(case.asked.get("bulk") for case in cases):
        return "whoever drew the workflow has cases like this answered one by one."
    first = Escalation.objects.select_related("run").get(pk=cases[0].pk)
    rows = alike(first, Escalation.objects.filter(pk__in=[case.pk for case in cases]))
    if rows.count() < len(cases):
        return "they are of different steps or versions of a workflow, or some are settled by now."
    return ""


def _with_chosen(request: HttpRequest, path: str, chosen: list[str]) -> str:
    parts = [wanted_of(request.GET).query, f"chosen={'.'.join(chosen)}" if chosen else ""]
    query = "&".join(filter(None, parts))
    return f"{path}?{query}" if query else path


def _deed(user: Person, name: str, to: str, hours: str) -> tuple[str, Deed] | None:
    """What is done with each, and how it is told."""
    now: datetime = timezone.now()
    if name == "assign":
        return f"are handed over to {to}", lambda case: desk.hand_over(case, user, to, now)
    if name == "pause" and hours in SNOOZES:
        end = until(hours, now)
        what = f"are put aside for everybody until {moment(end)}"
        return what, lambda case: desk.snooze(case, user, end, now)
    if name == "undo":
        return "are open again", lambda case: escalations.undo(case, user, now)
    return None


def _tell(request: HttpRequest, done: Any, what: str) -> list[str]:
    """Say what became of them; the ids of those that were refused."""
    if isinstance(done, Refused):
        messages.error(request, done.detail)
        return []
    refused = {each.escalation: each.outcome for each in done if isinstance(each.outcome, Refused)}
    if len(refused) < len(done):
        messages.success(request, f"{len(done) - len(refused)} of {len(done)} cases {what}.")
    for detail in dict.fromkeys(each.detail for each in refused.values()):
        messages.error(request, detail)
    return list(refused)
