"""A promise that says nothing is refused where it is made."""

from __future__ import annotations

import math
from typing import Any

import pytest

from runtime.judgement.promise import Promise, Rules


@pytest.mark.parametrize("bad", [0, 0.0, 0.6, 1, True, math.nan, -0.05, "0.05", None])
def test_a_share_of_errors_that_promises_nothing_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match="max_error"):
        Promise(bad, 0.95)


@pytest.mark.parametrize("bad", [0, 1, 1.0, 95, True, math.inf, None])
def test_a_confidence_that_is_none_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match="confidence"):
        Promise(0.05, bad)


@pytest.mark.parametrize(
    "bad",
    [
        {"learn": 5}, {"learn": True}, {"candidates": 0}, {"audit": 0.0}, {"audit": math.nan}, {"audit": 2},
        {"alarm_at": math.inf}, {"alarm_at": math.nan}, {"reports_at": 0}, {"unanswered": 0}, {"familiar_at": 0.9},
    ],
    ids=repr,
)  # fmt: skip
def test_rules_that_gather_no_evidence_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|somewhere"):
        Rules(**bad)


def test_the_doubt_is_what_is_left_of_the_confidence() -> None:
    assert Promise(0.05, 0.95).doubt == pytest.approx(0.05)
