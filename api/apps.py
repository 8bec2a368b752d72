"""The Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Api as Django knows it."""

    name = "api"

    def ready(self) -> None:
        """Who is taken out loses their tokens; callers are told how their runs end."""
        from api import callbacks  # noqa: F401 (it registers its jobs)
        from runtime import people

        people.left.connect(_withdraw, dispatch_uid="tokens of who left")


def _withdraw(person: Any, **_: object) -> None:
    from django.utils import timezone

    from api import tokens

    tokens.revoke_all(person, timezone.now())
