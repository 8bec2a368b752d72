"""The pages of the gallery: all of it, one of its workflows in full, and starting from one.

Routed by `urls`. What a sample holds is `galleries`; how its drawing looks is `pictures`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from builder import galleries
from builder.needed import needs_of
from runtime.core.definition import parse
from runtime.nodes import discover
from runtime.permissions import may
from runtime.refused import Refused
from runtime.traces.pictures import Picture, picture
from runtime.views.access import needs


@dataclass(frozen=True, slots=True)
class Card:
    """A sample with its picture, its number of steps, and its cases as readable texts."""

    sample: galleries.Sample
    picture: Picture
    steps: int
    cases: tuple[tuple[str, str], ...]


@require_safe
@needs("workflows:read")
def gallery(request: HttpRequest) -> HttpResponse:
    """The workflows worth starting from."""
    context = {"cards": _cards(), "may_draw": may(request.user, "workflows:write")}
    return render(request, "builder/gallery.html", context)


@require_safe
@needs("workflows:read")
def gallery_item(request: HttpRequest, slug: str) -> HttpResponse:
    """One of them: its whole drawing, what it teaches, its sample cases, and what it would still need here."""
    card = _card(slug)
    lacks = needs_of(dict(card.sample.document), request.user)
    context = {"card": card, "lacks": lacks, "may_draw": may(request.user, "workflows:write")}
    return render(request, "builder/gallery_item.html", context)


@require_POST
@needs("workflows:write")
def gallery_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a workflow from a sample and open its canvas, which says what it still needs."""
    _card(slug)
    begun = galleries.create_from(slug, request.user, timezone.now(), name=request.POST.get("name", "").strip())
    if isinstance(begun, Refused):
        card = _card(slug)
        context = {"card": card, "may_draw": True, "refused": begun, "name": request.POST.get("name", "")}
        return render(request, "builder/gallery_item.html", context, status=422)
    return redirect(reverse("workflow_canvas", args=[begun.workflow.slug]) + "?begun")


@cache
def _cards() -> tuple[Card, ...]:
    return tuple(_made(sample) for sample in galleries.samples())


def _card(slug: str) -> Card:
    found = next((card for card in _cards() if card.sample.slug == slug), None)
    if found is None:
        raise Http404("The gallery has no such workflow.")
    return found


def _made(sample: galleries.Sample) -> Card:
    document = parse(sample.document).document
    if document is None:
        raise ValueError(f"The gallery's drawing {sample.slug} cannot be read.")
    cases = tuple((case.name, json.dumps(case.input, indent=2, ensure_ascii=False)) for case in sample.cases)
    return Card(sample, picture(document, discover()), len(document.nodes), cases)
