"""The page of connections: designers see their names, administrators make, change, try and remove them.

A secret goes in and is never shown. What is refused is said at its field; what was typed stays, but for the secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from runtime import ai, connections, trials
from runtime.fields import Field, fields_of, read_fields
from runtime.models import Connection
from runtime.permissions import may
from runtime.refused import FieldError, Refused
from runtime.views.access import needs
from runtime.views.settings.telling import told

ONE_LINE = 300
TITLES: Mapping[str, str] = {
    **{name: ai.PRESETS[name].title for name in connections.MODEL_PROVIDERS},
    connections.HTTP: "HTTP service",
    connections.MAIL: "Mail server",
}


@require_safe
@needs("workflows:read")
def listed(request: HttpRequest) -> HttpResponse:
    """All connections by name, and what one can be made to."""
    rows = Connection.objects.order_by("name").values("pk", "name", "provider", "secret")
    shown = [{**row, "title": TITLES.get(row["provider"], row["provider"])} for row in rows]
    context = {"rows": shown, "kinds": TITLES, "may_change": may(request.user, "settings:write")}
    # Whoever links here may say what the new one is to be called.
    context["wanted"] = request.GET.get("name", "")[:80]
    return render(request, "runtime/settings/connections.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("settings:write")
def new(request: HttpRequest, provider: str) -> HttpResponse:
    """A new connection of this kind."""
    if provider not in TITLES:
        raise Http404("There is no such kind of connection.")
    if request.method != "POST":
        return _form(request, provider, request.GET.get("name", "")[:80], {})
    name = request.POST.get("name", "").strip()
    if Connection.objects.filter(name=name).exists():
        taken = Refused("invalid", "", (FieldError("/name", "There is a connection of this name already."),))
        return _form(request, provider, name, {}, refused=taken)
    return _saved(request, provider, name, {})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("settings:write")
def one(request: HttpRequest, connection_id: int) -> HttpResponse:
    """A connection; its name and its kind stay, since drawings use it."""
    row = get_object_or_404(Connection, pk=connection_id)
    save = _saved if request.method == "POST" else _form
    return save(request, row.provider, row.name, row.config, row)


@require_POST
@needs("settings:write")
async def trial(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Try it, and say what became of it."""
    row = await Connection.objects.filter(pk=connection_id).afirst()
    if row is None:
        raise Http404("There is no such connection.")
    outcome = await trials.tried(row.name, row.provider)
    await sync_to_async(_tell)(request, row, outcome)
    return redirect("settings_connection", connection_id)


@require_POST
@needs("settings:write")
def removal(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Take it away."""
    row = get_object_or_404(Connection, pk=connection_id)
    done = connections.remove(row.name, request.user, timezone.now())
    told(request, done, f"“{row.name}” is removed. Steps that use it will stop and ask a person.")
    return redirect("settings_connections")


@require_POST
@needs("settings:write")
def rotate(request: HttpRequest) -> HttpResponse:
    """Put every secret under the newest key."""
    done = connections.rotate_secrets(request.user.get_username(), timezone.now())
    messages.success(request, f"Secrets under the newest key: {done.done}.")
    if done.unreadable:
        names = ", ".join(done.unreadable)
        messages.error(request, f"No key opens the secrets of: {names}. Type them anew, or put their key back.")
    return redirect("settings_connections")


def _tell(request: HttpRequest, row: Connection, outcome: trials.Tried) -> None:
    say = messages.success if outcome.well else messages.error
    say(request, f"“{row.name}”: {outcome.detail}")


def _saved(
    request: HttpRequest, provider: str, name: str, config: Mapping[str, Any], row: Connection | None = None
) -> HttpResponse:
    given = read_fields(_schema(provider), request.POST)
    if provider == connections.HTTP:
        given["prefix"] = _prefix(request.POST.get("field-prefix", ""), str(config.get("prefix", "")))
    secret = "" if request.POST.get("forget") else request.POST.get("secret") or None
    done = connections.save(name, provider, given, secret, request.user, timezone.now())
    if isinstance(done, Refused):
        return _form(request, provider, name, config, row, done)
    messages.success(request, f"“{name}” is kept. Try it, to see whether it answers.")
    return redirect("settings_connection", Connection.objects.get(name=name).pk)


def _form(
    request: HttpRequest,
    provider: str,
    name: str,
    config: Mapping[str, Any],
    row: Connection | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    errors = (
        {each.path.removeprefix("/config/").split("/")[0]: each.message for each in refused.errors} if refused else {}
    )
    posted = request.POST if request.method == "POST" else None
    fields: list[Field] = fields_of(_schema(provider), config, posted, errors)
    known = {field.name for field in fields}
    context = {
        "row": row,
        "name": name,
        "title": TITLES.get(provider, provider),
        "is_model": provider in connections.MODEL_PROVIDERS,
        "is_mail": provider == connections.MAIL,
        "fields": fields,
        "errors": errors,
        "name_error": errors.get("/name", ""),
        "others": [message for path, message in errors.items() if path not in known and path != "/name"],
        "has_secret": bool(row and row.secret),
    }
    return render(request, "runtime/settings/connection.html", context, status=422 if refused else 200)


def _prefix(typed: str, before: str) -> str:
    """A word and the space behind it, which nobody sees in a field; one that was kept without a space stays so."""
    word = typed.strip()
    return before if word == before.strip() and before else f"{word} " if word else ""


def _schema(provider: str) -> dict[str, Any]:
    """The provider's schema for a form: a field that may be empty is what it is when it is not."""
    schema = connections.config_of(provider).model_json_schema()
    # An address may be long, but it is one line.
    properties = {
        name: {**_not_null(each), **each, "maxLength": ONE_LINE} for name, each in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _not_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), {})
