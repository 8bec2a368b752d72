"""From what a handler returned to what is journalled. Pure but for the ids that are handed in.

Called by the driver for every step that comes back. It decides between another try, the error port and an incident, and
makes the case that a person is shown.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime import json_gate
from runtime.core import blind
from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.expressions import Json
from runtime.core.node import Ask, Call, Done, Failed, Outcome, Wait
from runtime.core.planner import Start
from runtime.core.reasons import reasons
from runtime.core.retry import retry_at
from runtime.core.state import State
from runtime.engine.covers import Covered, covered
from runtime.engine.ports import SIMULATED, NewDecision, NewEscalation, NewRun, Parent
from runtime.engine.spreading import Spread

logger = logging.getLogger(__name__)

MAX_OUTPUT = 1_048_576
# What all entries of one run may take together: a run is read as a whole whenever it is taken up again.
MAX_JOURNAL = 32 * 1_048_576


UNTOLD = "Why is shown in the run, to those who may design: it could tell what a person is still asked for."
INCIDENT_CHOICES = (
    {"name": "retry", "label": "Try again", "comment_required": False},
    {"name": "skip", "label": "Skip with a value", "comment_required": True},
    {"name": "fail", "label": "Fail the run", "comment_required": True},
)


@dataclass(frozen=True, slots=True)
class Step:
    """The step that came back, and where it stands."""

    drawing: Drawing
    state: State
    start: Start
    run: NewRun
    now: datetime
    new_id: Callable[[], str]
    calls: Sequence[Mapping[str, Any]] = ()
    ms: float | None = None
    kept: int = 0
    """What the run's entries take already, in bytes."""
    decision: NewDecision | None = None
    """What a gate answered this step."""

    @property
    def key(self) -> str:
        """The step's identity."""
        return f"{self.run.id}:{self.start.node}:{self.start.visit}"

    def event(self, type_: Any, data: Mapping[str, Any]) -> Event:
        """An event of this step, with what the trace shows of its work."""
        shown = {"ms": self.ms} if self.ms is not None else {}
        calls = {"calls": list(self.calls)} if self.calls and not json_gate.clean(list(self.calls)) else {}
        return Event(type_, self.start.node, self.start.visit, {**data, **shown, **calls})


@dataclass(frozen=True, slots=True)
class Consequence:
    """What is to be written because a step came back."""

    event: Event
    escalations: tuple[NewEscalation, ...] = ()
    children: tuple[NewRun, ...] = ()
    decisions: tuple[NewDecision, ...] = ()


def consequence(step: Step, outcome: Outcome | Spread, called: tuple[str, int] | None = None) -> Consequence:
    """What follows from an outcome. `called`: blueprint and version for a `Call`. Never raises."""
    try:
        return _follows(step, outcome, called)
    except Exception as failure:
        logger.error("The step %s gave something that cannot be used", step.start.node, exc_info=failure)
        what = f"The step gave something that cannot be used ({type(failure).__name__})."
        return _failed(step, Failed("bad_outcome", what))


def _follows(step: Step, outcome: Outcome | Spread, called: tuple[str, int] | None) -> Consequence:
    match outcome:
        case Done():
            return _decided(step, _done(step, outcome))
        case Wait(until):
            return Consequence(step.event("step.waiting", {"until": until.astimezone(UTC).isoformat()}))
        case Ask():
            case_ = _case(step, outcome)
            if case_ is None:
                return _failed(step, Failed("bad_question", "What is to be shown to a person cannot be kept."))
            data = {"escalation": case_.id, "due_at": case_.due_at.isoformat() if case_.due_at else None}
            return Consequence(step.event("step.asked", data), escalations=(case_,))
        case Call():
            return _called(step, outcome, called)
        case Spread():
            return _spread(step, outcome)
        case Failed():
            return _failed(step, outcome)
    raise TypeError(f"{type(outcome).__name__} is no outcome.")


def _done(step: Step, done: Done) -> Consequence:
    ports = step.drawing.ports[step.start.node]
    if done.port not in (ports or (None,)):
        return incident(step, Failed("bad_port", f"The step ended at “{done.port}”, a port that it does not have."))
    flaw = json_gate.clean(done.output, max_bytes=MAX_OUTPUT)
    if not flaw and json_gate.clean(done.output, max_bytes=MAX_JOURNAL - step.kept):
        most = f"{MAX_JOURNAL >> 20} MB"
        return incident(step, Failed("run_too_large", f"With this result the run would keep more than {most} of data."))
    if flaw:
        return _failed(step, Failed("bad_output", f"The step's result cannot be kept: {flaw.message}"))
    return Consequence(step.event("step.finished", {"port": done.port, "output": done.output}))


def _decided(step: Step, done: Consequence) -> Consequence:
    """What a gate answered counts when the step has ended with it, and not when something went wrong behind it."""
    if step.decision is None or done.event.type != "step.finished":
        return done
    return replace(done, decisions=(step.decision,))


def _called(step: Step, call: Call, called: tuple[str, int] | None) -> Consequence:
    if called is None:
        message = f"There is no published version of the workflow “{call.workflow}” to run, or it is archived."
        return _failed(step, Failed("no_workflow", message))
    flaw = json_gate.clean(call.input, max_bytes=MAX_OUTPUT)
    if flaw:
        return _failed(step, Failed("bad_input", f"The other workflow cannot be given this: {flaw.message}"))
    child = child_of(step, call.workflow, called, call.input)
    return Consequence(step.event("step.called", {"run": child.id}), children=(child,))


def child_of(step: Step, workflow: str, called: tuple[str, int], given: Json) -> NewRun:
    """The run of another workflow for this step, simulated if this one is. `called`: its blueprint and version."""
    return NewRun(
        id=step.new_id(),
        blueprint_id=called[0],
        workflow=workflow,
        version=called[1],
        input=given,
        created_at=step.now,
        requester=step.run.requester,
        labels={name: value for name, value in step.run.labels.items() if name == SIMULATED},
        parent=Parent(step.run.id, step.start.node, step.start.visit),
        tryout=step.run.tryout.inside if step.run.tryout else None,
    )


def _spread(step: Step, spread: Spread) -> Consequence:
    flaw = json_gate.clean(list(spread.inputs), max_bytes=min(MAX_OUTPUT, MAX_JOURNAL - step.kept))
    if flaw:
        return _failed(step, Failed("bad_input", f"Together the items cannot be given this: {flaw.message}"))
    return Consequence(step.event("step.spread", spread.data))


def _failed(step: Step, failure: Failed) -> Consequence:
    node = step.drawing.graph.nodes[step.start.node]
    again = retry_at(node.retry, step.start.attempt, step.now, step.key, failure.after_s) if failure.passing else None
    error = _error(failure)
    if again:
        data = {"error": error, "attempt": step.start.attempt, "retry_at": again.isoformat()}
        return Consequence(step.event("step.failed", data))
    if failure.otherwise:
        return _done(step, failure.otherwise)
    wired = any(edge.port == "error" for edge in step.drawing.graph.outgoing.get(node.id, ()))
    if wired and "error" in step.drawing.ports[node.id]:
        return Consequence(step.event("step.finished", {"port": "error", "output": error}))
    return incident(step, failure)


def _error(failure: Failed) -> dict[str, Any]:
    """What is kept of a failure; details that are no JSON are left out."""
    error: dict[str, Any] = failure.to_json()
    return {**error, "detail": {}} if json_gate.clean(error["detail"], max_bytes=MAX_OUTPUT) else error


def incident(step: Step, failure: Failed) -> Consequence:
    """A failure that nobody has drawn a way for: people decide, and nothing is lost."""
    node = step.drawing.graph.nodes[step.start.node]
    error = _error(failure)
    question = f"“{node.title}” failed: {failure.message}"
    asked: dict[str, Any] = {"question": question, "choices": list(INCIDENT_CHOICES)}
    asked |= {"show": {"error": error}, "editable": {}, "form": None, "ports": list(step.drawing.ports[node.id])}
    why = [{"node": node.id, "title": node.title, "kind": node.kind, "port": None, "message": failure.message}]
    if not step.run.tryout:
        asked, why = _untold(step, asked, why)
    opened = _escalation(step, "incident", Covered(asked, why))
    return Consequence(step.event("incident.opened", {"error": error, "escalation": opened.id}), escalations=(opened,))


def _untold(
    step: Step, asked: dict[str, Any], why: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An incident without its message, where that may tell a gate's answer while people are asked for theirs."""
    node = step.drawing.graph.nodes[step.start.node]
    if node.id not in blind.told(blind.secrets(step.drawing, step.state)):
        return asked, why
    # Nothing is kept behind it: an incident is settled, and would lay it bare, before the case is answered.
    return {**asked, "question": f"“{node.title}” failed. {UNTOLD}", "show": {}}, [
        {**each, "message": UNTOLD} for each in why
    ]


def _case(step: Step, ask: Ask) -> NewEscalation | None:
    """The case that a person gets; None where what is to be shown cannot be kept."""
    asked: dict[str, Any] = {
        "question": ask.question,
        "choices": [asdict(choice) for choice in ask.choices],
        "show": dict(ask.show),
        "editable": {name: dict(value) for name, value in ask.editable.items()},
        "form": ask.form,
        "bulk": ask.bulk,
    }
    if json_gate.clean(asked, max_bytes=MAX_OUTPUT):
        return None
    why = list(reasons(step.drawing, step.state, step.start.node))
    # A try-out earns nothing for a gate, and whoever tries a drawing wants to see what it does.
    told = Covered(asked, why) if step.run.tryout else _covered(step, asked, why)
    return _escalation(step, "review" if ask.form is None else "form", told, ask)


def _covered(step: Step, asked: Mapping[str, Any], why: Sequence[Mapping[str, Any]]) -> Covered:
    return covered(step.drawing, step.state, step.start.node, step.run.id, asked, why)


def _escalation(step: Step, kind: Any, told: Covered, ask: Ask | None = None) -> NewEscalation:
    canonical = json.dumps([told.asked, told.why], sort_keys=True, separators=(",", ":"))
    return NewEscalation(
        id=step.new_id(),
        node=step.start.node,
        visit=step.start.visit,
        kind=kind,
        question=str(told.asked["question"]),
        asked=told.asked,
        reasons=told.why,
        behind=told.behind,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        queue=ask.queue if ask else "",
        reviewers=ask.reviewers if ask else 1,
        not_by_requester=ask.not_by_requester if ask else False,
        due_at=step.now + timedelta(hours=ask.due_hours) if ask and ask.due_hours is not None else None,
    )
