"""Home: what needs me now, and what ran today."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from runtime.ids import first_id_at
from runtime.permissions import Person, may, visible_escalations, visible_runs

MOST = 6
MOST_COUNTED = 5_000


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, and how today's runs went."""
    cases = visible_escalations(request.user).filter(state="open")
    runs = visible_runs(request.user).select_related("blueprint").defer("blueprint__document")
    today = _today(request.user, timezone.now())
    context = {
        "cases": cases.select_related("assignee").order_by("pk")[:MOST],
        "waiting": cases.count(),
        "incidents": cases.filter(kind="incident").count(),
        "runs": runs.order_by("-pk")[:MOST],
        "today": today,
        "number": sum(row["number"] for row in today),
        "most_counted": MOST_COUNTED,
        "may_draw": may(request.user, "workflows:write"),
    }
    return render(request, "runtime/home.html", context)


def _today(user: Person, now: datetime) -> list[dict[str, Any]]:
    """Today's newest runs by status and outcome, the most frequent first; `share` in percent of the most frequent."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begun = visible_runs(user).filter(pk__gte=first_id_at(midnight)).order_by("-pk")
    counted = Counter(begun.values_list("status", "outcome")[:MOST_COUNTED]).most_common(10)
    return [
        {"status": status, "outcome": outcome, "number": number, "share": 100 * number / counted[0][1]}
        for (status, outcome), number in counted
    ]
