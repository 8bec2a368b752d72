"""How a workflow is started: the ways there are, and programs to paste that start it over the API.

Routed by `builder.urls`. Webhooks, schedules, forms and tables have pages of their own behind this one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from builder.models import Version, Workflow
from builder.workflow_pages.found import found
from builder.workflow_pages.snippets import TOKEN, WAIT_S, callback_snippets, snippets
from runtime.core.examples import example
from runtime.core.expressions import Json
from runtime.json_schemas import errors_of
from runtime.permissions import permissions_of
from runtime.signing.posting import may_be_plain
from runtime.views.access import needs

LONGEST = 4_000
MOST_SAMPLES = 20
SCOPES = ("runs:write", "runs:read")


@dataclass(frozen=True, slots=True)
class Given:
    """The input of the snippets: where it is from (empty: made from the schema), and whether it fits."""

    value: Json
    name: str
    fits: bool


@require_safe
@needs("workflows:read")
def workflow_triggers(request: HttpRequest, slug: str) -> HttpResponse:
    """Every way to start the workflow; the API's with snippets that run as pasted."""
    here = found(slug)
    held = permissions_of(request.user)
    given = _given(here.workflow, _schema(here.newest))
    address = request.build_absolute_uri(reverse("api_trigger", args=[slug]))
    wanted = urlencode([("name", here.workflow.name), ("workflow", slug), *(("scope", scope) for scope in SCOPES)])
    context = {
        "workflow": here.workflow,
        "version": here.newest,
        "address": address,
        "given": given,
        "snippets": snippets(address, given.value) if here.newest else (),
        "callback": callback_snippets(address, given.value) if here.newest else (),
        "calls_itself": may_be_plain("127.0.0.1"),
        "placeholder": TOKEN,
        "wait_s": WAIT_S,
        "token_page": f"{reverse('settings_tokens')}?{wanted}" if "tokens:write" in held else "",
        "may_start": "runs:write" in held,
    }
    return render(request, "builder/workflow/triggers.html", context)


def _given(workflow: Workflow, schema: dict[str, Any]) -> Given:
    """The first sample case that fits and is not too long to read; else an example that is made up."""
    for sample in workflow.sample_cases.order_by("pk")[:MOST_SAMPLES]:
        if len(json.dumps(sample.input)) <= LONGEST and not errors_of(schema, sample.input):
            return Given(sample.input, sample.name, fits=True)
    made = example(schema)
    return Given(made, "", fits=not errors_of(schema, made))


def _schema(newest: Version | None) -> dict[str, Any]:
    document: Any = newest.blueprint.document if newest else {}
    schema = document.get("input")
    return schema if isinstance(schema, dict) else {}
