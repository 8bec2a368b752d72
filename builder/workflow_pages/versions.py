"""The versions of a workflow: who published what when and why, what lies between any two, and the way back to one.

Routed by `builder.urls`. What differs is `compared`; bringing a version back is `drafts.restore`, so the draft of
somebody who saved meanwhile is never overwritten unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from builder import drafts, publishing
from builder.models import Version, Workflow
from builder.workflow_pages.compared import Compared, compared
from builder.workflow_pages.found import found
from runtime.core.definition import Document, parse
from runtime.nodes import discover
from runtime.permissions import may
from runtime.refused import Refused
from runtime.views.access import needs

MOST = 50
DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Sides:
    """The two drawings that are compared, by number, or `draft`."""

    before: str
    after: str


@require_safe
@needs("workflows:read")
def workflow_versions(request: HttpRequest, slug: str) -> HttpResponse:
    """All versions, newest first; `from` and `to` (numbers, or `draft`) say which two are compared."""
    workflow = found(slug).workflow
    rows = _rows(workflow, request.GET.get("before", ""))
    sides = _sides(request, rows)
    context = {
        "workflow": workflow,
        "versions": rows[:MOST],
        "newest": rows[0].number if rows and not request.GET.get("before") else None,
        "older": rows[MOST - 1].number if len(rows) > MOST else None,
        "sides": sides,
        "etag": drafts.etag(workflow.draft_revision),
        "may_draw": workflow.archived_at is None and may(request.user, "workflows:write"),
        **_between(workflow, sides),
    }
    return render(request, "builder/workflow/versions.html", context)


@require_POST
@needs("workflows:write")
def workflow_restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Make a version the draft again; `etag` is the draft that was looked at. What runs stays."""
    version = publishing.version_of(found(slug).workflow, number) if number < 2**31 else None
    if version is None:
        raise Http404("There is no such version.")
    # Without the draft that was looked at, none matches: nothing is overwritten unseen.
    done = drafts.restore(version, request.POST.get("etag", ""), request.user, timezone.now())
    if isinstance(done, Refused):
        messages.error(request, f"{done.detail} Nothing was changed.")
    else:
        messages.success(request, f"The draft is as version {number} was. What runs has not changed: publish for that.")
    return redirect("workflow_versions", slug)


def _rows(workflow: Workflow, before: str) -> list[Version]:
    rows = workflow.versions.order_by("-number").only("number", "note", "published_by", "published_at", "workflow")
    number = _number(before)
    return list((rows.filter(number__lt=number) if number else rows)[: MOST + 1])


def _sides(request: HttpRequest, rows: list[Version]) -> Sides | None:
    """What was asked for; else the newest version against the one before it; None where there are no two."""
    asked = (request.GET.get("from", ""), request.GET.get("to", ""))
    if all(asked):
        if not all(side == DRAFT or _number(side) for side in asked):
            raise Http404("There is no such version.")
        return Sides(*asked)
    if len(rows) > 1:
        return Sides(str(rows[1].number), str(rows[0].number))
    return Sides(str(rows[0].number), DRAFT) if rows else None


def _between(workflow: Workflow, sides: Sides | None) -> dict[str, Compared | str | None]:
    if sides is None:
        return {"compared": None, "unreadable": ""}
    before, after = _document(workflow, sides.before), _document(workflow, sides.after)
    for side, document in ((sides.before, before), (sides.after, after)):
        if document is None:
            return {"compared": None, "unreadable": "the draft" if side == DRAFT else f"version {side}"}
    return {"compared": compared(before, after, discover()) if before and after else None, "unreadable": ""}


def _document(workflow: Workflow, side: str) -> Document | None:
    """The drawing of one side; None where this release cannot read it. Raises Http404 where there is none."""
    if side == DRAFT:
        return parse(workflow.draft).document
    version = publishing.version_of(workflow, _number(side) or 0)
    if version is None:
        raise Http404("There is no such version.")
    return parse(version.blueprint.document).document


def _number(text: str) -> int | None:
    """The number of a version; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) else None
