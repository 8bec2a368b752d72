"""The workflow that a page is about, with what is published of it. Used by the views beside it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from builder.models import Version, Workflow


@dataclass(frozen=True, slots=True)
class Found:
    """A workflow, archived or not, and its newest version with the sealed drawing; None where it has none."""

    workflow: Workflow
    newest: Version | None


def found(slug: str) -> Found:
    """The workflow of this slug. Raises Http404."""
    workflow = Workflow.objects.filter(slug=slug).first()
    if workflow is None:
        raise Http404("There is no such workflow.")
    return Found(workflow, workflow.versions.select_related("blueprint").order_by("-number").first())
