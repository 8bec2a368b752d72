"""The tables of what starts runs by itself: schedules, forms, and the rows of files.

Written by `triggers`. What a workflow is called here is its slug, as runs have it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from runtime.ids import new_id
from runtime.models.columns import JsonText
from runtime.models.runs import Run


class Schedule(models.Model):
    """Times at which a workflow is started with an input.

    `cadence` is what a person chose and `expression` the cron expression made of it; `next_at` is empty while it is
    paused, and `paused_why` says why where nobody paused it by hand. `trouble` says why the last time started nothing.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    workflow = models.CharField(max_length=80)
    name = models.CharField(max_length=100)
    cadence = JsonText()
    expression = models.CharField(max_length=100)
    zone = models.CharField(max_length=64)
    input = JsonText()
    catch_up = models.BooleanField(default=True)
    next_at = models.DateTimeField(null=True)
    paused_why = models.CharField(max_length=200, default="")
    trouble = models.TextField(default="")
    saved_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workflow", "id"], name="schedule_workflow"),
            models.Index(fields=["next_at"], name="schedule_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["workflow"], name="schedule_trouble", condition=~Q(trouble="")),
        ]

    def __str__(self) -> str:
        return self.name


class Firing(models.Model):
    """A time of a schedule that has come, once: `run` is what it started, `note` why it started nothing or how late."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="firings", db_index=False)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True)
    note = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["schedule", "due_at"], name="a_time_comes_once")]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.due_at}"


class Form(models.Model):
    """A page on which people start a workflow. Its id is its address and cannot be guessed.

    `audience` says who may send it: starters (whoever may start runs), everyone (whoever is signed in) or public.
    """

    id = models.CharField(primary_key=True, max_length=32, editable=False)
    workflow = models.CharField(max_length=80)
    audience = models.CharField(max_length=10, default="starters")
    title = models.CharField(max_length=120)
    introduction = models.TextField(default="", blank=True)
    thanks = models.TextField(default="", blank=True)
    is_on = models.BooleanField(default=False)
    saved_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="known_form_audience", condition=Q(audience__in=["starters", "everyone", "public"])
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["workflow", "created_at"], name="form_workflow")]

    def __str__(self) -> str:
        return self.title


class Batch(models.Model):
    """A file whose rows start a workflow each. `file` is dropped once its rows are read.

    `state` is draft (its columns are being chosen), reading, running, paused, done or cancelled; `version` is what its
    rows run. `options` and `columns` say how its cells become the input.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    workflow = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="draft")
    note = models.CharField(max_length=300, default="")
    file = models.BinaryField(null=True)
    header = JsonText()
    options = JsonText()
    columns = JsonText(default=dict)
    total = models.PositiveIntegerField()
    started_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cells_kept = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="known_batch_state",
                condition=Q(state__in=["draft", "reading", "running", "paused", "done", "cancelled"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workflow", "-id"], name="batch_workflow"),
            models.Index(fields=["id"], name="batch_cells", condition=Q(cells_kept=True)),
        ]

    def __str__(self) -> str:
        return self.name


class BatchRow(models.Model):
    """A row of a file; `number` is the one that a spreadsheet shows.

    `state` is ready, refused (its cells do not fit: `error`), again (to be retried), under (way), or how its run
    stands: waiting, succeeded, failed, cancelled; dropped is a row that was never started.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    cells = JsonText(null=True)
    state = models.CharField(max_length=10, default="ready")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True)
    error = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="one_row_a_number"),
            models.CheckConstraint(
                name="known_row_state",
                condition=Q(
                    state__in=[
                        *("ready", "refused", "again", "under", "waiting"),
                        *("succeeded", "failed", "cancelled", "dropped"),
                    ]
                ),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["batch", "state", "number"], name="row_state")]

    def __str__(self) -> str:
        return f"{self.batch_id} row {self.number}"
