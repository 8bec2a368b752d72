"""How a workflow does: what it is, what runs of it, what waits, what is in trouble, and who may do what with it.

Routed by `builder.urls`. The numbers are home's (`runtime.figures`), asked about this workflow alone; each question is
bounded, so a workflow with a million runs costs what a new one costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from builder.workflow_pages.found import Found, found
from builder.workflow_pages.reach import reached
from runtime import figures
from runtime.cases import inbox
from runtime.cases.inbox import Wanted
from runtime.core.definition import Document, parse
from runtime.core.drawing import compile_drawing
from runtime.models import Gate, Schedule
from runtime.nodes import discover
from runtime.permissions import permissions_of, visible_escalations, visible_runs
from runtime.traces.pictures import picture
from runtime.views.access import needs
from runtime.views.drawings import WIDEST_READABLE

MOST = 6
MOST_TROUBLES = 20


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs somebody: a sentence, and where to look; the address may be empty."""

    sentence: str
    address: str


@require_safe
@needs("workflows:read")
def workflow_overview(request: HttpRequest, slug: str) -> HttpResponse:
    """One page on one workflow, for whoever answers for it."""
    here, now, held = found(slug), timezone.now(), permissions_of(request.user)
    runs = visible_runs(request.user, held=held).filter(workflow=slug)
    cases = visible_escalations(request.user).filter(workflow=slug)
    wanted = Wanted(workflow=slug)
    document = _document(here)
    drawn = picture(document, discover()) if document else None
    outcomes = figures.outcomes(runs, now - timedelta(days=figures.DAYS))
    troubles = figures.troubles(runs, cases, now)
    context = {
        "workflow": here.workflow,
        "version": here.newest,
        "changed": here.newest is not None and here.newest.blueprint.document != here.workflow.draft,
        "picture": drawn,
        "wide": drawn is not None and drawn.width > WIDEST_READABLE,
        "outward": _outward(document),
        "rates": figures.rates(runs, now),
        "answers": figures.answers(cases, now),
        "reasons": figures.reasons(cases, now),
        "outcomes": outcomes,
        "number": sum(each.number for each in outcomes),
        "most_counted": figures.MOST_OUTCOMES,
        "counts": inbox.counts(request.user, wanted, now, ("open", "overdue")),
        "cases": inbox.listed(request.user, wanted, now, most=MOST).cases,
        "troubles": [*_of_runs(slug, troubles), *_of_gates(slug, document, held), *_of_schedules(slug)],
        "runs": runs.select_related("blueprint").defer("blueprint__document").order_by("-pk")[:MOST],
        "reached": reached(document),
        "may_draw": "workflows:write" in held,
        "may_start": "runs:write" in held and here.workflow.archived_at is None,
        "may_set": "settings:write" in held,
        "administers": "admin" in held,
    }
    return render(request, "builder/workflow/overview.html", context)


def _document(here: Found) -> Document | None:
    """What runs; the draft where nothing does; None where this release cannot read it."""
    return parse(here.newest.blueprint.document if here.newest else here.workflow.draft).document


def _outward(document: Document | None) -> list[str]:
    if document is None:
        return []
    drawing = compile_drawing(document, discover())[0]
    return [node.title for node in document.nodes if drawing.outward(node.id)]


def _of_runs(slug: str, troubles: list[figures.Trouble]) -> list[Trouble]:
    told = []
    for each in troubles:
        if each.incidents:
            number = "One step needs" if each.incidents == 1 else f"{each.incidents} steps need"
            told.append(Trouble(f"{number} help.", f"{reverse('case_list')}?view=incidents&workflow={slug}"))
        if each.failed:
            number = "One run" if each.failed == 1 else f"{each.failed} runs"
            told.append(
                Trouble(f"{number} failed since yesterday.", f"{reverse('run_list')}?workflow={slug}&status=failed")
            )
    return told


def _of_gates(slug: str, document: Document | None, held: frozenset[str]) -> list[Trouble]:
    """Gates that have broken their promise, and so let nothing through by themselves."""
    if "gates:read" not in held:
        return []
    names = {node.id: node.title for node in document.nodes} if document else {}
    rows = Gate.objects.filter(workflow=slug, current=True, state="broken").values_list("node", "broken_at")
    return [Trouble(_broken(names.get(node, node), at), "") for node, at in rows[:MOST_TROUBLES]]


def _broken(name: str, at: datetime | None) -> str:
    since = f" since {at:%-d %B}" if at else ""
    return f"“{name}” did not keep its promise and decides nothing by itself{since}: people are asked."


def _of_schedules(slug: str) -> list[Trouble]:
    """Times at which nothing was started, and schedules that were paused by something else than a person."""
    rows = Schedule.objects.filter(workflow=slug).exclude(trouble="", paused_why="").order_by("pk")
    found = rows.values_list("name", "trouble", "paused_why")[:MOST_TROUBLES]
    address = reverse("trigger_schedules", args=[slug])
    return [Trouble(f"The schedule “{name}”: {paused or trouble}", address) for name, trouble, paused in found]
