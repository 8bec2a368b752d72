"""The tokens that reach workflows and their runs, for the page that says who may do what with one.

Names and scopes only. Administrators see all, others their own, as on the page of tokens.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Q
from django.utils import timezone

from api.models import Token
from runtime.permissions import permissions_of

register = template.Library()

MOST = 50
REACHES = {
    "workflows:read": "see it",
    "workflows:write": "draw and publish it",
    "runs:read": "read its runs",
    "runs:write": "start it",
    "escalations:read": "read its cases",
    "escalations:write": "answer its cases",
}


@register.inclusion_tag("api/_reaching.html", takes_context=True)
def tokens_that_reach(context: dict[str, Any]) -> dict[str, Any]:
    """The tokens in force, by name, each with what it may do here at most; its person may do less."""
    user = context["request"].user
    held = permissions_of(user)
    if "tokens:write" not in held:
        return {"seen": False}
    found = Token.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)
    rows = (found if "admin" in held else found.filter(user=user.pk)).select_related("user").order_by("name", "pk")
    tokens = [(each, [REACHES[scope] for scope in REACHES if scope in each.scopes]) for each in rows[: MOST + 1]]
    return {"seen": True, "tokens": tokens[:MOST], "more": len(tokens) > MOST, "all": "admin" in held}
