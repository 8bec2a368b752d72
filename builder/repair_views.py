"""What the canvas asks about problems: how one of them can be mended, and all that need no choice.

Routed by `urls`, for people with a session; JSON in and out. No drawing is kept: what a repair gives is saved by the
canvas like any other change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from builder.canvas_views import answer, body_of, refusal
from builder.mending import Json, value_at
from builder.models import Workflow
from builder.repairs import Workshop, mended, repairs_of
from builder.surroundings import around
from runtime import connections
from runtime.core.checks import check
from runtime.core.definition import parse
from runtime.core.problems import Problem
from runtime.json_schemas import problem_of
from runtime.nodes import discover
from runtime.permissions import Person, may
from runtime.refused import Refused
from runtime.views.access import needs


@require_POST
@needs("workflows:read")
def repairs(request: HttpRequest, slug: str) -> HttpResponse:
    """How a problem can be mended: `{document, problem}`; `{repairs, elsewhere}`.

    The problem is named by its `code, nodes, edges` and, where that is not enough, by its `path` and `message`.

    `repairs` are `{label, document}`, `elsewhere` what can be done outside of the drawing: `{label, href}`, or
    `{label, queue}` where the queue can be made at once. A problem that the drawing does not have (any more) has none.
    """
    get_object_or_404(Workflow.objects.only("pk"), slug=slug)
    asked = _drawing(request)
    if isinstance(asked, Refused):
        return refusal(asked)
    named, document = asked.get("problem"), asked["document"]
    if not isinstance(named, Mapping):
        return refusal(Refused("malformed", "`problem` is one of the problems of the drawing."))
    shop = _workshop(document)
    problem = next((each for each in shop.check(document) if _is(each, named)), None)
    found = repairs_of(document, problem, shop) if problem else ()
    elsewhere = [*_elsewhere(document, problem, request.user)] if problem else []
    return answer({"repairs": [each.to_json() for each in found], "elsewhere": elsewhere})


@require_POST
@needs("workflows:read")
def mend(request: HttpRequest, slug: str) -> HttpResponse:
    """All that can be mended without a choice: `{document}`; `{repair: {label, document, steps}}`, or null."""
    get_object_or_404(Workflow.objects.only("pk"), slug=slug)
    asked = _drawing(request)
    if isinstance(asked, Refused):
        return refusal(asked)
    found = mended(asked["document"], _workshop(asked["document"]))
    return answer({"repair": found.to_json() if found else None})


def _drawing(request: HttpRequest) -> dict[str, Any] | Refused:
    asked = body_of(request)
    if isinstance(asked, Refused):
        return asked
    readable = parse(asked.get("document")).document is not None
    return asked if readable else Refused("malformed", "`document` is no drawing that could be mended.")


def _workshop(document: Json) -> Workshop:
    # Asked once: a repair is held against the very names that the problem was found with.
    there, kinds = around(document), discover()
    return Workshop(kinds, lambda raw: check(raw, kinds, there, problem_of), there)


def _is(problem: Problem, named: Mapping[str, Any]) -> bool:
    wanted = (named.get("code"), named.get("nodes", []), named.get("edges", []))
    same = wanted == (problem.code, [*problem.nodes], [*problem.edges])
    told = named.get("path", problem.to_json()["path"]), named.get("message", problem.message)
    return same and told == (problem.to_json()["path"], problem.message)


def _elsewhere(document: Json, problem: Problem, user: Person) -> Iterator[dict[str, str]]:
    """What is missing can be made where this person may make it."""
    name = value_at(document, problem.path)
    if not isinstance(name, str):
        return
    if problem.code == "queue.missing" and may(user, "settings:write"):
        yield {"label": f"Make the queue “{name}”", "queue": name}
    if problem.code == "connection.missing" and may(user, "settings:write"):
        address = _page_of_connections(document, problem)
        yield {"label": f"Make the connection “{name}”", "href": f"{address}?{urlencode({'name': name})}"}
    if problem.code == "workflow.missing" and Workflow.objects.filter(slug=name, archived_at=None).exists():
        yield {"label": f"Open “{name}” to publish it", "href": reverse("workflow_canvas", args=[name])}


def _page_of_connections(document: Json, problem: Problem) -> str:
    """The page that makes a connection of the sort that the step calls; where a model is asked, the choice of whose."""
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    steps = nodes if isinstance(nodes, list) else []
    kinds = {step.get("id"): step.get("kind") for step in steps if isinstance(step, Mapping)}
    sort = _CONNECTED.get(str(kinds.get(problem.nodes[0]))) if problem.nodes else None
    return reverse("settings_connection_new", args=[sort]) if sort else reverse("settings_connections")


_CONNECTED = {"execute.http": connections.HTTP, "execute.email": connections.MAIL}
