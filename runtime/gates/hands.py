"""What people do with a gate: close it, start it anew. What it promises stands in its drawing, and is changed there.

Called by the API and the pages. Closing asks for no more than the permission, since it only sends more to people;
starting anew loosens, so it is a named person's, and both are kept in the log with what was before.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from runtime import audit
from runtime.gates import epochs
from runtime.gates.epochs import Restarted
from runtime.models import Gate, GateIncident
from runtime.permissions import Person, may
from runtime.refused import Refused

LONGEST_REASON = 500


@transaction.atomic
def close(gate_id: int, user: Person, reason: str, now: datetime, revision: int | None = None) -> Gate | Refused:
    """From now on every case goes to a person, until somebody starts the gate anew.

    `revision`: what was looked at. Refused: forbidden, not_found, ended, stale, unchanged (it is closed), invalid.
    """
    gate = _held(gate_id, user, revision)
    if isinstance(gate, Refused):
        return gate
    if gate.state == "broken":
        return Refused("unchanged", "This gate is closed already.")
    if len(reason) > LONGEST_REASON or "\0" in reason:
        return Refused("invalid", f"A reason has at most {LONGEST_REASON} characters.")
    by = user.get_username()
    flaw = f"Closed by {by}." + (f" {reason.strip()}" if reason.strip() else "")
    before = {"state": gate.state, "cutoff": gate.cutoff, "epoch": gate.epoch}
    changes = {"state": "broken", "cutoff": None, "flaw": flaw, "broken_at": now}
    Gate.objects.filter(pk=gate.pk).update(**changes, revision=F("revision") + 1)
    audit.record(
        by, "gate.closed", audit.gate(gate.workflow, gate.node), now, {"was": before, "reason": reason.strip()}
    )
    return Gate.objects.get(pk=gate.pk)


@transaction.atomic
def start_anew(gate_id: int, user: Person, now: datetime, revision: int | None = None) -> Gate | Refused:
    """A new epoch under the terms that the drawing has: on probation. Refused: as `close`, but for what is about it."""
    gate = _held(gate_id, user, revision)
    if isinstance(gate, Refused):
        return gate
    done = epochs.restart(gate.pk, user, now)
    if isinstance(done, Restarted):
        by = user.get_username()
        GateIncident.objects.filter(gate=gate, settled_at=None).update(settled_at=now, settled_by=by)
    return Gate.objects.get(pk=done.gate) if isinstance(done, Restarted) else done


def _held(gate_id: int, user: Person, revision: int | None) -> Gate | Refused:
    """The gate, locked, where this person may change it and has seen it as it is."""
    if not may(user, "gates:write"):
        return Refused("forbidden", "You may not change gates.")
    gate = Gate.objects.select_for_update().filter(pk=gate_id).first()
    if gate is None:
        return Refused("not_found", "There is no such gate.")
    if revision is not None and revision != gate.revision:
        return Refused("overtaken", "This gate has changed since you looked at it.")
    if not gate.current:
        return Refused("ended", "This gate has been changed since; look at what it is now.")
    return gate
