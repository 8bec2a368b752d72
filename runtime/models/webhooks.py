"""The tables of signed messages: what is called back when a run ends, and the addresses that start runs.

Written by `signing.callbacks` and `triggers.webhooks`. Keys are encrypted, and never read back by a page.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from runtime.models.runs import Run


class SigningColumns(models.Model):
    """A key that signs, and the one before it for as long as that is still valid."""

    secret = models.BinaryField(editable=False)
    previous = models.BinaryField(null=True, editable=False)
    previous_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class CallbackKey(SigningColumns):
    """The key that signs all callbacks of this installation: one row, number 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150, default="")

    def __str__(self) -> str:
        return "callbacks"


class CallbackAttempt(models.Model):
    """One attempt to tell a caller that a run has ended. `status` is the answer's; `why` says what went wrong."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="callback_attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=300, default="")

    def __str__(self) -> str:
        return f"{self.run_id} {self.status or self.why}"


class Webhook(SigningColumns):
    """An address that starts runs of a workflow. Its id cannot be guessed. `version` empty: always the newest."""

    id = models.CharField(primary_key=True, max_length=32, editable=False)
    workflow = models.CharField(max_length=80)
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField(null=True)
    is_on = models.BooleanField(default=True)
    saved_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    accepted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workflow", "created_at"], name="webhook_workflow")]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """A message that came to a webhook: what became of it. Of each webhook and result only the newest are kept."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    at = models.DateTimeField()
    message = models.CharField(max_length=200)
    result = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, default="")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["webhook", "-id"], name="delivery_newest")]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.result}"


class WebhookRefusal(models.Model):
    """How often a webhook has refused messages for one reason, and when it first and last did."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="refusals", db_index=False)
    result = models.CharField(max_length=40)
    number = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["webhook", "result"], name="refusal_reason")]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.result}: {self.number}"
