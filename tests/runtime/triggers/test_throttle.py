"""How often something may be asked for: what is counted, and that whoever invents keys makes nothing grow."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from runtime.triggers import throttle
from runtime.triggers.throttle import Throttle, address_of


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_within_a_window_and_again_in_the_next() -> None:
    clock = Clock()
    counted = Throttle(2, 60.0, clock)
    assert [counted.wait_of("a") for _ in range(3)] == [0, 0, 60]
    clock.now = 59.0
    assert (counted.wait_of("a"), counted.wait_of("b")) == (1, 0)
    clock.now = 60.0
    assert counted.wait_of("a") == 0


def test_how_often_something_was_counted_is_forgotten_with_its_window() -> None:
    clock = Clock()
    counted = Throttle(10, 60.0, clock)
    for _ in range(3):
        counted.wait_of("a")
    assert (counted.counted("a"), counted.counted("b")) == (3, 0)
    clock.now = 60.0
    assert counted.counted("a") == 0


def test_what_is_taken_back_was_not_counted() -> None:
    counted = Throttle(1, 60.0, Clock())
    counted.take_back("a")
    assert counted.wait_of("a") == 0
    counted.take_back("a")
    assert (counted.wait_of("a"), counted.wait_of("a")) == (0, 60)


def test_a_flood_of_invented_keys_fills_no_memory_and_lets_off_only_whom_it_pushes_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throttle, "MOST_KNOWN", 100)
    clock = Clock()
    counted = Throttle(1, 60.0, clock)
    for number in range(1_000):
        clock.now = number / 1_000
        counted.wait_of(f"invented {number}")
    assert len(counted._counted) == 100
    assert counted.wait_of("invented 950") == 60, "those that came last are still counted"


def test_a_window_that_begins_anew_is_among_the_youngest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KNOWN", 2)
    clock = Clock()
    counted = Throttle(1, 10.0, clock)
    counted.wait_of("a")
    clock.now = 5.0
    counted.wait_of("b")
    clock.now = 12.0
    counted.wait_of("a")
    counted.wait_of("c")
    assert (counted.wait_of("a"), counted.wait_of("b")) == (10, 0)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_an_address_of_ipv6_stands_for_its_network(rf: RequestFactory, given: str, key: str) -> None:
    assert address_of(rf.get("/", REMOTE_ADDR=given)) == key
