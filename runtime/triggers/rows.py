"""Works off the rows of a file: read in, started a few at a time, followed until nothing more will come of them.

A job (`jobs`, kind “batch”), one for each file. A row and its run are written in one transaction, so that no crash
starts a row twice; only so many are under way at once, so that a pause is felt and single runs find room.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
from typing import Any

from django.db.models import QuerySet

from runtime import jobs, runs
from runtime.blueprints import Sealed
from runtime.fields import fields_of
from runtime.models import Batch, BatchRow, Entry
from runtime.refused import Refused
from runtime.triggers import cells, tables

PORTION = 50
MOST_UNDER_WAY = 200
READ_AT_ONCE = 1_000
FOLLOWED_AT_ONCE = 500
IN_A_ROW = 20
PRIORITY = -10
"""Single runs are claimed before rows of files."""
BUSY_S, WATCHING_S = 0.2, 10.0
DRAFT_KEPT = timedelta(days=1)
LONGEST_ERROR = 1_000
AT_WORK = ("queued", "running")
FORGOTTEN = "Its run is kept no longer, so nobody can tell what became of it."

type Change = tuple[int, str, str]
"""A row, its run, and how the run stands now."""


@jobs.handler(tables.JOB, at_once=2, timeout_s=None)
async def _work(work: jobs.Work) -> jobs.Outcome:
    batch, answered = await work.read(lambda: _found(work.key))
    if batch is None:
        return jobs.Done()
    if batch.state == "reading":
        await _read_in(work, batch)
    for _ in range(IN_A_ROW):
        pace = await work.write(partial(step, work.key, answered, work.now))
        if pace is None:
            return jobs.Done()
        if pace:
            return jobs.Again(after_s=pace)
    return jobs.Again()


async def _read_in(work: jobs.Work, batch: Batch) -> None:
    """Keep the file's rows; what was kept before a crash is there already."""
    sealed = await work.read(lambda: runs.sealed_for(batch.workflow, batch.version))
    if isinstance(sealed, Refused):
        await work.write(lambda: halt(batch.pk, sealed.detail))
        return
    rows = await asyncio.to_thread(lambda: list(_rows(batch, sealed)))
    for number, some in enumerate(batched(rows, READ_AT_ONCE)):
        await work.write(partial(BatchRow.objects.bulk_create, some, ignore_conflicts=True))
        work.progress(min((number + 1) * READ_AT_ONCE, len(rows)), len(rows), "Reading rows")
    await work.write(lambda: begin(batch.pk))


def begin(batch_id: str) -> None:
    """All rows are kept: they may start, and the file is no longer needed."""
    Batch.objects.filter(pk=batch_id, state="reading").update(state="running", file=None)
    Batch.objects.filter(pk=batch_id, state="paused").update(file=None)


def halt(batch_id: str, why: str) -> None:
    """Pause it and say why; whatever it is, a person looks at it."""
    Batch.objects.filter(pk=batch_id, state__in=["reading", "running"]).update(state="paused", note=why[:300])


def answered_in(batch_id: str) -> list[Change]:
    """Rows whose runs no longer wait; a part of them where they are many.

    Read outside of the writer: where many rows wait for people, all of them are looked at.
    """
    waiting = BatchRow.objects.filter(batch=batch_id, state="waiting", run__isnull=False)
    return _changes(waiting.exclude(run__status="waiting"))


def step(batch_id: str, answered: Sequence[Change], now: datetime) -> float | None:
    """Take up what has changed (`answered`: of rows that waited) and start the next rows, in the open transaction.

    After how many seconds to go on: 0.0 is at once; None: nothing more will come.
    """
    batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None or batch.state in ("draft", "reading"):
        return None if batch is None or batch.state == "draft" else BUSY_S
    _clear_up(batch)
    under = batch.rows.filter(state="under", run__isnull=False)
    _follow([*answered, *_changes(under.exclude(run__status__in=AT_WORK))])
    begun = _start_some(batch) if batch.state == "running" else 0
    if begun:
        return 0.0
    left = set(batch.rows.filter(state__in=["ready", "again", "under", "waiting"]).values_list("state").distinct())
    states = {state for (state,) in left}
    if batch.state == "running" and not states:
        Batch.objects.filter(pk=batch_id).update(state="done", finished_at=now)
        return None
    if states & ({"under", "ready", "again"} if batch.state == "running" else {"under"}):
        return BUSY_S
    return WATCHING_S if "waiting" in states else None


def _clear_up(batch: Batch) -> None:
    """Rows of which nothing more will come: kept while their file was cancelled, or of runs that are forgotten."""
    if batch.state == "cancelled":
        batch.rows.filter(state="ready").update(state="dropped")
    gone = batch.rows.filter(state__in=["under", "waiting", "again"], run__isnull=True)
    gone.update(state="cancelled", error=FORGOTTEN)


def keep_house(now: datetime, days: float) -> None:
    """Forget files that nobody started, and after so many days what rows held; what became of them stays."""
    Batch.objects.filter(state="draft", created_at__lt=now - DRAFT_KEPT).delete()
    for batch in Batch.objects.filter(cells_kept=True, created_at__lt=now - timedelta(days=days)):
        batch.rows.filter(state="ready").update(state="dropped")
        batch.rows.filter(cells__isnull=False).update(cells=None)
        Batch.objects.filter(pk=batch.pk).update(cells_kept=False, file=None)


def _rows(batch: Batch, sealed: Sealed) -> Iterator[BatchRow]:
    schema, how = tables.schema_of(sealed), tables.reading_of(batch)
    fields = fields_of(schema)
    for row in tables.rows_in(batch):
        found = cells.read(schema, fields, row.cells, how)
        error = _said(found.errors, batch.header, how)[:LONGEST_ERROR].replace("\0", "\ufffd")
        if tables.too_many_cells(row, len(batch.header)):
            error = error or tables.TOO_MANY_CELLS
        state = "refused" if error else "ready"
        yield BatchRow(batch_id=batch.pk, number=row.number, cells=list(row.cells), state=state, error=error)


def _said(errors: Mapping[str, str], header: Sequence[str], how: cells.Reading) -> str:
    """Why a row is refused; each sentence names its column, or the field that has none."""
    places = {name: how.columns.get(name) for name in errors}
    named = {name: name if place is None else header[place] or f"Column {place + 1}" for name, place in places.items()}
    return "; ".join(f"{named[name]}: {said}" if named[name] else said for name, said in errors.items())


def _changes(rows: QuerySet[BatchRow]) -> list[Change]:
    return list(rows.values_list("pk", "run_id", "run__status")[:FOLLOWED_AT_ONCE])


def _follow(changes: Sequence[Change]) -> None:
    by_status: dict[str, list[int]] = defaultdict(list)
    failed: dict[str, int] = {}
    for row, run, status in changes:
        by_status["under" if status in AT_WORK else status].append(row)
        if status == "failed":
            failed[run] = row
    for status, rows in by_status.items():
        BatchRow.objects.filter(pk__in=rows, state__in=["under", "waiting"]).update(state=status)
    for run, data in Entry.objects.filter(run__in=failed, type="run.failed").order_by("seq").values_list("run", "data"):
        error: Any = data
        said = str(error["error"].get("message", ""))[:LONGEST_ERROR]
        BatchRow.objects.filter(pk=failed[run]).update(error=said)


def _start_some(batch: Batch) -> int:
    """Start the next rows; how many were taken up. Those that are tried again come first."""
    room = min(PORTION, MOST_UNDER_WAY - batch.rows.filter(state="under").count())
    if room <= 0:
        return 0
    sealed = runs.sealed_for(batch.workflow, batch.version)
    if isinstance(sealed, Refused):
        halt(batch.pk, sealed.detail)
        return 0
    again = list(batch.rows.filter(state="again").order_by("number")[:room])
    fresh = list(batch.rows.filter(state="ready").order_by("number")[: room - len(again)])
    for row in again:
        _retried(batch, row)
    schema, how = tables.schema_of(sealed), tables.reading_of(batch)
    fields = fields_of(schema)
    for row in fresh:
        given = cells.read(schema, fields, row.cells or [], how).input
        _started(batch, row, sealed, given)
    BatchRow.objects.bulk_update([*again, *fresh], ["state", "run", "error"])
    return len(again) + len(fresh)


def _started(batch: Batch, row: BatchRow, sealed: Sealed, given: dict[str, Any]) -> None:
    asked = runs.Trigger(
        batch.workflow,
        given,
        version=batch.version,
        requester=batch.started_by,
        labels={"batch": batch.pk},
        key=f"batch:{batch.pk}:{row.number}",
        priority=PRIORITY,
    )
    done = runs.queue(asked, sealed)
    if isinstance(done, Refused):
        said = "; ".join(error.message for error in done.errors) or done.detail
        row.state, row.error = "refused", said[:LONGEST_ERROR]
    else:
        row.state, row.run_id = "under", done.run_id


def _retried(batch: Batch, row: BatchRow) -> None:
    done = runs.retry(str(row.run_id), None, batch.started_by)
    row.state, row.error = ("failed", done.detail) if isinstance(done, Refused) else ("under", "")


def _found(batch_id: str) -> tuple[Batch | None, list[Change]]:
    return Batch.objects.filter(pk=batch_id).first(), answered_in(batch_id)
