"""The list of workflows, and the form that starts one.

It shows what is published and hands a start to `runtime.runs.trigger`, as the API does; it checks nothing itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from builder.models import Version, Workflow
from runtime import launch, runs
from runtime.fields import fields_of, read_fields
from runtime.json_gate import JsonProblem, read_json
from runtime.json_schemas import pointer
from runtime.models import Run
from runtime.permissions import may, visible_runs
from runtime.refused import FieldError, Refused
from runtime.traces.reading import Sign, drawing
from runtime.triggers.forms import flaws_beside
from runtime.views.access import needs

MOST = 100
LAST_RUNS = 10
FAMILIES = ("execute", "verify", "decide", "escalate")


@dataclass(frozen=True, slots=True)
class Card:
    """What the list says of a workflow. `families` counts its steps; `outward` names those that are seen outside."""

    workflow: Workflow
    version: Version | None
    families: list[tuple[str, int]]
    outward: list[str]
    outcomes: list[str]
    runs: list[Run]


@require_safe
@needs("workflows:read")
def workflow_list(request: HttpRequest) -> HttpResponse:
    """The workflows by name; of those that are archived, the names."""
    found = _workflows()[:MOST]
    named = Counter(workflow.name for workflow in found)
    context = {
        "cards": [_card(workflow, request) for workflow in found],
        "twins": {name for name, number in named.items() if number > 1},
        "may_start": may(request.user, "runs:write"),
        "may_draw": may(request.user, "workflows:write"),
        "archived": Workflow.objects.exclude(archived_at=None)
        .only("name", "slug", "archived_at")
        .order_by("name")[:MOST],
    }
    return render(request, "builder/workflow_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("runs:write")
async def workflow_start(request: HttpRequest, slug: str) -> HttpResponse:
    """A form made from the input's schema; a POST starts a run and shows it as it goes."""
    card = await sync_to_async(_published)(slug, request)
    schema = await sync_to_async(_schema)(card)
    if request.method != "POST":
        return await _form(request, card, schema)
    given = _given(request, schema)
    user = request.user.get_username()
    refused = given if isinstance(given, Refused) else await _start(slug, given, user)
    if not isinstance(refused, Refused):
        return refused
    return await _form(request, card, schema, _beside(refused, schema, given, request))


def _beside(refused: Refused, schema: dict[str, Any], given: Any, request: HttpRequest) -> Refused:
    """What does not fit, beside its field and by the field's title; where JSON was given, as that names it."""
    if refused.code != "invalid_input" or isinstance(given, Refused) or request.POST.get("json", "").strip():
        return refused
    flaws = flaws_beside(schema, given)
    placed = (FieldError("/input" + pointer([name] if name else []), told) for name, told in flaws.items())
    return replace(refused, errors=tuple(placed)) if flaws else refused


async def _start(slug: str, given: Any, user: str) -> HttpResponse | Refused:
    if not launch.is_running():
        return Refused("unavailable", "Runs cannot be started just now: no worker is up in this process.")
    answer = await runs.trigger(launch.current().runner, runs.Trigger(slug, given, requester=user))
    return answer if isinstance(answer, Refused) else redirect("run_detail", answer.run_id)


def _given(request: HttpRequest, schema: dict[str, Any]) -> Any:
    text = request.POST.get("json", "").strip()
    if not text:
        return read_fields(schema, request.POST)
    read = read_json(text)
    if isinstance(read, JsonProblem):
        error = FieldError(read.path, read.message, read.code)
        return Refused("invalid_input", "The JSON could not be read.", (error,))
    return read


async def _form(
    request: HttpRequest, card: Card, schema: dict[str, Any], refused: Refused | None = None
) -> HttpResponse:
    placed = [error for error in refused.errors if error.path.count("/") >= 2] if refused else []
    errors = {error.path.split("/")[2]: error.message for error in placed}
    as_json = bool(request.POST.get("json", "").strip())
    context = {
        "card": card,
        "refused": refused,
        # What stands beside its field is not said above as well; of a JSON text everything is said there.
        "general": [each for each in refused.errors if as_json or each not in placed] if refused else [],
        "fields": fields_of(schema, posted=request.POST if refused else None, errors=errors),
        "json": request.POST.get("json", ""),
        "schema": schema,
    }
    status = 200 if refused is None else {"unavailable": 503, "idempotency_conflict": 409}.get(refused.code, 422)
    return await sync_to_async(render)(request, "builder/workflow_start.html", context, status=status)


def _workflows() -> Any:
    newest = Version.objects.order_by("-number").defer("blueprint__document")
    live = Workflow.objects.filter(archived_at=None).defer("draft").order_by("name")
    return live.prefetch_related(Prefetch("versions", newest, to_attr="newest_first"))


def _published(slug: str, request: HttpRequest) -> Card:
    workflow = _workflows().filter(slug=slug).first()
    if workflow is None or not workflow.newest_first:
        raise Http404("There is no such workflow, or it is not published.")
    return _card(workflow, request)


def _schema(card: Card) -> dict[str, Any]:
    document: Any = card.version.blueprint.document if card.version else {}
    return dict(document.get("input") or {})


def _card(workflow: Any, request: HttpRequest) -> Card:
    version: Version | None = workflow.newest_first[0] if workflow.newest_first else None
    signs: list[Sign] = list(drawing(version.blueprint_id).signs.values()) if version else []
    counted = Counter(sign.family for sign in signs)
    return Card(
        workflow,
        version,
        [(family, counted[family]) for family in FAMILIES if counted[family]],
        [sign.name for sign in signs if sign.outward],
        [sign.name for sign in signs if sign.kind == "outcome"],
        list(visible_runs(request.user).filter(workflow=workflow.slug).order_by("-pk")[:LAST_RUNS]),
    )
