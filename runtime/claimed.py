"""What is read of runs when they are claimed: their journals, their signals, and what is wrong with either.

Called by `journal` in the transaction that claims, and by `store`. It reads and never writes; one run that cannot be
read keeps none of the others from being taken up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from runtime.core.events import Event
from runtime.engine.ports import Claim, Held, NewRun, Parent, Signal, tryout_of


def read(
    cursor: CursorWrapper, rows: Sequence[Sequence[Any]], owner: str, now: datetime, known: Mapping[str, int]
) -> list[Held]:
    """The claimed runs. One that cannot be read says so, and keeps none of the others from being taken up.

    `known`: up to which entry runs are known already. What a journal does not reach is not known.
    """
    ids = [row[0] for row in rows]
    since = {row[0]: known[row[0]] for row in rows if 0 < known.get(row[0], 0) <= row[-1]}
    try:
        kept, waiting = _events_of(cursor, ids, since), signals(ids)
        return [_held(row, owner, now, kept[row[0]], waiting.get(row[0], ())) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError) as failure:
        if len(rows) > 1:
            return [held for row in rows for held in read(cursor, [row], owner, now, known)]
        if since:
            return read(cursor, rows, owner, now, {})
        return [_unreadable(rows[0], owner, now, failure)]


@dataclass(slots=True)
class _Kept:
    """The journal of a run as it was read, behind the entry `since`, and what that takes."""

    since: int = 0
    events: list[Event] = field(default_factory=list)
    size: int = 0


_READ = "SELECT run_id, seq, at, type, node, visit, data FROM runtime_entry WHERE"


def _events_of(cursor: CursorWrapper, run_ids: Sequence[str], since: Mapping[str, int]) -> dict[str, _Kept]:
    found = {run_id: _Kept(since.get(run_id, 0)) for run_id in run_ids}
    for some in slices([run_id for run_id in run_ids if run_id not in since]):
        cursor.execute(f"{_READ} run_id IN ({places(some)}) ORDER BY run_id, seq", [*some])
        _take(cursor, found)
    for run_id, seq in since.items():
        cursor.execute(f"{_READ} run_id = %s AND seq > %s ORDER BY seq", [run_id, seq])
        _take(cursor, found)
    return found


def _take(cursor: CursorWrapper, found: Mapping[str, _Kept]) -> None:
    for run_id, seq, at, type_, node, visit, data in cursor.fetchall():
        kept = found[run_id]
        kept.events.append(Event(type_, node, visit, json.loads(data), seq, moment(at)))
        kept.size += len(data)


def _held(row: Sequence[Any], owner: str, now: datetime, kept: _Kept, waiting: tuple[Signal, ...]) -> Held:
    """A claimed run. Raises ValueError and its like for a journal that tells no story."""
    events, last_seq = tuple(kept.events), row[-1]
    there = kept.since + len(events)
    if there != last_seq or (events and events[-1].seq != last_seq):
        raise ValueError(f"{there} entries are there, and the last should be number {last_seq}")
    run = _run_of(row, events[0].data if events and not kept.since else {})
    claim = Claim(run.id, owner, row[-3])
    return Held(claim, run, events, waiting, row[-2], now, last_seq, kept.size, since=kept.since)


def _unreadable(row: Sequence[Any], owner: str, now: datetime, failure: Exception) -> Held:
    run_id, fence, claims, last_seq = row[0], *row[-3:]
    run = _run_of([*row[:6], None, *row[7:]], {})
    flaw = f"its journal cannot be read ({failure})."
    return Held(Claim(run_id, owner, fence), run, (), (), claims, now, last_seq, 0, flaw)


def _run_of(row: Sequence[Any], opening: Mapping[str, Any]) -> NewRun:
    run_id, blueprint, workflow, version, created_at, requester, labels, callback, parent, node, visit = row[:11]
    return NewRun(
        id=run_id,
        blueprint_id=blueprint,
        workflow=workflow,
        version=version,
        input=opening.get("input"),
        created_at=moment(created_at),
        requester=requester,
        labels=json.loads(labels) if labels else {},
        callback_url=callback,
        parent=Parent(parent, node, visit) if parent else None,
        tryout=tryout_of(opening),
    )


def signals(run_ids: Sequence[str]) -> dict[str, tuple[Signal, ...]]:
    """The signals of these runs, oldest first."""
    found: dict[str, tuple[Signal, ...]] = {}
    with connection.cursor() as cursor:
        for some in slices(run_ids):
            cursor.execute(
                f"SELECT run_id, id, type, node, visit, data FROM runtime_signal WHERE run_id IN ({places(some)})"
                " ORDER BY id",
                [*some],
            )
            for run_id, id_, type_, node, visit, data in cursor.fetchall():
                found[run_id] = (*found.get(run_id, ()), Signal(id_, type_, node, visit, json.loads(data)))
    return found


def moment(value: Any) -> datetime:
    """A moment as either database gives it."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def places(values: Sequence[object]) -> str:
    """Placeholders for so many values."""
    return ", ".join(["%s"] * len(values))


def slices[T](values: Sequence[T], size: int = 500) -> list[Sequence[T]]:
    """The values in parts that one statement can hold."""
    return [values[start : start + size] for start in range(0, len(values), size)]
