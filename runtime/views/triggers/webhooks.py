"""The pages of webhooks: all of a workflow, one with its address, its key and what came in, and what is done to it.

Routed by `urls`. The rules are in `runtime.triggers.webhooks`. A key is in the one answer to the post that made it.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from runtime import launch, runs
from runtime.models import Blueprint, Webhook
from runtime.refused import Refused
from runtime.triggers import webhooks
from runtime.triggers.given import each_its_own, given_for
from runtime.triggers.webhook_snippets import SECRET, snippets
from runtime.views.access import needs
from runtime.views.settings.telling import told
from runtime.views.triggers.shown import place_of

MOST_VERSIONS = 50
RESULTS = {
    "accepted": "started a run",
    "unsigned": "not signed with this key",
    "stale": "signed too long ago",
    "replayed": "has come before",
    "bad_json": "cannot be read",
    "invalid_input": "does not fit the input",
    "archived": "the workflow is archived",
    "not_published": "nothing is published",
    "unavailable": "could not be kept; the sender may try again",
}


@dataclass(frozen=True, slots=True)
class Tested:
    """What was sent as a test, and what came of it: the run, or why none was started."""

    body: str
    run_id: str = ""
    said: str = ""


@require_safe
@needs("workflows:read")
def listed(request: HttpRequest, slug: str) -> HttpResponse:
    """All webhooks of a workflow."""
    return _list(request, slug)


@require_POST
@needs("workflows:write")
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a webhook; this one answer shows its key."""
    version = request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None
    made = webhooks.make(slug, request.POST.get("name", ""), number, request.user, timezone.now())
    if isinstance(made, Refused):
        return _list(request, slug, made.errors[0].message if made.errors else made.detail)
    return _page(request, slug, made.webhook, made.secret)


@require_safe
@needs("workflows:read")
def one(request: HttpRequest, slug: str, webhook_id: str) -> HttpResponse:
    """A webhook: its address, how to call it, and what came in."""
    return _page(request, slug, _row(slug, webhook_id))


@require_POST
@needs("workflows:write")
def deed(request: HttpRequest, slug: str, webhook_id: str) -> HttpResponse:
    """Renew its key (this one answer shows it), switch it off or on, or delete it."""
    now, wanted = timezone.now(), request.POST.get("deed", "")
    row = _row(slug, webhook_id)
    match wanted:
        case "renew":
            made = webhooks.renew(slug, row.pk, request.user, now)
            if not isinstance(made, Refused):
                return _page(request, slug, made.webhook, made.secret)
            told(request, made, "")
        case "on" | "off":
            done = "It starts runs again." if wanted == "on" else "Switched off: whatever is sent to it starts nothing."
            told(request, webhooks.switch(slug, row.pk, wanted == "on", request.user, now), done)
        case "remove":
            told(request, webhooks.remove(slug, row.pk, request.user, now), "Deleted. The runs that it started stay.")
            return redirect("trigger_webhooks", slug)
        case _:
            messages.error(request, "Choose what is to be done.")
    return redirect("trigger_webhook", slug, row.pk)


@require_POST
@needs("runs:write")
async def test(request: HttpRequest, slug: str, webhook_id: str) -> HttpResponse:
    """Send it a message as its service would; this one answer tells what came of it."""
    body = request.POST.get("body", "")
    tested = await _tested(request, await sync_to_async(_row)(slug, webhook_id), body)
    return await sync_to_async(lambda: _page(request, slug, _row(slug, webhook_id), tested=tested))()


async def _tested(request: HttpRequest, row: Webhook, body: str) -> Tested:
    if not row.is_on:
        return Tested(body, said="This webhook is switched off.")
    if not launch.is_running():
        return Tested(body, said="Runs cannot be started just now: no worker is up in this process.")
    done = await webhooks.send_test(launch.current().runner, row, body.encode(), request.user)
    return Tested(body, said=webhooks.detail_of(done)) if isinstance(done, Refused) else Tested(body, done.run_id)


def _list(request: HttpRequest, slug: str, error: str = "") -> HttpResponse:
    versions = Blueprint.objects.filter(workflow=slug, version__gt=0).order_by("-version")
    context = {
        "here": place_of(request, slug),
        "rows": Webhook.objects.filter(workflow=slug).order_by("created_at"),
        "versions": versions.values_list("version", flat=True)[:MOST_VERSIONS],
        "given": {name: request.POST.get(name, "") for name in ("name", "version")},
        "error": error,
    }
    return render(request, "runtime/triggers/webhooks.html", context, status=422 if error else 200)


def _page(
    request: HttpRequest, slug: str, row: Webhook, secret: str = "", tested: Tested | None = None
) -> HttpResponse:
    here, sealed = place_of(request, slug), runs.sealed_for(slug, row.version)
    ready = None if isinstance(sealed, Refused) else sealed
    given = given_for(ready, slug)
    body, *bodies = each_its_own(ready, given, [secrets.token_hex(2) for _ in range(3)])
    address = request.build_absolute_uri(reverse("hook", args=[row.pk]))
    context = {
        "here": here,
        "row": row,
        "secret": secret,
        "old_until": row.previous_until if row.previous_until and row.previous_until > timezone.now() else None,
        "address": address,
        "snippets": snippets(address, bodies, secret),
        "placeholder": SECRET,
        "given": given,
        "tested": tested,
        "most_refused": webhooks.MOST_REFUSED,
        "body": tested.body if tested else json.dumps(body, indent=2, ensure_ascii=False),
        "came": row.deliveries.filter(result="accepted").order_by("-pk"),
        "reasons": [(each, _words(each.result)) for each in row.refusals.order_by("-last_at")],
        "refused": [(each, _words(each.result)) for each in row.deliveries.exclude(result="accepted").order_by("-pk")],
    }
    answer = render(request, "runtime/triggers/webhook.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _words(result: str) -> str:
    return RESULTS.get(result, result)


def _row(slug: str, webhook_id: str) -> Webhook:
    row = webhooks.known(webhook_id)
    if row is None or row.workflow != slug:
        raise Http404("There is no such webhook.")
    return row
