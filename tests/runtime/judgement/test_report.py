"""Looking back at a period: the bound on its wrong decisions holds for every population there can be."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judgement.ledger import Costs, Row
from runtime.judgement.report import at_most_wrong, most_wrong
from tests.makers.judgement import answered, case, gate


@st.composite
def draws(data: st.DrawFn) -> tuple[int, int, int]:
    total = data(st.integers(1, 60))
    drawn = data(st.integers(0, total))
    return total, drawn, data(st.integers(0, drawn))


def so_few(total: int, wrong: int, drawn: int, found: int) -> float:
    ways = sum(math.comb(wrong, k) * math.comb(total - wrong, drawn - k) for k in range(found + 1))
    return ways / math.comb(total, drawn)


@given(draws(), st.floats(0.01, 0.5))
def test_the_bound_is_the_largest_number_that_would_show_so_few(numbers: tuple[int, int, int], doubt: float) -> None:
    total, drawn, found = numbers
    bound = most_wrong(total, drawn, found, doubt)
    possible = range(found, total - (drawn - found) + 1)
    assert bound == max([found, *(wrong for wrong in possible if so_few(total, wrong, drawn, found) > doubt + 1e-12)])


@pytest.mark.parametrize("wrong", [0, 1, 5, 20, 40])
def test_it_is_too_low_for_no_population_more_often_than_it_says(wrong: int) -> None:
    ways = math.comb(40, 12)
    missed = sum(
        math.comb(wrong, found) * math.comb(40 - wrong, 12 - found)
        for found in range(13)
        if found <= wrong and 12 - found <= 40 - wrong and most_wrong(40, 12, found, 0.05) < wrong
    )
    assert missed / ways <= 0.05


def test_who_audits_all_knows_all() -> None:
    assert most_wrong(100, 100, 3, 0.05) == 3


def test_who_audits_nothing_knows_nothing() -> None:
    assert most_wrong(100, 0, 0, 0.05) == 100


def test_a_long_period_is_no_trouble() -> None:
    assert 4_000 < most_wrong(1_000_000, 20_000, 100, 0.05) < 7_000


@pytest.mark.parametrize("numbers", [(1, 2, 0), (2, 1, 2), (2, 1, -1)])
def test_numbers_that_no_draw_gives_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at most"):
        most_wrong(*numbers, 0.05)


def rows() -> list[Row]:
    auto = replace(case(gate(), 0, 0.9), auto=True, pi=0.1, sampled=False)
    drawn = replace(auto, sampled=True)
    return [auto] * 90 + [answered(drawn)] * 8 + [answered(drawn, "no"), drawn, case(gate(), 0, 0.9)]


def test_an_open_audit_counts_as_wrong() -> None:
    found = at_most_wrong(rows(), Costs())
    assert (found.automatic, found.audited, found.wrong, found.open) == (100, 10, 2, 1)
    assert found.at_most == most_wrong(100, 10, 2, 0.05)


def test_a_complaint_is_known_and_no_part_of_the_sample() -> None:
    found = at_most_wrong([answered(rows()[0], "no"), *rows()[1:]], Costs())
    assert (found.reported, found.audited, found.wrong) == (1, 10, 2)


def test_decisions_under_other_audit_rates_are_bounded_apart() -> None:
    other = [replace(row, pi=0.5) for row in rows()]
    found = at_most_wrong([*rows(), *other], Costs())
    assert found.at_most == 2 * most_wrong(100, 10, 2, 0.025)


def test_without_an_automatic_decision_none_is_wrong() -> None:
    assert at_most_wrong([], Costs()).at_most == 0
