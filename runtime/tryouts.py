"""Runs that only try a drawing out: what earlier runs offer them, and how they are answered.

Called by the builder, which seals the draft and starts the run. What a try-out does differently while it runs is the
engine's part. There are no cases for its questions, and whoever tries answers them here; unless effects are let out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from runtime import blueprints
from runtime.cases.answers import Answer, Asked, fitted
from runtime.core.definition import START
from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.state import State, fold
from runtime.engine.ports import ENDED, Pin
from runtime.journal import send_signal
from runtime.live import bell
from runtime.models import Entry, Run
from runtime.permissions import Person
from runtime.refused import Refused
from runtime.runs import Signalled

OVERDUE = "overdue"


def state_of(run: Run) -> State:
    """How far a run has come. Raises blueprints.Unreadable."""
    entries = Entry.objects.filter(run=run.pk).order_by("seq")
    events = (Event(each.type, each.node, each.visit, each.data, each.seq, each.at) for each in entries)  # type: ignore[arg-type]  # the journal holds event types only
    return fold(blueprints.sealed(run.blueprint_id).drawing.graph, events)


def pins_before(drawing: Drawing, state: State, node: str) -> dict[str, Pin]:
    """What a run gave for the steps that do not come after `node`: with them pinned, a new run begins there.

    Steps that the drawing does not have any more, or that have lost that port, are left out.
    """
    again = {node, START} | drawing.graph.forward_descendants(node)
    return {
        name: Pin(step.result.port, step.result.output)
        for name, step in state.steps.items()
        if step.result and name not in again and fits(drawing, name, step.result.port)
    }


def fits(drawing: Drawing, node: str, port: object) -> bool:
    """Whether a step can end through this port; an outcome ends through none."""
    return node in drawing.params and port in (drawing.ports[node] or (None,))


@transaction.atomic
def answer(run: Run, node: str, given: Answer, user: Person, now: datetime) -> Signalled | Refused:
    """Answer what a step of a try-out waits for; `overdue` stands for nobody answering in time.

    Refused: not_a_tryout, ended, not_asked, in_inbox (its effects are let out, and whoever may settle the case does),
    and what does not fit the question (unknown_choice, invalid_edits, …).
    """
    if not run.tryout:
        return Refused("not_a_tryout", "This run is no try-out: its questions are answered in the inbox.")
    if run.status in ENDED:
        return Refused("ended", f"The try-out has already ended: {run.status}.")
    step, asked = state_of(run).steps.get(node), _asked(run.pk, node)
    if step is None or asked is None or not step.awaits or step.status not in ("waiting", "incident"):
        return Refused("not_asked", "This step does not wait for an answer.")
    if run.escalations.filter(pk=step.awaits).exists():
        return Refused("in_inbox", "Effects are let out in this try-out: the question is answered in the inbox.")
    ports = blueprints.sealed(run.blueprint_id).drawing.ports[node]
    if given.choice == OVERDUE and OVERDUE in ports:
        return _signal(run, OVERDUE, node, step.visit, {"escalation": step.awaits})
    kind = "incident" if step.status == "incident" else "review"
    fit = fitted(Asked(kind, asked, frozenset(ports)), given)
    if isinstance(fit, Refused):
        return fit
    by = user.get_username()
    if kind == "incident":
        action = {"escalation": step.awaits, "action": fit.choice, "by": by, **fit.edits}
        return _signal(run, "incident", node, step.visit, action)
    told = {"choice": fit.choice, "edits": dict(fit.edits), "comment": fit.comment, "by": by, "answers": fit.answers}
    resolution = {**told, "at": now.isoformat()}
    return _signal(run, "answer", node, step.visit, {"escalation": step.awaits, "resolution": resolution})


def _asked(run_id: str, node: str) -> Mapping[str, Any] | None:
    questions = Entry.objects.filter(run=run_id, node=node, type__in=("step.asked", "incident.opened"))
    found = questions.order_by("-seq").first()
    return found.data.get("asked") if found else None


def _signal(run: Run, type_: str, node: str, visit: int, data: Mapping[str, Any]) -> Signalled:
    send_signal(run.pk, type_, node, visit, data)
    transaction.on_commit(bell.ring)
    return Signalled(run.pk)
