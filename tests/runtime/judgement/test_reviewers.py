"""Reviewers who say the same whatever they are shown earn a gate nothing."""

from __future__ import annotations

import random
from dataclasses import replace

from runtime.judgement.gate import recompute
from runtime.judgement.ledger import Row
from runtime.judgement.reviewers import doubtful
from tests.makers.judgement import answered, case, gate, lived


def reviews(by: str, answers: list[str]) -> list[Row]:
    return [answered(case(gate(), at, 0.9), answer, by) for at, answer in enumerate(answers)]


def varied(by: str, count: int, share: float = 0.7) -> list[Row]:
    chance = random.Random(by)
    return reviews(by, ["yes" if chance.random() < share else "no" for _ in range(count)])


def test_a_reviewer_who_always_says_yes_where_colleagues_do_not_is_doubted() -> None:
    assert doubtful([*varied("ada", 60), *varied("bob", 60), *reviews("eve", ["yes"] * 60)]) == ("eve",)


def test_colleagues_who_vary_are_not_doubted() -> None:
    assert doubtful([*varied("ada", 200), *varied("bob", 200, 0.9)]) == ()


def test_a_few_equal_answers_are_no_reason() -> None:
    assert doubtful([*varied("ada", 60), *reviews("eve", ["yes"] * 8)]) == ()


def test_where_everybody_says_the_same_nobody_is_doubted() -> None:
    assert doubtful([*reviews("ada", ["yes"] * 200), *reviews("eve", ["yes"] * 200)]) == ()


def test_a_reviewer_alone_cannot_be_compared() -> None:
    assert doubtful(reviews("eve", ["yes"] * 500)) == ()
    assert doubtful([]) == ()


def test_a_gate_that_such_a_reviewer_opened_is_closed_again() -> None:
    found = lived(gate(), [(0.5 + at / 250, True) for at in range(120)])
    assert found.standing.state == "proven"
    assert recompute(replace(found.standing, distrusted=("ada",)), found.rows).state == "probation"
