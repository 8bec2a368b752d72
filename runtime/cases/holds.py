"""Who holds a case: taken for a while, given back, and why somebody may not settle it now.

Called by the API, the pages and `desk`; `escalations` decides on what is answered once this lets it. Every deed is one
transaction, and conditional on the case being as it was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from runtime import audit
from runtime.engine.ports import ENDED
from runtime.live import bell
from runtime.live.broadcast import broadcast
from runtime.models import Escalation, Run
from runtime.permissions import Person, may
from runtime.refused import Refused

LEASE_MINUTES = 15
MAX_LEASE_MINUTES = 24 * 60
NOT_FOUND: Final = Refused("not_found", "There is no such case.")
FORBIDDEN: Final = Refused("forbidden", "You may not settle cases of this queue.")
VOTED_ALREADY: Final = Refused("already_voted", "You have given your answer; others have to give theirs.")
UNCLAIMED: Final[Mapping[str, None]] = {"assignee": None, "claimed_until": None}


@dataclass(frozen=True, slots=True)
class Claimed:
    """The case is this person's until then, and nobody else may settle it."""

    escalation: str
    who: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """Nobody holds the case."""

    escalation: str


@transaction.atomic
def claim(escalation_id: str, user: Person, now: datetime, lease_minutes: int = LEASE_MINUTES) -> Claimed | Refused:
    """Take a case for some minutes, or go on holding it. Refused: what `resolve` refuses before it reads an answer."""
    case = locked(escalation_id)
    refused = refused_to(user, case, now)
    if case is None or refused:
        return refused or NOT_FOUND
    until = now + timedelta(minutes=max(1, min(lease_minutes, MAX_LEASE_MINUTES)))
    won = still_open(user, case, now).update(assignee=user.pk, claimed_until=until)
    if not won:
        return lost(case.pk, user, now)
    audit.record(user.get_username(), "escalation.claimed", case, now, {"until": until.isoformat()})
    tell(run=False)
    return Claimed(case.pk, user.get_username(), until)


@transaction.atomic
def release(escalation_id: str, user: Person, now: datetime) -> Released | Refused:
    """Give a case back, so that others may take it. Administrators may take it from whoever holds it."""
    case = locked(escalation_id)
    if case is None:
        return NOT_FOUND
    if not may(user, "escalations:write", case):
        return FORBIDDEN
    held = _held_by_another(case, user, now)
    if held and not may(user, "admin"):
        return held
    if Escalation.objects.filter(pk=case.pk, state="open", assignee__isnull=False).update(**UNCLAIMED):
        audit.record(user.get_username(), "escalation.released", case, now)
        tell(run=False)
    return Released(case.pk)


def may_settle(escalation_id: str, user: Person, now: datetime) -> Escalation | Refused:
    """The case, locked, where this person may settle it now; else why not. Inside a transaction."""
    case = locked(escalation_id)
    return refused_to(user, case, now) or case or NOT_FOUND


def locked(escalation_id: str) -> Escalation | None:
    """The case, locked where the database locks rows; SQLite's transactions are one after the other anyhow.

    Its run is locked first, as the engine does when it ends a run: two orders would be a deadlock.
    """
    cases = Escalation.objects.filter(pk=escalation_id)
    Run.objects.select_for_update(no_key=True).filter(pk__in=cases.values("run")).values_list("pk").first()
    return cases.select_for_update(of=("self",)).select_related("run__blueprint", "assignee").first()


def refused_to(user: Person, case: Escalation | None, now: datetime, digest: str | None = None) -> Refused | None:
    """Why this person may not settle this case now, whatever they answer."""
    if case is None:
        return NOT_FOUND
    if not may(user, "escalations:write", case):
        return FORBIDDEN
    if case.state != "open" or case.run.status in ENDED:
        return _settled_already(case)
    if digest is not None and digest != case.digest:
        return Refused("stale", "The case shows something else by now. Look at it again before you answer.")
    if case.not_by_requester and case.requester and case.requester == user.get_username():
        return Refused("not_requester", "Whoever started this run may not settle its cases.", who=case.requester)
    if case.reviewers > 1 and case.votes.filter(by=user.get_username()).exists():
        return VOTED_ALREADY
    return _held_by_another(case, user, now)


def _held_by_another(case: Escalation, user: Person, now: datetime) -> Refused | None:
    if case.assignee is None or case.assignee.pk == user.pk or not case.claimed_until or case.claimed_until <= now:
        return None
    who = case.assignee.get_username()
    return Refused("claimed", f"{who} is working on this case.", who=who, at=case.claimed_until)


def still_open(user: Person, case: Escalation, now: datetime) -> QuerySet[Escalation]:
    """The case as long as it is open, unchanged, and held by nobody else: what every decision is conditional on."""
    free = Q(assignee=None) | Q(assignee=user.pk) | Q(claimed_until=None) | Q(claimed_until__lte=now)
    return Escalation.objects.filter(free, pk=case.pk, state="open", digest=case.digest)


def lost(case_id: str, user: Person, now: datetime) -> Refused:
    """Why a conditional update hit nothing, as the case stands now."""
    case = Escalation.objects.select_related("run", "assignee").get(pk=case_id)
    return (_held_by_another(case, user, now) if case.state == "open" else None) or _settled_already(case)


def _settled_already(case: Escalation) -> Refused:
    if case.state == "resolved":
        who, at = case.resolved_by, case.resolved_at
        return Refused("already_resolved", f"{who} has settled this case already.", who=who, at=at)
    why = (
        "This case is overdue; the run has gone on."
        if case.state == "overdue"
        else "The run does not need this any more."
    )
    return Refused("closed", why, at=case.resolved_at)


def tell(*, run: bool = True) -> None:
    """After the commit, wake whoever drives the run, and whoever watches the inbox."""
    if run:
        transaction.on_commit(bell.ring_everywhere)
    transaction.on_commit(broadcast.inbox_changed)
