"""The pages around the canvas: the drawing of a workflow, and the form that makes a new one or imports one.

The drawing itself is an island of scripts that speaks to the API; this hands it the icons that it may show.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from builder import exchange, workflows
from builder.galleries import samples
from builder.models import Workflow
from runtime import audit, blueprints
from runtime.gates import reports
from runtime.nodes import discover
from runtime.permissions import may
from runtime.refused import Refused
from runtime.templatetags.interlock import gate_word
from runtime.views.access import needs

FAMILY_ICONS = ("zap", "shield-check", "split", "hand", "flag", "circle-play", "circle")
ICONS = (
    *("align-center-horizontal", "align-center-vertical", "align-end-horizontal", "align-end-vertical"),
    *("align-horizontal-distribute-center", "align-start-horizontal", "align-start-vertical"),
    *("align-vertical-distribute-center", "arrow-down", "arrow-up", "braces", "chevron-left", "circle-alert"),
    *("circle-check", "cloud", "cloud-check", "cloud-off", "cloud-upload", "copy", "corner-down-right", "download"),
    *(
        "ellipsis",
        "eye",
        "file-up",
        "flask-conical",
        "graduation-cap",
        "group",
        "history",
        "keyboard",
        "layout-dashboard",
        "layout-grid",
        "log-in",
        "maximize",
        "minus",
        "move-diagonal-2",
        "panel-left",
        "panel-right-close",
        "panel-right-open",
        "play",
        "plus",
        "square",
        "pin-off",
        "pin",
        "clock",
    ),
    *(
        "redo-2",
        "rocket",
        "search",
        "sticky-note",
        "trash-2",
        "triangle-alert",
        "undo-2",
        "users",
        "wand-sparkles",
        "x",
    ),
)
"""The icons that the island asks for by name; a test holds this list against its sources."""


@require_safe
@needs("workflows:read")
def workflow_canvas(request: HttpRequest, slug: str) -> HttpResponse:
    """The drawing of a workflow; only to look at for those who may not change it, and in the archive."""
    workflow = Workflow.objects.filter(slug=slug).defer("draft").first()
    if workflow is None:
        raise Http404("There is no such workflow.")
    context = {
        "workflow": workflow,
        "lessons": workflow.lessons.filter(state="open").count(),
        "read_only": workflow.archived_at is not None or not may(request.user, "workflows:write"),
        "archived": _archived(workflow),
        "csrf": get_token(request),
        "gates": json.dumps(_gates(workflow.slug)) if may(request.user, "gates:read") else "",
        "icons": icons(),
        "scripts": first_scripts(),
    }
    return render(request, "builder/canvas.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("workflows:write")
def workflow_new(request: HttpRequest) -> HttpResponse:
    """A form for a name, and for a drawing from a file or a paste; a POST makes the workflow and opens its canvas."""
    if request.method != "POST":
        return render(request, "builder/workflow_new.html", {"samples": len(samples())})
    made = _made(request)
    if not isinstance(made, Refused):
        return redirect("workflow_canvas", made.workflow.slug)
    context = {"refused": made, "name": request.POST.get("name", ""), "slug": request.POST.get("slug", "")}
    context |= {"text": request.POST.get("text", ""), "samples": len(samples())}
    return render(request, "builder/workflow_new.html", context, status=409 if made.code == "slug_taken" else 422)


def _gates(slug: str) -> dict[str, list[str]]:
    """How far the deciding steps of the newest version are trusted: state, and the words for it."""
    newest = blueprints.latest(slug)
    try:
        states = reports.states_of(slug, blueprints.load(newest[0])) if newest else {}
    except blueprints.Unreadable:
        return {}
    return {node: [state, gate_word(state)] for node, state in states.items()}


def _archived(workflow: Workflow) -> str:
    """Since when and by whom it is out of use; empty where it is in use."""
    if workflow.archived_at is None:
        return ""
    deed = audit.of(workflow).filter(action="workflow.archived").last()
    when = date_format(timezone.localtime(workflow.archived_at), "j F Y")
    return f"Archived on {when}" + (f" by {deed.actor}" if deed else "")


@lru_cache(maxsize=1)
def icons() -> tuple[str, ...]:
    """Every icon that the canvas may show: its own, and those of the kinds."""
    return tuple(sorted({*ICONS, *FAMILY_ICONS, *(kind.icon for kind in discover().values())}))


def first_scripts() -> tuple[str, ...]:
    """The files that the canvas's script imports before it runs, so that the page asks for all of them at once.

    None where the canvas was not built, or by an older build: then they come one after the other.
    """
    built = finders.find("dist/canvas-first.json")
    try:
        return tuple(f"dist/{name}" for name in json.loads(Path(built).read_text())) if isinstance(built, str) else ()
    except (OSError, ValueError):  # Just being built anew.
        return ()


def _made(request: HttpRequest) -> workflows.Made | exchange.Imported | Refused:
    name, slug = request.POST.get("name", ""), request.POST.get("slug", "").strip()
    upload = request.FILES.get("file")
    text: bytes | str = upload.read() if upload else request.POST.get("text", "").strip()
    if text:
        return exchange.import_workflow(text, request.user, timezone.now(), name=name.strip(), slug=slug)
    return workflows.create(name, request.user, timezone.now(), slug=slug)
