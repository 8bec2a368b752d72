"""The numbers of home: what went by itself, why people were asked, how soon they answered, what is in trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runtime import figures
from runtime.models import Escalation, Run
from tests.makers import runs

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def test_the_rates_of_the_last_days_add_up() -> None:
    for _ in range(6):
        runs.declined(began=NOW - timedelta(days=2))
    runs.asked(began=NOW - timedelta(days=2))
    runs.Story(runs.blueprint(), {"seats": 1}, began=NOW - timedelta(days=1)).breaks("size", "No.")
    runs.Story(runs.blueprint(), {"seats": 1}, began=NOW - timedelta(days=1))  # It goes on: nobody knows yet.
    runs.declined(began=NOW - timedelta(days=30))
    found = figures.rates(Run.objects.all(), NOW)
    assert (found.alone, found.asked, found.failed) == (75, 12.5, 12.5)
    assert sum(day.number for day in found.days) == 8
    assert all(sum(height for _, _, height in day.shares) == pytest.approx(100) for day in found.days if day.number)


def test_without_runs_there_are_no_rates() -> None:
    assert figures.rates(Run.objects.all(), NOW).alone is None
    assert figures.answers(Escalation.objects.all(), NOW) is None
    assert figures.reasons(Escalation.objects.all(), NOW) == []


def test_simulated_runs_are_counted_apart_and_their_cases_left_out() -> None:
    runs.declined()
    runs.declined(labels={"kind": "simulated"})
    for _ in range(3):
        runs.declined(labels={"simulated": "yes"})
    asked = runs.asked()
    Run.objects.filter(pk=runs.asked().run_id).update(simulated=True)
    found = figures.today(Run.objects.all(), NOW - timedelta(days=1))
    assert (found.number, found.simulated, found.looked_at) == (3, 4, 7)
    assert {(each.status, each.number) for each in found.shares} == {("succeeded", 2), ("waiting", 1)}
    assert figures.real_runs(Run.objects.all()).count() == 3
    assert list(figures.real_cases(Escalation.objects.all())) == [asked]


def test_why_people_were_asked_is_said_the_most_frequent_first() -> None:
    runs.asked()
    runs.asked()
    runs.incident()
    (first, number, share), second = figures.reasons(Escalation.objects.all(), NOW + timedelta(seconds=5))
    assert (first, number, share) == ("“Can we rely on the details?” was not sure.", 2, 100)
    assert second[0] == "“send” failed."


def test_the_time_to_answer_is_that_of_half_and_of_nine_in_ten() -> None:
    for minutes in (1, 2, 3, 4, 100):
        case = runs.asked()
        done = case.created_at + timedelta(minutes=minutes)
        Escalation.objects.filter(pk=case.pk).update(state="resolved", resolved_at=done)
    found = figures.answers(Escalation.objects.all(), datetime.now(UTC))
    assert found
    assert (found.number, found.half, found.most) == (5, "3 min", "1 h")
    assert [said for _, said, _ in found.days if said] == ["3 min"]


def test_the_workflows_in_trouble_are_those_with_incidents_and_fresh_failures() -> None:
    runs.incident()
    runs.declined()
    runs.Story(runs.blueprint(), {"seats": 1}).breaks("size", "No.")
    runs.Story(runs.blueprint(), {"seats": 1}, began=NOW - timedelta(days=3)).breaks("size", "No.")
    found = figures.troubles(Run.objects.all(), Escalation.objects.all(), datetime.now(UTC))
    assert found == [figures.Trouble(runs.LEADS, 1, 0), figures.Trouble("small", 0, 1)]
