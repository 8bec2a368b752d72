"""The settings' page of tokens: made once, shown once, withdrawn. Routed by `config.urls`, beside the other settings.

Developers see their own; administrators see all, and make their own. What a token may is never more than its user may.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from api import tokens
from api.models import Token
from builder.models import Workflow
from runtime import audit
from runtime.permissions import may, permissions_of
from runtime.views.access import needs
from runtime.views.settings.telling import told

SCOPES = (
    ("workflows:read", "Read workflows", "their drawings and versions"),
    ("workflows:write", "Change workflows", "save drawings and publish them"),
    ("runs:read", "Read runs", "what came in, what happened and what came out"),
    ("runs:write", "Start runs", "and cancel or retry them"),
    ("escalations:read", "Read cases", "that wait for people"),
    ("escalations:write", "Settle cases", "as the person the token belongs to"),
)
"""What a token can be made for, in words. Only what there are routes for."""

_OFFERED = frozenset(scope for scope, _, _ in SCOPES)
LASTS = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("0", "until it is withdrawn"))
MOST = 300


@require_http_methods(["GET", "HEAD", "POST"])
@needs("tokens:write")
def listed(request: HttpRequest) -> HttpResponse:
    """The tokens that this person may see; a post makes one, and this one answer shows it."""
    return _made(request) if request.method == "POST" else _page(request)


@require_POST
@needs("tokens:write")
def withdraw(request: HttpRequest, token_id: int) -> HttpResponse:
    """Withdraw a token; programs that use it are refused within a second."""
    token = get_object_or_404(_mine(request), pk=token_id)
    if tokens.revoke(token.pk):
        data = {"name": token.name, "user": token.user.get_username()}
        audit.record(request.user.get_username(), "token.revoked", token, timezone.now(), data)
    told(request, None, f"The token “{token}” is withdrawn.")
    return redirect("settings_tokens")


def _made(request: HttpRequest) -> HttpResponse:
    name, lasts = request.POST.get("name", "").strip(), request.POST.get("lasts", "")
    scopes = [scope for scope in request.POST.getlist("scope") if scope in _OFFERED]
    user = cast("User", request.user)
    if not name or not name.isprintable() or len(name) > 120:
        return _page(request, error="Give the token a name of up to 120 characters, such as the program it is for.")
    if not scopes:
        return _page(request, error="Tick at least one thing that the token may do.")
    if lasts not in dict(LASTS):
        return _page(request, error="Choose how long the token lasts.")
    now = timezone.now()
    expires = now + timedelta(days=int(lasts)) if int(lasts) else None
    issued = tokens.issue(user, name, scopes, expires)
    if isinstance(issued, tokens.NoToken):
        return _page(request, error=issued.detail)
    data = {"name": name, "scopes": scopes, "expires": expires.isoformat() if expires else None}
    audit.record(user.get_username(), "token.issued", f"token:{issued.id}", now, data)
    return _page(request, plain=issued.plain)


def _page(request: HttpRequest, error: str = "", plain: str = "") -> HttpResponse:
    words = {scope: title for scope, title, _ in SCOPES}
    now, held = timezone.now(), permissions_of(request.user)
    found = _mine(request).order_by("revoked_at", "-pk")[:MOST]
    rows = [
        {"token": each, "state": _state(each, now), "may": [words.get(s, s) for s in each.scopes]} for each in found
    ]
    rows.sort(key=lambda row: row["state"] != "")
    asked = request.POST if error else request.GET if request.method != "POST" else QueryDict()
    context: dict[str, Any] = {
        "workflow": _workflow(request),
        "rows": rows,
        "scopes": [scope for scope in SCOPES if scope[0] in held],
        "lasts": LASTS,
        "error": error,
        "plain": plain,
        # Whoever links here may say what the token is for: it is only filled in, and made by a person.
        "name": asked.get("name", "")[:120],
        "ticked": asked.getlist("scope"),
        "sees_all": may(request.user, "admin"),
    }
    answer = render(request, "api/tokens.html", context, status=422 if error else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _workflow(request: HttpRequest) -> Workflow | None:
    """The workflow whose page of triggers led here, and is led back to. A slug, so that it leads nowhere else."""
    slug = (request.POST or request.GET).get("workflow", "")
    if not slug.isprintable() or not slug or not may(request.user, "workflows:read"):
        return None
    return Workflow.objects.filter(slug=slug[:80]).only("slug", "name").first()


def _mine(request: HttpRequest) -> QuerySet[Token]:
    found = Token.objects.select_related("user")
    return found if may(request.user, "admin") else found.filter(user=request.user.pk)


def _state(token: Token, now: Any) -> str:
    if token.revoked_at:
        return "withdrawn"
    if token.expires_at and token.expires_at <= now:
        return "expired"
    return "" if token.user.is_active else "its person is out"


urlpatterns: list[URLPattern] = [
    path("", listed, name="settings_tokens"),
    path("<int:token_id>/withdrawal/", withdraw, name="settings_token_withdraw"),
]
