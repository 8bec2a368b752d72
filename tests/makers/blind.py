"""A run whose gate is earning trust and that asks a person behind it, as the engine leaves it: journal and case.

The gate's answer is `SECRET`, its other values are as easy to find, so that a test can look for them anywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.blueprints import load
from runtime.core.events import Event
from runtime.core.expressions import Json
from runtime.core.node import Ask, Choice
from runtime.core.planner import Start
from runtime.core.state import fold
from runtime.engine.outcomes import Step, consequence
from runtime.engine.ports import NewRun
from runtime.ids import new_id
from runtime.models import Blueprint, Entry, Escalation, Run
from runtime.traces import reading as traces
from tests.makers.engine import drawn, node, outcome, review, seal

SECRET = "zebra"
"""What the gate chose, and a word that stands nowhere else."""
TELLING = (SECRET, "0.8317", "stripes seen", "ZEBRA!")
"""Everything that gives the answer away: choice, confidence, reason, and what a later step made of them."""

GATE: dict[str, Any] = {
    "connection": "embedded",
    "question": "Which animal? {{ input.message }}",
    "choices": [
        {"name": "horse", "examples": ["It is brown and wears a saddle.", "A brown one with a saddle and a rider."]},
        {"name": SECRET, "examples": ["It is striped, black and white.", "A striped one from the savannah."]},
    ],
    "promise": {"max_error": 0.05, "confidence": 0.95},
}
OUTPUT: dict[str, Json] = {
    "choice": SECRET,
    "confidence": 0.8317,
    "signals": {"probability": 0.8317},
    "gate": "probation",
    "reason": "stripes seen",
}
CALL: dict[str, Json] = {
    "door": "model",
    "connection": "embedded",
    "system": "You choose.",
    "prompt": "Which animal?",
    "model": "embedded",
    "answer": SECRET,
    "signals": {"probability": 0.8317},
    "tokens": {"input": 0, "output": 0},
    "cost": 0.0,
    "ms": 1.0,
}
SHOW = {
    "Message": "input.message",
    "The machine's guess": "steps.gate.output",
    "In capitals": "steps.shout.output.text",
    "Doubted": "steps.gate.port",
}


def document(**config: Any) -> dict[str, Any]:
    """start > gate; unsure > shout > ask; the review offers the gate's ways and shows all that the gate said."""
    asked = {
        "queue": "sales",
        "question": "Is {{ input.message }} {{ steps.gate.output.choice }}?",
        "show": SHOW,
        "editable": {"animal": {"expr": "steps.gate.output.choice", "schema": {"type": "string", "minLength": 2}}},
        "bulk": True,
        **config,
    }
    message = {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]}
    return drawn(
        [
            node("gate", "decide.model", GATE, name="Which animal?"),
            node("shout", "execute.transform", {"output": {"text": "steps.gate.output.choice + '!'"}}),
            review("ask", "horse", SECRET, **asked),
            outcome("done"),
        ],
        "start > gate",
        "gate.horse > done",
        f"gate.{SECRET} > done",
        "gate.unsure > shout",
        "shout.done > ask",
        "ask.horse > done",
        f"ask.{SECRET} > done",
        schema=message,
    )


def events_until_asked() -> list[Event]:
    """What the journal holds when the review is about to ask."""
    return [
        Event("run.started", None, 0, {"input": {"message": "a striped one"}}, 1),
        Event("step.finished", "gate", 1, {"port": "unsure", "output": OUTPUT, "calls": [CALL]}, 2),
        Event("step.finished", "shout", 1, {"port": "done", "output": {"text": "ZEBRA!"}}, 3),
    ]


def blind_case(blueprint: Blueprint | None = None, **fields: Any) -> Escalation:
    """The run in the database, parked, with its open case as the engine makes it."""
    sealed = blueprint or Blueprint.objects.filter(workflow="animals").first() or seal(document(), "animals")
    now = datetime.now(UTC) - timedelta(minutes=5)
    events = events_until_asked()
    run = Run.objects.create(
        blueprint=sealed,
        workflow=sealed.workflow,
        version=1,
        status="waiting",
        last_seq=4,
        created_at=now,
        requester="dev",
    )
    drawing = load(sealed.pk)
    state = fold(drawing.graph, events)
    started = NewRun(run.pk, sealed.pk, sealed.workflow, 1, {}, now)
    step = Step(drawing, state, Start("ask", 1, 1), started, now, new_id)
    ask = Ask(
        question="Is a striped one zebra?",
        choices=(Choice("horse", "A horse"), Choice(SECRET, "Another one")),
        show={"Message": "a striped one", "The machine's guess": OUTPUT, "In capitals": "ZEBRA!", "Doubted": "unsure"},
        editable={"animal": {"value": SECRET, "schema": {"type": "string", "minLength": 2}}},
        queue="sales",
        bulk=True,
    )
    made = consequence(step, ask)
    for event in (*events, Event(made.event.type, "ask", 1, made.event.data, 4)):
        Entry.objects.create(
            run=run, seq=event.seq, at=now, type=event.type, node=event.node, visit=event.visit, data=event.data
        )
    case = made.escalations[0]
    names = ("id", "node", "visit", "kind", "question", "asked", "reasons", "behind", "digest", "queue")
    given = {name: getattr(case, name) for name in names} | {"requester": "dev", "created_at": now} | fields
    traces.drawing.cache_clear()
    return Escalation.objects.create(run=run, workflow=run.workflow, **given)
