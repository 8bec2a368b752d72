"""Changing what a gate promises: the drawing is changed at one step and published, with nothing else in it.

Called by the page of a gate. A promise stands in the drawing, so this is `drafts.save` and `publishing.publish` with
their rules and their log, and one more entry that says what was changed. A draft that holds other changes is left
alone: they would go live unseen.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from builder import drafts, publishing
from builder.loosening import Unmeant
from builder.models import Version, Workflow
from builder.publishing import NotPublishable, Published
from runtime import audit
from runtime.core.definition import digest, parse
from runtime.gates import terms
from runtime.permissions import Person, may
from runtime.refused import Refused


@dataclass(frozen=True, slots=True)
class Terms:
    """What is promised, and the share of its own decisions that people check."""

    max_error: float
    confidence: float
    audit: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A gate as the newest version has it: its terms, and why they cannot be changed here (empty: they can)."""

    title: str
    terms: Terms
    obstacle: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different: `name` as in `Terms`, and whether it asks less of the gate than before."""

    name: str
    was: float
    now: float
    looser: bool


def standing(workflow: Workflow, node: str) -> Standing | None:
    """The gate of this step in the newest version; None where there is none with a promise."""
    newest = _newest(workflow)
    step = next((each for each in _nodes(newest.blueprint.document) if each["id"] == node), None) if newest else None
    if newest is None or step is None or not isinstance(step.get("config", {}).get("promise"), dict):
        return None
    return Standing(step.get("name") or node.replace("_", " "), _terms(step["config"]), _obstacle(workflow, newest))


def changes(before: Terms, after: Terms) -> tuple[Change, ...]:
    """What differs, in the order of the fields."""
    looser = {
        "max_error": after.max_error > before.max_error,
        "confidence": after.confidence < before.confidence,
        "audit": after.audit < before.audit,
    }
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in looser}
    return tuple(Change(name, was, now, looser[name]) for name, (was, now) in pairs.items() if was != now)


@transaction.atomic
def change(
    workflow: Workflow, node: str, seen: Terms, after: Terms, said: str, note: str, user: Person, now: datetime
) -> Published | NotPublishable | Unmeant | Refused:
    """Publish a version in which this gate has other terms. `seen`: the terms that the person looked at.

    `said` is the change in words, for the log. Refused: forbidden, not_found, unchanged, overtaken, unpublished (the
    draft holds other changes, or the workflow is archived), and what saving and publishing refuse; then nothing is
    written.
    """
    if not (may(user, "gates:write") and may(user, "workflows:write")):
        return Refused("forbidden", "You may not change what gates promise.")
    held = Workflow.objects.select_for_update().get(pk=workflow.pk)
    known = standing(held, node)
    refused = _unfit(known, seen, after)
    if refused or known is None:
        return refused or Refused("not_found", "There is no such gate.")
    saved = drafts.save(held, _changed(held.draft, node, after), drafts.etag(held.draft_revision), user, now)
    if isinstance(saved, drafts.Saved):
        # Whoever changes these terms has said that they are meant, and of no other gate.
        done = publishing.publish(held, user, now, note, seen=(saved.revision,), loosens=(node,))
    else:
        done = saved
    if not isinstance(done, Published):
        transaction.set_rollback(True)
        return done
    told = {each.name: [each.was, each.now] for each in changes(seen, after)}
    entry = {"said": said, "note": note, "changes": told, "version": done.number}
    audit.record(user.get_username(), "gate.terms", audit.gate(held.slug, node), now, entry)
    return done


def _unfit(known: Standing | None, seen: Terms, after: Terms) -> Refused | None:
    if known is None:
        return Refused("not_found", "The newest version has no such gate.")
    if known.obstacle:
        return Refused("unpublished", known.obstacle)
    if known.terms != seen:
        return Refused("overtaken", "Somebody has changed this gate meanwhile. Look at what it promises now.")
    return None if changes(seen, after) else Refused("unchanged", "This is what it promises already.")


def _obstacle(workflow: Workflow, newest: Version) -> str:
    if workflow.archived_at:
        return "This workflow is archived."
    draft = parse(workflow.draft).document
    if draft is None or digest(draft) != newest.blueprint.digest:
        return "The drawing has changes that are not published. Publish them or take them back first."
    return ""


def _newest(workflow: Workflow) -> Version | None:
    return workflow.versions.select_related("blueprint").order_by("-number").first()


def _nodes(document: Any) -> list[dict[str, Any]]:
    return list(document.get("nodes", []))


def _terms(config: dict[str, Any]) -> Terms:
    promised = config["promise"]
    rate = config.get("audit")
    return Terms(
        float(promised.get("max_error", 0.05)),
        float(promised.get("confidence", 0.95)),
        terms.RULES.audit if rate is None else max(terms.LEAST_AUDIT, float(rate)),
    )


def _changed(draft: Any, node: str, after: Terms) -> Any:
    document = deepcopy(draft)
    step = next(each for each in _nodes(document) if each["id"] == node)
    promise = {"max_error": after.max_error, "confidence": after.confidence}
    step["config"] = {**step["config"], "promise": promise, "audit": after.audit}
    return document
