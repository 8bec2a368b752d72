"""The list of runs: filters with counts, free text, pages, and all of it as a table file.

Used by `urls`. What fits is `finding`; what a person may see is `permissions`.
"""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from runtime.finding import narrowed
from runtime.models import Blueprint
from runtime.permissions import visible_runs
from runtime.traces import drawing
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
