"""The plan of an epoch, and the head: chosen from the first labels, and never needing more than there is."""

from __future__ import annotations

import math
import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.judgement import head
from runtime.judgement.plan import candidates, make
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Lesson, Scoring

PAIR = Scoring(("good", "noise"))


def lessons(count: int, seed: int = 1) -> list[Lesson]:
    """Cases whose first signal tells, and whose second does not."""
    chance, made = random.Random(seed), []
    for _ in range(count):
        good = chance.random()
        made.append(Lesson({"good": good, "noise": chance.random()}, None, float(chance.random() > good)))
    return made


@given(
    st.lists(st.tuples(st.floats(0, 1) | st.just(-1.0), st.floats(0, 1)), min_size=1, max_size=80),
    st.integers(1, 30),
    st.floats(0.001, 0.5),
)
def test_candidates_are_above_0_fall_and_are_not_too_many(
    cases: list[tuple[float, float]], most: int, max_error: float
) -> None:
    scores, losses = (np.array(column) for column in zip(*cases, strict=True))
    found = candidates(scores, losses, max_error, most)
    assert 1 <= len(found) <= most
    assert all(0.0 < cutoff <= 1.0 for cutoff in found)
    assert list(found) == sorted(set(found), reverse=True)


def test_tied_scores_give_a_candidate_each_and_no_more() -> None:
    scores, losses = np.array([0.8, 0.9, 0.9, 1.0] * 20), np.zeros(80)
    assert set(candidates(scores, losses, 0.05, 20)) <= {0.8, 0.9, 1.0}


def test_the_start_is_stricter_than_what_looks_fastest() -> None:
    scores = np.arange(1, 101) / 100
    start = candidates(scores, (scores < 0.5).astype(float), 0.05, 20)[0]
    assert 0.5 < start < 0.8


def test_where_nothing_may_be_automatic_there_is_still_a_plan() -> None:
    assert candidates(np.array([0.0, -1.0]), np.array([1.0, 0.0]), 0.05, 20) == (1.0,)


def test_the_head_finds_the_signal_that_tells() -> None:
    found = head.fit(lessons(1_000), PAIR)
    assert found is not None
    good, noise = found.scoring.weights
    assert good > 5 * abs(noise)


def test_the_same_lessons_give_the_same_head() -> None:
    first, second = (head.fit(lessons(200), PAIR) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.scoring == second.scoring


def test_a_head_is_not_fitted_on_too_little() -> None:
    right = [Lesson({"good": 0.9, "noise": 0.5}, None, 0.0)] * 200
    assert head.fit(right, PAIR) is None
    assert head.fit(lessons(300), Scoring(("good",))) is None
    assert head.fit([*lessons(200), Lesson({"good": 0.5}, None, 0.0)], PAIR) is None


def test_a_strange_lesson_scores_nothing_under_the_head_too() -> None:
    strange = [Lesson(each.signals, 0.01, each.loss) for each in lessons(100)]
    found = head.fit(strange, Scoring(PAIR.names, 0.05))
    assert found is not None
    assert not found.scores.any()


def test_constant_signals_give_finite_weights() -> None:
    same = [Lesson({"good": 1.0, "noise": 0.0}, None, float(at % 2)) for at in range(100)]
    found = head.fit(same, PAIR)
    assert found is not None
    assert all(math.isfinite(weight) for weight in found.scoring.weights)


def test_a_plan_says_what_it_was_made_of() -> None:
    found = make(lessons(150), PAIR, Promise(0.2), Rules(learn=150), 151)
    assert (found.upto, found.lessons) == (151, 150)
    assert 0 < found.start_cases <= 150
    assert found.scoring.weights
