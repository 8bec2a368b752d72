"""When an epoch of a gate begins and ends, and what a new version of a workflow asks less of than the one before.

Epochs begin where somebody decides under terms that no epoch has: with the first decision (`begun_for`, called by
`ledger`), or when a person starts a gate anew (`restart`). Publishing (`published`) ends the epochs whose step was
changed. Runs of an older version count for the epoch that they belong to, whatever came after it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from runtime import audit
from runtime.core.blind import has_promise
from runtime.core.drawing import Drawing
from runtime.core.sources import begin_anew
from runtime.engine.ports import NewDecision, Seat
from runtime.gates import terms
from runtime.gates.scorings import scoring_to_json
from runtime.models import Blueprint, Gate, Run
from runtime.permissions import Person, may
from runtime.refused import Refused

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Restarted:
    """The gate is on probation again, in this epoch (`Gate` row)."""

    gate: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Loosened:
    """A gate of which a new version asks less than the one before.

    `what`: `max_error`, `confidence`, `audit`, or `promise` where it is gone though the step still decides.
    """

    node: str
    title: str
    what: tuple[str, ...]


def begun_for(row: NewDecision, at: datetime) -> int:
    """The epoch of a decision that found none: another worker's, or a new one. Inside the transaction of the row."""
    for _ in range(_ATTEMPTS):
        # The newest epoch is locked, so that two workers do not both end it.
        newest = _epochs(row.seat).select_for_update().order_by("-epoch").first()
        found = _of_fingerprint(row)
        if found is not None:
            return found
        version, leads = _version_of(row.seat)
        if leads:
            _epochs(row.seat).filter(current=True).update(current=False, ended_at=at)
        fresh = _fresh(row, newest.epoch + 1 if newest else 1, version, at, current=leads)
        # Whoever was first has made it: then it is found in the next round.
        Gate.objects.bulk_create([fresh], ignore_conflicts=True)
    raise RuntimeError("Several workers begin one gate over and over.")


def used_again(gate_id: int, row: NewDecision, at: datetime) -> None:
    """A decision was made in an epoch that is not the current one: by a run of an older version, or because what the
    epoch stands on is back. Then it is the current one again."""
    list(_epochs(row.seat).select_for_update().order_by("pk").values_list("pk"))
    version, leads = _version_of(row.seat)
    if leads and _of_fingerprint(row) == gate_id:
        _epochs(row.seat).filter(current=True).update(current=False, ended_at=at)
        Gate.objects.filter(pk=gate_id).update(current=True, version=version, ended_at=None)


def published(workflow: str, before: Drawing | None, after: Drawing, at: datetime) -> None:
    """A new version is there: the epochs of gates that it has changed, or that it has no more, are over. Inside the
    transaction that publishes; the next ones begin with their first decisions."""
    for node in ended_by(before, after) if before else ():
        Gate.objects.filter(workflow=workflow, node=node, current=True).update(current=False, ended_at=at)


def ended_by(before: Drawing, after: Drawing) -> tuple[str, ...]:
    """The gates with a promise whose epoch would be over if `after` were published where `before` was: they begin
    anew, or promise nothing any more."""
    gone = (node for node in before.params if has_promise(before, node) and not has_promise(after, node))
    return (*gone, *(each.node for each in begin_anew(before, after)))


def loosened_by(before: Drawing, after: Drawing) -> tuple[Loosened, ...]:
    """The gates of which the drawing `after` asks less than `before`; publishing it needs a person, who is named.

    A gate whose step is gone or hands every case to people promises nothing any more, and harms nobody.
    """
    found = ((node, _looser(before, after, node)) for node in before.params if has_promise(before, node))
    return tuple(Loosened(node, after.title(node), what) for node, what in found if what)


@transaction.atomic
def restart(gate_id: int, user: Person, now: datetime) -> Restarted | Refused:
    """Start a gate anew, on probation, under the terms it has. Refused: forbidden, not_found, ended (not current)."""
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not start gates anew.")
    old = Gate.objects.select_for_update().filter(pk=gate_id).first()
    if old is None:
        return Refused("not_found", "There is no such gate.")
    if not old.current:
        return Refused("ended", "This gate has been changed since; look at what it is now.")
    latest = Gate.objects.filter(workflow=old.workflow, node=old.node).aggregate(last=Max("epoch"))["last"]
    Gate.objects.filter(pk=old.pk).update(current=False, ended_at=now)
    by = user.get_username()
    fresh = Gate.objects.create(
        workflow=old.workflow,
        node=old.node,
        epoch=latest + 1,
        version=old.version,
        fingerprint=old.fingerprint,
        basis=old.basis,
        choices=old.choices,
        max_error=old.max_error,
        confidence=old.confidence,
        audit=old.audit,
        scoring={"names": old.basis["signals"], "familiar_at": old.basis["familiar_at"], "weights": [], "bias": 0.0},
        standing=_unfolded(),
        begun_at=now,
        begun_by=by,
    )
    audit.record(
        by, "gate.restarted", audit.gate(old.workflow, old.node), now, {"epoch": fresh.epoch, "was": old.state}
    )
    return Restarted(fresh.pk, fresh.epoch)


def _epochs(seat: Seat) -> QuerySet[Gate]:
    return Gate.objects.filter(workflow=seat.workflow, node=seat.node)


def _of_fingerprint(row: NewDecision) -> int | None:
    found = _epochs(row.seat).filter(fingerprint=row.fingerprint).order_by("-epoch")
    return found.values_list("pk", flat=True).first()


def _version_of(seat: Seat) -> tuple[int, bool]:
    """The version that the run has, and whether it is the newest one."""
    version = Run.objects.filter(pk=seat.run_id).values_list("version", flat=True).first() or 0
    newest = Blueprint.objects.filter(workflow=seat.workflow).aggregate(last=Max("version"))["last"] or 0
    return version, version >= newest


def _fresh(row: NewDecision, epoch: int, version: int, at: datetime, *, current: bool) -> Gate:
    question = row.question
    return Gate(
        workflow=row.seat.workflow,
        node=row.seat.node,
        epoch=epoch,
        current=current,
        version=version,
        fingerprint=row.fingerprint,
        basis=terms.basis_of(question, row.seat.sources, row.seat.ran),
        choices=list(question.choices),
        max_error=question.max_error,
        confidence=question.confidence,
        audit=terms.audit_of(question),
        scoring=scoring_to_json(terms.first_scoring(question)),
        standing=_unfolded(),
        begun_at=at,
        ended_at=None if current else at,
    )


def _unfolded() -> dict[str, Any]:
    """A standing before anything was folded: the rules alone, so that a step needs no library to begin an epoch."""
    return {"rules": asdict(terms.RULES)}


def _looser(before: Drawing, after: Drawing, node: str) -> tuple[str, ...]:
    was, now = before.params[node], after.params.get(node)
    if now is None or after.family(node) != "decide":
        return ()
    if not has_promise(after, node):
        decides = getattr(now, "cutoff", None) is not None or after.kind(node) is not before.kind(node)
        return ("promise",) if decides else ()
    old, new = _terms_of(was), _terms_of(now)
    looser = {
        "max_error": new.max_error > old.max_error,
        "confidence": new.confidence < old.confidence,
        "audit": new.audit < old.audit,
    }
    return tuple(name for name, is_looser in looser.items() if is_looser)


@dataclass(frozen=True, slots=True)
class _Terms:
    max_error: float
    confidence: float
    audit: float


def _terms_of(params: Any) -> _Terms:
    audit_rate = getattr(params, "audit", None)
    return _Terms(
        params.promise.max_error,
        params.promise.confidence,
        terms.RULES.audit if audit_rate is None else max(terms.LEAST_AUDIT, audit_rate),
    )
