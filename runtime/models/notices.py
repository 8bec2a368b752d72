"""The tables of notices: who wants to hear of which cases, by mail or by a call, and what they have been told.

Written by `notices` alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from runtime.models.columns import JsonText
from runtime.models.people import Escalation
from runtime.models.webhooks import SigningColumns


class NoticeWish(models.Model):
    """That a person wants a mail about an event in a queue. `queue` is a name, empty (cases of no queue) or `*` (any).

    `event` is new, due, overdue or closed, as in `notices.events`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_wishes")
    queue = models.CharField(max_length=80)
    event = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "queue", "event"], name="one_wish_an_event")]
        indexes: ClassVar = [models.Index(fields=["queue", "event"], name="wish_queue")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.event} in {self.queue or 'no queue'}"


class Notice(models.Model):
    """That a person is to be told of an event of a case, once; `settled_at`: they were, or need not be any more."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    case = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="notices")
    event = models.CharField(max_length=10)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "case", "event"], name="told_once")]
        indexes: ClassVar = [
            models.Index(fields=["user", "id"], name="notice_untold", condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.event} {self.case_id}"


class NoticeHook(SigningColumns):
    """An address that is called, signed, about events in some queues. `queue` as in a wish; `events` is a list."""

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=2_000)
    queue = models.CharField(max_length=80, default="*")
    events = JsonText(default=list)
    is_on = models.BooleanField(default=True)
    saved_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, default="")

    def __str__(self) -> str:
        return self.name
