"""Trying a drawing out on a case before it is published: sealed as a draft, run with its effects held back.

Called by `canvas_views`. A drawing may be tried while it is unsafe, for nothing leaves; who insists on its effects
needs a drawing without any error. What a try-out is while it runs, the engine says; here it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseFailure
from django.db import transaction

from builder.models import Workflow
from builder.publishing import NotPublishable, problems_of
from builder.workflows import unreadable
from runtime import audit, blueprints, tryouts
from runtime.blueprints import Sealed
from runtime.core.definition import Document, digest, parse
from runtime.core.drawing import Drawing
from runtime.engine.ports import NewRun, Pin, StoreError, Tryout
from runtime.engine.runner import Runner
from runtime.forgetting import DRAFT
from runtime.ids import is_id, new_id
from runtime.json_gate import clean
from runtime.json_schemas import errors_of
from runtime.models import Blueprint, Run
from runtime.permissions import Person, may, visible_runs
from runtime.refused import FieldError, Refused

CANNOT_RUN = ("document.", "graph.")


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried. `pins` are steps that are not run: `{node: {"port", "output"}}`.

    `from_run` and `from_node` take up an earlier run: what it gave for the steps before the node is pinned, and its
    input is the input where none is given. `insist` lets effects out, and then every step runs: with a pinned answer
    or a pinned check the run would go past what the proof of the drawing rests on.
    """

    document: object
    input: Any = None
    has_input: bool = False
    pins: Mapping[str, Any] = field(default_factory=dict)
    from_run: str = ""
    from_node: str = ""
    insist: bool = False


@dataclass(frozen=True, slots=True)
class Trying:
    """The try-out has begun. `pinned` are the steps that are not run."""

    run_id: str
    pinned: tuple[str, ...] = ()


async def start(
    runner: Runner, workflow: Workflow, trial: Trial, user: Person, now: datetime
) -> Trying | NotPublishable | Refused:
    """Try a drawing out.

    Refused: forbidden, archived, malformed, invalid_input, invalid_pins, unknown_run, unknown_node, unavailable.
    NotPublishable where its errors keep it from running, or from acting when that is insisted on.
    """
    try:
        made = await sync_to_async(_prepared)(workflow, trial, user, now)
        if not isinstance(made, tuple):
            return made
        run, sealed = made
        await runner.start(run, sealed.drawing)
    except (StoreError, DatabaseFailure, blueprints.Unreadable) as failure:
        return Refused("unavailable", f"The try-out could not be kept; nothing was started. ({failure})")
    return Trying(run.id, tuple(run.tryout.pins) if run.tryout else ())


def _prepared(
    workflow: Workflow, trial: Trial, user: Person, now: datetime
) -> tuple[NewRun, Sealed] | NotPublishable | Refused:
    refused = _not_allowed(workflow, user) or unreadable(trial.document) or _past_the_proof(trial)
    document = parse(trial.document).document if refused is None else None
    if refused or document is None:
        return refused or Refused("malformed", "This is no drawing.")
    problems = problems_of(trial.document)
    keeping = [
        each for each in problems if each.level == "error" and (trial.insist or each.code.startswith(CANNOT_RUN))
    ]
    if keeping:
        return NotPublishable(tuple(keeping))
    past = _past(workflow, trial, user)
    if isinstance(past, Refused):
        return past
    return _made(workflow, document, trial, past, user, now)


def _not_allowed(workflow: Workflow, user: Person) -> Refused | None:
    if not may(user, "runs:write"):
        return Refused("forbidden", "You may not start runs.")
    if workflow.archived_at:
        return Refused("archived", "This workflow is archived.", at=workflow.archived_at)
    return None


def _past_the_proof(trial: Trial) -> Refused | None:
    if trial.insist and (trial.pins or trial.from_node):
        wrong = FieldError("/pins", "Take the pins away, and begin at the start.", "insisted")
        return Refused("invalid_pins", "Where effects are let out, every step has to run.", (wrong,))
    return None


def _past(workflow: Workflow, trial: Trial, user: Person) -> Run | Refused | None:
    if not trial.from_run:
        return None
    seen = visible_runs(user, tryouts=True).filter(workflow=workflow.slug)
    run = seen.filter(pk=trial.from_run).first() if is_id(trial.from_run) else None
    return run or Refused("unknown_run", "There is no such run of this workflow.")


@transaction.atomic
def _made(
    workflow: Workflow, document: Document, trial: Trial, past: Run | None, user: Person, now: datetime
) -> tuple[NewRun, Sealed] | Refused:
    sealed = blueprints.sealed(sealed_draft(workflow, document, now))
    state = tryouts.state_of(past) if past else None
    given = trial.input if trial.has_input or state is None else state.input
    pins = _pins(sealed.drawing, trial.pins)
    refused = _unfit(sealed.drawing, given) or (pins if isinstance(pins, Refused) else None)
    if refused is None and trial.from_node and trial.from_node not in sealed.drawing.params:
        refused = Refused("unknown_node", "The drawing has no such step to go on from.")
    if refused or isinstance(pins, Refused):
        transaction.set_rollback(True)
        return refused or Refused("invalid_pins", "A pinned step does not fit.")
    before = tryouts.pins_before(sealed.drawing, state, trial.from_node) if state and trial.from_node else {}
    by = user.get_username()
    if trial.insist:
        audit.record(by, "tryout.insisted", workflow, now, {"digest": digest(document)})
    tryout = Tryout({**before, **pins}, trial.insist)
    return NewRun(new_id(), sealed.id, workflow.slug, DRAFT, given, now, by, tryout=tryout), sealed


def sealed_draft(workflow: Workflow, document: Document, now: datetime) -> str:
    """The blueprint of this very drawing; one that was tried a moment ago is there already."""
    sha = digest(document)
    known = Blueprint.objects.filter(workflow=workflow.slug, version=DRAFT, digest=sha).first()
    made = known or Blueprint.objects.create(
        workflow=workflow.slug,
        version=DRAFT,
        name=workflow.name,
        digest=sha,
        document=document.to_json(),
        sealed_at=now,
    )
    return str(made.pk)


def _unfit(drawing: Drawing, given: Any) -> Refused | None:
    errors = cast("list[dict[str, str]]", errors_of(drawing.document.input, given, beside=True, titled=True))
    places = tuple(FieldError(f"/input{each['path']}", each["message"]) for each in errors)
    return Refused("invalid_input", "The case does not fit what this workflow asks for.", places) if errors else None


def _pins(drawing: Drawing, given: Mapping[str, Any]) -> dict[str, Pin] | Refused:
    pins: dict[str, Pin] = {}
    for node, pin in given.items():
        port = pin.get("port") if isinstance(pin, Mapping) else None
        if not isinstance(pin, Mapping) or not tryouts.fits(drawing, node, port) or clean(pin.get("output")):
            wrong = FieldError(f"/pins/{node}", "A pin is an output and a port of a step of this drawing.")
            return Refused("invalid_pins", "A pinned step does not fit the drawing.", (wrong,))
        pins[node] = Pin(port, pin.get("output"))
    return pins
