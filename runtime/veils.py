"""Who may see what a gate said while people are asked for their own answer, and who has.

A case holds nothing of it (`engine.covers`), but the run's journal does. Called by everything that shows a run: pages,
API, sockets. From those who may only answer, the steps that tell the gate's answer are hidden until an answer stands;
those who may design see them, and that they have is kept: their own answer does not count as blind any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from runtime import blueprints
from runtime.core.blind import UNSURE, Promised, promised, told
from runtime.models import Entry, Escalation, Run, Sighting
from runtime.permissions import Person, may

ENDED = frozenset({"succeeded", "failed", "cancelled"})
NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def gates_of(blueprint_id: str) -> tuple[Promised, ...]:
    """The gates of a blueprint that have made a promise; none where it cannot be read any more."""
    try:
        return promised(blueprints.load(blueprint_id))
    except blueprints.Unreadable:
        return ()


def secret(run_id: str, blueprint_id: str, status: str) -> frozenset[str]:
    """The steps of a run whose results tell what a gate said while nobody has answered; none in a run that has ended.

    As long as an answer can be taken back, it is none.
    """
    gates = gates_of(blueprint_id)
    if not gates or status in ENDED:
        return NOTHING
    return told(gate for gate in gates if _is_open(run_id, gate))


def hidden_from(user: Person, run: Run) -> frozenset[str]:
    """The steps of a run whose results this person must not see now. If they may see them, that is kept."""
    return hidden(run.pk, run.blueprint_id, run.status, user.get_username(), lambda: sees(user))


def hidden(run_id: str, blueprint_id: str, status: str, by: str, may_see: Callable[[], bool]) -> frozenset[str]:
    """The same for whoever knows of the caller what is to be known; asked only where there is something to hide."""
    steps = secret(run_id, blueprint_id, status)
    if steps and may_see():
        seen(run_id, by, timezone.now())
        return NOTHING
    return steps


def sees(user: Person) -> bool:
    """Whether this person sees what gates said at any time."""
    return may(user, "workflows:write")


def seen(run_id: str, by: str, now: datetime) -> None:
    """Keep that somebody has seen what the machine said in a run, before people answered."""
    Sighting.objects.get_or_create(run_id=run_id, by=by, defaults={"at": now})


def taken_back(case: Escalation, by: str, now: datetime) -> None:
    """Somebody takes an answer back that stood: beside it the machine's was shown, so the next is not blind.

    It was shown to all who had answered, and each of them may take their own back now.
    """
    if case.state != "open" and case.behind is not None:
        for each in {by, *case.votes.values_list("by", flat=True)}:
            seen(case.run_id, each, now)


def laid_bare(case: Escalation, by: str = "") -> Mapping[str, Any] | None:
    """What stands behind a case, once its answer stands: at once for whoever gave it, then for all. None: not yet.

    It waits for the answers of other cases too, where what stands behind this one tells of gates that those are about:
    a case that went by, a question for details, a review behind another gate. Those who may design see it at any time
    in the run.
    """
    if case.behind is None or case.state == "open":
        return None
    pending = case.goes_on_at is not None and case.goes_on_at > timezone.now()
    behind: Mapping[str, Any] = case.behind
    if pending and by not in case.resolved_by.split(", "):
        return None
    answered = case.state == "resolved"
    others = {gate["node"] for gate in behind["gates"] if not (answered and gate.get("settles", True))}
    return None if others and others & secret(case.run_id, case.run.blueprint_id, case.run.status) else behind


def _is_open(run_id: str, gate: Promised) -> bool:
    entries = Entry.objects.filter(run=run_id, node=gate.node, type="step.finished").order_by("-visit")
    last = entries.only("data", "at").first()
    if last is None or last.data.get("port") != UNSURE:
        return False
    cases = Escalation.objects.filter(run=run_id, node__in=gate.settles, state="resolved", created_at__gte=last.at)
    return not cases.exclude(goes_on_at__gt=timezone.now()).exists()
