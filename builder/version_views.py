"""What the canvas asks before somebody chooses between drawings: what is different, who is signed in, what is missing.

Routed by `urls`, for people with a session; JSON in and out. Nothing is kept here but a queue that somebody asks for:
drawings are saved, published and read through the API.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from builder import needed
from builder.canvas_views import answer, body_of, refusal
from builder.differences import diff
from builder.loosening import loosenings
from builder.models import Workflow
from runtime import queues
from runtime.core.definition import Document, parse
from runtime.core.drawing import compile_drawing
from runtime.nodes import discover
from runtime.refused import FieldError, Refused
from runtime.views.access import needs


@require_POST
@needs("workflows:read")
def differences(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed from one drawing to another: `{before, after}`; `{changes, loosened}`, as the API tells them of
    versions: the differences, and the gates of which publishing `after` over `before` would ask less."""
    get_object_or_404(Workflow.objects.only("pk"), slug=slug)
    asked = body_of(request)
    if isinstance(asked, Refused):
        return refusal(asked)
    before, after = _drawing(asked, "before"), _drawing(asked, "after")
    if isinstance(before, Refused):
        return refusal(before)
    if isinstance(after, Refused):
        return refusal(after)
    kinds = discover()
    loosened = loosenings(compile_drawing(before, kinds)[0], compile_drawing(after, kinds)[0])
    changes = [change.to_json() for change in diff(before, after, kinds)]
    return answer({"changes": changes, "loosened": [gate.to_json() for gate in loosened]})


@require_safe
@needs("workflows:read")
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in: `{name}`. A page that was left open goes on saving only for the person who opened it."""
    return answer({"name": request.user.get_username()})


@require_POST
@needs("workflows:read")
def needs_of(request: HttpRequest, slug: str) -> HttpResponse:
    """What a drawing names that is not there yet: `{document}`; the fields of `needed.Needs`."""
    get_object_or_404(Workflow.objects.only("pk"), slug=slug)
    asked = body_of(request)
    if isinstance(asked, Refused):
        return refusal(asked)
    return answer(needed.needs_of(asked.get("document"), request.user).to_json())


@require_POST
@needs("settings:write")
def make_queue(request: HttpRequest) -> HttpResponse:
    """Make a queue that a drawing names, with its maker as the first member: `{name}`; 201 `{name}`."""
    asked = body_of(request)
    if isinstance(asked, Refused):
        return refusal(asked)
    made = queues.make(asked.get("name"), request.user, timezone.now())
    return refusal(made) if isinstance(made, Refused) else answer({"name": made.name}, 201)


def _drawing(asked: dict[str, Any], which: str) -> Document | Refused:
    found = parse(asked.get(which))
    if found.document is not None:
        return found.document
    first = found.problems[0].message if found.problems else "It is no drawing."
    return Refused("malformed", "There is no drawing to compare.", (FieldError(f"/{which}", first, "malformed"),))
