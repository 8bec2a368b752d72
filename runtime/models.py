"""The tables of the run time: columns and constraints, no decisions.

Written by `journal` (runs, entries, signals), `escalations` and the admin; read by everything above. Ids of
runs and escalations are texts made by `ids.new_id`, so that their order is the order of time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from runtime.ids import new_id
from runtime.sealing import Sealed

if TYPE_CHECKING:
    AnyTextField = models.TextField[Any, Any]
else:
    AnyTextField = models.TextField  # Django's fields take type arguments in their stubs only.


class JsonText(AnyTextField):
    """JSON kept as text, exactly as written: no database function reads inside it."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any

    def from_db_value(self, value: str | None, *_: object) -> Any:
        """The JSON value of a column."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        """The text of a JSON value; refuses NaN and Infinity with ValueError."""
        return None if value is None else json.dumps(value, separators=(",", ":"), allow_nan=False)

    def to_python(self, value: Any) -> Any:
        """The value itself: a text is a JSON text only when it comes from the database."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """The text of the JSON value, for fixtures."""
        return self.get_prep_value(self.value_from_object(obj)) or "null"


class Blueprint(Sealed):
    """A published drawing, sealed: its document never changes. Runs point at it, versions point down at it.

    Version 0 is a draft that is tried out: nothing but try-outs ever runs it, and a workflow may have several.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    workflow = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    document = JsonText()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workflow", "version"], name="one_blueprint_a_version", condition=Q(version__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} v{self.version}"


class Archived(models.Model):
    """A workflow that starts no more runs. Its blueprints and its runs stay as they are."""

    workflow = models.CharField(primary_key=True, max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.workflow


class Run(models.Model):
    """One run: where it stands. What happened is in its journal; payloads are there too, never here.

    `owner` and `fence` say which worker may write; `wake_at` is when the earliest timer of a waiting run is due.
    A `tryout` is no case: lists and numbers leave it out, and it is forgotten after a day.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, db_index=False)
    workflow = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, default="queued")
    outcome = models.CharField(max_length=200, null=True)
    priority = models.SmallIntegerField(default=0)
    owner = models.CharField(max_length=40, null=True)
    fence = models.PositiveIntegerField(default=0)
    claims = models.PositiveIntegerField(default=0)
    last_seq = models.PositiveIntegerField(default=0)
    wake_at = models.DateTimeField(null=True)
    parent = models.CharField(max_length=26, null=True)
    parent_node = models.CharField(max_length=40, null=True)
    parent_visit = models.PositiveIntegerField(null=True)
    labels = JsonText(null=True)
    requester = models.CharField(max_length=150, default="")
    callback_url = models.CharField(max_length=2000, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    tryout = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="known_run_status",
                condition=Q(status__in=["queued", "running", "waiting", "succeeded", "failed", "cancelled"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-priority", "created_at"], name="run_queued", condition=Q(status="queued")),
            models.Index(fields=["wake_at"], name="run_parked", condition=Q(status="waiting", wake_at__isnull=False)),
            models.Index(fields=["owner"], name="run_running", condition=Q(status="running")),
            models.Index(fields=["parent"], name="run_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["created_at"], name="run_tryout", condition=Q(tryout=True)),
            models.Index(fields=["workflow", "-id"], name="run_workflow"),
            models.Index(fields=["status", "-id"], name="run_status"),
            models.Index(fields=["workflow", "status", "-id"], name="run_workflow_status"),
            models.Index(fields=["outcome", "-id"], name="run_outcome", condition=Q(outcome__isnull=False)),
            models.Index(
                fields=["workflow", "outcome", "-id"], name="run_workflow_outcome", condition=Q(outcome__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.id


class RunLabel(models.Model):
    """A label of a run, to filter by; `text` is `key:value`."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="label_rows", db_index=False)
    text = models.CharField(max_length=260)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["text", "run"], name="label_once")]

    def __str__(self) -> str:
        return self.text


class Entry(Sealed):
    """One event of a run's journal, as `core.events` says. Never changed, never deleted before its run."""

    pk = models.CompositePrimaryKey("run_id", "seq")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    type = models.CharField(max_length=20)
    node = models.CharField(max_length=40, null=True)
    visit = models.PositiveIntegerField(default=0)
    data = JsonText()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "node", "visit"], name="a_step_finishes_once", condition=Q(type="step.finished")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.seq} {self.type}"


class Signal(models.Model):
    """Something that a run has to take into its journal: an answer, a cancellation, the end of a sub-workflow.

    Written in the transaction that decided it; deleted in the one that journals it.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="signals")
    type = models.CharField(max_length=20)
    node = models.CharField(max_length=40, null=True)
    visit = models.PositiveIntegerField(default=0)
    data = JsonText()

    def __str__(self) -> str:
        return f"{self.run_id} {self.type}"


class TriggerKey(models.Model):
    """An `Idempotency-Key` that a trigger came with: one key, one run. Kept 30 days."""

    workflow = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="trigger_keys")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workflow", "key"], name="one_run_a_key")]

    def __str__(self) -> str:
        return f"{self.workflow} {self.key}"


class Worker(models.Model):
    """A process that runs workflows; alive while its beat is young (database clock)."""

    id = models.CharField(primary_key=True, max_length=40)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


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

    `asked` holds what was shown (`core.node.Ask` as JSON) and `digest` binds an answer to it. `kind` is review, form or
    incident; `state` is open, resolved, overdue or cancelled. Until `goes_on_at` an answer can be taken back, and the
    run does not know of it; a case is out of sight until `snoozed_until`.
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
            models.Index(fields=["workflow", "state", "id"], name="escalation_workflow"),
            models.Index(fields=["workflow", "id"], name="escalation_workflow_any"),
            models.Index(fields=["goes_on_at"], name="escalation_undoable", condition=Q(goes_on_at__isnull=False)),
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


class AuditEntry(Sealed):
    """Who did what to which object, and when. Only ever added to."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=120, db_index=True)
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
