"""The ledger: rows written with the step's end, and the tables read back as `runtime.judgement` knows them.

`write` is called by the engine's store at the end of the transaction that journals the step; plain SQL, since every
decision passes here. The rest is read by `folding`, by pages and by the command that verifies gates.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from runtime.core.confidence import unit
from runtime.engine.ports import NewDecision
from runtime.gates import epochs, terms
from runtime.judgement.ledger import Row
from runtime.models import Decision, Gate

if TYPE_CHECKING:
    from runtime.judgement.gate import Standing

COLUMNS = (
    "number", "signals", "answer", "score", "novelty", "draw", "cutoff", "audit", "auto", "sampled", "pi", "floor",
    "labels",
)  # fmt: skip
"""What a row of the ledger is made of, for `sums`."""

_ARRIVE = (
    "UPDATE runtime_gate SET arrivals = arrivals + 1, open_audits = open_audits + %s WHERE id = %s"
    ' RETURNING arrivals - 1, "current"'
)
_LEAVE = "UPDATE runtime_gate SET arrivals = arrivals - 1, open_audits = open_audits - %s WHERE id = %s"
_INSERT = (
    "INSERT INTO runtime_decision (gate_id, number, run, node, visit, at, answer, signals, score, novelty, draw,"
    ' cutoff, audit, auto, sampled, pi, floor, subject, state, labels, fresh, said, "by", blind, labelled_at, loss)'
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '[]', %s, NULL, '', NULL,"
    " NULL, NULL) ON CONFLICT DO NOTHING"
)


def place_of(row: NewDecision) -> str:
    """The gate whose lock the row takes: rows of one transaction are written in this order."""
    return f"{row.seat.workflow}:{row.seat.node}"


def write(row: NewDecision, at: datetime) -> None:
    """Write a decision and give it its arrival number: without gaps, under the gate's lock, until the transaction ends.

    Playing it again changes nothing: a visit decides once.
    """
    gate = row.gate if row.gate is not None else epochs.begun_for(row, at)
    audits = int(row.auto and row.sampled)
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVE, [audits, gate])
        number, is_current = cursor.fetchone()
        cursor.execute(_INSERT, [gate, number, *_values(row, at)])
        if cursor.rowcount != 1:
            cursor.execute(_LEAVE, [audits, gate])
    if not is_current:
        epochs.used_again(gate, row, at)


def rows_of(gate: Gate, upto: int | None = None) -> list[Row]:
    """The gate's ledger as `runtime.judgement` reads it, in arrival order; `upto`: the last arrival that is wanted.

    Loads numpy: for jobs, commands and pages that draw, never for a step.
    """
    from runtime.gates import sums

    found = Decision.objects.filter(gate=gate).order_by("number")
    wanted = found if upto is None else found.filter(number__lte=upto)
    return sums.rows_of(name_of(gate), gate.epoch, wanted.values_list(*COLUMNS).iterator(chunk_size=2000))


def standing_of(gate: Gate) -> Standing:
    """The gate's standing as `runtime.judgement` reads it. Loads numpy. Raises ValueError for a row that was tampered
    with."""
    from runtime.gates import sums

    return sums.standing_of(terms_of(gate))


def terms_of(gate: Gate) -> dict[str, Any]:
    """What a standing is made from, as JSON: see `sums.standing_of`."""
    promised = {"max_error": gate.max_error, "confidence": gate.confidence}
    kept = {"scoring": gate.scoring, "standing": gate.standing}
    return {"gate": name_of(gate), "epoch": gate.epoch, **promised, **kept}


def name_of(gate: Gate) -> str:
    """The gate's name in `runtime.judgement`."""
    return f"{gate.workflow}:{gate.node}"


def _values(row: NewDecision, at: datetime) -> list[Any]:
    question, seat = row.question, row.seat
    numbers = {name: unit(value) for name, value in question.signals.items()}
    signals = json.dumps({name: value for name, value in numbers.items() if value is not None}, separators=(",", ":"))
    when = connection.ops.adapt_datetimefield_value(at)
    known = [row.score, unit(question.novelty), row.draw, row.cutoff, row.audit, row.auto, row.sampled]
    state = "open" if row.sampled else "unasked"
    seated = [seat.run_id, seat.node, seat.visit, when, question.answer, signals]
    return [*seated, *known, row.pi, row.floor, terms.sameness(seat.subject), state, False]
