"""A draft against past cases: estimates with intervals, the telling cases first, and no certificate."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from runtime.judgement.backtest import Replayed, discordant, estimate, reviews, top_up


def replayed(number: int, **known: object) -> Replayed:
    made = Replayed(str(number), None, "yes")
    return replace(made, **known)  # type: ignore[arg-type] # a shorthand of the test's


SEEN = [replayed(at, truth="yes" if at % 10 else "no", drawn=True) for at in range(100)]
UNSEEN = [replayed(at, before="yes") for at in range(100, 300)]


def test_the_difference_is_told_with_intervals() -> None:
    found = estimate([*SEEN, *UNSEEN])
    assert found.automatic_before.value == pytest.approx(2 / 3)
    assert found.automatic_after.value == 1.0
    assert found.changed.value == pytest.approx(1 / 3)
    assert found.wrong_after.value == pytest.approx(0.1)
    assert found.wrong_after.low < 0.1 < found.wrong_after.high
    assert found.wrong_before.value is None


def test_rarely_reviewed_cases_weigh_more() -> None:
    rare = [replayed(1, truth="no", drawn=True, pi=0.1), *(replayed(at, truth="yes", drawn=True) for at in range(10))]
    assert estimate(rare).wrong_after.value == pytest.approx(0.5)


def test_an_answer_that_was_not_drawn_is_no_sample() -> None:
    assert estimate([replayed(1, truth="no")]).wrong_after.value is None


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    chance, held = random.Random(1), 0
    for _ in range(200):
        cases = []
        for at in range(300):
            pi = 0.2 if chance.random() < 0.7 else 1.0
            wrong, drawn = chance.random() < (0.05 if pi < 1 else 0.2), chance.random() < pi
            cases.append(replayed(at, truth=("no" if wrong else "yes") if drawn else None, drawn=drawn, pi=pi))
        found = estimate(cases).wrong_after
        held += found.low <= 0.7 * 0.05 + 0.3 * 0.2 <= found.high
    assert held / 200 >= 0.9


def test_what_a_person_decided_otherwise_comes_first() -> None:
    calm = replayed(1, before="yes", truth="yes")
    moved, automatic = replayed(2, before="yes", after="no"), replayed(3)
    against = replayed(4, before="yes", truth="no")
    assert discordant([calm, moved, automatic, against]) == (against, automatic, moved)


def test_more_reviews_are_offered_until_the_interval_is_narrow() -> None:
    few = top_up([*SEEN, *UNSEEN], 0.05)
    assert 0 < few < 200
    assert top_up([*SEEN, *UNSEEN], 0.5) == 0
    assert top_up([*SEEN, *UNSEEN], 0.0001) == 200
    assert top_up(UNSEEN, 0.1) > 0


def test_reviews_are_chosen_by_the_draws_alone() -> None:
    cases = [*SEEN[:2], *UNSEEN[:3], replayed(9, after=None)]
    assert [each.case for each in reviews(cases, [0.0, 0.1, 0.9, 0.2, 0.5, 0.3], 2)] == ["101", "102"]
    with pytest.raises(ValueError, match="draw of its own"):
        reviews(cases, [0.5], 1)


@pytest.mark.parametrize("pi", [0.0, -0.1, 1.1, float("nan")])
def test_a_case_that_could_not_be_drawn_says_nothing(pi: float) -> None:
    with pytest.raises(ValueError, match="could not have been drawn"):
        estimate([replayed(1, pi=pi)])


def test_nothing_is_known_of_no_cases() -> None:
    found = estimate([])
    assert (found.cases, found.automatic_after.value, found.wrong_after.high) == (0, None, 1.0)
