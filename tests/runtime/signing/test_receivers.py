"""Receivers that do not answer: left alone for a while, so that the others are told; and taken up again."""

from __future__ import annotations

import pytest

from runtime.signing import receivers
from runtime.signing.receivers import FIRST_S, MOST_S, SLOW_S, WHILE_SLOW_S, Receivers

HOST = "dead.example"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(clock: Clock) -> Receivers:
    return Receivers(clock)


def asked(known: Receivers, clock: Clock, seconds: float, *, answered: bool, host: str = HOST) -> None:
    with known.asking(host) as attempt:
        clock.now += seconds
        attempt.answered = answered


def waits(known: Receivers, expected: float, host: str = HOST) -> bool:
    return all(expected <= known.wait_of(host) <= expected * 1.5 for _ in range(20))


def test_one_that_did_not_answer_is_left_alone_for_longer_each_time_and_others_are_not(
    known: Receivers, clock: Clock
) -> None:
    for pause in (FIRST_S, 2 * FIRST_S, 4 * FIRST_S):
        asked(known, clock, 20.0, answered=False)
        assert waits(known, pause)
        assert known.wait_of("well.example") == 0.0
        clock.now += pause
        assert known.wait_of(HOST) == 0.0
    for _ in range(20):
        asked(known, clock, 20.0, answered=False)
    assert waits(known, MOST_S)


def test_one_that_answers_again_is_as_good_as_any_and_takes_no_room(known: Receivers, clock: Clock) -> None:
    asked(known, clock, 20.0, answered=False)
    clock.now += FIRST_S
    asked(known, clock, 0.1, answered=True)
    assert known.wait_of(HOST) == 0.0
    assert not known._known


def test_while_one_is_slow_it_gets_no_second_message(known: Receivers, clock: Clock) -> None:
    with known.asking(HOST) as attempt:
        assert known.wait_of(HOST) == 0.0
        clock.now += SLOW_S
        assert waits(known, WHILE_SLOW_S)
        attempt.answered = True
    assert known.wait_of(HOST) == 0.0


def test_those_that_hung_together_count_once(known: Receivers, clock: Clock) -> None:
    with known.asking(HOST), known.asking(HOST), known.asking(HOST):
        clock.now += 20.0
    assert waits(known, FIRST_S)


def test_only_one_tries_again(known: Receivers, clock: Clock) -> None:
    asked(known, clock, 20.0, answered=False)
    clock.now += FIRST_S
    with known.asking(HOST):
        assert known.wait_of(HOST) > 0.0


def test_a_refusal_that_comes_at_once_changes_nothing(known: Receivers, clock: Clock) -> None:
    asked(known, clock, 0.01, answered=False)
    assert known.wait_of(HOST) == 0.0
    assert not known._known


def test_however_many_are_silent_only_so_many_are_known(
    known: Receivers, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "MOST_KNOWN", 10)
    for number in range(50):
        asked(known, clock, 20.0, answered=False, host=f"h{number}.example")
    assert len(known._known) == 10
    assert known.wait_of("h49.example") > 0.0
