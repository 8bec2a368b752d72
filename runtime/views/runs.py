"""The list of runs, and one run as it goes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from runtime import runs
from runtime.finding import narrowed
from runtime.ids import is_id
from runtime.models import Blueprint, Escalation, Run
from runtime.permissions import may, visible_escalations, visible_runs
from runtime.refused import Refused
from runtime.traces import ENDED, drawing, trace
from runtime.views.access import needs
from runtime.views.paging import page_of

STATUSES = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")


@require_safe
@needs("runs:read")
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs that this person may see, newest first, filtered by workflow, status and outcome."""
    # No name holds a NUL, and PostgreSQL refuses even to be asked for one; any other unknown name finds nothing too.
    chosen = {
        name: request.GET.get(name, "")[:200].replace("\0", "\ufffd") for name in ("workflow", "status", "outcome")
    }
    seen = visible_runs(request.user).select_related("blueprint").defer("blueprint__document")
    page = page_of(narrowed(seen, **chosen), request.GET)
    names = dict(Blueprint.objects.order_by("version").values_list("workflow", "name"))
    context = {
        "page": page,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "statuses": STATUSES,
        "workflows": _told_apart(names),
        "outcomes": _outcomes(chosen["workflow"]),
    }
    return render(request, "runtime/run_list.html", context)


@require_safe
@needs("runs:read")
def run_detail(request: HttpRequest, run_id: str) -> HttpResponse:
    """One run: where it stands, every step and why it went its way, what came in and out."""
    return render(request, "runtime/run_detail.html", _told(request, run_id))


@require_safe
@needs("runs:read")
def run_trace(request: HttpRequest, run_id: str) -> HttpResponse:
    """The part of a run's page that changes while it goes; `run.js` asks for it."""
    return render(request, "runtime/run_detail.html#live", _told(request, run_id))


@require_POST
@needs("runs:write")
def run_cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """End a run that goes on or waits."""
    run = _visible(request, run_id)
    reason = request.POST.get("reason", "")[:500]
    answer = runs.cancel(run.pk, request.user.get_username(), reason)
    return _answered(request, run, answer, "The run is being cancelled.")


@require_POST
@needs("runs:write")
def run_retry(request: HttpRequest, run_id: str) -> HttpResponse:
    """Take up a failed or cancelled run again."""
    run = _visible(request, run_id)
    return _answered(request, run, runs.retry(run.pk, None, request.user.get_username()), "The run goes on.")


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


def _visible(request: HttpRequest, run_id: str) -> Run:
    found = visible_runs(request.user, tryouts=True).select_related("blueprint").defer("blueprint__document")
    run = found.filter(pk=run_id).first() if is_id(run_id) else None
    if run is None:
        raise Http404("There is no such run, or you may not see it.")
    return run


def _told(request: HttpRequest, run_id: str) -> dict[str, Any]:
    run = _visible(request, run_id)
    told = trace(run)
    bars = {bar.step.key: bar for bar in told.bars}
    made = {step.key for step in told.steps if step.status not in ("pending", "skipped")}
    seen = visible_escalations(request.user).filter(run=run.pk).order_by("pk")
    cases = seen.filter(state="open")
    return {
        "run": run,
        "trace": told,
        "ended": run.status in ENDED,
        "rows": [{"step": step, "bar": bars.get(step.key)} for step in told.steps if step.key in made],
        "ahead": [step for step in told.steps if step.key not in made],
        "cases": _answerable(request, cases),
        "answered": seen.filter(goes_on_at__gt=timezone.now())[:20],
        "may_write": may(request.user, "runs:write"),
    }


def _answerable(request: HttpRequest, cases: QuerySet[Escalation]) -> list[dict[str, Any]]:
    return [{"case": case, "may_answer": may(request.user, "escalations:write", case)} for case in cases[:20]]


def _answered(request: HttpRequest, run: Run, answer: object, done: str) -> HttpResponse:
    if isinstance(answer, Refused):
        messages.error(request, answer.detail)
    else:
        messages.success(request, done)
    return redirect("run_detail", run.pk)
