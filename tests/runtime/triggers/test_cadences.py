"""When times come: what people choose, in their zone, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.refused import FieldError
from runtime.triggers.cadences import expression_of, is_zone, missed, next_time, times, words_of, zones

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)


def local(expression: str, after: datetime, number: int, zone: str = BERLIN) -> list[str]:
    found = islice(times(expression, zone, after), number)
    return [at.astimezone(ZoneInfo(zone)).strftime("%d %H:%M %z") for at in found]


@pytest.mark.parametrize(
    ("chosen", "expression", "words"),
    [
        ({"kind": "day", "time": "09:05"}, "5 9 * * *", "Every day at 09:05"),
        ({"kind": "weekday", "time": "18:00"}, "0 18 * * 1-5", "Every weekday at 18:00"),
        ({"kind": "week", "time": "08:00", "days": [6, 0]}, "0 8 * * 1,0", "Every Sunday and Monday at 08:00"),
        ({"kind": "month", "time": "00:00", "day": 31}, "0 0 31 * *", "On day 31 of every month at 00:00"),
        ({"kind": "month", "time": "00:00", "day": "last"}, "0 0 L * *", "On the last day of every month at 00:00"),
        ({"kind": "minutes", "every": 15}, "*/15 * * * *", "Every 15 minutes"),
        ({"kind": "minutes", "every": 1}, "* * * * *", "Every minute"),
        ({"kind": "hours", "every": 6, "minute": 30}, "30 */6 * * *", "Every 6 hours, at minute 30"),
        ({"kind": "cron", "expression": " 0  9 * * 1-5 "}, "0 9 * * 1-5", "At 09:00 on Monday through Friday"),
    ],
)
def test_a_choice_becomes_an_expression_and_words(chosen: dict[str, Any], expression: str, words: str) -> None:
    assert expression_of(chosen) == expression
    assert words_of(chosen) == words


@pytest.mark.parametrize(
    ("chosen", "place"),
    [
        ({}, "/kind"),
        ({"kind": "never"}, "/kind"),
        ({"kind": "day", "time": "24:00"}, "/time"),
        ({"kind": "day", "time": "9"}, "/time"),
        ({"kind": "week", "time": "09:00", "days": []}, "/days"),
        ({"kind": "week", "time": "09:00", "days": [7]}, "/days"),
        ({"kind": "month", "time": "09:00", "day": 32}, "/day"),
        ({"kind": "minutes", "every": 7}, "/every"),
        ({"kind": "hours", "every": 1, "minute": 60}, "/minute"),
        ({"kind": "cron", "expression": "* * *"}, "/expression"),
        ({"kind": "cron", "expression": "0 0 0 * * *"}, "/expression"),
        ({"kind": "cron", "expression": "61 * * * *"}, "/expression"),
        ({"kind": "cron", "expression": "0 0 31 2 *"}, "/expression"),
        ({"kind": "cron", "expression": "\u0661 * * * *"}, "/expression"),
        ({"kind": "cron", "expression": "1" * 200 + " * * * *"}, "/expression"),
    ],
)
def test_what_is_no_time_names_its_field(chosen: dict[str, Any], place: str) -> None:
    found = expression_of(chosen)
    assert isinstance(found, FieldError)
    assert found.path == place


def test_a_time_that_the_clock_leaves_out_comes_right_after_the_gap() -> None:
    assert local("30 2 * * *", SPRING, 2) == ["29 03:00 +0200", "30 02:30 +0200"]


def test_a_time_that_the_clock_shows_twice_counts_once() -> None:
    assert local("30 2 * * *", AUTUMN, 2) == ["25 02:30 +0200", "26 02:30 +0100"]


def test_a_time_that_was_shown_already_does_not_come_again_with_the_second_hour() -> None:
    in_second_hour = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert local("30 2 * * *", in_second_hour, 1) == ["26 02:30 +0100"]


def test_every_few_minutes_goes_on_through_a_repeated_hour() -> None:
    assert local("*/30 * * * *", datetime(2026, 10, 25, 0, 10, tzinfo=UTC), 4) == [
        *("25 02:30 +0200", "25 02:00 +0100", "25 02:30 +0100", "25 03:00 +0100"),
    ]


def test_the_thirty_first_leaves_out_shorter_months() -> None:
    assert local("0 9 31 * *", SPRING, 2)[1].startswith("31 09:00")
    months = [at.month for at in islice(times("0 9 31 * *", BERLIN, SPRING), 3)]
    assert months == [3, 5, 7]


def test_what_was_missed_is_counted_up_to_the_latest() -> None:
    first = datetime(2026, 6, 1, 7, tzinfo=UTC)
    assert missed("0 9 * * *", BERLIN, first, first) == (1, first)
    assert missed("0 9 * * *", BERLIN, first, first + timedelta(days=3, hours=1)) == (4, first + timedelta(days=3))


def test_a_long_time_is_not_counted_to_its_end() -> None:
    first = datetime(2026, 6, 1, 7, tzinfo=UTC)
    number, latest = missed("* * * * *", BERLIN, first, first + timedelta(days=400, seconds=30))
    assert number == 1_001
    assert latest == first + timedelta(days=400)


@settings(max_examples=60)
@given(
    st.integers(1_735_689_600, 1_830_297_600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(["30 2 * * *", "*/20 * * * *", "15 */3 * * *", "0 9 * * 1-5", "59 1 L * *"]),
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
def test_times_only_go_forward_and_none_lies_between_two(after: datetime, expression: str, zone: str) -> None:
    found = list(islice(times(expression, zone, after), 6))
    assert [after, *found] == sorted({after, *found})
    for before, at in pairwise(found):
        assert next_time(expression, zone, before) == at


def test_zones_are_those_of_the_world() -> None:
    assert is_zone(BERLIN)
    assert "UTC" in zones()
    assert not any(is_zone(name) for name in ("", "Mars/Base", "../etc/passwd", "europe/berlin"))
