"""Which runs a list shows: the filters of the API and of the pages, put so that an index answers each of them.

Called by both lists. What of it a person may see is the business of `permissions`.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from runtime.models import Run


def narrowed(
    rows: QuerySet[Run],
    *,
    workflow: str | None = None,
    status: str | None = None,
    outcome: str | None = None,
    label: str | None = None,
) -> QuerySet[Run]:
    """The rows that fit everything that is given; `label` is `key:value`. Empty texts count as not given."""
    if outcome and status:
        # Only runs that have succeeded have an outcome, so an index on both would hold nothing new.
        rows, status = (rows, None) if status == "succeeded" else (rows.none(), None)
    named = {"workflow": workflow, "status": status, "outcome": outcome}
    given = {name: value for name, value in named.items() if value}
    if any("\0" in value for value in (*given.values(), label or "")):
        return rows.none()  # PostgreSQL refuses the question itself, and no run has such a name.
    if not label:
        return rows.filter(**given)
    labelled = rows.filter(label_rows__text=label)
    # SQLite guesses that a workflow has fewer runs than a label has; PostgreSQL knows.
    return _unindexed(labelled, given) if connection.vendor == "sqlite" else labelled.filter(**given)


def _unindexed(rows: QuerySet[Run], given: dict[str, str]) -> QuerySet[Run]:
    """The rows that fit, said in a way for which no index is taken."""
    hidden = {f"{name}_unindexed": Coalesce(F(name), Value("")) for name in given}
    return rows.alias(**hidden).filter(**{f"{name}_unindexed": value for name, value in given.items()})
