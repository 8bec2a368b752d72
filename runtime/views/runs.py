"""One run as it goes: its drawing, its steps, and what can be done with it. The list is `run_lists`."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from runtime import runs, veils
from runtime.ids import is_id
from runtime.models import Escalation, Run
from runtime.permissions import may, visible_escalations, visible_runs
from runtime.refused import Refused
from runtime.signing import callbacks
from runtime.traces.reading import ENDED, trace
from runtime.views.access import needs
from runtime.views.drawings import frames_of, painted
from runtime.views.gates import decided
from runtime.views.run_rows import UNREACHED, row_of, rows_of, spent

REDONE = frozenset({"failed", "cancelled"})
ASKS = frozenset({"asked", "incident"})


@require_safe
@needs("runs:read")
def run_detail(request: HttpRequest, run_id: str) -> HttpResponse:
    """One run: where it stands, every step and why it went its way, what came in and out."""
    return render(request, "runtime/run_detail.html", _told(request, run_id, whole=True))


@require_safe
@needs("runs:read")
def run_trace(request: HttpRequest, run_id: str) -> HttpResponse:
    """The part of a run's page that changes while it goes; `run.js` asks for it."""
    return render(request, "runtime/run_detail.html#live", _told(request, run_id))


@require_safe
@needs("runs:read")
def run_step(request: HttpRequest, run_id: str, node: str, visit: int) -> HttpResponse:
    """One visit of a step with all that it gave: for values that are too large to stand beside others."""
    run = _visible(request, run_id)
    told = trace(run, hide=lambda: veils.hidden_from(request.user, run))
    step = next((each for each in told.steps if (each.sign.node, each.visit) == (node, visit)), None)
    if step is None or step.status in UNREACHED:
        raise Http404("The run has not come to this step.")
    return render(request, "runtime/run_step.html", {"run": run, "row": row_of(told, step, False, False)})


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
    """Take up a failed or cancelled run again: where it stopped, or at the step that `from` names."""
    run = _visible(request, run_id)
    node = request.POST.get("from", "")[:40] or None
    return _answered(request, run, runs.retry(run.pk, node, request.user.get_username()), "The run goes on.")


def _visible(request: HttpRequest, run_id: str) -> Run:
    found = visible_runs(request.user, tryouts=True).select_related("blueprint").defer("blueprint__document")
    run = found.filter(pk=run_id).first() if is_id(run_id) else None
    if run is None:
        raise Http404("There is no such run, or you may not see it.")
    return run


def _told(request: HttpRequest, run_id: str, *, whole: bool = False) -> dict[str, Any]:
    """Everything of the page; the picture, which does not change, only where the page is asked for as a `whole`."""
    run = _visible(request, run_id)
    told = trace(run, hide=lambda: veils.hidden_from(request.user, run))
    seen = visible_escalations(request.user).filter(run=run.pk).order_by("pk")
    may_write = may(request.user, "runs:write")
    return {
        "run": run,
        "trace": told,
        "ended": run.status in ENDED,
        "rows": rows_of(told, number_of(request.GET.get("part")), may_write and run.status in REDONE),
        "spent": spent(told),
        "frames": frames_of(run, told),
        "painted": painted(run, told, number_of(request.GET.get("at"))) if whole else None,
        "asks": any(step.status in ASKS for step in told.steps),
        "cases": _answerable(request, seen.filter(state="open")),
        "answered": seen.filter(goes_on_at__gt=timezone.now())[:20],
        "may_write": may_write,
        "may_teach": not run.tryout and may(request.user, "escalations:write"),
        "decided": decided(run),
        "callbacks": callbacks.told(run) if run.callback_url and may(request.user, "workflows:write") else None,
    }


def number_of(text: str | None) -> int | None:
    """A small whole number of a query string; None for anything else, which counts as not said."""
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdigit() else None


def _answerable(request: HttpRequest, cases: QuerySet[Escalation]) -> list[dict[str, Any]]:
    return [{"case": case, "may_answer": may(request.user, "escalations:write", case)} for case in cases[:20]]


def _answered(request: HttpRequest, run: Run, answer: object, done: str) -> HttpResponse:
    if isinstance(answer, Refused):
        messages.error(request, answer.detail)
    else:
        messages.success(request, done)
    return redirect("run_detail", run.pk)
