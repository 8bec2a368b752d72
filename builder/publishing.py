"""From draft to version: checked, sealed, numbered. What is published never changes and is all that ever runs.

Called by the API, the canvas and the commands. Publishing a draft that is the newest version already gives that version
again, so that asking twice makes nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from builder.models import Version, Workflow
from builder.surroundings import around
from builder.workflows import unreadable
from runtime import audit, blueprints, runs
from runtime.core.checks import check
from runtime.core.definition import Document, digest, parse
from runtime.core.drawing import compile_drawing
from runtime.core.problems import Problem
from runtime.gates import epochs
from runtime.json_gate import clean
from runtime.json_schemas import problem_of
from runtime.models import Blueprint
from runtime.nodes import discover
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused
from runtime.triggers import schedules

MAX_NOTE = 10_000
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Published:
    """The version that holds the draft. `new`: it was made just now."""

    number: int
    digest: str
    warnings: tuple[Problem, ...] = ()
    new: bool = True


@dataclass(frozen=True, slots=True)
class NotPublishable:
    """What keeps the draft from being published (errors), and what else was found (warnings)."""

    problems: tuple[Problem, ...]


def problems_of(document: object) -> tuple[Problem, ...]:
    """Everything wrong with a document as JSON, held against the kinds, names and workflows there are. Never raises."""
    return check(document, discover(), around(document), problem_of)


def publish(
    workflow: Workflow, user: Person, now: datetime, note: str = "", *, seen: tuple[int, ...] | None = None
) -> Published | NotPublishable | Refused:
    """Publish the draft. It is checked outside of the transaction and sealed only if nobody saved meanwhile.

    With `seen`, only one of these revisions is published: the one that somebody looked at.

    Refused: forbidden, archived, invalid (the note), malformed, stale (saved over and over), overtaken (saved since it
    was seen; who, at).
    """
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not publish workflows.")
    if not isinstance(note, str) or len(note) > MAX_NOTE or clean(note):
        wrong = FieldError("/note", f"A note is a text of at most {MAX_NOTE} characters.")
        return Refused("invalid", "The note cannot be kept.", (wrong,))
    for _ in range(_ATTEMPTS):
        outcome = _publish_once(workflow, user, now, note, seen)
        if outcome is not None:
            return outcome
    return Refused("stale", "The draft is being changed. Try again.")


def version_of(workflow: Workflow, number: int) -> Version | None:
    """A version with its sealed drawing."""
    return workflow.versions.select_related("blueprint", "workflow").filter(number=number).first()


def _publish_once(
    workflow: Workflow, user: Person, now: datetime, note: str, seen: tuple[int, ...] | None
) -> Published | NotPublishable | Refused | None:
    """One attempt; None where the draft was saved while it was checked."""
    found = Workflow.objects.get(pk=workflow.pk)
    if found.archived_at:
        return Refused("archived", "This workflow is archived.", at=found.archived_at)
    if seen is not None and found.draft_revision not in seen:
        who = found.draft_saved_by
        detail = f"{who or 'Somebody'} has saved this draft meanwhile. Look at what has changed, then publish."
        return Refused("overtaken", detail, who=who, at=found.updated_at)
    malformed, document = unreadable(found.draft), parse(found.draft).document
    if malformed or document is None:
        return malformed
    problems = problems_of(found.draft)
    if any(problem.level == "error" for problem in problems):
        return NotPublishable(problems)
    return _sealed(found, document, user, now, note, problems)


@transaction.atomic
def _sealed(
    checked: Workflow, document: Document, user: Person, now: datetime, note: str, warnings: tuple[Problem, ...]
) -> Published | None:
    """The version; None where what was checked is no longer the draft."""
    still_so = Workflow.objects.select_for_update().filter(
        pk=checked.pk, draft_revision=checked.draft_revision, archived_at=None
    )
    workflow = still_so.first()
    if workflow is None:
        return None
    sha = digest(document)
    newest = workflow.versions.select_related("blueprint").order_by("-number").first()
    if newest and newest.blueprint.digest == sha:
        return Published(newest.number, sha, warnings, new=False)
    number = (workflow.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    blueprint = Blueprint.objects.create(
        workflow=workflow.slug,
        version=number,
        name=workflow.name,
        digest=sha,
        document=document.to_json(),
        sealed_at=now,
    )
    by = user.get_username()
    Version.objects.create(workflow=workflow, number=number, blueprint=blueprint, note=note, published_by=by)
    audit.record(by, "workflow.published", workflow, now, {"version": number, "digest": sha})
    _tell_gates(workflow.slug, newest, document, by, now)
    schedules.recheck(workflow.slug)
    transaction.on_commit(lambda: runs.forget_newest(workflow.slug))
    return Published(number, sha, warnings)


def _tell_gates(slug: str, newest: Version | None, document: Document, by: str, now: datetime) -> None:
    """Gates that were changed begin anew; what is asked less of than before stands in the log under a name."""
    try:
        before = blueprints.load(newest.blueprint_id) if newest else None
    except blueprints.Unreadable:
        # Nothing can be compared: with other steps, their first decisions find no epoch of theirs.
        return
    after, _ = compile_drawing(document, discover())
    epochs.published(slug, before, after, now)
    for gate in epochs.loosened_by(before, after) if before else ():
        audit.record(by, "gate.loosened", f"gate:{slug}:{gate.node}", now, {"what": list(gate.what)})
