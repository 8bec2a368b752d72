"""The SQL of runs: created, continued, claimed, signalled. Functions for the transaction that is open on this thread.

Called by `store` (in the writer's transactions) and, for signals, by whoever decides something about a run. Plain SQL
because it is the hot path: through the ORM the same work costs five to fifteen times as much. The statements are the
same for SQLite and PostgreSQL but for the lock that a claim takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from runtime import case_words, jobs, run_titles
from runtime.claimed import moment, places, read, slices
from runtime.core.events import Event
from runtime.engine.ports import (
    ENDED,
    Claim,
    Created,
    Held,
    NewEscalation,
    NewRun,
    Parent,
    TriggerKey,
    Wave,
    Written,
)

KEPT_DAYS = 30
_NOTHING: Mapping[str, int] = MappingProxyType({})

_RUN_COLUMNS = (
    "id, blueprint_id, workflow, version, status, outcome, priority, owner, fence, claims, last_seq, wake_at, parent,"
    " parent_node, parent_visit, labels, requester, callback_url, created_at, finished_at, tryout, title, simulated"
)
_INSERT_RUN = f"INSERT INTO runtime_run ({_RUN_COLUMNS}) VALUES ({', '.join(['%s'] * 23)}) ON CONFLICT (id) DO NOTHING"
_INSERT_ENTRY = (
    "INSERT INTO runtime_entry (run_id, seq, at, type, node, visit, data) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
_INSERT_ESCALATION = (
    "INSERT INTO runtime_escalation (id, run_id, workflow, node, visit, kind, state, queue, question, asked, reasons,"
    " behind, digest, reviewers, not_by_requester, requester, due_at, resolved_by, created_at, notice_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, 'open', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s)"
    " ON CONFLICT DO NOTHING"
)
_CONTINUE = (
    "UPDATE runtime_run SET status = %s, outcome = %s, owner = %s, wake_at = %s, last_seq = %s, finished_at = %s,"
    " claims = CASE WHEN %s THEN 0 ELSE claims END WHERE id = %s AND owner = %s AND fence = %s AND last_seq = %s"
)


def create(run: NewRun, wave: Wave) -> Created:
    """Keep a new run with its first wave, once for each trigger key."""
    with connection.cursor() as cursor:
        if run.key:
            earlier = _take_key(cursor, run, run.key)
            if earlier:
                return earlier
        _insert_run(cursor, run, wave)
        _insert_wave(cursor, run.id, run.workflow, run.requester, wave)
        if wave.status in ENDED and wave.escalations:
            _end(cursor, run.id, wave, run.parent)
        if wave.status in ENDED:
            _call_back(run.id, run.callback_url, len(wave.events))
        return Created(run.id, new=True)


def append(wave: Wave) -> Written:
    """Write a wave under its claim. Signals that came while the run parks send it back to the queue."""
    claim, released = wave.claim, wave.status != "running"
    got_on = released or any(event.type != "step.started" for event in wave.events)
    last = wave.events[-1].seq if wave.events else None
    with connection.cursor() as cursor:
        before = wave.events[0].seq - 1 if wave.events else _last_seq(cursor, claim)
        finished = _at(_moment_of(wave)) if wave.status in ENDED else None
        owner = None if released else claim.owner
        now = [wave.status, wave.outcome, owner, _at(wave.wake_at), before if last is None else last, finished]
        cursor.execute(_CONTINUE, [*now, got_on, claim.run_id, claim.owner, claim.fence, before])
        if cursor.rowcount != 1:
            return "lost"
        workflow, requester, parent, callback_url = _family(cursor, claim.run_id, wave)
        _insert_wave(cursor, claim.run_id, workflow, requester, wave)
        _delete_signals(cursor, wave.taken)
        for some in slices(wave.ended):
            _call_off(cursor, f"id IN ({places(some)})", [*some], "The step that called it has ended.")
        if wave.status in ENDED:
            _end(cursor, claim.run_id, wave, parent)
            _call_back(claim.run_id, callback_url, before if last is None else last)
        elif released and _requeue_if_signalled(cursor, claim.run_id):
            return "requeued"
        return "kept"


def claim(owner: str, limit: int, now: datetime, known: Mapping[str, int] = _NOTHING) -> list[Held]:
    """Take runs that are queued, or waiting and due, and read all that is needed to go on.

    Of runs in `known` (by id, up to which entry) only what came after is read.
    """
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    queued = f"SELECT id FROM runtime_run WHERE status = 'queued' ORDER BY priority DESC, created_at LIMIT %s{lock}"
    due = f"SELECT id FROM runtime_run WHERE status = 'waiting' AND wake_at <= %s ORDER BY wake_at LIMIT %s{lock}"
    with connection.cursor() as cursor:
        cursor.execute(queued, [limit])
        ids = [row[0] for row in cursor.fetchall()]
        if len(ids) < limit:
            cursor.execute(due, [_at(now), limit - len(ids)])
            ids += [row[0] for row in cursor.fetchall()]
        if not ids:
            return []
        cursor.execute(
            "UPDATE runtime_run SET status = 'running', owner = %s, fence = fence + 1, claims = claims + 1,"
            f" wake_at = NULL WHERE id IN ({places(ids)}) RETURNING id, blueprint_id, workflow, version, created_at,"
            " requester, labels, callback_url, parent, parent_node, parent_visit, fence, claims, last_seq",
            [owner, *ids],
        )
        return read(cursor, cursor.fetchall(), owner, now, known)


def send_signal(run_id: str, type_: str, node: str | None, visit: int, data: Mapping[str, Any]) -> None:
    """Leave something for a run's journal, in the transaction that decided it. Ring the bell after the commit."""
    with connection.cursor() as cursor:
        _send_signal(cursor, run_id, type_, node, visit, data)


def beat(owner: str, now: datetime) -> None:
    """Say that this worker lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runtime_worker (id, beat_at) VALUES (%s, %s)"
            " ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at",
            [owner, _at(now)],
        )


def reap(owner: str, held: Iterable[str], lease_s: float, now: datetime) -> int:
    """Requeue the runs of workers that do not beat any more, and those of `owner` that it does not hold."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM runtime_worker WHERE beat_at < %s", [_at(now - timedelta(seconds=lease_s))])
        cursor.execute(
            "SELECT id FROM runtime_run WHERE status = 'running'"
            " AND (owner = %s OR owner NOT IN (SELECT id FROM runtime_worker))",
            [owner],
        )
        kept = set(held)
        lost = [row[0] for row in cursor.fetchall() if row[0] not in kept]
        for some in slices(lost):
            cursor.execute(
                f"UPDATE runtime_run SET status = 'queued', owner = NULL WHERE id IN ({places(some)})"
                " AND status = 'running'",
                [*some],
            )
    return len(lost)


def take_over(owner: str) -> None:
    """Forget all other workers: whoever holds the lock file is the only one."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM runtime_worker WHERE id <> %s", [owner])


def next_wake() -> datetime | None:
    """When the earliest waiting run is due, or the earliest answer that can still be taken back counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(wake_at) FROM runtime_run WHERE status = 'waiting' AND wake_at IS NOT NULL")
        woken = cursor.fetchone()[0]
        cursor.execute("SELECT min(goes_on_at) FROM runtime_escalation WHERE goes_on_at IS NOT NULL")
        answered = cursor.fetchone()[0]
    return min((moment(at) for at in (woken, answered) if at is not None), default=None)


def generation(run_id: str) -> int:
    """How many runs called one another down to this one; at most 100 are counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE above(parent, depth) AS (SELECT parent, 0 FROM runtime_run WHERE id = %s"
            " UNION ALL SELECT caller.parent, above.depth + 1 FROM runtime_run AS caller"
            " JOIN above ON caller.id = above.parent WHERE above.depth < 100) SELECT max(depth) FROM above",
            [run_id],
        )
        found: int | None = cursor.fetchone()[0]
    return found or 0


def database_now() -> datetime:
    """The time by the database's clock, which all workers share; SQLite's is this machine's."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


# Rows


def _take_key(cursor: CursorWrapper, run: NewRun, key: TriggerKey) -> Created | None:
    """Take the trigger key for this run, or find the run that took it before."""
    too_old = _at(run.created_at - timedelta(days=KEPT_DAYS))
    cursor.execute(
        "DELETE FROM runtime_triggerkey WHERE workflow = %s AND key = %s AND created_at < %s",
        [run.workflow, key.key, too_old],
    )
    cursor.execute(
        "INSERT INTO runtime_triggerkey (workflow, key, digest, run_id, created_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [run.workflow, key.key, key.digest, run.id, _at(run.created_at)],
    )
    if cursor.rowcount == 1:
        return None
    cursor.execute(
        "SELECT run_id, digest FROM runtime_triggerkey WHERE workflow = %s AND key = %s", [run.workflow, key.key]
    )
    run_id, digest = cursor.fetchone()
    return None if run_id == run.id else Created(run_id, new=False, conflict=digest != key.digest)


def _insert_run(cursor: CursorWrapper, run: NewRun, wave: Wave) -> None:
    released = wave.status != "running"
    parent = run.parent
    finished = _at(wave.events[-1].at) if wave.status in ENDED else None
    row: list[Any] = [run.id, run.blueprint_id, run.workflow, run.version, wave.status, wave.outcome, run.priority]
    row += [None if released else wave.claim.owner, wave.claim.fence, 0, len(wave.events), _at(wave.wake_at)]
    row += [parent.run_id, parent.node, parent.visit] if parent else [None, None, None]
    row += [_json(dict(run.labels)) if run.labels else None, run.requester, run.callback_url]
    row += [_at(run.created_at), finished, run.tryout is not None, run_titles.title_of(run.input), run.simulated]
    cursor.execute(_INSERT_RUN, row)
    for name, value in run.labels.items():
        cursor.execute(
            "INSERT INTO runtime_runlabel (run_id, text) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [run.id, f"{name}:{value}"],
        )


def _insert_wave(cursor: CursorWrapper, run_id: str, workflow: str, requester: str, wave: Wave) -> None:
    if wave.events:
        cursor.executemany(_INSERT_ENTRY, [_entry(run_id, event) for event in wave.events])
    for case in wave.escalations:
        at = _at(wave.events[-1].at)
        cursor.execute(_INSERT_ESCALATION, _escalation(case, run_id, workflow, requester, at))
        case_words.keep(cursor, case.id, run_id, requester, case.question, case.asked)
    for child in wave.children:
        event = Event("run.started", None, 0, child.opening, 1, child.created_at)
        _insert_run(cursor, child, Wave(Claim(child.id, "", 0), (event,), "queued"))
        cursor.execute(_INSERT_ENTRY, _entry(child.id, event))


def _entry(run_id: str, event: Event) -> list[Any]:
    return [run_id, event.seq, _at(event.at), event.type, event.node, event.visit, _json(event.data)]


def _escalation(case: NewEscalation, run_id: str, workflow: str, requester: str, at: object) -> list[Any]:
    shown = [case.queue, case.question, _json(case.asked), _json(list(case.reasons))]
    behind = None if case.behind is None else _json(case.behind)
    rest = [behind, case.digest, case.reviewers, case.not_by_requester, requester, _at(case.due_at), at, at]
    return [case.id, run_id, workflow, case.node, case.visit, case.kind, *shown, *rest]


def _last_seq(cursor: CursorWrapper, claim: Claim) -> int:
    cursor.execute("SELECT last_seq FROM runtime_run WHERE id = %s", [claim.run_id])
    row = cursor.fetchone()
    return row[0] if row else 0


def _family(cursor: CursorWrapper, run_id: str, wave: Wave) -> tuple[str, str, Parent | None, str]:
    """Workflow, requester, parent and callback address of a run; asked only of waves that need them."""
    if not (wave.escalations or wave.status in ENDED):
        return "", "", None, ""
    cursor.execute(
        "SELECT workflow, requester, parent, parent_node, parent_visit, callback_url FROM runtime_run WHERE id = %s",
        [run_id],
    )
    workflow, requester, parent, node, visit, callback_url = cursor.fetchone()
    return workflow, requester, Parent(parent, node, visit) if parent else None, callback_url


def _delete_signals(cursor: CursorWrapper, taken: Sequence[int]) -> None:
    for some in slices(taken):
        cursor.execute(f"DELETE FROM runtime_signal WHERE id IN ({places(some)})", [*some])


def _end(cursor: CursorWrapper, run_id: str, wave: Wave, parent: Parent | None) -> None:
    """What hangs on a run that has ended: its open cases, its sub-workflows, the run that waits for it."""
    now = _at(_moment_of(wave))
    cursor.execute(
        "UPDATE runtime_escalation SET state = 'cancelled', resolved_at = %s,"
        " notice_at = CASE WHEN kind = 'incident' THEN %s END WHERE run_id = %s AND state = 'open'",
        [now, now, run_id],
    )
    _call_off(cursor, "parent = %s", [run_id], "The run that called it has ended.")
    if parent:
        last = wave.events[-1].data if wave.events else {}
        ended = {"run": run_id, "status": wave.status, "outcome": wave.outcome}
        ended |= {"output": last.get("output"), "error": last.get("error")}
        _send_signal(cursor, parent.run_id, "child", parent.node, parent.visit, ended)


def _call_back(run_id: str, url: str, seq: int) -> None:
    """Have the caller told, once for each end of the run (`signing.callbacks`)."""
    if url:
        jobs.put("callback", f"{run_id}-{seq}", {"run": run_id, "seq": seq, "url": url})


def _call_off(cursor: CursorWrapper, which: str, values: list[Any], reason: str) -> None:
    """Cancel the runs that were called and are still under way."""
    under_way = "status IN ('queued', 'running', 'waiting')"
    cursor.execute(f"SELECT id FROM runtime_run WHERE {which} AND {under_way} ORDER BY id", values)
    for (child,) in cursor.fetchall():
        _send_signal(cursor, child, "cancel", None, 0, {"by": "", "reason": reason})


def _send_signal(
    cursor: CursorWrapper, run_id: str, type_: str, node: str | None, visit: int, data: Mapping[str, Any]
) -> None:
    cursor.execute(
        "INSERT INTO runtime_signal (run_id, type, node, visit, data) VALUES (%s, %s, %s, %s, %s)",
        [run_id, type_, node, visit, _json(dict(data))],
    )
    # The row is locked even where nothing changes, so that a run which parks at this moment sees the signal.
    cursor.execute(
        "UPDATE runtime_run SET status = CASE WHEN status = 'waiting' THEN 'queued' ELSE status END WHERE id = %s",
        [run_id],
    )


def _requeue_if_signalled(cursor: CursorWrapper, run_id: str) -> bool:
    cursor.execute("SELECT 1 FROM runtime_signal WHERE run_id = %s LIMIT 1", [run_id])
    if cursor.fetchone() is None:
        return False
    cursor.execute("UPDATE runtime_run SET status = 'queued' WHERE id = %s", [run_id])
    return True


# Values


def _moment_of(wave: Wave) -> datetime:
    """When a wave happened; a run that could not be retried ends again without an event."""
    return (wave.events[-1].at if wave.events else None) or datetime.now(UTC)


_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _at(moment: datetime | None) -> Any:
    """As Django keeps it. (Its own adapter looks at the settings for each value, which costs more than the row.)"""
    if moment is None or connection.vendor == "postgresql":
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
