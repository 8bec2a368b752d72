"""Fills a database as a busy year does: a million ended runs with their journals, ten thousand cases that wait.

Used by `pages`, which starts it as a program, in this order: `begin` (the example, its 200 leads, an answer to half of
the cases), then a server that lets those runs go on, then `copy RUNS CASES`. Each copy is a real run of the example
with every entry of its journal and with its case, moved to another time. `freshen` moves due times ahead again, prints
the addresses that are measured and the session keys of those who look. Works on SQLite and PostgreSQL.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched, cycle, islice
from typing import Any

import django

from bench.seed import id_at, signed_in

PASSWORD = "not for earnest"
CHUNK = 50_000
APART = timedelta(seconds=20)
"""Between two runs that have ended: some 4,000 a day."""
CASES_APART = timedelta(seconds=90)
LOOK = ("administrator", "designer", "reviewer", "developer")
TABLE_ROWS = 50_000
FAILED_EVERY, MINE_EVERY, SOON_EVERY, ASIDE_EVERY = 50, 20, 50, 40


def begin() -> None:
    """The example, its leads, and an answer to every second case."""
    from django.core.management import call_command

    from builder import example
    from runtime.cases import escalations
    from runtime.models import Escalation

    call_command("migrate", verbosity=0)
    people = {person.name: person.user for person in example.people(PASSWORD)}
    example.install(people["designer"], datetime.now(UTC))
    call_command("run", example.SLUG, str(example.LEADS))
    for case in Escalation.objects.filter(state="open", kind="review").order_by("pk")[::2]:
        choice = next(each["name"] for each in case.asked["choices"] if not each.get("comment_required"))
        answer = escalations.Answer(choice, digest=case.digest)
        escalations.resolve(case.pk, people["administrator"], answer, datetime.now(UTC))


def copy(runs: int, cases: int) -> None:
    """So many runs that have ended, and so many that wait for people."""
    from django.db import connection, transaction

    from runtime.models import Run

    ended, waiting = _templates("succeeded"), _templates("waiting")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Only a machine that dies loses what is not synced, and then this is done again.
            cursor.execute("PRAGMA synchronous=OFF")
    for rows in batched(_copies(ended, waiting, runs, cases), CHUNK):
        with transaction.atomic():
            _insert(rows)
        print(f"{Run.objects.order_by().count():,} runs", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def freshen() -> None:
    """Due times ahead again, so that the clock of the server settles nothing; what is measured, as JSON."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    from runtime.models import Escalation, Run

    call_command("migrate", verbosity=0)  # A database that was filled before may be older than the tables.
    now = datetime.now(UTC)
    open_ = Escalation.objects.filter(state="open", due_at__isnull=False)
    soon = list(open_.order_by("pk").values_list("pk", flat=True)[::SOON_EVERY])
    open_.update(due_at=now + timedelta(days=3))
    open_.filter(pk__in=soon).update(due_at=now + timedelta(minutes=100))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    ids = Run.objects.order_by("-pk")
    ended = ids.filter(outcome="contacted")
    users = get_user_model()._default_manager
    told: dict[str, Any] = {
        "runs": Run.objects.count(),
        "cases": Escalation.objects.filter(state="open").count(),
        "run": _middle(ended),
        "mine": open_.order_by("-pk").values_list("run", flat=True)[0],
        "other": ended.order_by("pk").values_list("pk", flat=True)[0],
        "deep": _middle(ids),
        "table": _table(now),
        "rows": TABLE_ROWS,
        "case": _middle(Escalation.objects.filter(state="open", kind="review").order_by("pk")),
        "form": _middle(Escalation.objects.filter(state="open", kind="form").order_by("pk")),
        "sessions": {name: signed_in(users.get(username=name)) for name in LOOK},
    }
    print(json.dumps(told))


def _table(now: datetime) -> str:
    """A file whose many rows have all been done, some of them without success."""
    from runtime.models import Batch, BatchRow

    made = Batch.objects.filter(total=TABLE_ROWS).order_by("pk").first()
    if made is None:
        what = {"name": "leads.csv", "state": "done", "header": ["seats"], "options": {}, "columns": {}}
        made = Batch.objects.create(
            workflow="lead-qualification", version=1, total=TABLE_ROWS, started_by="designer", created_at=now, **what
        )
        states = ("failed", *["succeeded"] * 9)
        rows = [
            BatchRow(batch=made, number=number, cells=["60"], state=states[number % 10])
            for number in range(2, TABLE_ROWS + 2)
        ]
        BatchRow.objects.bulk_create(rows, batch_size=5_000)
    return str(made.pk)


def _middle(rows: Any) -> str:
    found: str = rows.values_list("pk", flat=True)[rows.count() // 2]
    return found


type Template = tuple[str, str]
"""The run that is copied, and its case; empty: it has none."""
type Copy = tuple[int, str, str, str, str, str, Any]
"""Number, run to copy, its case, id of the copy, id of its case, sort (ended, failed, open), and when."""


def _templates(status: str) -> list[Template]:
    """Real runs with one case at most, as many of each outcome as of any other."""
    from runtime.models import Escalation, Run

    cases: dict[str, list[str]] = {}
    for pk, run in Escalation.objects.values_list("pk", "run_id"):
        cases.setdefault(run, []).append(pk)
    by_outcome: dict[Any, list[Template]] = {}
    for pk, outcome in Run.objects.filter(status=status).order_by("pk").values_list("pk", "outcome"):
        if len(cases.get(pk, ())) < 2:
            by_outcome.setdefault(outcome, []).append((pk, "".join(cases.get(pk, ()))))
    most = max(map(len, by_outcome.values()))
    turns = [islice(cycle(each), most) for each in by_outcome.values()]
    return [template for turn in zip(*turns, strict=True) for template in turn]


def _copies(ended: Sequence[Template], waiting: Sequence[Template], runs: int, cases: int) -> Iterator[Copy]:
    """The copies in the order of their time, so that every index grows at its end."""
    from django.db import connection

    now, at_ = datetime.now(UTC), connection.ops.adapt_datetimefield_value
    first = runs - cases * CASES_APART // APART
    every = max(1, (runs - first) // max(1, cases))
    made = 0
    for number, (run, case) in zip(range(runs), cycle(ended), strict=False):
        at = now - APART * (runs - number)
        sort = "failed" if number % FAILED_EVERY == 0 else "ended"
        yield number, run, case, id_at(at), id_at(at) if case else "", sort, at_(at)
        if made < cases and number >= first and number % every == 0:
            asking, asked = waiting[made % len(waiting)]
            made += 1
            yield runs + made, asking, asked, id_at(at), id_at(at), "open", at_(at)


def _insert(rows: Sequence[Copy]) -> None:
    from django.db import connection

    from runtime.models import CaseWords, Entry, Escalation, Run, RunLabel

    with connection.cursor() as cursor:
        kind = "timestamptz" if connection.vendor == "postgresql" else "text"
        cursor.execute("DROP TABLE IF EXISTS seeded")
        cursor.execute(
            "CREATE TEMPORARY TABLE seeded (number integer PRIMARY KEY, template text, old_case text, id text,"
            f" case_id text, sort text, at {kind})"
        )
        cursor.executemany("INSERT INTO seeded VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
        cursor.execute(_copying(Run, _OF_A_RUN, "t.id = s.template"))
        cursor.execute(_copying(Entry, _OF_AN_ENTRY, "t.run_id = s.template"))
        cursor.execute(_copying(RunLabel, {"run_id": "s.id"}, "t.run_id = s.template"))
        cursor.execute(_copying(Escalation, _OF_A_CASE, "s.old_case <> '' AND t.id = s.old_case"))
        # Those of settled cases are forgotten within the hour.
        cursor.execute(_copying(CaseWords, _OF_WORDS, "s.sort = 'open' AND t.case_id = s.old_case"))


_FAILED = "CASE WHEN s.sort = 'failed' THEN {} ELSE {} END"
_OF_A_RUN = {
    "id": "s.id",
    "status": _FAILED.format("'failed'", "t.status"),
    "outcome": _FAILED.format("NULL", "t.outcome"),
    "created_at": "s.at",
    "finished_at": "{finished_at}",
    "wake_at": "NULL",
}
_OF_AN_ENTRY = {"run_id": "s.id", "at": "{at}", "data": "REPLACE(t.data, s.old_case, s.case_id)"}
_OF_WORDS = {
    "case_id": "s.case_id",
    "text": "REPLACE(REPLACE(t.text, s.old_case, s.case_id), s.template, s.id)",
}
_WHEN = "CASE WHEN s.sort = 'open' AND s.number % {} = 0 THEN {} ELSE NULL END"
_OF_A_CASE = {
    "id": "s.case_id",
    "run_id": "s.id",
    "created_at": "s.at",
    # As if nobody had been there for a while; `freshen` says when it is due.
    "resolved_at": "CASE WHEN s.sort = 'open' THEN NULL ELSE {waited} END",
    "due_at": "CASE WHEN s.sort = 'open' AND s.number % 3 = 0 THEN s.at ELSE NULL END",
    "assignee_id": _WHEN.format(MINE_EVERY, "(SELECT id FROM auth_user WHERE username = 'reviewer')"),
    "claimed_until": "NULL",
    "snoozed_until": _WHEN.format(ASIDE_EVERY, "{aside}"),
}


def _copying(model: Any, given: Mapping[str, str], joined: str) -> str:
    """A statement that copies rows of a table for each row of `seeded`: all columns, but for those that are given."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.column in given]
    columns = [field.column for field in fields if field.column]
    said = ", ".join(_timed(given[column]) if column in given else f"t.{column}" for column in columns)
    table, order = model._meta.db_table, ", t.seq" if "seq" in columns else ""
    return (  # (the names are those of our own tables)
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {said} FROM seeded AS s"
        f" JOIN runtime_run AS r ON r.id = s.template JOIN {table} AS t ON {joined} ORDER BY s.number{order}"
    )


def _timed(said: str) -> str:
    """Times as this database computes with them: as long after the copy's beginning as the template's was after its."""
    from django.db import connection

    if connection.vendor == "postgresql":
        moved, later = "s.at + (t.{} - r.created_at)", "s.at + ({}) * interval '1 minute'"
    else:
        then = "strftime('%Y-%m-%d %H:%M:%f', s.at, ({}) || ' {}')"
        moved = then.format("(julianday(t.{}) - julianday(r.created_at)) * 86400", "seconds")
        later = then.format("{}", "minutes")
    return said.format(
        finished_at=moved.format("finished_at"),
        at=moved.format("at"),
        waited=later.format("5 + s.number % 97"),
        aside=later.format("60 * 24 * 30"),
    )


def main() -> None:
    """One step of it."""
    django.setup()
    step, *numbers = sys.argv[1:]
    steps: dict[str, Callable[..., None]] = {"begin": begin, "copy": copy, "freshen": freshen}
    steps[step](*map(int, numbers))


if __name__ == "__main__":
    main()
