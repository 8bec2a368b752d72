"""What is done with many cases of the list at once: hand them over, put them aside, take answers back.

Routed by `urls`. Each case is decided on its own by `desk` and `escalations`, so some may be refused, and it is said
why. Answers that are given to many at once are `case_deeds`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from runtime.cases import desk, escalations, inbox
from runtime.cases.inbox import wanted_of
from runtime.permissions import Person
from runtime.refused import Refused
from runtime.views.access import needs
from runtime.views.case_deeds import SNOOZES

type Deed = Callable[[str], Any]


@require_POST
@needs("escalations:write")
def case_several(request: HttpRequest) -> HttpResponse:
    """The chosen deed with the chosen cases, then back to the list."""
    refused: list[str] = []
    chosen = [case.pk for case in inbox.chosen(request.POST.getlist("case"), request.user)]
    found = _deed(request.user, request.POST.get("deed", ""), request.POST.get("to", ""), request.POST.get("hours", ""))
    if found is None:
        messages.error(request, "Choose what to do with them.")
    else:
        refused = _tell(request, desk.each_of(chosen, found[1]), found[0])
    # What was refused stays chosen, for another try.
    parts = [wanted_of(request.GET).query, f"chosen={'.'.join(refused)}" if refused else ""]
    query = "&".join(filter(None, parts))
    return redirect(reverse("case_list") + (f"?{query}" if query else ""))


def _deed(user: Person, name: str, to: str, hours: str) -> tuple[str, Deed] | None:
    """What is done with each, and how it is told."""
    now: datetime = timezone.now()
    if name == "assign":
        return f"are handed over to {to}", lambda case: desk.hand_over(case, user, to, now)
    if name == "pause" and hours in SNOOZES:
        until = now + timedelta(hours=SNOOZES[hours])
        return "are put aside", lambda case: desk.snooze(case, user, until, now)
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
