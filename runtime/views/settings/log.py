"""The page of the audit log: who did what, by person, deed and day; as CSV; and whether the chain holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from runtime import chain
from runtime.finding import askable
from runtime.json_gate import write_json
from runtime.models import AuditEntry, AuditLink
from runtime.permissions import Person, may
from runtime.views.access import needs
from runtime.views.csv_files import csv_file, csv_lines
from runtime.views.settings.log_names import names_of

PAGE = 50
LONGEST_NAME = 200
AT_ONCE = 1_000
MOST_CHECKED = 10_000
MOST_TOLD = 5
DEEDS: Mapping[str, str] = {
    "escalation.resolved": "settled a case",
    "escalation.voted": "gave one of several answers",
    "escalation.undone": "took an answer back",
    "escalation.claimed": "took a case",
    "escalation.released": "gave a case back",
    "escalation.assigned": "handed a case over",
    "escalation.snoozed": "put a case aside",
    "escalation.remarked": "wrote beside a case",
    "escalation.overdue": "a case became overdue",
    "run.cancel": "cancelled a run",
    "run.retry": "retried a run",
    "workflow.created": "made a workflow",
    "workflow.renamed": "renamed a workflow",
    "workflow.published": "published a workflow",
    "workflow.archived": "put a workflow away",
    "workflow.unarchived": "took a workflow back",
    "draft.restored": "brought an old version back",
    "tryout.insisted": "let a try-out send",
    "connection.saved": "kept a connection",
    "connection.removed": "removed a connection",
    "secrets.rotated": "renewed the encryption of secrets",
    "queue.saved": "kept a queue",
    "queue.archived": "put a queue away",
    "queue.unarchived": "took a queue back",
    "person.added": "added a person",
    "person.saved": "changed a person's roles",
    "person.left": "took a person out",
    "person.back": "let a person in again",
    "person.password": "gave a person a new password",
    "person.own_password": "changed the own password",
    "schedule.saved": "kept a schedule",
    "schedule.paused": "paused a schedule",
    "schedule.resumed": "resumed a schedule",
    "schedule.removed": "removed a schedule",
    "form.saved": "kept a form",
    "form.removed": "removed a form",
    "batch.started": "started the rows of a file",
    "batch.paused": "paused the rows of a file",
    "batch.resumed": "let the rows of a file go on",
    "batch.cancelled": "cancelled the rows of a file",
    "batch.retried": "tried failed rows of a file again",
    "token.issued": "made a token",
    "token.revoked": "withdrew a token",
    "webhook.made": "made a webhook",
    "webhook.key": "renewed the key of a webhook",
    "webhook.on": "switched a webhook on",
    "webhook.off": "switched a webhook off",
    "webhook.removed": "deleted a webhook",
    "callbacks.key": "renewed the key of callbacks",
    "job.retried": "had background work tried again",
    "job.cancelled": "cancelled background work",
    "escalation.handed_back": "a case went back to its queue",
    "gate.proven": "a gate is proven",
    "gate.closed": "a gate was closed",
    "gate.restarted": "let a gate start anew",
    "gate.terms": "changed what a gate promises",
    "gate.loosened": "loosened a gate",
    "gate.told": "said that a decision was wrong",
    "gate.incident_settled": "settled what a closed gate asked",
    "backtest.started": "started a backtest",
    "backtest.cancelled": "cancelled a backtest",
    "lesson.proposed": "proposed a lesson",
    "lesson.accepted": "accepted a lesson",
    "lesson.declined": "declined a lesson",
    "retention.changed": "changed for how long runs are kept",
    "retention.removed": "removed a rule of retention",
    "notices.hook_made": "made a call of a program",
    "notices.hook_on": "switched a call of a program on",
    "notices.hook_off": "switched a call of a program off",
    "notices.hook_key": "renewed the key of a call",
    "notices.hook_removed": "deleted a call of a program",
}
"""What each action is in words; one that is not here is shown as it is written."""


@require_safe
@needs("admin")
def listed(request: HttpRequest) -> HttpResponse:
    """A page of the log, newest first."""
    found = list(_behind(_chosen(request), request.GET.get("before", ""))[: PAGE + 1])
    shown = found[:PAGE]
    rows = [
        {"entry": entry, "deed": DEEDS.get(entry.action, entry.action), "about": about}
        for entry, about in zip(shown, names_of(shown), strict=True)
    ]
    query = request.GET.copy()
    query.pop("before", None)
    export = query.urlencode()
    if len(found) > PAGE:
        query["before"] = str(found[PAGE - 1].pk)
    context = {
        "rows": rows,
        "deeds": sorted(DEEDS.items(), key=lambda each: each[1]),
        "older": f"?{query.urlencode()}" if len(found) > PAGE else "",
        "export": export,
        "given": {name: request.GET.get(name, "") for name in ("person", "deed", "since", "until")},
        "filtered": bool(export),
        "fingerprint": chain.newest(),
    }
    return render(request, "runtime/settings/log.html", context)


@require_safe
@needs("admin")
async def as_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole log as it is filtered, written as it is read; whether it may be seen is asked anew for each part."""
    return csv_file("audit-log", _lines(await request.auser(), _chosen(request)))


@require_POST
@needs("admin")
def check(request: HttpRequest) -> HttpResponse:
    """Hold the newest entries against the chain."""
    chain.catch_up()
    found = chain.verify(MOST_CHECKED)
    for flaw in found.flaws[:MOST_TOLD]:
        messages.error(request, flaw.detail)
    if not found.flaws:
        which = "All" if found.whole else "The newest"
        messages.success(request, f"{which} {found.looked_at} entries are as they were written.")
    return redirect("settings_log")


def _chosen(request: HttpRequest) -> QuerySet[AuditEntry]:
    """The entries that the filters leave, newest first. Raises BadRequest for what is no day."""
    rows = AuditEntry.objects.order_by("-at", "-pk")
    person, deed = (askable(request.GET.get(name, ""), LONGEST_NAME) for name in ("person", "deed"))
    since, until = _day(request.GET.get("since", "")), _day(request.GET.get("until", ""))
    rows = rows.filter(actor=person.strip()) if person.strip() else rows
    rows = rows.filter(action=deed) if deed else rows
    rows = rows.filter(at__gte=since) if since else rows
    return rows.filter(at__lt=until + timedelta(days=1)) if until else rows


def _behind(rows: QuerySet[AuditEntry], before: str) -> QuerySet[AuditEntry]:
    if not before:
        return rows
    if not (before.isascii() and before.isdigit() and len(before) < 19):
        raise BadRequest("“before” is no place in this list.")
    place = AuditEntry.objects.filter(pk=int(before)).first()
    return _after(rows, place) if place else rows


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
        if not date(1970, 1, 1) <= found <= date(9000, 1, 1):
            raise ValueError
    except ValueError:
        raise BadRequest("A day is written like 2026-03-31.") from None
    return datetime.combine(found, time(), UTC)


async def _lines(user: Person, rows: QuerySet[AuditEntry]) -> AsyncIterator[str]:
    yield csv_lines([("time", "person", "deed", "about", "data", "name", "number", "previous", "sha256", "sealed")])
    while some := await sync_to_async(_next)(user, rows):
        yield csv_lines(await sync_to_async(_cells)(some))
        rows = _after(rows, some[-1])


def _next(user: Person, rows: QuerySet[AuditEntry]) -> list[AuditEntry]:
    return list(rows[:AT_ONCE]) if may(user, "admin") else []


def _cells(entries: Sequence[AuditEntry]) -> list[list[str]]:
    """The rows of these entries; behind what people read stands what each was sealed as (docs/operating.md)."""
    told = zip(entries, names_of(entries), chain.links_of(entries), strict=True)
    return [[*_read(entry), about.name, *_sealed(entry, link)] for entry, about, link in told]


def _read(entry: AuditEntry) -> list[str]:
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return [at, entry.actor, entry.action, entry.target, write_json(entry.data)]


def _sealed(entry: AuditEntry, link: AuditLink | None) -> list[str]:
    if link is None:
        return ["", "", "", ""]
    # A spreadsheet would part a cell at a semicolon, and what comes behind it could be taken for a formula.
    text = chain.sealed(link.number, link.previous, entry).replace(";", "\\u003b")
    return [str(link.number), link.previous, link.digest, text]


def _after(rows: QuerySet[AuditEntry], place: AuditEntry) -> QuerySet[AuditEntry]:
    return rows.filter(Q(at__lt=place.at) | Q(at=place.at, pk__lt=place.pk))
