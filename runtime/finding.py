"""Which runs a list shows: the filters of the API and of the pages, put so that an index answers each of them.

Called by both lists. What of it a person may see is the business of `permissions`.
"""

from __future__ import annotations

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
    return _labelled(rows, label, given) if label else rows.filter(**given)


def _labelled(rows: QuerySet[Run], label: str, given: dict[str, str]) -> QuerySet[Run]:
    """The runs of a label: few among all, so its index has to be the one in use. The others are not to be taken."""
    unindexed = {f"{name}_unindexed": Coalesce(F(name), Value("")) for name in given}
    wanted = {f"{name}_unindexed": value for name, value in given.items()}
    return rows.filter(label_rows__text=label).alias(**unindexed).filter(**wanted)
