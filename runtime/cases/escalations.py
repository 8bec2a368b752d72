"""Cases that wait for people: who settles one, and what happens when nobody does.

Called by the API, the inbox, the admin, and the engine's clock (`expire_due`, `go_on_due`). Every deed is one
transaction: the decision (a conditional update, so that exactly one wins), the signal to the run, and the audit entry
stand or fall together. An answer may be given a time of grace: then its signal is sent when that is over, by whoever's
clock comes first, and until then it can be taken back. How a run goes on is the engine's business; whether an answer
fits is asked in `answers`, whether this person may give one in `holds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet

from runtime import audit, veils
from runtime.cases import holds
from runtime.cases.answers import Answer, Asked, fitted
from runtime.engine.ports import ENDED
from runtime.gates import labels
from runtime.journal import send_signal
from runtime.json_gate import write_json
from runtime.models import Escalation, Vote
from runtime.permissions import Person, may, visible_escalations
from runtime.refused import Refused

__all__ = [
    "Answer",
    "Refused",
    "Resolved",
    "Undone",
    "Voted",
    "cancel_for_run",
    "counted",
    "expire_due",
    "go_on_due",
    "open_cases",
    "resolve",
    "undo",
]

type Resolution = Mapping[str, Any]
"""What is kept of an answer: choice, edits, comment, by, at (ISO 8601), answers."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The case is settled. Until `goes_on_at` it can be taken back; None: the run goes on at once."""

    escalation: str
    run: str
    resolution: Resolution
    goes_on_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """The answer is taken back, and the run never knew of it: the case is open, and whoever took it back holds it.

    `answer` is what that person had said, to be changed and given again.
    """

    escalation: str
    answer: Resolution


@dataclass(frozen=True, slots=True)
class Voted:
    """The vote counts; `given` of `needed` people have said the same, so the case stays open."""

    escalation: str
    given: int
    needed: int


def open_cases(
    user: Person, *, queue: str | None = None, workflow: str | None = None, assignee: Person = None
) -> QuerySet[Escalation]:
    """The open cases that a user may see, oldest first; `queue=""` asks for those without one."""
    wanted = {"queue": queue, "workflow": workflow, "assignee": assignee and assignee.pk}
    given = {name: value for name, value in wanted.items() if value is not None}
    return visible_escalations(user).filter(state="open", **given).order_by("id")


@transaction.atomic
def resolve(
    escalation_id: str, user: Person, answer: Answer, now: datetime, grace_s: float = 0.0
) -> Resolved | Voted | Refused:
    """Settle a case, exactly once. Where several reviewers are asked, this is one vote (see `Voted`).

    With `grace_s` (seconds) the run goes on after that time only, and `undo` takes the answer back until then.
    Refused: not_found, forbidden, already_resolved (who, at), closed (overdue, cancelled, or its run has ended), stale
    (another digest), claimed (who, at: until when), not_requester, already_voted, unknown_choice, comment_required,
    invalid_edits (with errors).
    """
    case = holds.locked(escalation_id)
    refused = holds.refused_to(user, case, now, answer.digest)
    if case is None or refused:
        return refused or holds.NOT_FOUND
    fit = fitted(_question(case), answer)
    if isinstance(fit, Refused):
        return fit
    mine = {**_kept(fit), "by": user.get_username(), "at": now.isoformat()}
    agreed = _vote(case, user, mine, now) if case.reviewers > 1 else mine
    if isinstance(agreed, Voted | Refused):
        return agreed
    return _settle(case, user, agreed, now, now + timedelta(seconds=grace_s) if grace_s > 0 else None)


@transaction.atomic
def undo(escalation_id: str, user: Person, now: datetime) -> Undone | Refused:
    """Take one's own answer back: within its time of grace, or a vote while the case is open.

    Refused: not_found, forbidden, not_yours, too_late (the run has gone on).
    """
    case = holds.locked(escalation_id)
    if case is None:
        return holds.NOT_FOUND
    if not may(user, "escalations:write", case):
        return holds.FORBIDDEN
    mine = case.votes.filter(by=user.get_username())
    vote = mine.first() if case.reviewers > 1 else None
    if not (vote if case.reviewers > 1 else case.resolved_by == user.get_username()):
        return Refused("not_yours", "You have given no answer here that you could take back.")
    if case.state != "open" and not _reopened(case, user, now):
        return Refused("too_late", "It is too late to take this back: the run has gone on.")
    said = vote.answer if vote else case.resolution or {}
    veils.taken_back(case, user.get_username(), now)
    mine.delete()
    audit.record(user.get_username(), "escalation.undone", case, now)
    holds.tell(run=False)
    return Undone(case.pk, said)


def _reopened(case: Escalation, user: Person, now: datetime) -> int:
    if case.run.status in ENDED:
        return 0
    held = {"assignee": user.pk, "claimed_until": now + timedelta(minutes=holds.LEASE_MINUTES)}
    answered = {"resolution": None, "resolved_by": "", "resolved_at": None, "goes_on_at": None}
    return Escalation.objects.filter(pk=case.pk, state="resolved", goes_on_at__gt=now).update(
        state="open", **answered, **held
    )


def go_on_due(now: datetime, limit: int = 500) -> int:
    """Signal the runs whose answer's time of grace is over; how many. Each in its own transaction."""
    due = Escalation.objects.filter(goes_on_at__lte=now).order_by("goes_on_at")
    return sum(_goes_on(case_id, now) for case_id in due.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _goes_on(case_id: str, now: datetime) -> int:
    case = holds.locked(case_id)
    if case is None or not Escalation.objects.filter(pk=case_id, goes_on_at__lte=now).update(goes_on_at=None):
        return 0
    if case.state == "resolved" and case.run.status not in ENDED:
        _goes_to_run(case, case.resolution or {})
        holds.tell()
    return 1


def expire_due(now: datetime, limit: int = 500) -> int:
    """Mark open cases overdue whose time has passed and signal their runs; how many. Each in its own transaction."""
    due = Escalation.objects.filter(state="open", due_at__lte=now).order_by("due_at")
    return sum(_expire(case_id, now) for case_id in due.values_list("pk", flat=True)[:limit])


def cancel_for_run(run_id: str, now: datetime) -> int:
    """Close the open cases of a run that ends without them; how many. Inside the transaction that ends the run."""
    still_open = Escalation.objects.filter(run=run_id, state="open")
    return still_open.update(state="cancelled", resolved_at=now, **holds.UNCLAIMED)


def _settle(
    case: Escalation, user: Person, resolution: Resolution, now: datetime, goes_on_at: datetime | None
) -> Resolved | Refused:
    answered = {"resolution": resolution, "resolved_by": resolution["by"][:150], "resolved_at": now}
    if case.kind == "incident":
        answered["notice_at"] = now
    won = holds.still_open(user, case, now).update(
        state="resolved", goes_on_at=goes_on_at, **answered, **holds.UNCLAIMED
    )
    if not won:
        return holds.lost(case.pk, user, now)
    if goes_on_at is None:
        _goes_to_run(case, resolution)
    audit.record(
        user.get_username(), "escalation.resolved", case, now, {"choice": resolution["choice"], "run": case.run_id}
    )
    holds.tell(run=goes_on_at is None)
    return Resolved(case.pk, case.run_id, resolution, goes_on_at)


def _goes_to_run(case: Escalation, resolution: Resolution) -> None:
    """From here on the answer cannot be taken back: the run hears of it, and the gate that had handed the case over."""
    kind, data = _signal(case, resolution)
    send_signal(case.run_id, kind, case.node, case.visit, data)
    if case.behind is not None and case.kind == "review":
        labels.answered(case, resolution)


def _signal(case: Escalation, resolution: Resolution) -> tuple[str, dict[str, Any]]:
    if case.kind != "incident":
        return "answer", {"escalation": case.pk, "resolution": dict(resolution)}
    action = {"escalation": case.pk, "action": resolution["choice"]}
    action |= {name: resolution[name] for name in ("by", "comment")}
    return "incident", {**action, **resolution["edits"]}


def _vote(
    case: Escalation, user: Person, mine: Mapping[str, Any], now: datetime
) -> Mapping[str, Any] | Voted | Refused:
    """Count a vote; once enough people said the same, what they said together."""
    _, new = Vote.objects.get_or_create(escalation=case, by=user.get_username(), defaults={"answer": mine, "at": now})
    if not new:
        return holds.VOTED_ALREADY
    audit.record(user.get_username(), "escalation.voted", case, now, {"choice": mine["choice"]})
    votes = [vote.answer for vote in counted(case) if _said(vote.answer) == _said(mine)]
    if len(votes) >= case.reviewers:
        return _together(votes)
    Escalation.objects.filter(pk=case.pk, assignee=user.pk).update(**holds.UNCLAIMED)
    return Voted(case.pk, len(votes), case.reviewers)


def counted(case: Escalation) -> list[Vote]:
    """The votes of a case, oldest first, but for those of people who may not settle it any more."""
    votes = list(case.votes.order_by("at", "pk"))
    people = get_user_model()._default_manager.filter(username__in=[vote.by for vote in votes])
    able = {each.get_username() for each in people if may(each, "escalations:write", case)}
    return [vote for vote in votes if vote.by in able]


def _said(answer: Resolution) -> str:
    """What has to be the same for votes to agree. Edits are part of it: nobody vouches for what they did not see."""
    return write_json([answer["choice"], sorted(answer["edits"].items()), answer["answers"]])


def _together(votes: Sequence[Resolution]) -> Resolution:
    comments = [f"{vote['by']}: {vote['comment']}" for vote in votes if vote["comment"]]
    return {**votes[-1], "by": ", ".join(vote["by"] for vote in votes), "comment": "\n".join(comments)}


def _kept(answer: Answer) -> Resolution:
    return {
        "choice": answer.choice,
        "edits": dict(answer.edits),
        "comment": answer.comment,
        "answers": answer.answers,
    }


def _question(case: Escalation) -> Asked:
    edges = case.run.blueprint.document.get("edges") or ()
    return Asked(case.kind, case.asked, frozenset(edge["port"] for edge in edges if edge["from"] == case.node))


@transaction.atomic
def _expire(case_id: str, now: datetime) -> int:
    case = holds.locked(case_id)
    if case is None:
        return 0
    won = Escalation.objects.filter(pk=case_id, state="open", due_at__lte=now).update(
        state="overdue", resolved_at=now, **holds.UNCLAIMED
    )
    if won:
        send_signal(case.run_id, "overdue", case.node, case.visit, {"escalation": case.pk})
        audit.record(audit.SYSTEM, "escalation.overdue", case, now, {"run": case.run_id})
        holds.tell()
    return won
