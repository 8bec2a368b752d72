"""Which runs a list shows: the filters of the API and of the pages, put so that an index answers each of them.

Called by both lists. What of it a person may see is the business of `permissions`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from runtime.ids import is_id
from runtime.models import Blueprint, Run

WINDOW = 5_000
"""Through how many runs free text is looked for at once."""


@dataclass(frozen=True, slots=True)
class Window:
    """The newest runs behind `before` (empty: of all) down to `oldest`; `full` where there may be older ones.

    One that was looked for upwards (`since` an id) ends at `newest` instead; `full` is where there may be newer ones.
    """

    before: str
    oldest: str
    full: bool
    since: str = ""
    newest: str = ""

    @property
    def ids(self) -> dict[str, str]:
        """Between which ids it is, as what Django's lookups are called."""
        given = {"gte": self.oldest, "lt": self.before, "gt": self.since, "lte": self.newest}
        return {name: value for name, value in given.items() if value}


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


def askable(text: str, longest: int) -> str:
    """A text that a database can be asked for: no name holds a NUL, and PostgreSQL refuses even the question."""
    return text[:longest].replace("\0", "\ufffd")


def window_of(rows: QuerySet[Run], before: str = "") -> Window:
    """The next `WINDOW` of some runs, newest first. `before` is an id; anything else counts as not said."""
    before = before if is_id(before) else ""
    ids = (rows.filter(pk__lt=before) if before else rows).order_by("-pk").values_list("pk", flat=True)
    # With an offset SQLite would rather read and sort a million runs than walk along a key that nothing is said about.
    ids = ids.filter(pk__gt="")
    oldest = ids[WINDOW - 1 : WINDOW].first()
    return Window(before, oldest or "", oldest is not None)


def searched(rows: QuerySet[Run], words: str, window: Window) -> QuerySet[Run]:
    """The runs of a window that hold the words in anything that lists show."""
    words = askable(words, len(words))
    named = Blueprint.objects.filter(name__icontains=words).values("workflow")
    # Labels are kept as JSON, in which other letters than those of ASCII are written out.
    label = json.dumps(words)[1:-1]
    fits = (
        Q(pk__endswith=words.lower())
        | Q(title__icontains=words)
        | Q(workflow__icontains=words)
        | Q(workflow__in=named)
        | Q(outcome__icontains=words)
        | Q(status__istartswith=words)
        | Q(requester__icontains=words)
        | Q(labels__icontains=label)
    )
    rows = rows.filter(pk__gte=window.oldest) if window.full else rows
    return (rows.filter(pk__lt=window.before) if window.before else rows).filter(fits)


def counted(each: Sequence[QuerySet[Run]], most: int) -> list[int]:
    """How many rows each list has, up to `most` and one more, by one question."""
    asked = [_statement(rows.order_by().values("pk")[: most + 1]) for rows in each]
    counts = [
        f"(SELECT COUNT(*) FROM ({statement}) AS counted)"  # noqa: S608 (Django's own statements)
        for statement, _ in asked
    ]
    return list(_answer(f"SELECT {', '.join(counts)}", asked)[0]) if asked else []


def gathered(each: Sequence[QuerySet[Any, Any]]) -> list[list[tuple[Any, ...]]]:
    """The rows of several lists of the same columns, by one question; as the database gives them, in no order."""
    asked = [_statement(rows) for rows in each]
    parts = [
        f"SELECT {number} AS part, listed.* FROM ({statement}) AS listed"  # noqa: S608 (Django's own statements)
        for number, (statement, _) in enumerate(asked)
        if statement != _NONE
    ]
    found: list[list[tuple[Any, ...]]] = [[] for _ in each]
    for part, *row in _answer(" UNION ALL ".join(parts), asked) if parts else ():
        found[part].append(tuple(row))
    return found


def tallied(rows: QuerySet[Any, Any], *columns: str) -> list[tuple[Any, ...]]:
    """How often each combination of these columns stands in a list that has them: the columns, then the number.

    Counted by the database, since carrying thousands of rows over would cost more than all the rest.
    """
    asked = _statement(rows)
    if asked[0] == _NONE:
        return []
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    return _answer(f"SELECT {names}, COUNT(*) FROM ({asked[0]}) AS listed GROUP BY {names}", [asked])  # noqa: S608 (Django's own statement)


_NONE = "SELECT 0 WHERE 1 = 0"


def _statement(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    try:
        statement, given = rows.query.sql_with_params()
    except EmptyResultSet:
        return _NONE, ()
    return str(statement), tuple(given)


def _answer(statement: str, asked: Sequence[tuple[str, Sequence[Any]]]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _, given in asked for value in given])
        return list(cursor.fetchall())
