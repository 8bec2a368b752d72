"""The list of cases as a table file: what the inbox shows with the same view, filters and search, all of it.

Routed by `urls`. Written as it is read; what a person may see is asked anew for each few hundred lines.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from runtime.cases import inbox
from runtime.cases.inbox import Listed, Wanted, wanted_of
from runtime.models import Escalation
from runtime.permissions import Person
from runtime.traces.reading import moment
from runtime.views.access import needs
from runtime.views.csv_files import csv_file, csv_lines

CHUNK = 500
COLUMNS = (
    *("case", "run", "workflow", "sort", "question", "queue", "person", "started by", "asked", "due"),
    "put aside until",
)


@require_safe
@needs("escalations:read")
async def case_export(request: HttpRequest) -> StreamingHttpResponse:
    """All cases of what is looked at, as CSV."""
    wanted, user = wanted_of(request.GET), await request.auser()
    return csv_file("cases", _lines(user, wanted, timezone.now()))


async def _lines(user: Person, wanted: Wanted, now: datetime) -> AsyncIterator[str]:
    yield csv_lines([COLUMNS])
    after = ""
    while True:
        page = await sync_to_async(_page)(user, wanted, now, after)
        if page.cases:
            yield csv_lines(map(_cells, page.cases))
        after = page.more
        if not after:
            return


def _page(user: Person, wanted: Wanted, now: datetime, after: str) -> Listed:
    return inbox.listed(user, wanted, now, after, CHUNK)


def _cells(case: Escalation) -> list[str]:
    who = case.assignee.get_username() if case.assignee else ""
    named = [case.pk, case.run_id, case.workflow, case.kind, case.question, case.queue, who, case.requester]
    return [*named, *(moment(at) or "" for at in (case.created_at, case.due_at, case.snoozed_until))]
