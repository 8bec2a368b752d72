"""Where side jobs stand, kind by kind: what waits, what is worked on, what failed, and what it costs to ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runtime import jobs
from runtime.jobs import counting, handlers
from runtime.models import Job

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def two_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_work: jobs.Work) -> jobs.Outcome:
        return jobs.Done()

    monkeypatch.setattr(handlers, "_handlers", {kind: handlers.Handler(nothing) for kind in ("parcel", "letter")})


def put(kind: str, number: int, state: str = "due", **ago: float) -> None:
    due_at = NOW - timedelta(**ago)
    rows = [Job(kind=kind, key=f"{state}-{n}-{ago}", due_at=due_at, state=state, created_at=NOW) for n in range(number)]
    Job.objects.bulk_create(rows)


def test_each_kind_says_what_waits_for_how_long_what_is_worked_on_and_what_failed() -> None:
    put("letter", 2, seconds=30)
    put("letter", 1, minutes=5)
    put("letter", 4, minutes=-5)
    put("letter", 1, "working", hours=1)
    put("letter", 3, "failed", days=2)
    put("letter", 5, "done", days=2)
    letter, parcel = jobs.standing(NOW)
    assert letter == counting.Standing("letter", 3, 300.0, 1, 3), "what is to come later does not wait"
    assert parcel == counting.Standing("parcel", 0, 0.0, 0, 0), "a kind of which there is none stands there, too"


def test_a_flood_of_one_kind_is_counted_to_a_bound_and_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", 5)
    put("letter", 20, minutes=9)
    put("letter", 20, "failed")
    put("parcel", 1, minutes=1)
    letter, parcel = jobs.standing(NOW)
    assert (letter.waiting, letter.oldest_s, letter.failed) == (5, 540.0, 5)
    assert (parcel.waiting, parcel.oldest_s) == (1, 60.0)


def test_asking_costs_the_same_however_many_there_are_and_reads_by_an_index() -> None:
    numbers = []
    for more in (1, 300):
        put("letter", more, minutes=more)
        put("letter", more, "failed", minutes=more)
        put("letter", more, "done", minutes=more)
        with CaptureQueriesContext(connection) as asked:
            jobs.standing(NOW)
        numbers.append(len(asked))
    assert numbers == [4, 4]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for each in asked.captured_queries:
                cursor.execute(f"EXPLAIN QUERY PLAN {each['sql']}")
                steps = [row[3] for row in cursor.fetchall()]
                assert not [step for step in steps if "SCAN runtime_job" in step or "TEMP B-TREE" in step], steps
