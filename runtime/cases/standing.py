"""How the open cases stand, read once for all who watch the inbox, and what has changed since it was read before.

Called by the inbox's socket. Ten thousand cases are five columns each, from an index, and the newest remark of those
that somebody has written beside since this process began to watch; who watches is told of what changed among the cases
of his queues, so no message and no question of a single watcher grows with them. It holds no case's content: that is
asked for the few that changed, as that person may see them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any, Literal

from django.db import connection
from django.utils import timezone

from runtime import claimed
from runtime.live.shared import Shared
from runtime.models import Remark
from runtime.permissions import Person, queues_seen, visible_escalations
from runtime.traces.reading import moment

type Change = tuple[Literal["opened", "changed", "closed"], str, str]
"""What happened to a case: its id and its queue behind it."""
type Queues = frozenset[str] | None
"""The queues whose cases somebody sees; None: all."""

MOST_TOLD = 50
"""Of so many changes at once each is told; of more it is told that the list is to be asked for again."""

MOST_HEARD = 500
"""Of more remarks between two looks the newest are told."""

_READ = "SELECT id, queue, assignee_id, due_at, snoozed_until FROM runtime_escalation WHERE state = 'open'"
_numbers = count(1)

type Row = tuple[str, Any, Any, Any, int]
"""Of a case: its queue, who has it (a user's key), due time, until when it is put aside, and its newest remark."""


@dataclass(frozen=True)
class Standing:
    """The open cases at one moment, by id; times as the database gives them."""

    rows: Mapping[str, Row]
    before: int = 0
    changes: tuple[Change, ...] = ()
    number: int = field(default_factory=lambda: next(_numbers))

    def counts(self, queues: Queues, user: Any, now: datetime) -> dict[str, int]:
        """How many are open, this person's, and overdue, among the cases of some queues.

        As in the inbox, what is put aside is neither open nor anybody's until its time has come.
        """
        seen = self._dues if queues is None else [queue for queue in self._dues if queue in queues]
        return {
            "open": sum(self._open[queue] - self._aside(now, queue) for queue in seen),
            "mine": sum(self._held[queue, user] - self._aside(now, queue, user) for queue in seen),
            "overdue": sum(bisect_left(self._dues[queue], now) for queue in seen),
        }

    def _aside(self, now: datetime, *whose: Any) -> int:
        """How many of a queue, or of a queue and a person, are out of sight."""
        until = self._asides.get(whose, [])
        return len(until) - bisect_right(until, now)

    @cached_property
    def _asides(self) -> dict[tuple[Any, ...], list[datetime]]:
        found: dict[tuple[Any, ...], list[datetime]] = defaultdict(list)
        for queue, holder, _, until, _ in self.rows.values():
            for whose in ((queue,), (queue, holder)) if until is not None else ():
                found[whose].append(claimed.moment(until))
        return {whose: sorted(times) for whose, times in found.items()}

    @cached_property
    def _open(self) -> Counter[str]:
        return Counter(queue for queue, *_ in self.rows.values())

    @cached_property
    def _held(self) -> Counter[tuple[str, Any]]:
        return Counter((queue, holder) for queue, holder, *_ in self.rows.values() if holder is not None)

    @cached_property
    def _dues(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for queue, _, due, *_ in self.rows.values():
            found[queue] += [] if due is None else [claimed.moment(due)]
        return {queue: sorted(dues) for queue, dues in found.items()}


def changes_since(seen: Standing, queues_then: Queues, now: Standing, queues: Queues) -> list[Change]:
    """What somebody who saw `seen` has to be told: of cases that he saw then or sees now."""
    if seen.number == now.number and queues_then == queues:
        return []
    if seen.number == now.before and queues_then == queues:
        return [change for change in now.changes if queues is None or change[2] in queues]
    return list(_between(_seen(seen, queues_then), _seen(now, queues)))


class Watch:
    """Reads the standing; the same one again where nothing has changed. One for a process."""

    def __init__(self) -> None:
        self._last = Standing({})
        self._remarks: dict[str, int] = {}
        self._newest: int | None = None

    def __call__(self) -> Standing:
        """How the open cases stand now."""
        self._hear()
        with connection.cursor() as cursor:
            cursor.execute(_READ)
            rows = {case: (*row, self._remarks.get(case, 0)) for case, *row in cursor.fetchall()}
        self._remarks = {case: newest for case, newest in self._remarks.items() if case in rows}
        last = self._last
        if rows != last.rows:
            self._last = Standing(rows, last.number, tuple(_between(last.rows, rows)))
        return self._last

    def _hear(self) -> None:
        """Which cases somebody has written beside since the last look; those before the first one count as known."""
        remarks = Remark.objects.order_by("-pk").values_list("pk", "escalation")
        newest = list(remarks.filter(pk__gt=self._newest)[:MOST_HEARD] if self._newest is not None else remarks[:1])
        if self._newest is not None:
            self._remarks |= {case: number for number, case in reversed(newest)}
        self._newest = newest[0][0] if newest else self._newest or 0


shared_standing = Shared(Watch())


@dataclass(frozen=True, slots=True)
class View:
    """What somebody has been told of: the standing, which queues of it, and the numbers."""

    standing: Standing
    queues: Queues
    counts: Mapping[str, int]


def view_of(user: Person, standing: Standing, before: View | None = None) -> tuple[View, list[dict[str, Any]]]:
    """What this person sees now, and the messages about what has changed since `before`. Asks the database."""
    queues = queues_seen(user)
    view = View(standing, queues, standing.counts(queues, user.pk, timezone.now()))
    if before is None:
        return view, []
    changes = changes_since(before.standing, before.queues, standing, queues)
    return view, _messages(user, changes)


def _messages(user: Person, changes: list[Change]) -> list[dict[str, Any]]:
    if not changes:
        return []
    told = [case for _, case, _ in changes] if len(changes) <= MOST_TOLD else []
    columns = ("id", "workflow", "run_id", "kind", "queue", "question", "assignee__username", "due_at")
    found = visible_escalations(user).filter(pk__in=told).values_list(*columns) if told else ()
    cases = {row[0]: _case(row) for row in found}
    messages = [{"type": "case", "change": change, "case": cases[case]} for change, case, _ in changes if case in cases]
    # Too many to be told, or gone out of sight: the page asks for its list again.
    return messages if len(messages) == len(changes) else [*messages, {"type": "list"}]


def _case(row: tuple[Any, ...]) -> dict[str, Any]:
    case_id, workflow, run, kind, queue, question, assignee, due_at = row
    named = {"id": case_id, "workflow": workflow, "run": run, "kind": kind, "queue": queue, "question": question}
    return {**named, "assignee": assignee, "due_at": moment(due_at)}


def _seen(standing: Standing, queues: Queues) -> Mapping[str, Row]:
    if queues is None:
        return standing.rows
    return {case: row for case, row in standing.rows.items() if row[0] in queues}


def _between(before: Mapping[str, Row], after: Mapping[str, Row]) -> Iterator[Change]:
    yield from (("opened", case, row[0]) for case, row in after.items() if case not in before)
    yield from (("changed", case, row[0]) for case, row in after.items() if case in before and before[case] != row)
    yield from (("closed", case, row[0]) for case, row in before.items() if case not in after)
