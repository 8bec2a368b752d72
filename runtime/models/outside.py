"""The tables of the ways to the outside, and of mail that has none.

Written by `connections` and `outbox`.
"""

from __future__ import annotations

from django.db import models

from runtime.models.columns import JsonText
from runtime.models.runs import Run


class Connection(models.Model):
    """A named way to the outside: a model endpoint, a mail server, an HTTP service. Its secret is encrypted."""

    name = models.CharField(max_length=80, unique=True)
    provider = models.CharField(max_length=40)
    config = JsonText(default=dict, blank=True)
    secret = models.BinaryField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name


class OutboxMail(models.Model):
    """A mail that a workflow wrote; `sent_at` is empty while there is no mail connection to send it by."""

    key = models.CharField(max_length=120, unique=True)
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="mails")
    to = models.TextField()
    subject = models.TextField()
    body = models.TextField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject
