"""The tables of the audit log.

Written by `audit` and `chain` alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from runtime.models.columns import JsonText
from runtime.sealing import Sealed


class AuditEntry(Sealed):
    """Who did what to which object, and when. Only ever added to."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200, db_index=True)
    data = JsonText(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes: ClassVar = [
            models.Index(fields=["actor", "at", "id"], name="audit_actor"),
            models.Index(fields=["action", "at", "id"], name="audit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.target}"


class AuditLink(Sealed):
    """An audit entry's place in the chain: what its predecessor came to, and what it comes to itself (SHA-256).

    Written by `chain` alone. There is no foreign key: that an entry is gone must be seen, not prevented.
    """

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"
