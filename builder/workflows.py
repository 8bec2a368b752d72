"""Workflows as things with a name: made, renamed, archived. What is drawn is in `drafts`, what runs in `publishing`.

Called by the API, the pages and the commands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from builder.models import Workflow
from runtime import audit, blueprints, runs
from runtime.core.definition import FORMAT, parse
from runtime.json_gate import clean
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused
from runtime.triggers import schedules

SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
MAX_SLUG, MAX_NAME, MAX_DESCRIPTION = 80, 200, 10_000

EMPTY: Mapping[str, Any] = {"format": FORMAT, "input": {}, "nodes": [], "edges": []}
"""The drawing that a new workflow begins with."""


@dataclass(frozen=True, slots=True)
class Made:
    """The workflow as it is now."""

    workflow: Workflow


@transaction.atomic
def create(
    name: str,
    user: Person,
    now: datetime,
    *,
    slug: str = "",
    description: str = "",
    document: object = EMPTY,
) -> Made | Refused:
    """Make a workflow with a draft. Without a slug, one is made from the name.

    Refused: forbidden, invalid (with errors), malformed (the document), slug_taken (also by an archived workflow).
    """
    if not may(user, "workflows:write"):
        return _forbidden()
    errors = (*_text_flaws(name, description), *([] if slug == "" else _slug_flaws(slug)))
    if errors:
        return Refused("invalid", "The workflow cannot be called so.", errors)
    malformed = unreadable(document)
    if malformed:
        return malformed
    by = user.get_username()
    given = {"name": name.strip(), "description": description, "draft": document, "draft_saved_by": by}
    workflow, new = Workflow.objects.get_or_create(slug=slug or free_slug(name), defaults=given)
    if not new:
        taken = FieldError("/slug", "There is a workflow of this name already, or an archived one.", "slug_taken")
        return Refused("slug_taken", f"The short name “{workflow.slug}” is taken.", (taken,))
    audit.record(by, "workflow.created", workflow, now, {"slug": workflow.slug})
    return Made(workflow)


@transaction.atomic
def rename(
    workflow: Workflow, user: Person, now: datetime, *, name: str | None = None, description: str | None = None
) -> Made | Refused:
    """Change the name or the description; the slug stays: addresses are made of it. Refused: forbidden, invalid."""
    if not may(user, "workflows:write"):
        return _forbidden()
    name = workflow.name if name is None else name
    description = workflow.description if description is None else description
    errors = tuple(_text_flaws(name, description))
    if errors:
        return Refused("invalid", "The workflow cannot be called so.", errors)
    changed = {"name": name.strip(), "description": description}
    Workflow.objects.filter(pk=workflow.pk).update(**changed, updated_at=now)
    audit.record(user.get_username(), "workflow.renamed", workflow, now, {"from": workflow.name, "to": name.strip()})
    return _again(workflow)


@transaction.atomic
def archive(workflow: Workflow, user: Person, now: datetime) -> Made | Refused:
    """Put a workflow away: it starts no more runs; those under way go on. Doing it twice changes nothing more."""
    return _set_archived(workflow, user, now, now)


@transaction.atomic
def unarchive(workflow: Workflow, user: Person, now: datetime) -> Made | Refused:
    """Take an archived workflow out again."""
    return _set_archived(workflow, user, now, None)


def unreadable(document: object) -> Refused | None:
    """Why this is no document at all; None for one that can be kept, whatever problems it has."""
    soiled = clean(document)
    if soiled:
        return Refused("malformed", "This is no drawing.", (FieldError(soiled.path, soiled.message, soiled.code),))
    found = parse(document).problems
    errors = tuple(FieldError(str(each.to_json()["path"]), each.message, each.code) for each in found)
    return Refused("malformed", "This is no drawing.", errors) if errors else None


def _set_archived(workflow: Workflow, user: Person, now: datetime, archived_at: datetime | None) -> Made | Refused:
    if not may(user, "workflows:write"):
        return _forbidden()
    found = Workflow.objects.filter(pk=workflow.pk, archived_at__isnull=archived_at is not None)
    if found.update(archived_at=archived_at, updated_at=now):
        if archived_at:
            blueprints.archive(workflow.slug, archived_at)
            schedules.put_away(workflow.slug, user.get_username(), now)
        else:
            blueprints.unarchive(workflow.slug)
        transaction.on_commit(lambda: runs.forget_newest(workflow.slug))
        action = "workflow.archived" if archived_at else "workflow.unarchived"
        audit.record(user.get_username(), action, workflow, now)
    return _again(workflow)


def _again(workflow: Workflow) -> Made:
    return Made(Workflow.objects.get(pk=workflow.pk))


def free_slug(name: str) -> str:
    """A slug from a name (or from a slug); numbered where it is taken."""
    plain = slugify(name)[:MAX_SLUG].strip("-_")
    base = plain if SLUG.fullmatch(plain) else re.sub(r"[-_]+", "-", plain) or "workflow"
    taken = set(Workflow.objects.filter(slug__startswith=base[:70]).values_list("slug", flat=True))
    numbered = (f"{base[:70].strip('-_')}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)


def _slug_flaws(slug: object) -> list[FieldError]:
    if isinstance(slug, str) and len(slug) <= MAX_SLUG and SLUG.fullmatch(slug):
        return []
    message = f"A short name has up to {MAX_SLUG} small letters and digits, with single - or _ between them."
    return [FieldError("/slug", message)]


def _text_flaws(name: object, description: object) -> list[FieldError]:
    errors = []
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MAX_NAME or clean(name) or not name.isprintable():
        errors.append(FieldError("/name", f"A name has 1 to {MAX_NAME} printable characters."))
    if not isinstance(description, str) or len(description) > MAX_DESCRIPTION or clean(description):
        errors.append(FieldError("/description", f"A description is a text of at most {MAX_DESCRIPTION} characters."))
    return errors


def _forbidden() -> Refused:
    return Refused("forbidden", "You may not change workflows.")
