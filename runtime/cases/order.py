"""In which order cases are looked at, and what comes behind a case: the oldest first, or the next due first.

Called by `inbox` for the pages of a list and for the case after one, and by home. Both orders are of the open cases
only, which an index holds with all that it takes.
"""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from runtime.ids import is_id
from runtime.models import Escalation

NEXT_DUE = (F("due_at").asc(nulls_last=True), "id")
"""What is never due comes last; the oldest first among those that are due at the same time."""


def ordered(rows: QuerySet[Escalation], *, by_due: bool) -> QuerySet[Escalation]:
    """The rows in this order."""
    return rows.order_by(*NEXT_DUE) if by_due else rows.order_by("id")


def behind(rows: QuerySet[Escalation], after: str, *, by_due: bool) -> QuerySet[Escalation]:
    """Those that come after a case in this order, be it settled by now; all where there is no such case."""
    if not is_id(after):
        return rows
    if not by_due:
        return rows.filter(pk__gt=after)
    found = Escalation.objects.filter(pk=after).values_list("due_at").first()
    if found is None:
        return rows
    (due,) = found
    if due is None:
        return rows.filter(due_at=None, pk__gt=after)
    return rows.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=after) | Q(due_at=None))
