"""Tokens in Django's admin: who holds which, and taking them back. The command makes them: they are shown once."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from api import tokens
from api.models import Token
from runtime import audit
from runtime.admin_guard import Guarded
from runtime.permissions import may


@admin.register(Token)
class TokenAdmin(Guarded):
    """Tokens, without what they are recognised by."""

    list_display = ("name", "user", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_select_related = ("user",)
    list_filter = ("revoked_at",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Administrators take tokens back."""
        return may(request.user, "admin")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        """Withdraw the chosen tokens."""
        for token in queryset:
            if tokens.revoke(token.pk):
                data = {"name": token.name, "user": token.user.get_username()}
                audit.record(request.user.get_username(), "token.revoked", token, timezone.now(), data)
