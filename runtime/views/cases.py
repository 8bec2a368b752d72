"""The cases that wait for people: a list, and one case with everything that is needed to settle it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from runtime import escalations
from runtime.escalations import Answer, Voted
from runtime.fields import fields_of, read_fields
from runtime.ids import is_id
from runtime.models import Escalation
from runtime.permissions import may, visible_escalations
from runtime.refused import Refused
from runtime.views.access import needs

MOST = 200
_STATUSES = {"forbidden": 403, "invalid_edits": 422, "unknown_choice": 422, "comment_required": 422}


@require_safe
@needs("escalations:read")
def case_list(request: HttpRequest) -> HttpResponse:
    """The open cases that this person may see: the oldest first, since somebody has waited longest for it."""
    chosen = {name: request.GET.get(name, "")[:200] for name in ("queue", "workflow", "whose")}
    seen = visible_escalations(request.user).filter(state="open")
    cases = seen.filter(**{name: chosen[name] for name in ("queue", "workflow") if chosen[name]})
    if chosen["whose"] == "mine":
        cases = cases.filter(assignee=request.user.pk)
    context = {
        "cases": cases.select_related("assignee").order_by("pk")[:MOST],
        "number": cases.count(),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "queues": seen.exclude(queue="").order_by("queue").values_list("queue", flat=True).distinct(),
        "workflows": seen.order_by("workflow").values_list("workflow", flat=True).distinct(),
        "now": timezone.now(),
    }
    return render(request, "runtime/case_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("escalations:read")
def case_detail(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case: why it stopped, what counts, and the answers; a POST settles it."""
    case = _visible(request, case_id)
    if request.method != "POST":
        return _page(request, case)
    answer = escalations.resolve(case.pk, request.user, _answer(case, request.POST), timezone.now())
    if isinstance(answer, Refused):
        case.refresh_from_db()
        return _page(request, case, answer)
    if isinstance(answer, Voted):
        messages.success(request, f"Your vote counts: {answer.given} of {answer.needed} have said the same.")
        return redirect("case_list")
    ends = case.kind == "incident" and request.POST.get("choice") == "fail"
    messages.success(request, "Settled. The run ends here." if ends else "Settled. The run goes on.")
    return redirect("run_detail", case.run_id)


@require_POST
@needs("escalations:write")
def case_claim(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take a case, or give it back."""
    case = _visible(request, case_id)
    deed = escalations.release if request.POST.get("release") else escalations.claim
    answer = deed(case.pk, request.user, timezone.now())
    if isinstance(answer, Refused):
        messages.error(request, answer.detail)
    return redirect("case_detail", case.pk)


def _visible(request: HttpRequest, case_id: str) -> Escalation:
    found = visible_escalations(request.user).select_related("run", "assignee")
    case = found.filter(pk=case_id).first() if is_id(case_id) else None
    if case is None:
        raise Http404("There is no such case, or you may not see it.")
    return case


def _page(request: HttpRequest, case: Escalation, refused: Refused | None = None) -> HttpResponse:
    now = timezone.now()
    held_until = case.claimed_until if case.claimed_until and case.claimed_until > now else None
    context = {
        "case": case,
        "answer": _label(case),
        "refused": refused,
        "general": [error for error in refused.errors if error not in _placed(refused)] if refused else [],
        "fields": _fields(case, request, refused),
        "comment": request.POST.get("comment", ""),
        "may_write": may(request.user, "escalations:write", case),
        "held_by_me": bool(held_until) and case.assignee_id == request.user.pk,
        "held_by_another": bool(held_until) and case.assignee_id not in (None, request.user.pk),
        "overdue": bool(case.due_at and case.due_at < now),
    }
    return render(request, "runtime/case_detail.html", context, status=_status(refused))


def _label(case: Escalation) -> str:
    """The answer as the button named it; empty while there is none."""
    choice = str((case.resolution or {}).get("choice", ""))
    labels = {each["name"]: each.get("label") for each in case.asked.get("choices") or ()}
    return labels.get(choice) or choice.replace("_", " ")


def _status(refused: Refused | None) -> int:
    if refused is None:
        return 200
    return _STATUSES.get(refused.code, 409)


def _schema(case: Escalation) -> dict[str, Any]:
    """What may be entered beside the choice, as the schema of one object."""
    if case.asked.get("form"):
        return dict(case.asked["form"])
    if case.kind == "incident":
        value = {"title": "Value to go on with (JSON)", "description": "Only for “Skip with a value”."}
        port = {"type": "string", "title": "Port to leave through", "description": "Only for “Skip”; empty: done."}
        return {"properties": {"value": value, "port": port}}
    editable: Mapping[str, Any] = case.asked.get("editable") or {}
    return {"properties": {name: {"title": name, **(each.get("schema") or {})} for name, each in editable.items()}}


def _fields(case: Escalation, request: HttpRequest, refused: Refused | None) -> list[Any]:
    values = {name: each.get("value") for name, each in (case.asked.get("editable") or {}).items()}
    errors = {error.path.split("/")[2]: error.message for error in _placed(refused)}
    return fields_of(_schema(case), values, request.POST if refused else None, errors)


def _placed(refused: Refused | None) -> list[Any]:
    """The errors that belong to one field: those with a path like /edits/name."""
    return [error for error in refused.errors if error.path.count("/") >= 2] if refused else []


def _answer(case: Escalation, posted: Mapping[str, str]) -> Answer:
    choice, digest, comment = posted.get("choice", ""), posted.get("digest", ""), posted.get("comment", "")
    entered = read_fields(_schema(case), posted)
    if case.asked.get("form"):
        return Answer(choice, {}, comment, digest, entered)
    if case.kind == "incident" and choice != "skip":
        return Answer(choice, {}, comment, digest)
    if case.kind != "incident":
        entered = _changed(case, entered)
    return Answer(choice, entered, comment, digest)


def _changed(case: Escalation, entered: dict[str, Any]) -> dict[str, Any]:
    """Only what the person changed: what stands as it was shown is no edit."""
    editable: Mapping[str, Any] = case.asked.get("editable") or {}
    return {name: value for name, value in entered.items() if value != editable.get(name, {}).get("value")}
