"""Keeps what the pages of gates draw up to date: a job looks which ledgers have grown, and has their numbers computed.

The numbers are made where folds are, in a process of their own, and kept in `GateProfile`: a page reads one row. A gate
is taken up again only after a rest that grows with what it took, so that long ledgers cost a few per cent of one
processor at most. Nothing is decided by these numbers.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import F, Min, Q

from runtime import jobs
from runtime.gates import ledger, reports
from runtime.gates.folding import Computes
from runtime.gates.numbers import Lost, Message, Numbers
from runtime.models import Decision, Gate, GateProfile

logger = logging.getLogger(__name__)

KIND = "gates.profiles"
EVERY_S = 15.0
MOST_ROWS = 20_000
"""The newest cases that curves and volume are drawn from."""
MOST_AUDITS = 50_000
_MOST_CHANGES = 50
_REST = 40
_AT_ONCE = 20
_TIMEOUT_S = 120.0


@lru_cache(maxsize=1)
def _process() -> Numbers:
    """Another process than the one of folds: no label waits behind a drawing."""
    return Numbers(_TIMEOUT_S)


@jobs.every(KIND, seconds=EVERY_S)
async def keep(work: jobs.Work) -> jobs.Outcome:
    """The job."""
    await work.read(lambda: make_due(work.now))
    return jobs.Done()


def make_due(now: datetime, numbers: Computes | None = None) -> int:
    """Draw anew what has changed and has rested, those that have no numbers first; how many were."""
    changed = Q(profile=None) | ~Q(profile__revision=F("revision")) | ~Q(profile__arrivals=F("arrivals"))
    due = Gate.objects.filter(changed).select_related("profile").order_by(F("profile__at").asc(nulls_first=True))
    rested = [gate for gate in due[: _AT_ONCE * 10] if _rested(gate, now)][:_AT_ONCE]
    return sum(make(gate, now, numbers) for gate in rested)


def make(gate: Gate, now: datetime, numbers: Computes | None = None) -> bool:
    """Draw one gate anew; False where that cannot be computed, which its numbers then say."""
    began = time.monotonic()
    try:
        told = (numbers or _process()).computed(_request(gate, now))
    except Lost:
        logger.warning("What the page of the gate %s draws could not be computed", gate)
        told = {"flaw": "It could not be computed."}
    if "flaw" in told:
        # Not tried over and over: what cannot be computed is said to be so.
        told = {"flaw": str(told["flaw"])[:500]}
    counts = reports.evidence([gate])[gate.pk]
    people = asdict(reports.answerers(gate))
    data = {**told, "counts": asdict(counts), "people": people, **_changes(gate)}
    took = int((time.monotonic() - began) * 1_000)
    kept = {"revision": gate.revision, "arrivals": gate.arrivals, "at": now, "took_ms": took, "data": data}
    GateProfile.objects.update_or_create(gate=gate, defaults=kept)
    return "flaw" not in told


def _rested(gate: Gate, now: datetime) -> bool:
    kept: GateProfile | None = getattr(gate, "profile", None)
    return kept is None or now - kept.at >= timedelta(milliseconds=kept.took_ms * _REST)


def _request(gate: Gate, now: datetime) -> Message:
    rows = Decision.objects.filter(gate=gate.pk)
    newest = list(rows.order_by("-number").values_list(*ledger.COLUMNS, "at")[:MOST_ROWS])[::-1]
    audits = rows.filter(auto=True, sampled=True, loss__isnull=False).order_by("-number")
    heard = list(audits.values_list("number", "at", "answer", "labels")[:MOST_AUDITS])[::-1]
    asked: dict[str, Any] = {
        "rows": [list(row[:-1]) for row in newest],
        "times": [row[-1].timestamp() for row in newest],
        "audits": [[number, at.timestamp(), answer, labels] for number, at, answer, labels in heard],
        "labels_a_day": reports.labels_a_day(gate, now),
    }
    return {"terms": ledger.terms_of(gate), "profile": asked}


def _changes(gate: Gate) -> dict[str, Any]:
    """Which cut-offs and which shares of checks were in force since when, the oldest first."""
    rows = Decision.objects.filter(gate=gate.pk).order_by()
    found: dict[str, Any] = {}
    for name, column in (("cutoffs", "cutoff"), ("rates", "audit")):
        dated = rows.filter(**{f"{column}__isnull": False}).values_list(column).annotate(first=Min("at"))
        ordered = sorted((first.astimezone(UTC), value) for value, first in dated)[-_MOST_CHANGES:]
        found[name] = [[value, first.isoformat()] for first, value in ordered]
    return found
