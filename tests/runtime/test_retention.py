"""How long runs are kept: whose rule holds, what goes with a run, what never goes, and who may say so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from runtime import jobs, retention, runs
from runtime.ids import first_id_at
from runtime.models import AuditEntry, Entry, Escalation, Run, RunKeeping
from runtime.refused import Refused
from tests.makers.cases import NOW, open_case, waiting_run
from tests.makers.jobs import worked_off
from tests.makers.races import race

pytestmark = pytest.mark.django_db


def ended(days_ago: float, workflow: str = "leads", number: int = 0, now: datetime = NOW, **fields: Any) -> Run:
    at = now - timedelta(days=days_ago)
    given = {"status": "succeeded", "finished_at": at, "created_at": at, **fields}
    run = waiting_run(workflow, id=f"{first_id_at(at)[:-4]}{number:04d}", **given)
    Entry.objects.create(run=run, seq=1, at=at, type="run.started", data={"input": {}})
    return run


def left() -> set[str]:
    return set(Run.objects.values_list("pk", flat=True))


def test_without_a_rule_nothing_is_ever_deleted() -> None:
    ended(10_000)
    assert retention.delete_some(NOW) == 0


def test_a_run_goes_with_all_that_hangs_on_it_once_it_is_too_old(administrator_ada: User) -> None:
    old, young = ended(91), ended(89)
    open_case(old, state="resolved")
    assert retention.keep("", 90, administrator_ada, NOW) == 90
    assert retention.delete_some(NOW) == 1
    assert left() == {young.pk}
    assert not Escalation.objects.exists()
    assert set(Entry.objects.values_list("run", flat=True)) == {young.pk}
    assert retention.delete_some(NOW) == 0


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_being_taken_up_again_stays_and_nobody_waits_for_it(administrator_ada: User) -> None:
    old = ended(100, status="failed")
    retention.keep("", 30, administrator_ada, NOW)

    def deleted() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            return retention.delete_some(NOW)

    with transaction.atomic():
        assert not isinstance(runs.retry(old.pk, None, "ada"), Refused)
        assert race(deleted) == [0]
    assert race(deleted) == [0]
    assert Run.objects.get(pk=old.pk).status == "queued"


def test_a_workflow_may_have_a_rule_of_its_own(administrator_ada: User) -> None:
    kept, gone = ended(100, "kept", 1), ended(100, "short", 2)
    long_gone = ended(400, "other", 3)
    retention.keep("", 365, administrator_ada, NOW)
    retention.keep("kept", None, administrator_ada, NOW)
    retention.keep("short", 30, administrator_ada, NOW)
    while retention.delete_some(NOW):
        pass
    assert left() == {kept.pk}
    assert {gone.pk, long_gone.pk}.isdisjoint(left())
    retention.follow_all("kept", administrator_ada, NOW)
    assert retention.rules()[1][0] == retention.Rule("kept", 365, own=False)


@pytest.mark.parametrize("status", ["queued", "running", "waiting"])
def test_a_run_that_has_not_ended_is_kept_however_old_it_is(administrator_ada: User, status: str) -> None:
    run = ended(1_000, status=status, finished_at=None)
    retention.keep("", 30, administrator_ada, NOW)
    assert retention.delete_some(NOW) == 0
    assert left() == {run.pk}


def test_a_long_run_is_kept_from_its_end_and_not_from_its_beginning(administrator_ada: User) -> None:
    run = ended(100, finished_at=NOW - timedelta(days=1))
    retention.keep("", 30, administrator_ada, NOW)
    assert retention.delete_some(NOW) == 0
    assert left() == {run.pk}


@pytest.mark.parametrize("days", [0, 29, 36_501])
def test_no_rule_is_shorter_than_what_a_key_of_a_trigger_needs(administrator_ada: User, days: int) -> None:
    refused = retention.keep("", days, administrator_ada, NOW)
    assert isinstance(refused, Refused)
    assert not RunKeeping.objects.exists()


def test_only_administrators_change_it_and_it_is_written_down(administrator_ada: User, designer_dora: User) -> None:
    assert isinstance(retention.keep("", 90, designer_dora, NOW), Refused)
    assert isinstance(retention.follow_all("", designer_dora, NOW), Refused)
    assert isinstance(retention.keep("nothing", 90, administrator_ada, NOW), Refused)
    retention.keep("", 90, administrator_ada, NOW)
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.data) == ("retention.changed", {"workflow": "", "days": 90, "before": None})


@pytest.mark.django_db(transaction=True)
def test_the_job_goes_on_until_nothing_too_old_is_left(administrator_ada: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "PAUSE_S", 0.0)
    for number in range(5):
        ended(50, number=number)
    retention.keep("", 30, administrator_ada, NOW)
    jobs.put("retention", "", None, NOW)
    worked_off("retention", NOW)
    assert left() == set()
    assert AuditEntry.objects.count() == 1, "what the log says stays"


def test_the_page_says_what_would_go_before_anything_goes(administrator_ada: User) -> None:
    now = timezone.now()
    for number in range(3):
        ended(100, number=number, now=now)
    client = Client()
    client.force_login(administrator_ada)
    page = client.post(reverse("settings_keeping"), {"workflow": "", "days": "90"}).content.decode()
    assert "3 runs would be deleted" in page
    assert not RunKeeping.objects.exists()
    client.post(reverse("settings_keeping"), {"workflow": "", "days": "90", "sure": "on"})
    assert RunKeeping.objects.get().days == 90
    for odd in ("-1", "1e9", "९०", "x" * 3_000):
        told = client.post(reverse("settings_keeping"), {"workflow": "", "days": odd}, follow=True)
        assert "Enter a number of days" in told.content.decode()
    assert RunKeeping.objects.get().days == 90
