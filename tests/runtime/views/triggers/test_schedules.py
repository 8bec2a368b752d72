"""The pages of schedules: made, looked ahead in the zone that was chosen, in trouble visibly, at a cost that stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from runtime import runs
from runtime.models import Firing, Schedule
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db
TYPED = {"name": "Morning", "kind": "day", "time": "09:00", "zone": "Europe/Berlin", "catch_up": "once", "field-n": "7"}
ODD = "<script>alert(1)</script>\U0001f600"


@pytest.fixture(autouse=True)
def echo(db: None) -> Iterator[None]:
    published("echo", ECHO)
    yield
    runs.forget_newest("echo")


def at(name: str, *arguments: object) -> str:
    return reverse(f"trigger_{name}", args=["echo", *arguments])


def made(client: Client, **changed: str) -> Schedule:
    answer = client.post(at("schedule_new"), {**TYPED, **changed})
    assert answer.status_code == 302, answer.content.decode()
    return Schedule.objects.get()


def test_a_schedule_is_made_and_its_page_says_when_it_comes(designer: Client) -> None:
    row = made(designer)
    page = designer.get(at("schedule", row.pk)).content.decode()
    assert "Every day at 09:00, Europe/Berlin time" in page
    assert page.count("data-local=") == 5
    assert page.count(", 09:00</td>") == 5
    assert 'value="7"' in page
    assert "Every day at 09:00" in designer.get(at("schedules")).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "1 to 100"),
        ({"zone": "Mars"}, "no such time zone"),
        ({"time": "25:00"}, "like 09:00"),
        ({"kind": "week"}, "at least one day"),
        ({"kind": "cron", "expression": "x"}, "five parts"),
        ({"field-n": "many"}, "whole number"),
        ({"json": "{"}, "could not be read"),
        ({"json": '{"m": 1}'}, "needed"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(designer: Client, typed: dict[str, str], said: str) -> None:
    answer = designer.post(at("schedule_new"), {**TYPED, "name": "Kept", **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert typed.get("name") == "" or 'value="Kept"' in page
    assert not Schedule.objects.exists()


def test_the_next_times_of_what_is_being_typed_are_shown(designer: Client) -> None:
    query = {"kind": "hours", "hours": "6", "minute": "15", "zone": "Asia/Tokyo"}
    page = designer.get(at("schedule_times"), query).content.decode()
    assert "Every 6 hours, at minute 15, Asia/Tokyo time" in page
    assert ", 00:15<" in page
    assert "five parts" in designer.get(at("schedule_times"), {"kind": "cron"}).content.decode()


def test_it_is_paused_resumed_and_removed(designer: Client) -> None:
    row = made(designer)
    for deed, is_on in (("pause", False), ("resume", True), ("nothing", True)):
        designer.post(at("schedule_deed", row.pk), {"deed": deed})
        assert (Schedule.objects.get().next_at is not None) == is_on
    designer.post(at("schedule_deed", row.pk), {"deed": "remove"})
    assert not Schedule.objects.exists()


def test_trouble_is_seen_on_its_page_in_the_list_and_at_home(designer: Client, reviewer: Client) -> None:
    row = made(designer)
    Schedule.objects.update(trouble="The input does not fit. <b>")
    for address in (at("schedule", row.pk), at("schedules"), reverse("home")):
        assert "The input does not fit. &lt;b&gt;" in designer.get(address).content.decode(), address
    assert "does not fit" not in reviewer.get(reverse("home")).content.decode()


def test_its_history_tells_what_started_and_what_did_not(designer: Client) -> None:
    row = made(designer)
    moment = datetime(2026, 6, 1, 7, tzinfo=UTC)
    Firing.objects.create(schedule=row, due_at=moment, at=moment, note="3 times were missed.")
    page = designer.get(at("schedule", row.pk)).content.decode()
    assert "3 times were missed." in page
    assert "nothing started" in page


def test_a_workflow_that_is_not_published_says_so(designer: Client) -> None:
    page = designer.get(reverse("trigger_schedules", args=["nothing"])).content.decode()
    assert "no published version" in page


def test_the_pages_cost_as_much_for_much_as_for_little(designer: Client, django_assert_max_num_queries: object) -> None:
    row = made(designer)
    for number in range(30):
        moment = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=number)
        Firing.objects.create(schedule=row, due_at=moment, at=moment)
        given = {"cadence": row.cadence, "expression": row.expression, "zone": "UTC", "input": {}}
        Schedule.objects.create(workflow="echo", name=f"s{number}", created_at=moment, **given)
    for address in (at("schedules"), at("schedule", row.pk)):
        with django_assert_max_num_queries(12):  # type: ignore[operator]  # pytest-django gives the fixture no public type
            assert designer.get(address).status_code == 200


@pytest.mark.parametrize("kind", ["day", "week", "month", "minutes", "hours", "cron", "odd", ODD])
def test_nothing_that_is_typed_breaks_a_page(designer: Client, kind: str) -> None:
    names = ("name", "zone", "time", "days", "day", "minutes", "hours", "minute", "expression", "json", "field-n")
    for odd in (ODD, "9" * 400, "-1", "\u0663"):
        given = {**dict.fromkeys(names, odd), "kind": kind}
        answer = designer.post(at("schedule_new"), given)
        assert answer.status_code == 422
        assert "<script>alert" not in answer.content.decode()
        assert designer.get(at("schedule_times"), given).status_code == 200
    assert designer.post(at("schedule", "0" * 26), TYPED).status_code == 404
