"""Words of a backtest: nothing is told as a share of a handful of cases."""

from __future__ import annotations

from typing import Any

import pytest

from builder.workflow_pages.backtest_words import figures

SHARE: dict[str, Any] = {"value": 0.0, "low": 0.0, "high": 0.98}


def summary(cases: int) -> dict[str, Any]:
    wrong = {**(SHARE if cases else {"value": None, "low": 0.0, "high": 1.0}), "cases": cases}
    return {
        "automatic": {"before": SHARE, "after": SHARE},
        "people_a_day": {},
        "a_day": 0,
        "changed": SHARE,
        "wrong": wrong,
        "verdicts": {},
        "not_replayed": {},
        "cases": 9,
        "replayed": 9,
        "population": 9,
        "matrix": [],
    }


@pytest.mark.parametrize(
    ("cases", "told", "few"),
    [
        (0, "not known", False),
        (1, "only 1 past case: too few to say", True),
        (4, "only 4 past cases: too few to say", True),
        (5, "about 0 % (0\N{EN DASH}98 %)", False),
    ],
)
def test_of_too_few_cases_that_people_had_decided_no_share_is_told(cases: int, told: str, few: bool) -> None:
    words = figures(summary(cases))
    assert (words["wrong"], words["wrong_few"]) == (told, few)
