"""The tables of design time: workflows, drafts, versions, sample cases. Columns and constraints, no decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from runtime.models import Blueprint, JsonText
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
    """A case to try a workflow on while it is drawn. No run points at it: what is tried is a copy."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="sample_cases")
    name = models.CharField(max_length=120)
    # JSON's null is an input like any other.
    input = JsonText(null=True)
    created_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workflow", "name"], name="one_sample_a_name")]

    def __str__(self) -> str:
        return self.name
