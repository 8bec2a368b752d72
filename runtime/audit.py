"""The audit trail's only door: who did what to which object, and when.

Called inside the transaction of the deed, so that neither stands without the other. Entries are added, never changed;
`chain` makes that visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models, transaction

from runtime import chain
from runtime.models import AuditEntry

SYSTEM = "system"
"""The actor where no person acts: due times that pass."""


def record(
    actor: str, action: str, target: models.Model | str, at: datetime, data: Mapping[str, Any] | None = None
) -> None:
    """Add an entry. `actor` is a user name; `action` is `object.verb`, as `escalation.resolved`.

    `data` is strict JSON and holds no secret.
    """
    entry = AuditEntry.objects.create(at=at, actor=actor, action=action, target=_named(target), data=dict(data or {}))
    # Behind the deed's own transaction: a lock on the chain inside it would make deeds wait for each other. A deed
    # stands also where its link cannot be made at once; the next one, or `verify_audit`, makes up for it.
    transaction.on_commit(partial(chain.extend, entry.pk), robust=True)


def gate(workflow: str, node: str) -> str:
    """How the log names a gate, the same in all its epochs."""
    return f"gate:{workflow}:{node}"


def of(target: models.Model | str) -> models.QuerySet[AuditEntry]:
    """The entries about an object, oldest first."""
    return AuditEntry.objects.filter(target=_named(target)).order_by("at", "pk")


def _named(target: models.Model | str) -> str:
    return target if isinstance(target, str) else f"{target._meta.model_name}:{target.pk}"
