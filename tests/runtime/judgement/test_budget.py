"""How far it is: the numbers are those that simulated gates need, and what is not in sight is said to be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from runtime.judgement.budget import MOST, labels_needed, more_labels
from runtime.judgement.certificate import Candidate, Evidence, Labels
from runtime.judgement.promise import Promise
from tests.makers.judgement import gate, lived, proven


@pytest.mark.parametrize(
    ("max_error", "rate", "half", "likely"), [(0.1, 0.0, 43, 43), (0.05, 0.0, 89, 89), (0.1, 0.05, None, 323)]
)
def test_so_many_labels_are_needed(max_error: float, rate: float, half: int | None, likely: int) -> None:
    found = more_labels(Candidate(0.5), Promise(max_error), rate)
    assert found[1] == likely
    assert half is None or found[0] == half


def test_so_many_simulated_gates_are_proven_by_then() -> None:
    promise, chance, proven_ = Promise(0.1), np.random.default_rng(1), 0
    half, _ = more_labels(Candidate(0.5), promise, 0.04)
    for _ in range(400):
        losses = (chance.random(half) < 0.04).astype(float)
        labels = Labels(np.ones(half), losses, np.ones(half), np.ones(half, dtype=bool))
        proven_ += Evidence(promise, (Candidate(0.5),)).after(labels).cutoff is not None
    assert abs(proven_ / 400 - 0.5) < 3 * math.sqrt(0.25 / 400)


def test_more_evidence_leaves_less_to_do() -> None:
    start = Evidence(Promise(0.1), (Candidate(0.5),))
    labels = Labels(np.ones(20), np.zeros(20), np.ones(20), np.ones(20, dtype=bool))
    assert more_labels(start.after(labels).candidates[0], Promise(0.1), 0.0) == (23, 23)


def test_what_is_too_bad_is_not_in_sight() -> None:
    assert more_labels(Candidate(0.5), Promise(0.05), 0.06)[1] == MOST


def test_a_gate_that_is_still_learning_says_so() -> None:
    found = labels_needed(gate(), 10.0)
    assert found.labels is None
    assert "learning" in found.reason


def test_a_proven_gate_needs_nothing_more() -> None:
    assert labels_needed(proven().standing, 10.0).labels == 0


def test_a_broken_gate_promises_no_date() -> None:
    broken = lived(proven().standing, [(0.95, False)] * 60).standing
    assert broken.state == "broken"
    assert labels_needed(broken, 10.0).labels is None


def test_a_gate_that_is_often_wrong_promises_no_date() -> None:
    found = labels_needed(lived(gate(), [(0.9, at % 3 > 0) for at in range(90)]).standing, 10.0)
    assert found.labels is None
    assert "wrong" in found.reason


def test_labels_become_days_at_the_volume_there_is() -> None:
    standing = lived(gate(), [(0.5 + at / 60, True) for at in range(24)]).standing
    found = labels_needed(standing, 4.0)
    assert found.labels is not None
    assert found.days == pytest.approx(found.labels / 4.0)


@pytest.mark.parametrize("volume", [0.0, -3.0, math.nan, math.inf])
def test_without_a_volume_there_are_no_days(volume: float) -> None:
    standing = lived(gate(), [(0.5 + at / 60, True) for at in range(24)]).standing
    assert labels_needed(standing, volume).days is None
