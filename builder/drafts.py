"""Drafts: read with their revision, saved only over the revision that was read. Two savers never both win.

Called by the API, the canvas and imports. A draft may have problems; only what is no document at all is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from builder.models import Version, Workflow
from builder.workflows import unreadable
from runtime import audit
from runtime.permissions import Person, may
from runtime.refused import Refused

_ETAG = re.compile(r'\s*(?:"r(\d{1,9})"|(?:W/)?"[^"]*"|(\*))\s*')


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was read; `revision` grows with every save."""

    document: Any
    revision: int
    saved_by: str
    saved_at: datetime

    @property
    def etag(self) -> str:
        """What a save has to name to win."""
        return etag(self.revision)


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft is kept under this revision."""

    revision: int

    @property
    def etag(self) -> str:
        """What the next save has to name."""
        return etag(self.revision)


@dataclass(frozen=True, slots=True)
class Stale(Refused):
    """Somebody else saved meanwhile: `yours` are the revisions that were named, `current` is the one there is."""

    yours: tuple[int, ...] = ()
    current: int = 0


def etag(revision: int) -> str:
    """The ETag of a revision."""
    return f'"r{revision}"'


def read(workflow: Workflow) -> Draft:
    """The draft, read anew."""
    found = Workflow.objects.get(pk=workflow.pk)
    return Draft(found.draft, found.draft_revision, found.draft_saved_by, found.updated_at)


@transaction.atomic
def save(workflow: Workflow, document: object, if_match: str | None, user: Person, now: datetime) -> Saved | Refused:
    """Keep a document as the draft. `if_match` is the header as it came: ETags, or `*` or None for whatever there is.

    Refused: forbidden, archived, malformed (with errors), stale (a `Stale`).
    """
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not change workflows.")
    malformed = unreadable(document)
    if malformed:
        return malformed
    named = revisions(if_match)
    open_to_me = Workflow.objects.filter(pk=workflow.pk, archived_at=None)
    mine = open_to_me if named is None else open_to_me.filter(draft_revision__in=named)
    by = user.get_username()
    if not mine.update(draft=document, draft_revision=F("draft_revision") + 1, draft_saved_by=by, updated_at=now):
        return _lost(workflow, named or ())
    return Saved(Workflow.objects.values_list("draft_revision", flat=True).get(pk=workflow.pk))


@transaction.atomic
def restore(version: Version, if_match: str | None, user: Person, now: datetime) -> Saved | Refused:
    """Make an earlier version the draft again; publishing it makes a new version. Refused: what `save` refuses."""
    saved = save(version.workflow, version.blueprint.document, if_match, user, now)
    if isinstance(saved, Saved):
        audit.record(user.get_username(), "draft.restored", version.workflow, now, {"version": version.number})
    return saved


def revisions(if_match: str | None) -> tuple[int, ...] | None:
    """The revisions that a header names; None where any will do. What cannot be read names none and never matches."""
    if if_match is None:
        return None
    found = [_ETAG.fullmatch(part) for part in if_match.split(",")]
    if any(match and match[2] for match in found):
        return None
    return tuple(int(match[1]) for match in found if match and match[1])


def _lost(workflow: Workflow, named: tuple[int, ...]) -> Refused:
    found = Workflow.objects.get(pk=workflow.pk)
    if found.archived_at:
        return Refused("archived", "This workflow is archived.", at=found.archived_at)
    who = found.draft_saved_by
    detail = f"{who or 'Somebody'} has saved this draft meanwhile: it is at revision {found.draft_revision}."
    return Stale("stale", detail, who=who, at=found.updated_at, yours=named, current=found.draft_revision)
