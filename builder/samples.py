"""Sample cases: what a workflow is tried on while it is drawn. Listed, added, removed.

Called by the canvas and by `galleries`. A sample need not fit the drawing's input: how a drawing takes what does not
fit is worth trying too. It starts no run.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from builder.models import SampleCase, Workflow
from runtime.core.expressions import Json
from runtime.json_gate import clean
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused
from runtime.triggers.batches import LONGEST_NAME

MOST = 100
MOST_SHOWN = 20
MAX_BYTES = 256 * 1024
"""What one input may weigh, in characters and items together, as `json_gate.clean` counts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A sample case as it is kept; `expected` is the outcome at which it should end, or empty."""

    id: int
    name: str
    input: Json
    created_by: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """The sample case is gone; `was` is what it held."""

    was: Kept


def samples_of(workflow: Workflow, user: Person) -> tuple[Kept, ...] | Refused:
    """The sample cases of a workflow, the oldest first. Refused: forbidden."""
    if not may(user, "workflows:read"):
        return Refused("forbidden", "You may not see workflows.")
    return tuple(map(_kept, workflow.sample_cases.order_by("pk")))


def inputs_of(slug: str) -> list[tuple[str, Json]]:
    """Names and inputs of the oldest sample cases of a workflow, for the pages of triggers."""
    found = SampleCase.objects.filter(workflow__slug=slug).order_by("pk")
    return list(found.values_list("name", "input")[:MOST_SHOWN])


@transaction.atomic
def add(workflow: Workflow, name: object, given: object, user: Person, expected: str = "") -> Kept | Refused:
    """Keep an input, as parsed JSON, under a name of its own, and the outcome at which it should end.

    Refused: forbidden, invalid (with errors at /name, /input), archived, name_taken, too_many.
    """
    if not may(user, "workflows:write"):
        return _forbidden()
    errors = (*_name_flaws(name), *_input_flaws(given))
    if errors:
        return Refused("invalid", "The sample case cannot be kept.", errors)
    # One at a time for a workflow, so that two who add at once neither exceed the number nor take one name.
    locked = Workflow.objects.select_for_update(no_key=True).only("archived_at").get(pk=workflow.pk)
    title = str(name).strip()
    refused = _hindrance(locked, title)
    if refused:
        return refused
    by = user.get_username()
    made = SampleCase.objects.create(workflow=locked, name=title, input=given, created_by=by, expected=expected[:200])
    return _kept(made)


@transaction.atomic
def remove(workflow: Workflow, sample_id: int, user: Person) -> Removed | Refused:
    """Throw a sample case away. Refused: forbidden, archived, not_found (also for another workflow's)."""
    if not may(user, "workflows:write"):
        return _forbidden()
    sample = workflow.sample_cases.select_for_update().filter(pk=sample_id).first()
    if sample is None:
        return Refused("not_found", "This workflow has no such sample case.")
    if Workflow.objects.filter(pk=workflow.pk, archived_at=None).exists():
        was = _kept(sample)
        sample.delete()
        return Removed(was)
    return _archived()


def _hindrance(workflow: Workflow, name: str) -> Refused | None:
    if workflow.archived_at:
        return _archived()
    if workflow.sample_cases.filter(name=name).exists():
        taken = FieldError("/name", "There is a sample case of this name already.", "name_taken")
        return Refused("name_taken", f"The name “{name}” is taken.", (taken,))
    if workflow.sample_cases.count() >= MOST:
        return Refused("too_many", f"A workflow has at most {MOST} sample cases. Remove one first.")
    return None


def _name_flaws(name: object) -> list[FieldError]:
    if isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_NAME and name.isprintable():
        return []
    return [FieldError("/name", f"A name has 1 to {LONGEST_NAME} printable characters.")]


def _input_flaws(given: object) -> list[FieldError]:
    flaw = clean(given, max_bytes=MAX_BYTES)
    return [FieldError(f"/input{flaw.path}", flaw.message, flaw.code)] if flaw else []


def _kept(sample: SampleCase) -> Kept:
    return Kept(sample.pk, sample.name, sample.input, sample.created_by, sample.expected)


def _forbidden() -> Refused:
    return Refused("forbidden", "You may not change workflows.")


def _archived() -> Refused:
    return Refused("archived", "This workflow is archived.")
