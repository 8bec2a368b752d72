"""Which runs a list shows: the filters of the API and of the pages, put so that an index answers each of them.

Called by both lists. What of it a person may see is the business of `permissions`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

from runtime.ids import is_id
from runtime.models import Blueprint, Run

WINDOW = 5_000
"""Through how many runs is looked at once for what no index finds: free text, and real runs among simulated ones."""

MOST_WORDS = 8
"""How many words of a search count."""


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
    simulated: bool | None = None,
) -> QuerySet[Run]:
    """The rows that fit everything that is given; `label` is `key:value`. Empty texts count as not given.

    With `simulated` they are to be bounded before (`apart`), as the simulated have an index, but none beside others.
    """
    rows = rows if simulated is None else rows.filter(simulated=simulated)
    if outcome and status:
        # Only runs that have succeeded have an outcome, so an index on both would hold nothing new.
        rows, status = (rows, None) if status == "succeeded" else (rows.none(), None)
    named = {"workflow": workflow, "status": status, "outcome": outcome}
    given = {name: value for name, value in named.items() if value}
    if any("\0" in value for value in (*given.values(), label or "")):
        return rows.none()  # PostgreSQL refuses the question itself, and no run has such a name.
    rows = rows.filter(label_rows__text=label) if label else rows
    # SQLite guesses that a workflow has fewer runs than a label has, or than are simulated; PostgreSQL knows.
    beside = connection.vendor == "sqlite" and (label or simulated)
    return _unindexed(rows, given) if beside else rows.filter(**given)


def _unindexed(rows: QuerySet[Run], given: dict[str, str]) -> QuerySet[Run]:
    """The rows that fit, said in a way for which no index is taken."""
    hidden = {f"{name}_unindexed": Coalesce(F(name), Value("")) for name in given}
    return rows.alias(**hidden).filter(**{f"{name}_unindexed": value for name, value in given.items()})


def askable(text: str, longest: int) -> str:
    """A text that a database can be asked for: no name holds a NUL, and PostgreSQL refuses even the question."""
    return text[:longest].replace("\0", "\ufffd")


def window_of(rows: QuerySet[Run], before: str = "", since: str = "") -> Window:
    """The next `WINDOW` of some runs, newest first, or those that came after `since`, oldest first.

    `before` and `since` are ids; anything else counts as not said.
    """
    before, since = (given if is_id(given) else "" for given in (before, since))
    if since:
        newest = _last(rows.filter(pk__gt=since).order_by("pk"))
        return Window("", "", newest is not None, since, newest or "")
    # With an offset SQLite would rather read and sort a million runs than walk along a key that nothing is said about.
    oldest = _last((rows.filter(pk__lt=before) if before else rows).filter(pk__gt="").order_by("-pk"))
    return Window(before, oldest or "", oldest is not None)


def _last(rows: QuerySet[Run]) -> str | None:
    found: str | None = rows.values_list("pk", flat=True)[WINDOW - 1 : WINDOW].first()
    return found


def within(rows: QuerySet[Run], window: Window) -> QuerySet[Run]:
    """The runs that lie in a window."""
    return rows.filter(**{f"pk__{name}": value for name, value in window.ids.items()})


def apart(
    rows: QuerySet[Run], filters: Mapping[str, Any], simulated: bool, before: str = "", since: str = ""
) -> tuple[QuerySet[Run], Window]:
    """The simulated runs, or the real ones, of a bounded part of all that fit the `filters` (as for `narrowed`).

    However the two are mixed, no more than `WINDOW` are looked at; the window says where to go on.
    """
    walked = narrowed(rows, simulated=True) if simulated else narrowed(rows, **filters)
    window = window_of(walked, before, since)
    return narrowed(within(rows, window), **filters, simulated=simulated), window


def searched(rows: QuerySet[Run], words: str, window: Window) -> QuerySet[Run]:
    """The runs of a window that hold each of the words in anything that lists show."""
    found = within(rows, window)
    for word in list(dict.fromkeys(askable(words, len(words)).split()))[:MOST_WORDS]:
        found = found.filter(_holds(word))
    return found


def _holds(word: str) -> Q:
    named = Blueprint.objects.filter(name__icontains=word).values("workflow")
    # Labels are kept as JSON, in which other letters than those of ASCII are written out.
    label = json.dumps(word)[1:-1]
    return (
        Q(pk__endswith=word.lower())
        | Q(title__icontains=word)
        | Q(workflow__icontains=word)
        | Q(workflow__in=named)
        | Q(outcome__icontains=word)
        | Q(status__istartswith=word)
        | Q(requester__icontains=word)
        | Q(labels__icontains=label)
    )


@dataclass(frozen=True, slots=True)
class Walk:
    """The newest `WINDOW` of some runs, and which values of their columns count; `most` as for `counted`."""

    rows: QuerySet[Run]
    fits: Mapping[str, Any] = field(default_factory=dict)
    most: int | None = None


def counted(each: Sequence[QuerySet[Run] | Walk], most: int) -> list[int]:
    """How many rows each list has, or of each walk fit, up to `most` and one more, by one question."""
    asked = [_walked(rows, most) if isinstance(rows, Walk) else _some(rows, most) for rows in each]
    counts = [
        f"(SELECT COUNT(*) FROM ({statement}) AS counted)"  # noqa: S608 (Django's own statements)
        for statement, _ in asked
    ]
    return list(_answer(f"SELECT {', '.join(counts)}", asked)[0]) if asked else []


def _some(rows: QuerySet[Run], most: int) -> _Asked:
    return _statement(rows.order_by().values("pk")[: most + 1])


def _walked(walk: Walk, most: int) -> _Asked:
    """What fits is asked behind the walk, and not in it: no index would bound that."""
    most = walk.most or most
    statement, given = _statement(walk.rows.order_by("-pk").values("pk", *walk.fits)[:WINDOW])
    fits = "".join(f" AND {connection.ops.quote_name(name)} = %s" for name in walk.fits)
    sql = f"SELECT 1 FROM ({statement}) AS walked WHERE 1 = 1{fits} LIMIT {most + 1}"  # noqa: S608 (Django's own statement)
    return (_NONE, ()) if statement == _NONE else (sql, (*given, *walk.fits.values()))


def parted(rows: QuerySet[Any, Any], parts: Sequence[Q]) -> list[int]:
    """How many rows of a list fulfil each of these, by one question. The list has every column that they speak of."""
    asked = _statement(rows)
    if asked[0] == _NONE:
        return [0] * len(parts)
    conditions = [_condition(rows, part) for part in parts]
    counts = ", ".join(f"COUNT(*) FILTER (WHERE {condition})" for condition, _ in conditions)
    # Called like the table, since that is how the conditions speak of their columns.
    name = connection.ops.quote_name(rows.model._meta.db_table)
    return list(_answer(f"SELECT {counts} FROM ({asked[0]}) AS {name}", [*conditions, asked])[0])  # noqa: S608 (Django's own statements)


def gathered(each: Sequence[QuerySet[Any, Any]]) -> list[list[tuple[Any, ...]]]:
    """The rows of several lists of the same columns, by one question; as the database gives them, in no order."""
    asked = [_statement(rows) for rows in each]
    return _parted(_united(asked), asked)


def tallied(each: Sequence[QuerySet[Any, Any]], *columns: str) -> list[list[tuple[Any, ...]]]:
    """For each of several lists how often each combination of these columns stands in it, by one question: the columns,
    then the number.

    Counted by the database, since carrying thousands of rows over would cost more than all the rest.
    """
    return _tallied([_statement(rows) for rows in each], columns)


def tallied_between(
    rows: QuerySet[Any, Any], ids: Sequence[str], most: int, *columns: str
) -> list[list[tuple[Any, ...]]]:
    """The same of the newest `most` rows from each of these ids up to the next one; there are two ids at least."""
    first, behind = ids[:2]
    newest = rows.filter(pk__gte=first, pk__lt=behind).order_by("-pk").values_list(*columns)[:most]
    statement, given = _statement(newest)
    # Put into words once: what is asked of each part differs in its ids alone, and Django takes longer than the rows.
    ends = [{first: low, behind: high} for low, high in pairwise(ids)]
    return _tallied([(statement, [end.get(value, value) for value in given]) for end in ends], columns)


def _tallied(asked: Sequence[_Asked], columns: Sequence[str]) -> list[list[tuple[Any, ...]]]:
    names = ", ".join(connection.ops.quote_name(column) for column in ("part", *columns))
    return _parted(f"SELECT {names}, COUNT(*) FROM ({_united(asked)}) AS united GROUP BY {names}", asked)  # noqa: S608 (Django's own statements)


def _united(asked: Sequence[_Asked]) -> str:
    """All the lists in one, each row behind the number of its list; empty where none of them can have any."""
    return " UNION ALL ".join(
        f"SELECT {number} AS part, listed.* FROM ({statement}) AS listed"  # noqa: S608 (Django's own statements)
        for number, (statement, _) in enumerate(asked)
        if statement != _NONE
    )


def _parted(statement: str, asked: Sequence[_Asked]) -> list[list[tuple[Any, ...]]]:
    found: list[list[tuple[Any, ...]]] = [[] for _ in asked]
    for part, *row in _answer(statement, asked) if any(each != _NONE for each, _ in asked) else ():
        found[part].append(tuple(row))
    return found


_NONE = "SELECT 0 WHERE 1 = 0"
type _Asked = tuple[str, Sequence[Any]]


def _statement(rows: QuerySet[Any, Any]) -> _Asked:
    try:
        statement, given = rows.query.sql_with_params()
    except EmptyResultSet:
        return _NONE, ()
    return str(statement), tuple(given)


def _condition(rows: QuerySet[Any, Any], part: Q) -> tuple[str, Sequence[Any]]:
    query = Query(rows.model)
    condition, given = query.build_where(part).as_sql(query.get_compiler(connection=connection), connection)
    return condition, tuple(given)


def _answer(statement: str, asked: Sequence[_Asked]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _, given in asked for value in given])
        return list(cursor.fetchall())
