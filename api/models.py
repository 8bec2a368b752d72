"""Access tokens: hashed, scoped, expirable, revocable."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from runtime.models import JsonText


class Token(models.Model):
    """A token of a user. Only its SHA-256 is kept; the token itself is shown once."""

    name = models.CharField(max_length=120, default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = JsonText(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"
