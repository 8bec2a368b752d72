"""Sealed drawings: found, read, compiled, and kept from new runs. The builder says when; running is the engine's part.

Called by the store and by `runs`. A blueprint never changes, so whatever is made of it may be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.models import Archived, Blueprint
from runtime.nodes import discover


class Unreadable(Exception):
    """A sealed drawing that this release cannot read. A run that has to go on fails visibly, and may be retried."""


@dataclass(frozen=True)
class Sealed:
    """What a trigger needs of a blueprint."""

    id: str
    workflow: str
    version: int
    drawing: Drawing


def latest(workflow: str, version: int | None = None) -> tuple[str, int] | None:
    """Id and version of the blueprint that a new run of this workflow gets; None where there is none, or where the
    workflow is archived.
    """
    found = Blueprint.objects.filter(workflow=workflow, version__gt=0).order_by("-version")
    if version is not None:
        found = found.filter(version=version)
    return found.exclude(workflow__in=Archived.objects.values("workflow")).values_list("id", "version").first()


def is_archived(workflow: str) -> bool:
    """Whether this workflow starts no more runs, whoever asks: a trigger, a page, a file, another workflow."""
    return Archived.objects.filter(workflow=workflow).exists()


def archive(workflow: str, at: datetime) -> None:
    """Let the workflow start no more runs; those under way go on, and everything stays readable."""
    Archived.objects.get_or_create(workflow=workflow, defaults={"at": at})


def unarchive(workflow: str) -> None:
    """Let the workflow start runs again."""
    Archived.objects.filter(workflow=workflow).delete()


def load(blueprint_id: str) -> Drawing:
    """The compiled drawing. Raises Unreadable where the document or one of its kinds is no longer understood."""
    return sealed(blueprint_id).drawing


@lru_cache(maxsize=256)
def sealed(blueprint_id: str) -> Sealed:
    """A blueprint with everything that is made of it. Raises Unreadable."""
    row = Blueprint.objects.get(pk=blueprint_id)
    parsed = parse(row.document)
    if parsed.document is None:
        raise Unreadable(f"{row}: {parsed.problems[0].message}")
    drawing, problems = compile_drawing(parsed.document, discover())
    if problems:
        raise Unreadable(f"{row}: {problems[0].message}")
    return Sealed(row.id, row.workflow, row.version, drawing)
