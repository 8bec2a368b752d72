"""A gate that closes itself is an incident: somebody looks why, and starts it anew or leaves it closed.

Opened by the hook of `closing`, in the transaction that closes the gate; shown on home and in the inbox. Until it is
settled nothing waits for it: every case of the gate goes to a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from runtime import audit
from runtime.gates import hands
from runtime.gates.closing import on_closed
from runtime.live.broadcast import broadcast
from runtime.models import Gate, GateIncident
from runtime.permissions import Person, may
from runtime.refused import Refused

MOST = 50

type Deed = Literal["anew", "leave"]


@on_closed
def opened(gate: Gate, at: datetime) -> None:
    """Keep the incident, and have whoever watches the inbox look anew."""
    GateIncident.objects.get_or_create(gate=gate, defaults={"workflow": gate.workflow, "at": at})
    transaction.on_commit(broadcast.inbox_changed)


def open_to(user: Person, workflow: str = "") -> list[GateIncident]:
    """The incidents that wait, for those who may see gates; the oldest first."""
    if not may(user, "gates:read"):
        return []
    found = GateIncident.objects.filter(settled_at=None).select_related("gate").order_by("pk")
    return list((found.filter(workflow=workflow) if workflow else found)[:MOST])


@transaction.atomic
def settle(incident_id: int, user: Person, deed: Deed, now: datetime) -> GateIncident | Refused:
    """Start the gate anew, or leave it closed. Exactly one does. Refused: forbidden, not_found, already_resolved (who,
    at), and what `hands.start_anew` refuses; but a gate that was changed since is only left.
    """
    if not may(user, "gates:write"):
        return Refused("forbidden", "You may not change gates.")
    found = GateIncident.objects.select_for_update(of=("self",)).select_related("gate").filter(pk=incident_id).first()
    if found is None:
        return Refused("not_found", "There is no such incident.")
    if found.settled_at is not None:
        detail = f"{found.settled_by} has settled this already."
        return Refused("already_resolved", detail, who=found.settled_by, at=found.settled_at)
    if deed == "anew":
        done = hands.start_anew(found.gate_id, user, now)
        if isinstance(done, Refused):
            return done
    found.settled_at, found.settled_by = now, user.get_username()
    found.save()
    audit.record(
        found.settled_by, "gate.incident_settled", audit.gate(found.gate.workflow, found.gate.node), now, {"deed": deed}
    )
    transaction.on_commit(broadcast.inbox_changed)
    return found
