"""The audit trail's only door: who did what to which object, and when.

Called inside the transaction of the deed, so that neither stands without the other. Entries are added, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from runtime.models import AuditEntry

SYSTEM = "system"
"""The actor where no person acts: due times that pass."""


def record(
    actor: str, action: str, target: models.Model | str, at: datetime, data: Mapping[str, Any] | None = None
) -> None:
    """Add an entry. `actor` is a user name; `action` is `object.verb`, as `escalation.resolved`.

    `data` is strict JSON and holds no secret.
    """
    AuditEntry.objects.create(at=at, actor=actor, action=action, target=_named(target), data=dict(data or {}))


def of(target: models.Model | str) -> models.QuerySet[AuditEntry]:
    """The entries about an object, oldest first."""
    return AuditEntry.objects.filter(target=_named(target)).order_by("at", "pk")


def _named(target: models.Model | str) -> str:
    return target if isinstance(target, str) else f"{target._meta.model_name}:{target.pk}"
