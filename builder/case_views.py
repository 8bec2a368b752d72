"""The cases a drawing can be tried on, over HTTP: listed with a search, and sample cases kept and thrown away.

Routed by `urls`, for people with a session; asked by the canvas. The rules are those of `samples` and `cases`.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from builder import cases, samples
from builder.canvas_views import answer, body_of, refusal
from builder.models import Workflow
from runtime.refused import Refused
from runtime.traces.reading import moment
from runtime.views.access import needs

LONGEST_SEARCH = 200


@require_http_methods(["GET", "HEAD", "POST"])
def workflow_cases(request: HttpRequest, slug: str) -> HttpResponse:
    """GET `?q=`: `{samples: [{id, name, input, expected}], runs: [{id, at, status, outcome, title, tryout}]}`.

    POST `{name, input}` keeps a sample case: 201 with the same.
    """
    answered: HttpResponse = (_added if request.method == "POST" else _listed)(request, slug)
    return answered


@require_http_methods(["DELETE"])
@needs("workflows:write")
def workflow_case(request: HttpRequest, slug: str, sample_id: int) -> HttpResponse:
    """Throw a sample case away: 204; an unknown one is 404."""
    workflow = get_object_or_404(Workflow, slug=slug)
    done = samples.remove(workflow, sample_id, request.user)
    return refusal(done) if isinstance(done, Refused) else HttpResponse(status=204)


@needs("workflows:read")
def _listed(request: HttpRequest, slug: str) -> HttpResponse:
    workflow = get_object_or_404(Workflow, slug=slug)
    kept = samples.samples_of(workflow, request.user)
    if isinstance(kept, Refused):
        return refusal(kept)
    found = cases.past_cases(slug, request.user, request.GET.get("q", "")[:LONGEST_SEARCH])
    runs = [
        {"id": run.id, "at": moment(run.at), "status": run.status, "outcome": run.outcome, "title": run.title}
        for run in found
    ]
    return answer({"samples": [_sample(each) for each in kept], "runs": [{**run, "tryout": False} for run in runs]})


@needs("workflows:write")
def _added(request: HttpRequest, slug: str) -> HttpResponse:
    workflow = get_object_or_404(Workflow, slug=slug)
    asked = body_of(request)
    if isinstance(asked, Refused):
        return refusal(asked)
    done = samples.add(workflow, asked.get("name"), asked.get("input"), request.user)
    return refusal(done) if isinstance(done, Refused) else answer(_sample(done), 201)


def _sample(kept: samples.Kept) -> dict[str, object]:
    return {"id": kept.id, "name": kept.name, "input": kept.input, "expected": kept.expected}
