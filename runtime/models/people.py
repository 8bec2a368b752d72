"""The tables of what people are asked, and of what they answered and remarked.

Written by `escalations`, `desk` and `queues`.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from runtime.ids import new_id
from runtime.models.columns import JsonText
from runtime.models.runs import Run


class Queue(models.Model):
    """A group of reviewers' work. Members may see, claim and settle its cases, also of one that is put away.

    Cases and drawings name it by `name`, which therefore stays; `title` is what people read.
    """

    name = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=200, default="")
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="queues", blank=True)
    archived_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.title or self.name


class Escalation(models.Model):
    """A case that a workflow handed to people, or an incident. Settled exactly once: a conditional update decides.

    `asked` holds what was shown (`core.node.Ask` as JSON) and `digest` binds an answer to it; `behind`, where a gate's
    answer was kept out of it, holds what is shown after the person's (`engine.covers`). `kind` is review, form or
    incident; `state` is open, resolved, overdue or cancelled. Until `goes_on_at` an answer can be taken back, and the
    run does not know of it; a case is out of sight until `snoozed_until`; at `notice_at`
    it is to be looked at whether somebody has to be told of it.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="escalations")
    workflow = models.CharField(max_length=80)
    node = models.CharField(max_length=40)
    visit = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="open")
    queue = models.CharField(max_length=80, default="")
    question = models.TextField()
    asked = JsonText()
    reasons = JsonText()
    behind = JsonText(null=True)
    digest = models.CharField(max_length=64)
    reviewers = models.PositiveSmallIntegerField(default=1)
    not_by_requester = models.BooleanField(default=False)
    requester = models.CharField(max_length=150, default="")
    due_at = models.DateTimeField(null=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="claimed_escalations"
    )
    claimed_until = models.DateTimeField(null=True)
    resolution = JsonText(null=True)
    resolved_by = models.CharField(max_length=150, default="")
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    goes_on_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    notice_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="known_escalation_state", condition=Q(state__in=["open", "resolved", "overdue", "cancelled"])
            ),
            models.CheckConstraint(name="known_escalation_kind", condition=Q(kind__in=["review", "form", "incident"])),
        ]
        indexes: ClassVar = [
            # Conditional on the state they would be no use: SQLite wants the state literally in the query for that.
            models.Index(fields=["state", "id", "queue"], name="escalation_state"),
            models.Index(fields=["state", "due_at"], name="escalation_overdue", condition=Q(due_at__isnull=False)),
            models.Index(fields=["queue", "state", "id"], name="escalation_queue"),
            models.Index(fields=["queue", "id"], name="escalation_queue_any"),
            models.Index(fields=["queue", "run"], name="escalation_queue_run"),
            models.Index(fields=["workflow", "queue"], name="escalation_queue_workflow"),
            models.Index(fields=["workflow", "state", "id"], name="escalation_workflow"),
            models.Index(fields=["workflow", "id"], name="escalation_workflow_any"),
            models.Index(fields=["goes_on_at"], name="escalation_undoable", condition=Q(goes_on_at__isnull=False)),
            models.Index(fields=["notice_at"], name="escalation_notice", condition=Q(notice_at__isnull=False)),
            models.Index(fields=["workflow", "node", "state", "-id"], name="escalation_similar"),
            # All that the inbox counts and filters by, so that it need not read the cases themselves.
            models.Index(
                fields=[
                    *("state", "id", "queue", "assignee", "claimed_until", "snoozed_until", "due_at"),
                    *("kind", "workflow"),
                ],
                name="escalation_inbox",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}: {self.question[:60]}"


class CaseWords(models.Model):
    """What a case is found by in the inbox (`case_words`): folded words, in rows that are small enough to be walked.

    There is one for each open case, and for those that were settled within the hour.
    """

    case = models.OneToOneField(Escalation, primary_key=True, on_delete=models.CASCADE, related_name="words")
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:60]


class Vote(models.Model):
    """One reviewer's answer where several are asked."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="votes")
    by = models.CharField(max_length=150)
    answer = JsonText()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["escalation", "by"], name="one_vote_a_person")]

    def __str__(self) -> str:
        return f"{self.by} on {self.escalation_id}"


class Remark(models.Model):
    """What somebody wrote beside a case, for colleagues; `mentions` are those it is meant for."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="remarks")
    by = models.CharField(max_length=150)
    text = models.TextField()
    at = models.DateTimeField()
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True)

    def __str__(self) -> str:
        return f"{self.by} on {self.escalation_id}"


class SavedFilter(models.Model):
    """A person's own view of the inbox: a name for a query string."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="one_filter_a_name")]

    def __str__(self) -> str:
        return self.name
