"""One run as the contract shows it: where it stands, what it was given, what it gave, and the steps it has made.

Called by `runs` and `trigger`. It reads the run and its journal once each, in plain SQL: most triggers end here, and
through the ORM reading costs several times as much as running.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from api.authentication import Caller
from runtime import veils
from runtime.core.blind import veiled
from runtime.core.events import Event
from runtime.models import Run
from runtime.traces.reading import MOST_EVENTS, Step, lightened, moment, visits

_RUN = (
    "SELECT id, workflow, version, status, outcome, labels, requester, callback_url, created_at, finished_at,"
    " blueprint_id, last_seq, title FROM runtime_run WHERE id = %s"
)
_ENTRIES = "SELECT type, node, visit, data, seq, at FROM runtime_entry WHERE run_id = %s"
_FIRST = f"{_ENTRIES} ORDER BY seq LIMIT {MOST_EVENTS}"
_LAST = f"{_ENTRIES} ORDER BY seq DESC LIMIT 1"


@dataclass(slots=True)
class Ends:
    """What a run was started with, and what it ended with."""

    input: Any = None
    output: Any = None
    error: Any = None


def describe(run_id: str, caller: Caller) -> dict[str, Any]:
    """The run's object, as far as this caller may see what gates said in it (`veils`).

    Raises Run.DoesNotExist; ask `lookups` first whether the caller may see the run.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RUN, [run_id])
        row = cursor.fetchone()
        if row is None:
            raise Run.DoesNotExist
        cursor.execute(_FIRST, [run_id])
        events = list(lightened((_event(found), len(found[3])) for found in cursor))
        hidden = hidden_steps(run_id, row[10], row[3], caller)
        if row[11] > len(events):
            cursor.execute(_LAST, [run_id])
            ends = _ends([*events, _event(cursor.fetchone())])
        else:
            ends = _ends(events)
    return {
        "id": row[0],
        "title": row[12],
        "workflow": row[1],
        "version": row[2],
        "status": row[3],
        "outcome": row[4],
        "input": ends.input,
        "output": ends.output,
        "error": ends.error,
        "labels": json.loads(row[5]) if row[5] else {},
        "requester": row[6],
        "callback_url": row[7] or None,
        "created_at": _time(row[8]),
        "finished_at": _time(row[9]),
        "steps": [_step(step) for step in visits(row[10], (veiled(event, hidden) for event in events))],
    }


def hidden_steps(run_id: str, blueprint_id: str, status: str, caller: Caller) -> frozenset[str]:
    """The steps whose results this caller must not see now. A token sees them with the scope to design alone."""
    return veils.hidden(run_id, blueprint_id, status, caller.name, lambda: "workflows:write" in caller.may)


def _ends(events: Sequence[Event]) -> Ends:
    found = Ends()
    for event in events:
        match event.type:
            case "run.started":
                found.input = event.data.get("input")
            case "run.finished":
                found.output = event.data.get("output")
            case "run.failed":
                found.error = event.data.get("error")
            case "run.cancelled":
                found.error = dict(event.data)
            case "run.retried":
                found.output = found.error = None
    return found


def _event(row: tuple[Any, ...]) -> Event:
    kind, node, visit, data, seq, at = row
    return Event(kind, node, visit, json.loads(data), seq, _aware(at))


def _aware(value: Any) -> datetime:
    at: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _time(value: Any) -> str | None:
    return None if value is None else moment(_aware(value))


def _step(step: Step) -> dict[str, Any]:
    return {**step.to_json(), "escalation": step.escalation, "run": step.child}
