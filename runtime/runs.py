"""Runs as people and programs ask for them: trigger, cancel, retry.

Called by the API, the pages and the commands. It checks what was asked and hands it to the engine (a trigger) or leaves
a signal (everything that happens to a run later). Refusals are data.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseFailure
from django.db import transaction

from runtime import audit, blueprints, journal
from runtime.blueprints import Sealed
from runtime.core.events import Event
from runtime.core.expressions import Json
from runtime.engine.ports import Claim, NewRun, StoreError, TriggerKey, Wave
from runtime.engine.runner import Runner
from runtime.ids import new_id
from runtime.journal import send_signal
from runtime.json_schemas import errors_of
from runtime.live import bell
from runtime.models import Escalation, Run
from runtime.refused import FieldError, Refused

logger = logging.getLogger(__name__)

MAX_WAIT_S = 60.0
FRESH_S = 1.0
MAX_KEPT = 256


@dataclass(frozen=True, slots=True)
class Triggered:
    """The run that a trigger got. `replay`: its key had got it before. `settled`: it has ended or waits."""

    run_id: str
    replay: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class Trigger:
    """What is asked for. `key` and `body_digest` belong together; `wait_s` is how long to wait for the end.

    A higher `priority` is claimed first; whoever starts many runs at once gives them a low one.
    """

    workflow: str
    input: Json
    version: int | None = None
    requester: str = ""
    labels: Mapping[str, str] | None = None
    callback_url: str = ""
    key: str | None = None
    body_digest: str = ""
    wait_s: float = 0.0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Signalled:
    """The run will take this up at once."""

    run_id: str


async def trigger(runner: Runner, asked: Trigger) -> Triggered | Refused:
    """Start a run. Refused, and nothing written: not_published, archived, invalid_input, idempotency_conflict,
    unavailable.
    """
    try:
        sealed = await _sealed(asked.workflow, asked.version)
        if isinstance(sealed, Refused):
            return sealed
        refused = _unfit(sealed, asked.input)
        if refused:
            return refused
        started = await runner.start(_new_run(sealed, asked), sealed.drawing)
    except (StoreError, DatabaseFailure, blueprints.Unreadable) as failure:
        logger.error("A run of %s could not be kept: %s", asked.workflow, failure)
        return Refused("unavailable", "The run could not be kept; nothing was started. Try again.")
    if started.created.conflict:
        return Refused("idempotency_conflict", "This Idempotency-Key was used with another body.")
    replay = not started.created.new
    return Triggered(started.created.run_id, replay, await _settles(started.settled, asked.wait_s))


def sealed_for(workflow: str, version: int | None = None) -> Sealed | Refused:
    """What a new run of this workflow gets. Refused: not_published, archived, unavailable (it cannot be read)."""
    try:
        return _read_sealed(workflow, version)
    except blueprints.Unreadable as failure:
        return Refused("unavailable", f"The published drawing can no longer be read: {failure}")


def unfit(workflow: str, given: Json, version: int | None = None) -> Refused | None:
    """Why a run with this input would be refused just now; None where it would not be."""
    found = sealed_for(workflow, version)
    return found if isinstance(found, Refused) else _unfit(found, given)


def queue(asked: Trigger, sealed: Sealed | None = None) -> Triggered | Refused:
    """Leave a run for the workers, in the transaction that is open: it is there if and only if that commits.

    For what starts runs beside rows of its own (a schedule, a form, a row of a file); `sealed` saves asking for the
    drawing. Refused as in `trigger`.
    """
    found = sealed or sealed_for(asked.workflow, asked.version)
    if isinstance(found, Refused):
        return found
    refused = _unfit(found, asked.input)
    if refused:
        return refused
    run = _new_run(found, asked)
    event = Event("run.started", None, 0, run.opening, 1, run.created_at)
    created = journal.create(run, Wave(Claim(run.id, "", 0), (event,), "queued", durable=True))
    if created.conflict:
        return Refused("idempotency_conflict", "This key was used with another input.")
    transaction.on_commit(bell.ring)
    return Triggered(created.run_id, not created.new, settled=False)


@transaction.atomic
def cancel(run_id: str, by: str, reason: str = "") -> Signalled | Refused:
    """End a run that goes on or waits. Refused: not_found, ended."""
    run = Run.objects.select_for_update(no_key=True).filter(pk=run_id).first()
    if run is None:
        return _no_run()
    if run.status not in ("queued", "running", "waiting"):
        return Refused("ended", f"The run has already ended: {run.status}.")
    return _signal(run, "cancel", None, {"by": by, "reason": reason}, by)


@transaction.atomic
def retry(run_id: str, node: str | None, by: str) -> Signalled | Refused:
    """Take up a failed or cancelled run again, at the step that failed or at `node`. Refused: not_found, not_failed,
    unreadable (what its steps are can no longer be known), unknown_node, not_reached.
    """
    run = Run.objects.select_for_update(no_key=True).filter(pk=run_id).first()
    if run is None:
        return _no_run()
    if run.status not in ("failed", "cancelled"):
        return Refused("not_failed", f"Only a failed or cancelled run can be retried; this one is {run.status}.")
    refused = _unfit_node(run, node)
    if refused:
        return refused
    Run.objects.filter(pk=run.pk).update(status="queued", finished_at=None, outcome=None)
    # What waited for a person is asked anew: an answer from before the end neither goes on nor comes back.
    Escalation.objects.filter(run=run.pk, goes_on_at__isnull=False).update(goes_on_at=None)
    return _signal(run, "retry", node, {"by": by}, by)


def _signal(run: Run, type_: str, node: str | None, data: Mapping[str, Any], by: str) -> Signalled:
    send_signal(run.pk, type_, node, 0, data)
    audit.record(by, f"run.{type_}", run, datetime.now(UTC), {"node": node} if node else {})
    transaction.on_commit(bell.ring_everywhere)
    return Signalled(run.pk)


def _unfit_node(run: Run, node: str | None) -> Refused | None:
    if node is None:
        return None
    try:
        nodes = blueprints.load(run.blueprint_id).graph.nodes
    except blueprints.Unreadable:
        return Refused("unreadable", "This run's drawing can no longer be read, so no step of it can be named.")
    if node not in nodes:
        return Refused("unknown_node", "This run's drawing has no such step.", (FieldError("/from", "No such step."),))
    if not run.entries.filter(node=node).exists():
        return Refused("not_reached", "The run has not come to this step.", (FieldError("/from", "Not reached."),))
    return None


def _no_run() -> Refused:
    return Refused("not_found", "There is no such run.")


def _unfit(sealed: Sealed, given: Json) -> Refused | None:
    errors = errors_of(sealed.drawing.document.input, given)
    if not errors:
        return None
    found = cast("list[dict[str, str]]", errors)
    places = tuple(FieldError(f"/input{each['path']}", each["message"]) for each in found)
    return Refused("invalid_input", "The input does not fit what this workflow asks for.", places)


def _new_run(sealed: Sealed, asked: Trigger) -> NewRun:
    return NewRun(
        id=new_id(),
        blueprint_id=sealed.id,
        workflow=sealed.workflow,
        version=sealed.version,
        input=asked.input,
        created_at=datetime.now(UTC),
        requester=asked.requester,
        labels=asked.labels or {},
        callback_url=asked.callback_url,
        key=TriggerKey(asked.key, asked.body_digest) if asked.key else None,
        priority=asked.priority,
    )


async def _settles(settled: asyncio.Future[Any] | None, wait_s: float) -> bool:
    """Whether the run has ended or parked within the time."""
    if settled is None:
        return False
    if not settled.done() and wait_s > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(settled), min(wait_s, MAX_WAIT_S))
    return settled.done() and settled.result() != "queued"


_newest: dict[tuple[str, int | None], tuple[float, Sealed]] = {}


def forget_newest(workflow: str) -> None:
    """A version was published, or the workflow archived, in this process: triggers see it at once (others within a
    second).
    """
    for key in [key for key in _newest if key[0] == workflow]:
        _newest.pop(key, None)


async def _sealed(workflow: str, version: int | None) -> Sealed | Refused:
    """The blueprint that a trigger runs; which one is the newest is asked at most once a second."""
    known = _newest.get((workflow, version))
    if known and known[0] > time.monotonic():
        return known[1]
    found = await sync_to_async(_read_sealed)(workflow, version)
    if isinstance(found, Refused):
        return found
    if len(_newest) >= MAX_KEPT:
        _newest.clear()
    _newest[(workflow, version)] = (time.monotonic() + FRESH_S, found)
    return found


def _read_sealed(workflow: str, version: int | None) -> Sealed | Refused:
    found = blueprints.latest(workflow, version)
    if found:
        return blueprints.sealed(found[0])
    if blueprints.is_archived(workflow):
        return Refused("archived", "This workflow is archived: it starts no more runs.")
    what = f"version {version} of this workflow" if version else "published version of this workflow"
    return Refused("not_published", f"There is no {what} to run.")
