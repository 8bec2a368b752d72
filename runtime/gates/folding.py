"""From labels to a standing: takes in what was answered, in arrival order, and writes where the gate stands.

Done by a side job, after each label and every half minute. Reading and computing happen outside of any transaction;
the standing is written only if nobody else wrote one meanwhile. A ledger that breaks its own rules closes the gate.
A closed gate is folded like any other, so that it stays what its ledger says; it is never opened by that.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import batched
from typing import Any, Literal, Protocol

from django.db import transaction
from django.db.models import Count, Min

from runtime import audit, jobs
from runtime.gates import closing, ledger
from runtime.gates.labels import FOLD
from runtime.gates.numbers import Lost, Message, Numbers
from runtime.judgement.reviewers import doubtful_of
from runtime.models import Decision, Gate

logger = logging.getLogger(__name__)

EVERY_S = 30.0
_ROUNDS = 5
_AT_ONCE = 500
_WANTED = frozenset({"standing", "state", "cutoff", "upto", "scoring"})

type Folded = Literal["nothing", "folded", "overtaken", "flawed"]


class Computes(Protocol):
    """Where standings are computed: `numbers.Numbers`, or the same in this process."""

    def computed(self, request: Message) -> Message:
        """The answer of `sums.answer`."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What a fold reads: the gate, the labels that it does not know, and what is to be computed."""

    gate: Gate
    fresh: tuple[tuple[int, Any], ...]
    request: Message


@lru_cache(maxsize=1)
def process() -> Numbers:
    """The process that this one's folds are computed in."""
    return Numbers()


@jobs.every(FOLD, seconds=EVERY_S)
async def fold_labels(work: jobs.Work) -> jobs.Outcome:
    """The job: fold whatever there is."""
    await work.read(fold_due)
    return jobs.Done()


def fold_due(numbers: Computes | None = None) -> int:
    """Fold every gate that has labels its standing does not know; how many changed."""
    due = Decision.objects.filter(fresh=True).order_by().values_list("gate", flat=True).distinct()
    return sum(_tried(gate, numbers) == "folded" for gate in list(due))


def _tried(gate_id: int, numbers: Computes | None) -> Folded:
    try:
        return fold(gate_id, numbers)
    except Lost:
        # The other gates must not wait for this one; it is tried again with the next label, or in half a minute.
        logger.exception("The gate %s could not be folded", gate_id)
        return "nothing"


def fold(gate_id: int, numbers: Computes | None = None, now: datetime | None = None) -> Folded:
    """Take in the labels of one gate. `overtaken`: others were at it, over and over; it stays due."""
    for _ in range(_ROUNDS):
        work = _read(gate_id)
        if work is None:
            return "nothing"
        told = (numbers or process()).computed(work.request)
        if "flaw" not in told and not told.keys() >= _WANTED:
            raise Lost("What was computed of the gate says too little.")
        written = _write(work, told, now or datetime.now(UTC))
        if written != "overtaken":
            return written
    return "overtaken"


def _read(gate_id: int) -> _Work | None:
    """Rows as far as they are settled: behind the oldest case that is open, no answer counts yet."""
    gate = Gate.objects.filter(pk=gate_id).first()
    fresh = tuple(Decision.objects.filter(gate=gate_id, fresh=True).order_by("number").values_list("pk", "labels"))
    if gate is None or not fresh:
        return None
    late = Decision.objects.filter(gate=gate_id, fresh=True, number__lte=gate.upto).exists()
    known = tuple(gate.standing.get("distrusted", ()))
    distrusted = tuple(sorted({*known, *_doubtful(gate)}))
    anew = late or distrusted != known
    rows = Decision.objects.filter(gate=gate_id).order_by("number")
    first = Decision.objects.filter(gate=gate_id, state="open").aggregate(number=Min("number"))["number"]
    wanted = rows if anew else rows.filter(number__gt=gate.upto)
    if any(gate.standing.get(alarm, {}).get("fired") for alarm in ("audits", "reports")):
        # What came after the alarm is not judged, however much it is; nor is it read with each answer.
        wanted = wanted.filter(number__lte=gate.upto)
    settled = wanted if first is None else wanted.filter(number__lt=first)
    values = [list(row) for row in settled.values_list(*ledger.COLUMNS)]
    asked = {"terms": ledger.terms_of(gate), "rows": values, "anew": anew, "distrusted": distrusted}
    return _Work(gate, fresh, asked)


def _doubtful(gate: Gate) -> tuple[str, ...]:
    """Reviewers of this epoch who say the same whatever they are shown."""
    given = Decision.objects.filter(gate=gate, state="settled", said__isnull=False).order_by()
    counts = given.values_list("by", "said").annotate(count=Count("pk"))
    return doubtful_of((by, said, count) for by, said, count in counts)


@transaction.atomic
def _write(work: _Work, told: Message, now: datetime) -> Folded:
    gate = Gate.objects.select_for_update().filter(pk=work.gate.pk, revision=work.gate.revision).first()
    if gate is None:
        return "overtaken"
    for some in batched(work.fresh, _AT_ONCE):
        _known(dict(some))
    if "flaw" in told:
        _close(gate, "broken", {"flaw": told["flaw"]}, now)
        return "flawed"
    where: dict[str, Any] = {name: told[name] for name in ("standing", "cutoff", "upto", "scoring")}
    if told["state"] == "broken" and gate.state != "broken":
        _close(gate, "broken", where, now)
    else:
        _keep(gate, told["state"], where, now)
    return "folded"


def _known(fresh: dict[int, Any]) -> None:
    """The standing knows these labels; where one more has come meanwhile, the row is left to the next fold.

    Few statements, since every decision of the gate waits for them.
    """
    rows = Decision.objects.select_for_update().filter(pk__in=fresh).order_by("number")
    same = [pk for pk, labels in rows.values_list("pk", "labels") if labels == fresh[pk]]
    Decision.objects.filter(pk__in=same).update(fresh=False)


def _keep(gate: Gate, state: str, where: dict[str, Any], now: datetime) -> None:
    # What is broken stays so in its epoch, whatever is said of its cases later.
    kept = "broken" if gate.state == "broken" else state
    if kept == "broken":
        where["cutoff"] = None
    if kept == "proven" and gate.state == "probation":
        where["proven_at"] = now
        audit.record(
            audit.SYSTEM,
            "gate.proven",
            audit.gate(gate.workflow, gate.node),
            now,
            {"epoch": gate.epoch, "cutoff": where["cutoff"]},
        )
    _update(gate, {"state": kept, **where})


def _close(gate: Gate, state: str, where: dict[str, Any], now: datetime) -> None:
    """The gate decides nothing any more; whoever wants to know is told in the same transaction."""
    fresh = gate.state != "broken"
    if gate.flaw:
        # Why it was closed first is what people have been told.
        where = {name: value for name, value in where.items() if name != "flaw"}
    _update(gate, {**where, "state": state, "cutoff": None, **({"broken_at": now} if fresh else {})})
    if not fresh:
        return
    flaw = where.get("flaw", "")
    if flaw:
        logger.error("The ledger of the gate %s cannot be judged by: %s", gate, flaw)
    gate.refresh_from_db()
    audit.record(
        audit.SYSTEM, "gate.closed", audit.gate(gate.workflow, gate.node), now, {"epoch": gate.epoch, "flaw": flaw}
    )
    closing.closed(gate, now)


def _update(gate: Gate, changes: dict[str, Any]) -> None:
    audits = Decision.objects.filter(gate=gate, auto=True, state="open").count()
    Gate.objects.filter(pk=gate.pk).update(**changes, open_audits=audits, revision=gate.revision + 1)
