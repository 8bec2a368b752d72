"""What people do about gates from the pages: settle the incident of one that closed itself, say what was wrong.

Each is a POST that ends where it came from. The rules are in `gates.incidents` and `gates.feedback`.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from runtime import veils
from runtime.gates import feedback, incidents
from runtime.ids import is_id
from runtime.models import Decision, Run
from runtime.permissions import visible_runs
from runtime.refused import Refused
from runtime.views.access import needs


@require_POST
@needs("gates:write")
def gate_incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Start a gate that closed itself anew, or leave it closed."""
    deed: incidents.Deed = "anew" if request.POST.get("deed") == "anew" else "leave"
    done = incidents.settle(incident_id, request.user, deed, timezone.now())
    if isinstance(done, Refused):
        if done.code == "not_found":
            raise Http404(done.detail)
        messages.error(request, done.detail)
    elif deed == "anew":
        messages.success(request, "The gate starts anew, on probation.")
    else:
        messages.success(request, "The gate stays closed: people decide all of its cases.")
    return redirect(f"{reverse('case_list')}?view=incidents")


@require_POST
@needs("runs:write")
def run_feedback(request: HttpRequest, run_id: str) -> HttpResponse:
    """Say that what a gate decided in a run was wrong, or what would have been right."""
    run = visible_runs(request.user, tryouts=True).filter(pk=run_id).first() if is_id(run_id) else None
    if run is None:
        raise Http404("There is no such run, or you may not see it.")
    node, choice = request.POST.get("node", "")[:40], request.POST.get("choice", "")[:200]
    known: dict[str, Any] = {"choice": choice} if choice else {"correct": False}
    done = feedback.told(run.pk, node, request.user.get_username(), timezone.now(), **known)
    if isinstance(done, Refused):
        messages.error(request, done.detail)
    else:
        messages.success(request, "Kept: the gate is held against it." if not done.agrees else "Kept.")
    return redirect("run_detail", run.pk)


def decided(run: Run) -> dict[tuple[str, int], Decision]:
    """What gates with a promise decided in a run, by step and visit; asked only where the drawing has such a gate."""
    if not veils.gates_of(run.blueprint_id):
        return {}
    found = Decision.objects.filter(run=run.pk).select_related("gate").defer("gate__standing")
    return {(each.node, each.visit): each for each in found[:500]}
