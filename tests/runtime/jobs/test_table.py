"""What is asked of the table of jobs: one job a key, claims that only one worker gets, and ends that count once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from runtime import jobs
from runtime.jobs import table
from runtime.jobs.table import Held
from runtime.models import Job
from tests.makers.races import race

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def look(owner: str = "a", now: datetime = NOW, room: int = 9) -> table.Claimed:
    with transaction.atomic():
        return table.claim({"letter": room}, 9, owner, now, now + MINUTE)


def claim(owner: str = "a", now: datetime = NOW) -> list[Job]:
    return list(look(owner, now).jobs)


def held(job: Job) -> Held:
    return Held(job.pk, job.owner or "", job.fence)


def test_the_same_key_twice_is_one_job_with_the_data_it_got_first() -> None:
    assert jobs.put("letter", "k", {"n": 1}, NOW)
    assert not jobs.put("letter", "k", {"n": 2}, NOW + MINUTE)
    assert jobs.put("parcel", "k", None, NOW)
    job = Job.objects.get(kind="letter")
    assert (job.data, job.due_at, job.state) == ({"n": 1}, NOW, "due")


def test_one_key_put_by_many_at_once_is_one_job() -> None:
    assert sorted(race(*[lambda: jobs.put("letter", "k")] * 5)) == [False] * 4 + [True]


def test_what_a_transaction_takes_back_was_never_put_and_rings_no_bell() -> None:
    rung: list[int] = []
    disconnect = table.bells.connect(lambda: rung.append(1))
    with transaction.atomic():
        jobs.put("letter", "k")
        transaction.set_rollback(True)
    assert (Job.objects.count(), rung) == (0, [])
    jobs.put("letter", "k")
    disconnect()
    assert rung == [1]


@pytest.mark.parametrize(("kind", "key"), [("", "k"), ("k" * 41, "k"), ("letter", "k" * 201), ("letter", "a\0b")])
def test_what_cannot_name_a_job_is_refused(kind: str, key: str) -> None:
    with pytest.raises(ValueError, match="cannot name a job"):
        jobs.put(kind, key)


def test_data_that_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        jobs.put("letter", "k", float("nan"))


def test_any_text_can_be_kept_in_data() -> None:
    jobs.put("letter", "k", {"text": "\0 \ud800 ü"}, NOW)
    assert claim()[0].data == {"text": "\0 \ud800 ü"}


def test_a_job_is_claimed_when_it_is_due_the_oldest_first_and_no_more_than_there_is_room_for() -> None:
    for minutes in (2, 0, 1):
        jobs.put("letter", str(minutes), None, NOW + minutes * MINUTE)
    assert [job.key for job in look(now=NOW + MINUTE, room=1).jobs] == ["0"]
    claimed = look(now=NOW + MINUTE)
    assert [job.key for job in claimed.jobs] == ["1"]
    assert claimed.next_due == NOW + 2 * MINUTE


def test_many_workers_never_get_the_same_job() -> None:
    for number in range(40):
        jobs.put("letter", str(number), None, NOW)
    got = race(*[lambda owner=str(owner): claim(owner) for owner in range(4)])
    keys = [job.key for some in got for job in some]
    assert len(keys) == len(set(keys)) >= 9


def test_only_the_newest_claim_can_say_how_a_job_came_out() -> None:
    jobs.put("letter", "k", None, NOW)
    first = held(claim()[0])
    table.reap(NOW + 2 * MINUTE)
    second = held(claim("b", NOW + 2 * MINUTE)[0])
    done: list[str] = []
    assert not table.settle(first, {"state": "done", "finished_at": NOW}, lambda: done.append("first"))
    assert not table.keep(first, {"data": {"lost": True}})
    assert table.settle(second, {"state": "done", "finished_at": NOW}, lambda: done.append("second"))
    assert (done, Job.objects.get().state) == (["second"], "done")


def test_a_lease_that_is_kept_up_is_not_reaped() -> None:
    jobs.put("letter", "k", None, NOW)
    mine = held(claim()[0])
    assert table.keep_up([(mine, {"done": 3})], NOW + 9 * MINUTE) == {mine.job_id: False}
    assert table.reap(NOW + 2 * MINUTE) == 0
    assert Job.objects.get().done == 3
    assert table.reap(NOW + 10 * MINUTE) == 1


def test_a_job_that_ends_its_workers_again_and_again_fails_visibly() -> None:
    jobs.put("letter", "k", None, NOW)
    for _ in range(table.DEADLY):
        assert claim()
        table.reap(NOW, everything=True)
    job = Job.objects.get()
    assert job.state == "failed"
    assert "never came to an end" in job.error


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_is_worked_on_is_asked() -> None:
    jobs.put("letter", "waits", None, NOW)
    assert jobs.cancel(kind="letter", key="waits")
    assert not jobs.cancel(kind="letter", key="waits")
    assert Job.objects.get().state == "cancelled"
    jobs.put("letter", "works", None, NOW)
    mine = held(claim()[0])
    assert jobs.cancel(job_id=mine.job_id)
    assert table.keep_up([(mine, {})], NOW + MINUTE) == {mine.job_id: True}
    assert table.settle(mine, {"state": "due", "due_at": NOW})
    assert Job.objects.get(key="works").state == "cancelled"


def test_a_job_whose_worker_died_after_it_was_cancelled_is_cancelled() -> None:
    jobs.put("letter", "k", None, NOW)
    jobs.cancel(job_id=claim()[0].pk)
    table.reap(NOW + 2 * MINUTE)
    assert Job.objects.get().state == "cancelled"


def test_a_job_that_is_forgotten_while_it_is_replaced_is_put_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.put("letter", "k", {"n": 1}, NOW)
    put, tries = table.put, []

    def forgotten_after_a_look(*given: Any) -> bool:
        new = put(*given)
        tries.append(new)
        if not new:
            Job.objects.all().delete()
        return new

    monkeypatch.setattr(table, "put", forgotten_after_a_look)
    jobs.replace("letter", "k", {"n": 2}, NOW + MINUTE)
    job = Job.objects.get()
    assert (job.data, job.due_at, job.state, tries) == ({"n": 2}, NOW + MINUTE, "due", [False, True])


def test_what_is_replaced_begins_anew_and_is_lost_to_whoever_is_at_it() -> None:
    jobs.put("letter", "k", {"n": 1}, NOW)
    mine = held(claim()[0])
    jobs.replace("letter", "k", {"n": 2}, NOW + MINUTE)
    assert not table.settle(mine, {"state": "done", "finished_at": NOW})
    job = Job.objects.get()
    assert (job.state, job.data, job.due_at, job.attempts) == ("due", {"n": 2}, NOW + MINUTE, 0)


def test_a_job_that_failed_can_be_tried_again_and_one_that_is_worked_on_cannot() -> None:
    jobs.put("letter", "k", None, NOW)
    mine = held(claim()[0])
    assert not jobs.retry(mine.job_id)
    table.settle(mine, {"state": "failed", "finished_at": NOW, "error": "No."})
    assert jobs.retry(mine.job_id)
    job = Job.objects.get()
    assert (job.state, job.attempts, job.error, job.finished_at) == ("due", 0, "", None)


def test_jobs_that_are_over_are_forgotten_in_time_and_others_never() -> None:
    for key in ("old", "young", "due"):
        jobs.put("letter", key, None, NOW)
    Job.objects.filter(key="old").update(state="done", finished_at=NOW - jobs.KEPT - MINUTE)
    Job.objects.filter(key="young").update(state="done", finished_at=NOW)
    assert jobs.forget(NOW - jobs.KEPT) == 1
    assert set(Job.objects.values_list("key", flat=True)) == {"young", "due"}


def test_a_job_that_comes_back_is_there_once_and_comes_in_time() -> None:
    for _ in range(2):
        table.ensure("letter", MINUTE, NOW)
    Job.objects.update(state="due", due_at=NOW + 60 * MINUTE)
    table.ensure("letter", MINUTE, NOW)
    assert Job.objects.get().due_at == NOW + MINUTE
    Job.objects.update(state="failed", finished_at=NOW)
    table.ensure("letter", MINUTE, NOW)
    assert Job.objects.get().state == "due"


def test_claiming_looks_at_an_index_alone() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
            explain = "EXPLAIN"
        else:
            explain = "EXPLAIN QUERY PLAN"
        wanted = "SELECT id FROM runtime_job WHERE kind = 'letter' AND state = 'due' ORDER BY due_at LIMIT 4"
        cursor.execute(f"{explain} {wanted}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "job_due" in plan or "job_next" in plan


@pytest.mark.parametrize("known", [True, False], ids=["with statistics", "without"])
def test_jobs_of_one_kind_are_found_without_looking_at_those_of_others(known: bool) -> None:
    """However many others are due before them: each claim would look through all of these, in the engine's writer."""
    rows = [
        Job(kind=kind, key=str(number), due_at=NOW + timedelta(seconds=number), created_at=NOW)
        for number in range(1_000)
        for kind in ("letter", "parcel", "card")
    ]
    Job.objects.bulk_create(rows)
    if known or connection.vendor == "postgresql":  # PostgreSQL has them by itself.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE runtime_job")
    with CaptureQueriesContext(connection) as asked:
        look(room=4)
    (sql,) = [each["sql"] for each in asked if each["sql"].startswith("SELECT") and "LIMIT" in each["sql"]]
    plain = sql.replace("FOR UPDATE SKIP LOCKED", "")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{plain}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "job_due" in plan
    assert "Filter" not in plan
    assert "TEMP B-TREE" not in plan
