"""The tables of design time: workflows, drafts, versions, samples, lessons. Columns and constraints, no decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from runtime.ids import new_id
from runtime.models import Backtest, Blueprint, Escalation, JsonText
from runtime.models.columns import goes_unless_accepted
from runtime.sealing import Sealed


class Workflow(models.Model):
    """A workflow with its draft. `draft_revision` grows with every save: the draft's ETag is made from it."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(default="", blank=True)
    draft = JsonText()
    draft_revision = models.PositiveIntegerField(default=1)
    draft_saved_by = models.CharField(max_length=150, default="", blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class Version(Sealed):
    """A published version: it points down at the blueprint that runs. It never changes."""

    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    blueprint = models.OneToOneField(Blueprint, on_delete=models.PROTECT, related_name="design")
    note = models.TextField(default="", blank=True)
    published_by = models.CharField(max_length=150, default="")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workflow", "number"], name="one_version_a_number")]

    def __str__(self) -> str:
        return f"{self.workflow.slug} v{self.number}"


class SampleCase(models.Model):
    """A case to try a workflow on while it is drawn. No run points at it: what is tried is a copy.

    `expected` is the outcome at which it should end; empty where nobody has said.
    """

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="sample_cases")
    name = models.CharField(max_length=120)
    # JSON's null is an input like any other.
    input = JsonText(null=True)
    expected = models.CharField(max_length=200, default="", blank=True)
    created_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workflow", "name"], name="one_sample_a_name")]

    def __str__(self) -> str:
        return self.name


class Lesson(models.Model):
    """What somebody wants a workflow to learn from an answered case; `change` says what (`lessons.terms.Change`).

    `print` is what the same lesson is known by: it is open once. `backtest` shows its effect on past cases, of the
    draft at `tried_revision`. `state` is open, accepted or declined (with a `reason`); it is decided once. It holds
    text of its case and goes with it, unless it was accepted and so is part of the drawing.
    """

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="lessons")
    case = models.ForeignKey(Escalation, null=True, on_delete=goes_unless_accepted, related_name="+")
    sort = models.CharField(max_length=10)
    change = JsonText()
    print = models.CharField(max_length=64)
    comment = models.TextField(default="", blank=True)
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    decided_by = models.CharField(max_length=150, default="", blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(default="", blank=True)
    backtest = models.ForeignKey(Backtest, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    tried_revision = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workflow", "print"], condition=Q(state="open"), name="one_open_lesson"),
            models.CheckConstraint(name="known_lesson_state", condition=Q(state__in=["open", "accepted", "declined"])),
        ]
        indexes: ClassVar = [models.Index(fields=["workflow", "state", "-id"], name="lesson_of_workflow")]

    def __str__(self) -> str:
        return f"{self.sort} {self.pk}"
