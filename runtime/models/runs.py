"""The tables of runs: what is run, where each run stands, what happened in it, who works on it.

Written by `journal` and the engine's store; ids are texts made by `ids.new_id`, so that their
order is the order of time.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from runtime.ids import new_id
from runtime.models.columns import JsonText
from runtime.sealing import Sealed


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

    `title` is a short line from its input that tells it from others (`run_titles`), so that lists read no payload.

    `owner` and `fence` say which worker may write; `wake_at` is when the earliest timer of a waiting run is due.
    A `tryout` is no case: lists and numbers leave it out, and it is forgotten after a day. A `simulated` one has the
    label of that name (`engine.ports.SIMULATED`): lists show it unless told otherwise, numbers of all workflows do not.
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
    title = models.CharField(max_length=120, default="", db_default="")
    simulated = models.BooleanField(default=False, db_default=False)

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
            models.Index(fields=["-id"], name="run_simulated", condition=Q(simulated=True)),
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
