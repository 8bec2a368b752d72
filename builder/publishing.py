"""From draft to version: checked, sealed, numbered. What is published never changes and is all that ever runs.

Called by the API, the canvas and the commands. Publishing a draft that is the newest version already gives that version
again, so that asking twice makes nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from builder.loosening import Loosening, Unmeant, loosenings
from builder.models import Version, Workflow
from builder.surroundings import around
from builder.workflows import unreadable
from runtime import audit, blueprints, runs
from runtime.core.checks import check
from runtime.core.definition import Document, digest, parse
from runtime.core.drawing import Drawing, compile_drawing
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
    workflow: Workflow,
    user: Person,
    now: datetime,
    note: str = "",
    *,
    seen: tuple[int, ...] | None = None,
    loosens: Collection[str] = (),
) -> Published | NotPublishable | Unmeant | Refused:
    """Publish the draft. It is checked outside of the transaction and sealed only if nobody saved meanwhile.

    With `seen`, only one of these revisions is published: the one that somebody looked at. `loosens` names the steps
    whose promise this person knowingly loosens; where others would be loosened, nothing is published.

    Refused: forbidden, archived, invalid (the note), malformed, stale (saved over and over), overtaken (saved since it
    was seen; who, at).
    """
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not publish workflows.")
    if not isinstance(note, str) or len(note) > MAX_NOTE or clean(note):
        wrong = FieldError("/note", f"A note is a text of at most {MAX_NOTE} characters.")
        return Refused("invalid", "The note cannot be kept.", (wrong,))
    asked = _Asked(user.get_username(), now, note, seen, loosens)
    for _ in range(_ATTEMPTS):
        outcome = _publish_once(workflow, asked)
        if outcome is not None:
            return outcome
    return Refused("stale", "The draft is being changed. Try again.")


def version_of(workflow: Workflow, number: int) -> Version | None:
    """A version with its sealed drawing."""
    return workflow.versions.select_related("blueprint", "workflow").filter(number=number).first()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, as `publish` was: by whom, when, why, of which revisions, and what is meant to be looser."""

    by: str
    now: datetime
    note: str
    seen: tuple[int, ...] | None
    loosens: Collection[str]


def _publish_once(workflow: Workflow, asked: _Asked) -> Published | NotPublishable | Unmeant | Refused | None:
    """One attempt; None where the draft was saved while it was checked."""
    found = Workflow.objects.get(pk=workflow.pk)
    if found.archived_at:
        return Refused("archived", "This workflow is archived.", at=found.archived_at)
    if asked.seen is not None and found.draft_revision not in asked.seen:
        who = found.draft_saved_by
        detail = f"{who or 'Somebody'} has saved this draft meanwhile. Look at what has changed, then publish."
        return Refused("overtaken", detail, who=who, at=found.updated_at)
    malformed, document = unreadable(found.draft), parse(found.draft).document
    if malformed or document is None:
        return malformed
    problems = problems_of(found.draft)
    if any(problem.level == "error" for problem in problems):
        return NotPublishable(problems)
    return _sealed(found, document, asked, problems)


@transaction.atomic
def _sealed(
    checked: Workflow, document: Document, asked: _Asked, warnings: tuple[Problem, ...]
) -> Published | Unmeant | None:
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
    before, after = _running(newest), compile_drawing(document, discover())[0]
    loosened = loosenings(before, after) if before else ()
    if any(gate.node not in asked.loosens for gate in loosened):
        return Unmeant(loosened)
    made = _version(workflow, newest.number + 1 if newest else 1, document, sha, asked)
    epochs.published(workflow.slug, before, after, asked.now)
    _tell_loosened(workflow.slug, loosened, asked)
    schedules.recheck(workflow.slug)
    transaction.on_commit(lambda: runs.forget_newest(workflow.slug))
    return Published(made.number, sha, warnings)


def _version(workflow: Workflow, number: int, document: Document, sha: str, asked: _Asked) -> Version:
    blueprint = Blueprint.objects.create(
        workflow=workflow.slug,
        version=number,
        name=workflow.name,
        digest=sha,
        document=document.to_json(),
        sealed_at=asked.now,
    )
    audit.record(asked.by, "workflow.published", workflow, asked.now, {"version": number, "digest": sha})
    return Version.objects.create(
        workflow=workflow, number=number, blueprint=blueprint, note=asked.note, published_by=asked.by
    )


def _running(newest: Version | None) -> Drawing | None:
    """The drawing that new runs go by. None where there is none that this release can read: nothing can be compared
    then, and with other steps their first decisions find no epoch of theirs."""
    try:
        return blueprints.load(newest.blueprint_id) if newest else None
    except blueprints.Unreadable:
        return None


def _tell_loosened(slug: str, loosened: tuple[Loosening, ...], asked: _Asked) -> None:
    """What is asked less of than before stands in the log under a name."""
    for gate in loosened:
        audit.record(asked.by, "gate.loosened", audit.gate(slug, gate.node), asked.now, {"what": list(gate.what)})
