"""What is known of gates, for those who look: counts of the ledger, the bound on what went wrong, how far it is.

Called by the API and the pages. It only reads. Counts are one question for many gates; the bound and the budget are for
one gate at a time, and the budget is computed where folds are, in a process of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from runtime.core.blind import has_promise
from runtime.core.drawing import Drawing
from runtime.gates import ledger
from runtime.gates.numbers import Lost, Numbers
from runtime.judgement.report import Period, most_wrong
from runtime.models import Decision, Gate

VOLUME_DAYS = 14
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts of one epoch: its `decisions`; how many were `automatic`, of these `audited`; `answered` by people, of
    these `wrong`; still `open`, or `given_up` (which counts as wrong).
    """

    decisions: int = 0
    automatic: int = 0
    audited: int = 0
    answered: int = 0
    wrong: int = 0
    open: int = 0
    given_up: int = 0


@dataclass(frozen=True, slots=True)
class Answerers:
    """Whose answers an epoch rests on: how many `people`, and who where it is one alone (`only`, else empty).

    Of their `answers`, `blind` were given without seeing the machine's, and `agreed` are the same as the machine's.
    """

    people: int = 0
    only: str = ""
    answers: int = 0
    blind: int = 0
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `at_most` of the `automatic` decisions of the epoch were wrong, with this confidence."""

    automatic: int
    at_most: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Budget:
    """About `labels` more answers until it is proven (`days` at the present volume); else `reason` says why not."""

    labels: int | None
    likely: int | None
    days: float | None
    reason: str


def evidence(gates: Collection[Gate]) -> Mapping[int, Evidence]:
    """The counts of these epochs, by key."""
    counted = (
        Decision.objects.filter(gate__in=[gate.pk for gate in gates])
        .order_by()
        .values_list("gate")
        .annotate(
            decisions=Count("pk"),
            automatic=Count("pk", filter=Q(auto=True)),
            audited=Count("pk", filter=Q(auto=True, sampled=True)),
            answered=Count("pk", filter=Q(state="settled")),
            wrong=Count("pk", filter=Q(state="settled", loss__gt=0)),
            open=Count("pk", filter=Q(state="open")),
            given_up=Count("pk", filter=Q(state="given_up")),
        )
    )
    found = {gate: Evidence(*counts) for gate, *counts in counted}
    return {gate.pk: found.get(gate.pk, Evidence()) for gate in gates}


def answerers(gate: Gate) -> Answerers:
    """Who has answered the cases of an epoch. It reads every answered row: for jobs, not for pages."""
    given = Decision.objects.filter(gate=gate.pk, state="settled").exclude(by="").order_by()
    told = list(
        given.values_list("by").annotate(
            answers=Count("pk"), blind=Count("pk", filter=Q(blind=True)), agreed=Count("pk", filter=Q(said=F("answer")))
        )
    )
    answers, blind, agreed = (sum(each[place] for each in told) for place in (1, 2, 3))
    return Answerers(len(told), told[0][0] if len(told) == 1 else "", answers, blind, agreed)


def bound(gate: Gate) -> Bound | None:
    """The bound on the automatic decisions of an epoch, as `judgement.report` has it; None while there are none."""
    found = _counted(Decision.objects.filter(gate=gate.pk, auto=True), gate.confidence)
    return Bound(found.automatic, found.at_most, found.confidence) if found.automatic else None


def looked_back(workflow: str, node: str, since: datetime, until: datetime, confidence: float) -> Period:
    """What went wrong at most from `since` on and before `until`, in all epochs of a gate.

    The period is one that was chosen before anybody looked.
    """
    within = Q(gate__workflow=workflow, gate__node=node, at__gte=since, at__lt=until)
    return _counted(Decision.objects.filter(within, auto=True), confidence)


def _counted(rows: QuerySet[Decision], confidence: float) -> Period:
    """As `judgement.report.at_most_wrong`, but counted where the rows are: epochs and rates are bounded apart."""
    bad = Q(loss__isnull=True) | Q(loss__gt=0)
    parts = list(
        rows.order_by()
        .values_list("gate", "pi")
        .annotate(
            # By a column of the index that is never null, so that no row is read for it.
            total=Count("gate"),
            drawn=Count("gate", filter=Q(sampled=True)),
            found=Count("gate", filter=Q(sampled=True) & bad),
            pending=Count("gate", filter=Q(sampled=True, loss__isnull=True)),
            reported=Count("gate", filter=Q(sampled=False, loss__gt=0)),
        )
    )
    doubt = (1.0 - confidence) / max(1, len(parts))
    most = sum(most_wrong(total, drawn, found, doubt) for _, _, total, drawn, found, _, _ in parts)
    total, drawn, found, pending, reported = (sum(part[place] for part in parts) for place in range(2, 7))
    return Period(total, drawn, found, pending, reported, max(most, found + reported), confidence)


def budget(gate: Gate, now: datetime) -> Budget | None:
    """How far it is; None where it cannot be computed just now."""
    if gate.flaw:
        return Budget(None, None, None, "The gate was closed; a new start needs a look at why.")
    request = {"terms": ledger.terms_of(gate), "labels_a_day": labels_a_day(gate, now)}
    try:
        told: dict[str, Any] = _process().computed(request)
    except Lost:
        return None
    return None if "flaw" in told else Budget(**told)


@lru_cache(maxsize=1)
def _process() -> Numbers:
    """Another process than the one of folds: whoever looks does not wait behind a long one."""
    return Numbers(_PATIENCE_S)


def labels_a_day(gate: Gate, now: datetime) -> float:
    """How many answers a day there were lately."""
    since = max(gate.begun_at, now - timedelta(days=VOLUME_DAYS))
    days = max((now - since).total_seconds() / 86_400, 1.0)
    return Decision.objects.filter(gate=gate.pk, state="settled", labelled_at__gte=since).count() / days


def states_of(workflow: str, drawing: Drawing) -> Mapping[str, str]:
    """How far the steps of a published drawing that let a model decide are trusted, by id.

    `unproven`: it decides from a fixed score on. A promise that has met no case yet is on probation.
    """
    known = dict(Gate.objects.filter(workflow=workflow, current=True).values_list("node", "state"))
    found: dict[str, str] = {}
    for node, params in drawing.params.items():
        if has_promise(drawing, node):
            found[node] = known.get(node, "probation")
        elif hasattr(params, "promise") and getattr(params, "cutoff", None) is not None:
            found[node] = "unproven"
    return found
