"""Requests and tokens a minute, money a day: what is admitted, and how long one has to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.ai.connection import Connection
from runtime.ai.limits import Limits


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_requests_beyond_the_minutes_limit_wait_until_there_is_room() -> None:
    clock = Clock()
    limits, connection = Limits(clock), Connection("c", requests_per_minute=2)
    assert limits.admit(connection, 1) is None
    assert limits.admit(connection, 1) is None
    refused = limits.admit(connection, 1)
    assert refused is not None
    assert (refused.code, refused.passing) == ("rate_limited", True)
    assert refused.after_s == pytest.approx(30.0)
    clock.now += 30
    assert limits.admit(connection, 1) is None


def test_tokens_are_settled_by_what_was_really_used() -> None:
    clock = Clock()
    limits, connection = Limits(clock), Connection("c", tokens_per_minute=600)
    assert limits.admit(connection, 600) is None
    limits.settle(connection, 600, 100, 0.0)
    assert limits.admit(connection, 500) is None
    limits.settle(connection, 500, 1_100, 0.0)
    refused = limits.admit(connection, 60)
    assert refused is not None
    assert refused.after_s == pytest.approx(66.0)


def test_a_question_larger_than_a_full_minute_is_not_refused_for_ever() -> None:
    limits, connection = Limits(Clock()), Connection("c", tokens_per_minute=10)
    assert limits.admit(connection, 1_000) is None


def test_the_days_budget_holds_until_midnight() -> None:
    clock = Clock()
    limits, connection = Limits(clock), Connection("c", budget_per_day=1.0)
    limits.settle(connection, 0, 0, 0.6)
    assert limits.admit(connection, 1) is None
    limits.settle(connection, 0, 0, 0.6)
    refused = limits.admit(connection, 1)
    assert refused is not None
    assert (refused.code, refused.passing) == ("budget", True)
    clock.now += refused.after_s or 0
    assert limits.admit(connection, 1) is None
    assert limits.spent(connection) == 0.0


def test_a_budget_of_nothing_admits_nothing_and_connections_do_not_share() -> None:
    limits = Limits(Clock())
    assert limits.admit(Connection("none", budget_per_day=0.0), 1) is not None
    assert limits.admit(Connection("a", requests_per_minute=1), 1) is None
    assert limits.admit(Connection("b", requests_per_minute=1), 1) is None


@given(st.lists(st.tuples(st.floats(0, 90), st.integers(1, 50)), max_size=40))
def test_no_minute_admits_more_than_two_fillings(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    limits, connection = Limits(clock), Connection("c", tokens_per_minute=100)
    admitted: list[tuple[float, int]] = []
    for pause, tokens in steps:
        clock.now += pause
        if limits.admit(connection, tokens) is None:
            admitted.append((clock.now, tokens))
    for begin, _ in admitted:
        assert sum(tokens for at, tokens in admitted if begin <= at < begin + 60) <= 200
