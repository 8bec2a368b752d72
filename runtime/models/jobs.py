"""The table of side jobs: what is to be done beside the runs, and where each stands.

Written by `jobs` alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from runtime.ids import new_id
from runtime.models.columns import JsonText


class Job(models.Model):
    """One side job. There is one for each (kind, key), for as long as its row is kept.

    `owner` and `lease_until` say who works on it and until when that counts; `fence` grows with every claim, so that
    only the newest claim can write. `attempts` counts the tries since it last got on. `total` is empty while nobody
    knows how much there is to do.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    data = JsonText(null=True)
    state = models.CharField(max_length=10, default="due")
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=40, null=True)
    lease_until = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)
    error = models.TextField(default="")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    note = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_job_a_key"),
            models.CheckConstraint(
                name="known_job_state", condition=Q(state__in=["due", "working", "done", "failed", "cancelled"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "due_at"], name="job_due", condition=Q(state="due")),
            models.Index(fields=["due_at"], name="job_next", condition=Q(state="due")),
            models.Index(fields=["lease_until"], name="job_working", condition=Q(state="working")),
            models.Index(fields=["finished_at"], name="job_finished", condition=Q(finished_at__isnull=False)),
            models.Index(fields=["state", "-id"], name="job_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
