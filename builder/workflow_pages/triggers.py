"""How a workflow is started: the ways there are, and programs to paste that start it over the API.

Routed by `builder.urls`. Webhooks, schedules, forms and tables have pages of their own behind this one.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from builder.workflow_pages.found import found
from builder.workflow_pages.snippets import TOKEN, WAIT_S, callback_snippets, snippets
from runtime import runs
from runtime.permissions import permissions_of
from runtime.refused import Refused
from runtime.signing.posting import may_be_plain
from runtime.triggers.given import each_its_own, given_for
from runtime.views.access import needs

SCOPES = ("runs:write", "runs:read")


@require_safe
@needs("workflows:read")
def workflow_triggers(request: HttpRequest, slug: str) -> HttpResponse:
    """Every way to start the workflow; the API's with snippets that run as pasted."""
    here = found(slug)
    held = permissions_of(request.user)
    sealed = runs.sealed_for(slug)
    ready = None if isinstance(sealed, Refused) else sealed
    given = given_for(ready, slug)
    *starts, told = each_its_own(ready, given, [secrets.token_hex(2) for _ in range(4)])
    address = request.build_absolute_uri(reverse("api_trigger", args=[slug]))
    wanted = urlencode([("name", here.workflow.name), ("workflow", slug), *(("scope", scope) for scope in SCOPES)])
    context = {
        "workflow": here.workflow,
        "version": here.newest,
        "address": address,
        "given": given,
        "snippets": snippets(address, starts) if here.newest else (),
        "callback": callback_snippets(address, told) if here.newest else (),
        "calls_itself": may_be_plain("127.0.0.1"),
        "placeholder": TOKEN,
        "wait_s": WAIT_S,
        "token_page": f"{reverse('settings_tokens')}?{wanted}" if "tokens:write" in held else "",
        "may_start": "runs:write" in held,
    }
    return render(request, "builder/workflow/triggers.html", context)
