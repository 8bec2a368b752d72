"""What people do with a case beside settling it: take it, hand it over, put it aside, write, take an answer back.

Each is a POST that ends at the case it was about, or at the next one. The rules are in `escalations`, `holds` and
`desk`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from runtime.cases import desk, escalations, holds, inbox
from runtime.cases.answers import Answer
from runtime.cases.forecasts import forecasts
from runtime.cases.inbox import wanted_of
from runtime.ids import is_id
from runtime.models import Escalation
from runtime.permissions import may, visible_escalations
from runtime.refused import Refused
from runtime.views import case_pauses, cases
from runtime.views.access import needs


@require_POST
@needs("escalations:write")
def case_claim(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take a case, or give it back."""
    case = cases.visible(request, case_id)
    deed = holds.release if request.POST.get("release") else holds.claim
    return _back(request, case, deed(case.pk, request.user, timezone.now()))


@require_POST
@needs("escalations:write")
def case_assign(request: HttpRequest, case_id: str) -> HttpResponse:
    """Mean a case for somebody."""
    case = cases.visible(request, case_id)
    return _back(request, case, desk.hand_over(case.pk, request.user, request.POST.get("to", ""), timezone.now()))


@require_POST
@needs("escalations:write")
def case_snooze(request: HttpRequest, case_id: str) -> HttpResponse:
    """Put a case aside for some hours, or back into sight; then on to the next."""
    case, now = cases.visible(request, case_id), timezone.now()
    hours = request.POST.get("hours", "")
    end = case_pauses.until(hours, now) if hours in case_pauses.SNOOZES else None
    done = desk.snooze(case.pk, request.user, end, now)
    if isinstance(done, Refused) or end is None:
        return _back(request, case, done)
    messages.success(request, case_pauses.paused(case, end))
    return redirect(cases.onward(request, case))


@require_POST
@needs("escalations:write")
def case_remark(request: HttpRequest, case_id: str) -> HttpResponse:
    """Write beside a case. A name that is nobody's is told first, since it would reach nobody."""
    case, text = cases.visible(request, case_id), request.POST.get("text", "")
    unknown = () if "anyway" in request.POST else desk.mentioned(case, text)[1]
    if unknown:
        return cases.desk(request, case, remark=(text, ", ".join(f"@{name}" for name in unknown)))
    return _back(request, case, desk.remark(case.pk, request.user, text, timezone.now()))


@require_POST
@needs("escalations:write")
def case_undo(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take one's answer back. It stands in the form again, which is why this shows the case and leads to no page."""
    case = cases.visible(request, case_id)
    done = escalations.undo(case.pk, request.user, timezone.now())
    if isinstance(done, Refused):
        return _back(request, case, done)
    page = cases.desk(request, cases.visible(request, case_id), before=done.answer)
    page["HX-Push-Url"] = _address(request, case)
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@needs("escalations:read")
def case_many(request: HttpRequest, case_id: str) -> HttpResponse:
    """The open cases of the same step, to be given one answer at once; only where the designer allows it."""
    case = cases.visible(request, case_id)
    if request.method == "POST" and not may(request.user, "escalations:write"):
        raise PermissionDenied("This needs the permission escalations:write.")
    if not case.asked.get("bulk"):
        messages.error(request, "Cases like this are answered one by one.")
        return redirect("case_detail", case.pk)
    if request.method == "POST":
        return _answer_many(request, case)
    return _page_of_many(request, case)


@require_POST
@needs("escalations:read")
def case_view(request: HttpRequest) -> HttpResponse:
    """Keep a view under a name, or drop it."""
    wanted, name = wanted_of(request.POST), request.POST.get("name", "")
    if request.POST.get("forget"):
        inbox.forget(request.user, name)
    elif not inbox.save(request.user, name, wanted):
        messages.error(
            request, f"A view needs a name and a short search, and there is room for {inbox.MOST_SAVED} of them."
        )
    return redirect(f"{reverse('case_list')}?{wanted.query}")


def alike(case: Escalation, rows: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """Those of some cases that can be given one answer with this one: open, and of the same step and version."""
    return rows.filter(workflow=case.workflow, run__version=case.run.version, node=case.node, state="open")


def _page_of_many(request: HttpRequest, case: Escalation, refused: Refused | None = None) -> HttpResponse:
    chosen = [each for each in request.GET.get("chosen", "").split(".")[: desk.MOST_AT_ONCE] if is_id(each)]
    same = alike(case, visible_escalations(request.user))
    same = same.filter(pk__in=chosen) if chosen else same
    ahead = forecasts(case)
    choices = [{**each, "ahead": ahead.get(each["name"])} for each in case.asked.get("choices") or ()]
    context = {
        "case": case,
        "cases": [each for each in same.order_by("id")[: desk.MOST_AT_ONCE] if each.asked.get("bulk")],
        "choices": choices,
        "chosen": chosen or [case.pk],
        "refused": refused,
        "wanted": wanted_of(request.GET),
    }
    return render(request, "runtime/case_many.html", context, status=422 if refused else 200)


def _answer_many(request: HttpRequest, case: Escalation) -> HttpResponse:
    ids = request.POST.getlist("case")
    given = [(each, request.POST.get(f"digest-{each}", "")) for each in ids]
    answer = Answer(request.POST.get("choice", ""), {}, request.POST.get("comment", ""))
    now, grace_s = timezone.now(), settings.INTERLOCK["UNDO_S"]
    seen = {each.pk for each in inbox.chosen(ids, request.user)}
    done = desk.resolve_many([pair for pair in given if pair[0] in seen], request.user, answer, now, grace_s)
    if isinstance(done, Refused):
        return _page_of_many(request, case, done)
    refused = [each.outcome for each in done if isinstance(each.outcome, Refused)]
    if len(refused) < len(done):
        messages.success(request, f"{len(done) - len(refused)} of {len(done)} cases are answered.")
    for detail in dict.fromkeys(each.detail for each in refused):
        messages.error(request, detail)
    late = [each.escalation for each in done if isinstance(each.outcome, escalations.Resolved)]
    parts = [wanted_of(request.GET).query, f"several={'.'.join(late)}" if late and grace_s > 0 else ""]
    return redirect(f"{reverse('case_list')}?{'&'.join(filter(None, parts))}")


def _back(request: HttpRequest, case: Escalation, outcome: Any) -> HttpResponse:
    if isinstance(outcome, Refused):
        messages.error(request, f"{outcome.detail}")
    return redirect(_address(request, case))


def _address(request: HttpRequest, case: Escalation) -> str:
    query = wanted_of(request.GET).query
    return reverse("case_detail", args=[case.pk]) + (f"?{query}" if query else "")
