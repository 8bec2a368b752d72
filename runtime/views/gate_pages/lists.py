"""The pages of all gates and of a workflow's gates: how far each is trusted, in a sentence, those in trouble first.

Routed by `urls`. Gates that only stand in a drawing are listed, too: with a promise that has met no case yet, or with a
fixed cut-off, which nothing has proven.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from runtime.gates import reports, terms
from runtime.gates.reports import Evidence
from runtime.models import Gate
from runtime.permissions import permissions_of
from runtime.views.access import needs
from runtime.views.csv_files import csv_file, csv_lines
from runtime.views.gate_pages import drawn, words
from runtime.views.gate_pages.drawn import Workflow

PAGE = 50
COUNTED_AT_ONCE = 2_000
"""Ledgers up to this length are counted while one looks; the counts of longer ones are those of their last drawing."""
_MOST_EXPORTED = 5_000

type Unmet = Sequence[tuple[Workflow, drawn.Drawn]]
_COLUMNS = ("workflow", "gate", "state", "promise", "from score", "decisions", "by itself", "answered", "wrong", "open")


@dataclass(frozen=True, slots=True)
class Row:
    """A gate as the lists say it. `alone`: which share it decides by itself, or decided `before` it was closed; empty
    while nothing has come.
    """

    href: str
    workflow: Workflow
    title: str
    state: str
    says: str
    promise: str
    alone: str
    evidence: str
    before: bool = False


@require_safe
@needs("gates:read")
def gate_list(request: HttpRequest) -> HttpResponse:
    """All gates."""
    start = _start(request.GET.get("from", ""))
    known, found = drawn.newest(), _rows()
    page = list(found[start : start + PAGE + 1])
    met = {(each.workflow, each.node) for each in page}
    unmet = _unmet(known.values(), met if start == 0 else set())
    anew = _anew(unmet)
    context = {
        "gates": told(page[:PAGE], known),
        "further": start + PAGE if len(page) > PAGE else None,
        "back": max(0, start - PAGE) if start else None,
        "anew": anew.values(),
        "unmet": _unmet_rows(unmet, anew),
        "may_draw": "workflows:write" in permissions_of(request.user),
    }
    return render(request, "runtime/gates/list.html", context)


@require_safe
@needs("gates:read")
def workflow_gates(request: HttpRequest, slug: str) -> HttpResponse:
    """The gates of one workflow."""
    known, found = drawn.newest(slug), list(_rows().filter(workflow=slug)[:PAGE])
    if not known and not found:
        raise Http404("There is no such workflow, or nothing of it is published.")
    workflow = known.get(slug) or Workflow(slug, slug)
    held = permissions_of(request.user)
    unmet = _unmet([workflow], {(each.workflow, each.node) for each in found})
    anew = _anew(unmet)
    context = {
        "workflow": workflow,
        "gates": told(found, {slug: workflow}),
        "anew": anew.values(),
        "unmet": _unmet_rows(unmet, anew),
        "may_draw": "workflows:write" in held,
    }
    return render(request, "runtime/gates/of_workflow.html", context)


@require_safe
@needs("gates:read")
def gate_list_export(_request: HttpRequest) -> StreamingHttpResponse:
    """All gates as a file."""

    async def lines() -> AsyncIterator[str]:
        yield csv_lines([_COLUMNS, *cells])

    known, found = drawn.newest(), list(_rows()[:_MOST_EXPORTED])
    counts = counts_of(found)
    cells = [_cells(gate, counts[gate.pk], known) for gate in found]
    return csv_file("gates", lines())


def counts_of(gates: Iterable[Gate]) -> Mapping[int, Evidence]:
    """The counts of these gates (with their profiles), without walking through long ledgers."""
    every = list(gates)
    profiles = {gate.pk: getattr(gate, "profile", None) for gate in every}
    short = [gate for gate in every if gate.arrivals <= COUNTED_AT_ONCE or profiles[gate.pk] is None]
    kept = {pk: Evidence(**profile.data["counts"]) for pk, profile in profiles.items() if profile}
    return {**kept, **reports.evidence(short)} if short else kept


def facts(gate: Gate) -> words.Facts:
    """What the sentences about a gate need."""
    return words.Facts(
        gate.state, gate.max_error, gate.confidence, gate.cutoff, gate.flaw, gate.open_audits, terms.RULES.unanswered,
        gate.proven_at, gate.broken_at, gate.ended_at if not gate.current else None,
    )  # fmt: skip


def alone(counts: Evidence) -> str:
    """Which share of the cases it decided by itself."""
    by_itself = counts.automatic - counts.audited
    return words.percent(by_itself / counts.decisions) if counts.decisions else ""


def evidence(counts: Evidence) -> str:
    """What is known, in words."""
    given_up = f", {counts.given_up:,} given up" if counts.given_up else ""
    answers = words.counted(counts.answered, "answer")
    return f"{answers}, {counts.wrong:,} of them against the machine; {counts.open:,} open{given_up}"


def told(gates: Iterable[Gate], known: Mapping[str, Workflow]) -> list[Row]:
    """The rows of these gates."""
    every = list(gates)
    counts = counts_of(every)
    return [_row(gate, counts[gate.pk], known) for gate in every]


def _row(gate: Gate, counts: Evidence, known: Mapping[str, Workflow]) -> Row:
    workflow = known.get(gate.workflow) or Workflow(gate.workflow, gate.workflow)
    profile = getattr(gate, "profile", None)
    progress = profile.data.get("progress") if profile else None
    return Row(
        reverse("gate_page", args=[gate.pk]), workflow, workflow.title(gate.node), gate.state,
        words.state(facts(gate), progress), words.promise(gate.max_error, gate.confidence), alone(counts),
        evidence(counts), gate.state == "broken",
    )  # fmt: skip


def _unmet(workflows: Iterable[Workflow], met: set[tuple[str, str]]) -> Unmet:
    """What has no epoch in force: promises that have met no case since they were changed, and fixed cut-offs."""
    missing = {
        (each.slug, node): (each, gate)
        for each in workflows
        if not each.archived
        for node, gate in each.gates.items()
        if (each.slug, node) not in met
    }
    slugs = {slug for slug, _ in missing}
    rows = Gate.objects.filter(current=True, workflow__in=slugs).values_list("workflow", "node") if slugs else ()
    for place in rows:
        missing.pop(place, None)
    return list(missing.values())[:PAGE]


def _anew(unmet: Unmet) -> Mapping[tuple[str, str], Row]:
    """Those of them that have a past: their last epoch is over, and the next one begins with the next case."""
    promised = {(each.slug, gate.node): each for each, gate in unmet if gate.promised}
    if not promised:
        return {}
    past = Gate.objects.filter(workflow__in={slug for slug, _ in promised}, node__in={node for _, node in promised})
    its = Gate.objects.filter(workflow=OuterRef("workflow"), node=OuterRef("node")).order_by("-epoch")
    newest = past.filter(epoch=Subquery(its.values("epoch")[:1])).order_by("workflow", "node")
    rows = newest.defer("standing", "basis", "scoring").select_related("profile")
    last = {(each.workflow, each.node): each for each in rows if (each.workflow, each.node) in promised}
    counts = counts_of(last.values())
    return {place: _anew_row(gate, promised[place], counts[gate.pk]) for place, gate in last.items()}


def _anew_row(gate: Gate, workflow: Workflow, counts: Evidence) -> Row:
    says = words.begins_anew(gate.epoch, counts.answered)
    return Row(reverse("gate_page", args=[gate.pk]), workflow, workflow.title(gate.node), "probation", says, "", "", "")


def _unmet_rows(unmet: Unmet, anew: Mapping[tuple[str, str], Row]) -> list[Row]:
    return [_unmet_row(workflow, gate) for workflow, gate in unmet if (workflow.slug, gate.node) not in anew]


def _unmet_row(workflow: Workflow, gate: drawn.Drawn) -> Row:
    href = f"{reverse('workflow_canvas', args=[workflow.slug])}?node={gate.node}"
    if gate.promised or gate.cutoff is None:
        says = "On probation: no case has come yet. The first ones all go to a person."
        return Row(href, workflow, gate.title, "probation", says, "", "", "")
    says = f"Decides from {gate.cutoff:.2f} on by a fixed number, unproven: how often it is wrong is unknown."
    return Row(href, workflow, gate.title, "unproven", says, "", "", "")


def _rows() -> QuerySet[Gate]:
    """The current epochs with their profiles, those in trouble first."""
    order = Case(
        When(state="broken", then=Value(0)),
        When(state="probation", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = Gate.objects.filter(current=True).select_related("profile").defer("standing", "basis", "scoring")
    return rows.order_by(order, "workflow", "node")


def _cells(gate: Gate, counts: Evidence, known: Mapping[str, Workflow]) -> list[str]:
    workflow = known.get(gate.workflow) or Workflow(gate.workflow, gate.workflow)
    numbers = (counts.decisions, counts.automatic - counts.audited, counts.answered, counts.wrong, counts.open)
    promised = words.promise(gate.max_error, gate.confidence)
    cutoff = "" if gate.cutoff is None else f"{gate.cutoff:g}"
    return [workflow.name, workflow.title(gate.node), gate.state, promised, cutoff, *map(str, numbers)]


def _start(text: str) -> int:
    return min(int(text), 1_000_000) if text.isascii() and text.isdigit() and len(text) < 8 else 0
