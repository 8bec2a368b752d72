"""How the rows of a file go: counts, a page of rows, and all of them as a table file with what came out.

Used by `views.triggers.tables`. Nothing here grows with the file: counts come from an index, rows a page at a time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from runtime import blueprints
from runtime.json_gate import write_json
from runtime.models import Batch, BatchRow, Blueprint, Entry
from runtime.triggers import tables
from runtime.views.csv_files import csv_file, csv_lines
from runtime.views.triggers.shown import Place

PAGE = 50
CHUNK = 500
STATES: Mapping[str, tuple[str, str]] = {
    "ready": ("to start", "queued"),
    "again": ("to be tried again", "queued"),
    "under": ("under way", "running"),
    "waiting": ("waiting", "waiting"),
    "succeeded": ("done", "succeeded"),
    "failed": ("failed", "failed"),
    "cancelled": ("cancelled", "cancelled"),
    "refused": ("refused", "failed"),
    "dropped": ("never started", "cancelled"),
}
"""What the state of a row is called, and which status of a run it looks like."""
LIVE = ("reading", "running")


def page(request: HttpRequest, here: Place, batch: Batch, *, whole: bool = True) -> HttpResponse:
    """The page of a file that was started, or only what changes on it."""
    counts = tables.counts_of(batch)
    chosen = request.GET.get("state", "")
    rows = BatchRow.objects.filter(batch=batch.pk).select_related("run").order_by("number")
    rows = rows.filter(state=chosen) if chosen in STATES else rows
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 8 else 0
    found = list(rows.filter(number__gt=place)[: PAGE + 1])
    by = counts.by_state
    context = {
        "here": here,
        "batch": batch,
        "counts": counts,
        "shares": [
            (state, *STATES[state], by[state], 100 * by[state] / batch.total) for state in STATES if by.get(state)
        ],
        "all_wait": batch.state == "running" and bool(by.get("waiting")) and not counts.left and not by.get("under"),
        "percent": 100 * counts.settled // max(1, batch.total),
        "begun": batch.total - counts.left,
        "rows": [(row, *STATES[row.state], _title(row)) for row in found[:PAGE]],
        "chosen": chosen if chosen in STATES else "",
        "chosen_words": STATES[chosen][0] if chosen in STATES else "",
        "after": place,
        "further": found[PAGE - 1].number if len(found) > PAGE else 0,
        "live": batch.state in LIVE or bool(by.get("under")),
        "may_retry": bool(by.get("failed") or by.get("cancelled")) and batch.state not in ("draft", "reading"),
    }
    template = "table.html" if whole else "_table_live.html"
    return render(request, f"runtime/triggers/{template}", context)


def as_csv(batch: Batch) -> StreamingHttpResponse:
    """All rows, their cells and what came out of their runs, written as they are read."""
    return csv_file(f"results-{batch.pk[-6:]}", _lines(batch))


async def _lines(batch: Batch) -> AsyncIterator[str]:
    outputs = await sync_to_async(_outputs)(batch)
    results = ("row", "result", "outcome", "run", "why")
    yield csv_lines([(*results, *(str(title) for title in batch.header), *(f"output: {name}" for name in outputs))])
    after = 0
    while True:
        rows = await sync_to_async(_chunk)(batch, after)
        if not rows:
            return
        yield csv_lines(_cells(row, given, batch, outputs) for row, given in rows)
        after = rows[-1][0].number


def _chunk(batch: Batch, after: int) -> list[tuple[BatchRow, Any]]:
    rows = list(
        BatchRow.objects.filter(batch=batch.pk, number__gt=after).select_related("run").order_by("number")[:CHUNK]
    )
    ended = Entry.objects.filter(run__in=[row.run_id for row in rows if row.run_id], type="run.finished")
    given = dict(ended.order_by("seq").values_list("run_id", "data"))
    return [(row, given.get(row.run_id or "")) for row in rows]


def _cells(row: BatchRow, ended: Any, batch: Batch, outputs: list[str]) -> list[str]:
    width = len(batch.header)
    own: list[str] = [str(cell) for cell in (row.cells or [])[:width]]
    output = ended.get("output") if isinstance(ended, Mapping) else None
    named = output if isinstance(output, Mapping) else {}
    outcome = (row.run.outcome or "") if row.run else ""
    told = [str(row.number), STATES[row.state][0], outcome, row.run_id or "", row.error]
    return [*told, *own, *[""] * (width - len(own)), *(_text(named.get(name)) for name in outputs)]


def _outputs(batch: Batch) -> list[str]:
    """The names of what the outcomes of the drawing give out."""
    drawn = (
        Blueprint.objects.filter(workflow=batch.workflow, version=batch.version).values_list("pk", flat=True).first()
    )
    found: dict[str, None] = {}
    for node in blueprints.sealed(drawn).drawing.document.nodes if drawn else ():
        output = node.config.get("output") if node.kind == "outcome" else None
        found |= dict.fromkeys(output) if isinstance(output, Mapping) else {}
    return list(found)


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else write_json(value)


def _title(row: BatchRow) -> str:
    """The first cells of a row, to know it by."""
    return " · ".join(str(cell).strip()[:60] for cell in (row.cells or []) if str(cell).strip())[:120]
