"""The evidence of a gate, down to the single case: filtered, paged by number, and as a file.

Routed by `urls`. Of a case that is open nothing is shown that tells what the machine said or how sure it was, whoever
looks: an answer that is given after such a look would be worth nothing, and nobody would know. The same goes for all
decisions of its run. Who designs may look into the run itself; that is kept there (`veils`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from runtime.models import Decision, Escalation, Gate
from runtime.permissions import Person, visible_escalations, visible_runs
from runtime.run_titles import named
from runtime.views.access import needs
from runtime.views.csv_files import csv_file, csv_lines
from runtime.views.gate_pages import drawn, words
from runtime.views.gate_pages.drawn import Workflow

PAGE, CHUNK = 50, 500
FILTERS = {
    "": "all",
    "wrong": "the machine was wrong",
    "decided": "wrong where it decided",
    "audits": "checks that were answered",
    "open": "unanswered",
}
_MOST_EXPORTED = 200_000
_COLUMNS = (
    *("arrival", "at", "run", "score", "signals", "machine's answer", "person's answer", "answered by", "blind"),
    *("how it went", "decides from", "share checked", "state", "machine was wrong", "title"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One decision. `hidden`: what the machine said is kept back, since a person is still to answer.

    `about`: what lists call its run, which is made of the run's input alone; empty for who may not see the run.
    """

    number: int
    at: datetime
    run: str
    about: str
    run_href: str
    case_href: str
    hidden: bool
    score: str
    signals: str
    machine: str
    person: str
    by: str
    blind: str
    way: str
    policy: str
    cutoff: str
    audit: str
    state: str
    wrong: bool


@require_safe
@needs("gates:read")
def gate_cases(request: HttpRequest, gate_id: int) -> HttpResponse:
    """The cases of one epoch of a gate, the newest first."""
    gate = gate_of(gate_id)
    chosen = _chosen(request)
    before = _number(request.GET.get("before", ""))
    found = list(_fitting(gate, chosen, before)[: PAGE + 1])
    known = drawn.newest(gate.workflow).get(gate.workflow) or Workflow(gate.workflow, gate.workflow)
    context = {
        "gate": gate,
        "workflow": known,
        "title": known.title(gate.node),
        "rows": _told(request.user, found[:PAGE], known.name),
        "older": found[PAGE - 1].number if len(found) > PAGE else None,
        "paged": before is not None,
        "filters": FILTERS.items(),
        "chosen": chosen,
    }
    return render(request, "runtime/gates/cases.html", context)


@require_safe
@needs("gates:read")
async def gate_export(request: HttpRequest, gate_id: int) -> StreamingHttpResponse:
    """The cases that fit the filter, as a file that is written as it is read."""
    gate = await sync_to_async(gate_of)(gate_id)
    name = f"gate-{gate.workflow}-{gate.node}-{gate.epoch}"
    return csv_file(name, _lines(await request.auser(), gate, _chosen(request)))


def gate_of(gate_id: int) -> Gate:
    """This epoch of a gate. Raises Http404."""
    found = Gate.objects.filter(pk=gate_id).select_related("profile").first() if gate_id < 2**63 else None
    if found is None:
        raise Http404("There is no such gate.")
    return found


async def _lines(user: Person, gate: Gate, chosen: str) -> AsyncIterator[str]:
    yield csv_lines([_COLUMNS])
    before: int | None = None
    for _ in range(0, _MOST_EXPORTED, CHUNK):
        rows = await sync_to_async(_part)(user, gate, chosen, before)
        if rows:
            yield csv_lines(map(_cells, rows))
            before = rows[-1].number
        if len(rows) < CHUNK:
            return
    yield csv_lines([[f"Only the newest {_MOST_EXPORTED:,} cases are here."]])


def _part(user: Person, gate: Gate, chosen: str, before: int | None) -> list[Row]:
    return _told(user, list(_fitting(gate, chosen, before)[:CHUNK]), gate.workflow)


def _fitting(gate: Gate, chosen: str, before: int | None) -> QuerySet[Decision]:
    rows = Decision.objects.filter(gate=gate.pk).order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    match chosen:
        case "wrong":
            return rows.filter(loss__gt=0)
        case "decided":
            return rows.filter(auto=True, loss__gt=0)
        case "audits":
            # Those that are open are left out: that a case is a check says that the machine was sure of it.
            answered = rows.filter(auto=True, sampled=True, loss__isnull=False)
            return answered if gate.proven_at else answered.none()
        case "open":
            return rows.filter(state="open")
        case _:
            return rows


def _told(user: Person, found: Sequence[Decision], workflow: str) -> list[Row]:
    """The rows with the ways to runs and cases that this person may see: as many questions for one row as for fifty.

    `workflow` is what their runs are called by where they have no title.
    """
    runs = {each.run for each in found}
    if not runs:
        return []
    seen = dict(visible_runs(user, tryouts=True).filter(pk__in=runs).values_list("pk", "title"))
    secret = _secret(runs)
    cases = _cases(visible_escalations(user).filter(run__in=runs, behind__isnull=False).order_by("pk"))
    return [_row(each, seen.get(each.run), workflow, each.run in secret, cases) for each in found]


def _secret(runs: set[str]) -> set[str]:
    """The runs in which somebody is still to answer without knowing what the machine said.

    A complaint settles a decision whose case is still open; and what can be taken back is no answer yet.
    """
    waits = Q(state="open") | Q(goes_on_at__gt=timezone.now())
    cases = Escalation.objects.filter(waits, run__in=runs, behind__isnull=False).values_list("run_id", flat=True)
    return {*cases, *Decision.objects.filter(run__in=runs, state="open").values_list("run", flat=True)}


def _cases(found: QuerySet[Escalation]) -> dict[tuple[str, str, int], str]:
    """The case that asked for each decision: what a case is about was written down when it was opened."""
    asked: dict[tuple[str, str, int], str] = {}
    for case in found.only("run_id", "behind"):
        behind: Any = case.behind
        for gate in behind.get("gates", ()):
            asked.setdefault((case.run_id, gate["node"], gate["visit"]), case.pk)
    return asked


def _row(
    each: Decision, title: str | None, workflow: str, is_secret: bool, cases: dict[tuple[str, str, int], str]
) -> Row:
    hidden = is_secret or each.state == "open"
    case = cases.get((each.run, each.node, each.visit), "")
    return Row(
        number=each.number,
        at=each.at,
        run=each.run,
        about="" if title is None else named(title, workflow, each.run),
        run_href=reverse("run_detail", args=[each.run]) if title is not None else "",
        case_href=reverse("case_detail", args=[case]) if case else "",
        hidden=hidden,
        score="" if hidden or each.score is None else f"{each.score:.3f}",
        signals="" if hidden else ", ".join(f"{name} {value:.3f}" for name, value in each.signals.items()),
        machine="" if hidden else each.answer or "none",
        person=_person(each),
        by=each.by if each.labels else "",
        blind="" if each.blind is None else "yes" if each.blind else "no",
        way="" if hidden else _way(each),
        policy=_policy(each),
        cutoff="" if each.cutoff is None else f"{each.cutoff:g}",
        audit=f"{each.audit:g}",
        state=each.state,
        wrong=bool(each.loss) and not hidden,
    )


def _person(each: Decision) -> str:
    if each.state == "given_up":
        return "given up"
    if not each.labels:
        return ""
    return each.said or ("none of its ways" if each.said == "" else "cannot tell")


def _way(each: Decision) -> str:
    if not each.auto:
        return "to a person"
    return "check" if each.sampled else "by itself"


def _policy(each: Decision) -> str:
    if each.cutoff is None:
        return "all to people"
    return f"from {each.cutoff:.2f} on; {words.percent(each.audit)} checked"


def _cells(row: Row) -> list[str]:
    shown = (row.score, row.signals, row.machine) if not row.hidden else ("", "", "hidden until a person has answered")
    wrong = "" if row.hidden or not row.person else "yes" if row.wrong else "no"
    moment = row.at.isoformat()
    return [
        str(row.number), moment, row.run, *shown, row.person, row.by, row.blind, row.way, row.cutoff, row.audit,
        row.state, wrong, row.about,
    ]  # fmt: skip


def _chosen(request: HttpRequest) -> str:
    given: Any = request.GET.get("show", "")
    return given if given in FILTERS else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
