"""Schedules fire once at their times, catch up as chosen, and never fall silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from builder import publishing, workflows
from builder.models import Workflow
from runtime import jobs, runs
from runtime.models import AuditEntry, Entry, Firing, Job, Run, Schedule
from runtime.refused import Refused
from runtime.triggers import schedules
from runtime.triggers.schedules import Wanted
from tests.makers.jobs import worked_off
from tests.makers.races import race
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
NINE = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
DAILY = {"kind": "day", "time": "09:00"}


@pytest.fixture(autouse=True)
def echo(db: None) -> Iterator[None]:
    published("echo", ECHO)
    yield
    runs.forget_newest("echo")


def wanted(**changed: Any) -> Wanted:
    return Wanted(**{"name": "Morning", "cadence": DAILY, "zone": "Europe/Berlin", "input": {"n": 7}, **changed})


def kept(user: User, now: datetime = MONDAY, **changed: Any) -> Schedule:
    found = schedules.save("echo", "", wanted(**changed), user, now)
    assert isinstance(found, Schedule), found
    return found


def fire(schedule: Schedule, now: datetime) -> datetime | None:
    with transaction.atomic():
        return schedules.fire(schedule.pk, now)


def again(schedule: Schedule) -> Schedule:
    return Schedule.objects.get(pk=schedule.pk)


def test_a_schedule_is_due_next_in_its_own_zone_and_has_a_job(designer_dora: User) -> None:
    found = kept(designer_dora)
    assert found.next_at == NINE
    assert Job.objects.get(kind="schedule", key=found.pk).due_at == NINE
    assert AuditEntry.objects.get(action="schedule.saved").actor == "dora"


def test_a_time_that_has_come_starts_one_run_with_the_input_and_names_its_schedule(designer_dora: User) -> None:
    found = kept(designer_dora)
    assert fire(found, NINE + timedelta(seconds=1)) == NINE + timedelta(days=1)
    run = Run.objects.get()
    assert (run.requester, run.labels, run.status) == ("schedule:Morning", {"schedule": "Morning"}, "queued")
    assert Entry.objects.get(run=run).data == {"input": {"n": 7}}
    firing = Firing.objects.get()
    assert (firing.due_at, firing.run_id, firing.note) == (NINE, run.pk, "")


def test_before_its_time_nothing_happens(designer_dora: User) -> None:
    assert fire(kept(designer_dora), NINE - timedelta(seconds=1)) == NINE
    assert not Firing.objects.exists()


def test_the_same_time_does_not_fire_twice_even_when_a_schedule_is_set_back_to_it(designer_dora: User) -> None:
    found = kept(designer_dora)
    fire(found, NINE)
    fire(found, NINE)
    Schedule.objects.filter(pk=found.pk).update(next_at=NINE)
    assert fire(found, NINE) == NINE + timedelta(days=1)
    assert (Run.objects.count(), Firing.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_fire_a_time_once(designer_dora: User) -> None:
    found = kept(designer_dora)
    race(*[lambda: fire(found, NINE)] * 4)
    assert (Run.objects.count(), Firing.objects.count()) == (1, 1)


def test_after_days_without_anybody_it_starts_once_and_says_so(designer_dora: User) -> None:
    found = kept(designer_dora)
    now = NINE + timedelta(days=3, hours=2)
    assert fire(found, now) == NINE + timedelta(days=4)
    firing = Firing.objects.get()
    assert (firing.due_at, firing.run_id) == (NINE + timedelta(days=3), Run.objects.get().pk)
    assert "3 times were missed before it" in firing.note


def test_one_that_shall_not_catch_up_leaves_out_what_was_missed_and_says_so(designer_dora: User) -> None:
    found = kept(designer_dora, catch_up=False)
    fire(found, NINE + timedelta(days=3, hours=2))
    assert not Run.objects.exists()
    assert "4 times were missed" in Firing.objects.get().note
    fire(found, NINE + timedelta(days=4, seconds=20))
    assert Run.objects.count() == 1


def test_one_that_comes_back_just_in_time_keeps_that_time_whatever_was_missed(designer_dora: User) -> None:
    found = kept(designer_dora, catch_up=False)
    fire(found, NINE + timedelta(days=2, seconds=30))
    assert Run.objects.count() == 1
    assert "2 times were missed" in Firing.objects.get().note


def test_an_input_that_no_longer_fits_is_told_and_the_next_time_tries_again(designer_dora: User) -> None:
    found = kept(designer_dora)
    Schedule.objects.filter(pk=found.pk).update(input={"n": "seven"})
    assert fire(found, NINE) == NINE + timedelta(days=1)
    assert not Run.objects.exists()
    assert "whole number" in again(found).trouble
    assert "whole number" in Firing.objects.get().note
    assert schedules.in_trouble(NINE, 5) == [found]
    Schedule.objects.filter(pk=found.pk).update(input={"n": 8})
    fire(found, NINE + timedelta(days=1))
    assert (Run.objects.count(), again(found).trouble) == (1, "")


def test_a_new_version_that_asks_for_more_is_noticed_when_it_is_published(designer_dora: User) -> None:
    found = kept(designer_dora)
    workflow = Workflow.objects.get(slug="echo")
    schema = {**ECHO["input"], "required": ["n", "who"], "properties": {"n": {"type": "integer"}, "who": {}}}
    workflow.draft = {**ECHO, "input": schema}
    workflow.save()
    done = publishing.publish(workflow, designer_dora, MONDAY)
    assert isinstance(done, publishing.Published), done
    assert "who" in again(found).trouble
    assert again(found).next_at == NINE, "it stays on: the next version may fit again"


def test_a_workflow_that_is_put_away_pauses_its_schedules(designer_dora: User) -> None:
    found = kept(designer_dora)
    workflows.archive(Workflow.objects.get(slug="echo"), designer_dora, MONDAY)
    paused = again(found)
    assert (paused.next_at, paused.paused_why) == (None, "The workflow was put away.")
    assert Job.objects.get(key=found.pk).state == "cancelled"
    assert AuditEntry.objects.filter(action="schedule.paused").count() == 1
    refused = schedules.resume("echo", found.pk, designer_dora, MONDAY)
    assert isinstance(refused, Refused)
    assert refused.code == "archived"


def test_paused_it_fires_no_more_and_resumed_it_goes_on_from_its_next_time(designer_dora: User) -> None:
    found = kept(designer_dora)
    schedules.pause("echo", found.pk, designer_dora, MONDAY)
    assert fire(found, NINE) is None
    schedules.save("echo", found.pk, wanted(name="Later"), designer_dora, MONDAY)
    assert again(found).next_at is None, "keeping it does not switch it on"
    schedules.resume("echo", found.pk, designer_dora, NINE + timedelta(hours=1))
    assert again(found).next_at == NINE + timedelta(days=1)
    assert Job.objects.get(key=found.pk).state == "due"


def test_removed_it_is_gone_and_its_runs_stay(designer_dora: User) -> None:
    found = kept(designer_dora)
    fire(found, NINE)
    schedules.remove("echo", found.pk, designer_dora, NINE)
    assert not Schedule.objects.exists()
    assert Run.objects.count() == 1
    assert fire(found, NINE + timedelta(days=2)) is None


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"name": " "}, "/name"),
        ({"name": "two\nlines"}, "/name"),
        ({"name": "n" * 101}, "/name"),
        ({"zone": "Mars/Base"}, "/zone"),
        ({"cadence": {"kind": "day", "time": "x"}}, "/time"),
        ({"input": {"n": "x"}}, "/input/n"),
        ({"input": {}}, "/input"),
        ({"input": {"n": 1, "t": "\0"}}, "/input/t"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field_and_nothing_is_kept(
    designer_dora: User, changed: dict[str, Any], place: str
) -> None:
    refused = schedules.save("echo", "", wanted(**changed), designer_dora, MONDAY)
    assert isinstance(refused, Refused)
    assert [error.path for error in refused.errors] == [place]
    assert not Schedule.objects.exists()


def test_only_those_who_draw_change_schedules(reviewer_rui: User, designer_dora: User) -> None:
    found = kept(designer_dora)
    for done in (
        schedules.save("echo", "", wanted(), reviewer_rui, MONDAY),
        schedules.pause("echo", found.pk, reviewer_rui, MONDAY),
        schedules.resume("echo", found.pk, reviewer_rui, MONDAY),
        schedules.remove("echo", found.pk, reviewer_rui, MONDAY),
    ):
        assert isinstance(done, Refused)
        assert done.code == "forbidden"
    assert isinstance(schedules.pause("other", found.pk, designer_dora, MONDAY), Refused)


def test_one_that_nobody_looked_at_in_time_is_in_trouble_and_looked_at_again(designer_dora: User) -> None:
    found = kept(designer_dora)
    Job.objects.update(state="failed", finished_at=NINE)
    late = NINE + timedelta(minutes=6)
    assert schedules.in_trouble(NINE + timedelta(minutes=1), 5) == []
    assert schedules.in_trouble(late, 5) == [found]
    schedules.keep_house(late)
    assert Job.objects.get(key=found.pk).state == "due"


def test_what_was_long_ago_is_forgotten(designer_dora: User) -> None:
    found = kept(designer_dora)
    fire(found, NINE)
    schedules.keep_house(NINE + timedelta(days=29))
    assert Firing.objects.exists()
    schedules.keep_house(NINE + timedelta(days=31))
    assert not Firing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_its_job_fires_it_and_waits_for_the_next_time(designer_dora: User) -> None:
    found = kept(designer_dora)
    worked_off("schedule", NINE + timedelta(seconds=1))
    assert Run.objects.count() == 1
    job = Job.objects.get(kind="schedule", key=found.pk)
    assert (job.state, job.due_at) == ("due", NINE + timedelta(days=1))


def test_all_its_kinds_of_jobs_are_known() -> None:
    assert {"schedule", "batch", "triggers"} <= set(jobs.registered())


def test_times_that_were_not_counted_to_their_end_are_said_to_be_more(designer_dora: User) -> None:
    found = kept(designer_dora, cadence={"kind": "minutes", "every": 1})
    fire(found, MONDAY + timedelta(days=31))
    assert "More than 1,000 times were missed before it" in Firing.objects.get().note
    assert schedules._note(1_000, True, False).startswith("More than 1,000 times were missed")
    assert schedules._note(2, True, False).startswith("2 times were missed")
