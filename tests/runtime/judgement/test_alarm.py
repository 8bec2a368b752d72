"""The alarm: rarely for nothing, soon for something, and never talked out of it."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.judgement.alarm import Alarm

ALARM = Alarm(0.05, 1_000.0)
losses = st.lists(st.floats(0, 1), max_size=60)


@given(losses, st.integers(0, 60))
def test_it_does_not_matter_in_which_portions_losses_come_in(given_: list[float], cut: int) -> None:
    assert ALARM.after(given_[:cut]).after(given_[cut:]) == ALARM.after(given_)


@given(losses, st.data())
def test_a_worse_loss_never_calms_it(given_: list[float], data: st.DataObject) -> None:
    worse = [data.draw(st.floats(loss, 1)) for loss in given_]
    assert ALARM.after(worse).fired >= ALARM.after(given_).fired


def test_what_is_no_loss_counts_as_wrong() -> None:
    hostile = [math.nan, math.inf, -1.0, 95.0, True]
    assert ALARM.after(hostile) == ALARM.after([1.0] * 5)


def test_once_fired_it_stays_fired() -> None:
    fired = ALARM.after([1.0] * 20)
    assert fired.fired
    assert fired.after([0.0] * 1_000) == fired


def test_false_alarms_are_as_far_apart_as_was_set() -> None:
    chance, lengths = np.random.default_rng(2), []
    for _ in range(40):
        alarm = Alarm(0.05, 200.0)
        while not alarm.fired and alarm.seen < 4_000:
            alarm = alarm.after((chance.random(200) < 0.05).astype(float))
        lengths.append(alarm.seen)
    assert float(np.mean(lengths)) >= 200.0


def test_a_doubled_error_rate_is_seen_within_some_hundred_audits() -> None:
    chance = np.random.default_rng(3)
    seen = [ALARM.after((chance.random(3_000) < 0.1).astype(float)).seen for _ in range(40)]
    assert float(np.mean(seen)) <= 180.0


def test_a_gate_that_keeps_its_promise_well_is_left_alone() -> None:
    chance = np.random.default_rng(4)
    assert not ALARM.after((chance.random(5_000) < 0.02).astype(float)).fired
