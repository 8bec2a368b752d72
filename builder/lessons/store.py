"""Lessons as people deal with them: proposed by reviewers, accepted or declined by designers, each exactly once.

Called by `lesson_views`. Accepting saves the draft over the revision that was looked at, and publishes nothing. The
same lesson twice is one. Refusals are data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction

from builder import drafts, samples
from builder.lessons import effects, makers
from builder.lessons.terms import Facts, Posted, Sort, Unfit
from builder.mending import free_name
from builder.models import Lesson, Workflow
from runtime import audit
from runtime.ids import is_id
from runtime.models import Escalation
from runtime.permissions import Person, may
from runtime.refused import Refused
from runtime.triggers.batches import LONGEST_NAME

MOST_OPEN = 200
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """The lesson is proposed; `new`: nobody had before."""

    lesson: Lesson
    new: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The lesson is in the draft (a sample case: among the samples)."""

    lesson: Lesson


@transaction.atomic
def propose(
    case: Escalation, workflow: Workflow, facts: Facts, sort: str, key: str, posted: Posted, user: Person, now: datetime
) -> Proposed | Refused:
    """Propose what an answered case can teach. Refused: forbidden, unfit, declined (who, at), too_many, invalid."""
    if not may(user, "escalations:write", case):
        return Refused("forbidden", "You may not propose what this case teaches.")
    comment = posted.get("comment", "").strip()
    if len(comment) > LONGEST_TEXT:
        return Refused("invalid", f"A comment has at most {LONGEST_TEXT:,} characters.")
    change = makers.taught(facts, sort, key, posted)
    if isinstance(change, Unfit):
        return Refused("unfit", change.detail)
    known = Lesson(workflow=workflow, case=case, sort=sort, change=change, comment=comment, proposed_at=now)
    known.print, known.proposed_by = makers.print_of(cast("Sort", sort), change), user.get_username()
    return _before(known) or _kept(known, now)


@transaction.atomic
def decline(lesson_id: str, reason: str, user: Person, now: datetime) -> Lesson | Refused:
    """Decline a lesson; whoever proposed it is shown why. Refused: forbidden, invalid, not_found, decided (who, at)."""
    lesson = _open(lesson_id, user)
    if isinstance(lesson, Refused):
        return lesson
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_TEXT:
        return Refused("invalid", f"Say why, in at most {LONGEST_TEXT:,} characters: {lesson.proposed_by} is shown it.")
    return _decided(lesson, "declined", user, now, reason)


@transaction.atomic
def accept(lesson_id: str, if_match: str, user: Person, now: datetime, *, unseen: bool = False) -> Accepted | Refused:
    """Put a lesson into the draft, over the revision that `if_match` names and no other. It publishes nothing.

    `unseen`: without having seen what it does to past cases. Refused: forbidden, not_found, decided (who, at), unfit,
    unsound (it would keep the draft from being published), unseen, what saving a draft or a sample refuses.
    """
    lesson = _open(lesson_id, user)
    if isinstance(lesson, Refused):
        return lesson
    workflow = Workflow.objects.get(pk=lesson.workflow_id)
    found = effects.prospect(lesson, workflow)
    if found.unfit and found.unfit.code != "known":
        return Refused("unfit", found.unfit.detail)
    if found.error:
        return Refused("unsound", f"The draft could not be published with it: {found.error.message}")
    if not (found.unfit or unseen or effects.is_shown(lesson, workflow)):
        return Refused("unseen", "Look at what it does to past cases first, or say that you accept it without.")
    refused = None if found.unfit else _taught(lesson, workflow, found.document, if_match, user, now)
    return refused or Accepted(_decided(lesson, "accepted", user, now))


def of_id(lesson_id: str, workflow: Workflow) -> Lesson | None:
    """The lesson of a workflow with this id."""
    found = workflow.lessons.select_related("case", "backtest").filter(pk=lesson_id)
    return found.first() if is_id(lesson_id) else None


def _before(lesson: Lesson) -> Refused | None:
    """Why it is not proposed (again)."""
    same = Lesson.objects.filter(workflow=lesson.workflow, print=lesson.print)
    declined = same.filter(state="declined", case=lesson.case).order_by("-pk").first()
    if declined:
        detail = f"{declined.decided_by} has declined this: {declined.reason}"
        return Refused("declined", detail, who=declined.decided_by, at=declined.decided_at)
    if same.filter(state="open").exists():
        return None
    if Lesson.objects.filter(workflow=lesson.workflow, state="open").count() >= MOST_OPEN:
        return Refused("too_many", f"{MOST_OPEN} proposals wait for a designer already. Speak to one first.")
    return None


def _kept(lesson: Lesson, now: datetime) -> Proposed | Refused:
    # Whoever proposes the same at the same time gets the one that was first.
    Lesson.objects.bulk_create([lesson], ignore_conflicts=True)
    kept = Lesson.objects.filter(workflow=lesson.workflow, print=lesson.print, state="open").first()
    if kept is None:
        return Refused("decided", "This was decided just now.")
    new = kept.pk == lesson.pk
    if new:
        data = {"workflow": lesson.workflow.slug, "case": str(lesson.case_id), "sort": lesson.sort}
        audit.record(lesson.proposed_by, "lesson.proposed", kept, now, data)
    return Proposed(kept, new)


def _open(lesson_id: str, user: Person) -> Lesson | Refused:
    """The lesson, locked, if this person may decide it and nobody has."""
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not change workflows.")
    lesson = Lesson.objects.select_for_update().filter(pk=lesson_id).first() if is_id(lesson_id) else None
    if lesson is None:
        return Refused("not_found", "There is no such lesson.")
    if lesson.state != "open":
        by = lesson.decided_by
        return Refused("decided", f"{by} has {lesson.state} this already.", who=by, at=lesson.decided_at)
    return lesson


def _taught(
    lesson: Lesson, workflow: Workflow, document: object, if_match: str, user: Person, now: datetime
) -> Refused | None:
    if lesson.sort == "sample":
        taken = workflow.sample_cases.values_list("name", flat=True)
        name = free_name(taken, lesson.change["name"][: LONGEST_NAME - 4])
        kept = samples.add(workflow, name, lesson.change["input"], user, expected=lesson.change["expected"])
        return kept if isinstance(kept, Refused) else None
    saved = drafts.save(workflow, document, if_match, user, now)
    return saved if isinstance(saved, Refused) else None


def _decided(lesson: Lesson, state: str, user: Person, now: datetime, reason: str = "") -> Lesson:
    lesson.state, lesson.decided_by, lesson.decided_at, lesson.reason = state, user.get_username(), now, reason
    lesson.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    data = {"workflow": lesson.workflow.slug, "sort": lesson.sort}
    audit.record(lesson.decided_by, f"lesson.{state}", lesson, now, data)
    return lesson
