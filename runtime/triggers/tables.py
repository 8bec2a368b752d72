"""Files whose rows start a workflow each: taken in, looked at, started, paused, cancelled, tried again.

Called by the pages. The rows themselves are started and followed by `rows`, a job; here is what people decide.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from django.db import transaction
from django.db.models import Count

from runtime import audit, jobs, runs
from runtime.blueprints import Sealed
from runtime.fields import Field, fields_of
from runtime.models import Batch, BatchRow
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused
from runtime.triggers import cells
from runtime.triggers.csv_reading import Row, Table, rows_of, table_of

JOB = "batch"
PREVIEWED = 8
LOOKED_AT = 2_000
"""How many rows are read before a file is started, to say which of them are refused."""
MOST_REFUSED = 10
TOO_MANY_CELLS = "The row has more cells than there are columns."
MOST_UNFINISHED = 20
LONGEST_NAME = 200
SETTLED = ("refused", "succeeded", "failed", "cancelled", "dropped")

type Deed = Literal["pause", "resume", "cancel", "retry"]


@dataclass(frozen=True, slots=True)
class Previewed:
    """A row of the file, and what of it would be refused: by the number of the column, and by field."""

    row: Row
    flaws: Mapping[int, str]
    others: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether no run is started of it."""
        return bool(self.flaws or self.others)


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows, those among the first `looked` that would be refused (the first ten), and how many these are."""

    rows: tuple[Previewed, ...]
    refused: tuple[Previewed, ...]
    refused_in_all: int
    looked: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a batch stand where. `total` is what the file has."""

    total: int
    by_state: Mapping[str, int]

    @property
    def settled(self) -> int:
        """Those of which nothing more will come."""
        return sum(self.by_state.get(state, 0) for state in SETTLED)

    @property
    def left(self) -> int:
        """Those that have not been started yet."""
        return self.total - sum(number for state, number in self.by_state.items() if state not in ("ready", "again"))


def upload(workflow: str, name: str, raw: bytes, user: Person, now: datetime) -> Batch | Refused:
    """Take a file in; its columns are guessed and can be chosen before anything starts.

    Refused: forbidden, too_many, no_fields, what `table_of` refuses, and whatever keeps the workflow from being run.
    """
    if not may(user, "runs:write"):
        return _forbidden()
    sealed = runs.sealed_for(workflow)
    if isinstance(sealed, Refused):
        return sealed
    schema = schema_of(sealed)
    if not fields_of(schema):
        return Refused("no_fields", "This workflow's input names no fields, so no column can be given to one.")
    if Batch.objects.filter(workflow=workflow, finished_at=None).count() >= MOST_UNFINISHED:
        return Refused("too_many", f"{MOST_UNFINISHED} files of this workflow are not done yet. Finish some first.")
    table = table_of(raw)
    if isinstance(table, Refused):
        return table
    return Batch.objects.create(
        workflow=workflow,
        version=sealed.version,
        name=_name(name),
        file=zlib.compress(raw, 6),
        header=list(table.header),
        options={
            "encoding": table.encoding,
            "separator": table.separator,
            "decimal": cells.decimal_of(table.separator),
            "dates": "iso",
        },
        columns=cells.guessed(schema, table.header),
        total=table.rows,
        started_by=user.get_username(),
        created_at=now,
    )


@transaction.atomic
def choose(batch: Batch, given: Mapping[str, Any], user: Person) -> Batch | Refused:
    """Keep which column goes where and how numbers and dates are written. Refused: forbidden, started, invalid."""
    if not may(user, "runs:write"):
        return _forbidden()
    columns = {str(name): place for name, place in given["columns"].items() if isinstance(place, int)}
    if not all(0 <= place < len(batch.header) for place in columns.values()):
        return Refused("invalid", "There is no such column.")
    if given["decimal"] not in cells.DECIMALS or given["dates"] not in cells.DATES:
        return Refused("invalid", "Numbers and dates are written in one of the ways that are offered.")
    options = {**batch.options, "decimal": given["decimal"], "dates": given["dates"]}
    if not Batch.objects.filter(pk=batch.pk, state="draft").update(columns=columns, options=options):
        return Refused("started", "This file has been started already.")
    return Batch.objects.get(pk=batch.pk)


@transaction.atomic
def start(batch: Batch, user: Person, now: datetime) -> Batch | Refused:
    """Let its rows start. Refused: forbidden, started, invalid (a needed field has no column), unavailable."""
    if not may(user, "runs:write"):
        return _forbidden()
    sealed = runs.sealed_for(batch.workflow, batch.version)
    if isinstance(sealed, Refused):
        return sealed
    lacking = [field for field in fields_of(schema_of(sealed)) if field.required and field.name not in batch.columns]
    if lacking:
        errors = tuple(
            FieldError(f"/{field.name}", f"“{field.title}” is needed: choose its column.") for field in lacking
        )
        return Refused("invalid", " ".join(error.message for error in errors), errors)
    by = user.get_username()
    if not Batch.objects.filter(pk=batch.pk, state="draft").update(state="reading", started_by=by, created_at=now):
        return Refused("started", "This file has been started already.")
    jobs.replace(JOB, batch.pk)
    said = {"workflow": batch.workflow, "name": batch.name, "rows": batch.total}
    audit.record(by, "batch.started", batch, now, said)
    return Batch.objects.get(pk=batch.pk)


@transaction.atomic
def change(batch: Batch, deed: Deed, user: Person, now: datetime) -> Batch | Refused:
    """Pause, resume or cancel it, or try its failed rows again. Runs that were started go on in any case.

    Refused: forbidden, not_now (as it stands, this cannot be done), and for resume and retry whatever keeps the
    workflow from being run.
    """
    if not may(user, "runs:write"):
        return _forbidden()
    sealed = runs.sealed_for(batch.workflow, batch.version) if deed in ("resume", "retry") else None
    if isinstance(sealed, Refused):
        return sealed
    jobs.hold(JOB, batch.pk)
    found = Batch.objects.select_for_update().get(pk=batch.pk)
    if not _done_to(found, deed, now):
        return Refused("not_now", "That cannot be done as things stand. The page shows how they stand now.")
    if found.state != "draft":
        jobs.replace(JOB, found.pk)
    audit.record(user.get_username(), f"batch.{_DONE[deed]}", found, now, {"name": found.name})
    return found


def counts_of(batch: Batch) -> Counts:
    """How its rows stand, by an index."""
    found = BatchRow.objects.filter(batch=batch.pk).values_list("state").annotate(number=Count("pk")).order_by()
    return Counts(batch.total, dict(found))


def previewed(batch: Batch, sealed: Sealed) -> Preview:
    """The first rows as they would be read, and what of the first `LOOKED_AT` would be refused."""
    schema, how = schema_of(sealed), reading_of(batch)
    fields = fields_of(schema)
    found = [_previewed(row, schema, fields, how, len(batch.header)) for row in islice(rows_in(batch), LOOKED_AT)]
    refused = [each for each in found if each.refused]
    return Preview(tuple(found[:PREVIEWED]), tuple(refused[:MOST_REFUSED]), len(refused), len(found))


def too_many_cells(row: Row, width: int) -> bool:
    """Whether a row says something behind its last column."""
    return any(cell.strip() for cell in row.cells[width:])


def rows_in(batch: Batch) -> Any:
    """The rows of its file, while it is kept."""
    options = batch.options
    table = Table(options["encoding"], options["separator"], tuple(batch.header), batch.total)
    return rows_of(zlib.decompress(batch.file or zlib.compress(b"")), table)


def reading_of(batch: Batch) -> cells.Reading:
    """How its cells are read."""
    return cells.Reading(batch.columns, batch.options["decimal"], batch.options["dates"])


def schema_of(sealed: Sealed) -> dict[str, Any]:
    """The schema of a version's input."""
    schema: Any = sealed.drawing.document.input
    return dict(schema) if isinstance(schema, Mapping) else {}


def _previewed(
    row: Row, schema: Mapping[str, Any], fields: Sequence[Field], how: cells.Reading, width: int
) -> Previewed:
    found = cells.read(schema, fields, row.cells, how)
    flaws = {how.columns[name]: said for name, said in found.errors.items() if name in how.columns}
    others = tuple(said for name, said in found.errors.items() if name not in how.columns)
    return Previewed(row, flaws, (*others, TOO_MANY_CELLS) if too_many_cells(row, width) else others)


def _done_to(batch: Batch, deed: Deed, now: datetime) -> bool:
    """Whether it was in a state in which this can be done to it; then it is done."""
    match deed:
        case "pause":
            return _moved(batch, ("running", "reading"), state="paused", note="")
        case "resume":
            return _moved(batch, ("paused",), state="reading" if batch.file else "running", note="")
        case "cancel":
            return _cancelled(batch, now)
    failed = batch.rows.filter(state__in=["failed", "cancelled"], run__isnull=False)
    if batch.state not in ("running", "paused", "done", "cancelled") or not failed.update(state="again", error=""):
        return False
    return _moved(batch, (batch.state,), state="running", finished_at=None, note="")


def _cancelled(batch: Batch, now: datetime) -> bool:
    states = ("draft", "reading", "running", "paused")
    if not _moved(batch, states, state="cancelled", file=None, finished_at=now):
        return False
    batch.rows.filter(state="ready").update(state="dropped")
    batch.rows.filter(state="again").update(state="failed")
    return True


_DONE: Mapping[Deed, str] = {"pause": "paused", "resume": "resumed", "cancel": "cancelled", "retry": "retried"}


def _moved(batch: Batch, states: Sequence[str], **changes: Any) -> bool:
    moved = Batch.objects.filter(pk=batch.pk, state__in=states).update(**changes)
    for name, value in changes.items():
        setattr(batch, name, value)
    return bool(moved)


def _name(name: str) -> str:
    plain = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    return plain[:LONGEST_NAME].strip() or "rows.csv"


def _forbidden() -> Refused:
    return Refused("forbidden", "You may not start runs.")
