"""Waiting for a while or until a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from runtime.core.node import Done, Failed, Wait
from runtime.nodes.execute_wait import KIND
from tests.makers.fakes import NOW, step


async def test_seconds_are_counted_from_now() -> None:
    assert await step(KIND, {"seconds": 90}) == Wait(NOW + timedelta(seconds=90))
    assert await step(KIND, {"seconds": 0.5}) == Wait(NOW + timedelta(seconds=0.5))


async def test_no_time_at_all_is_done_at_once() -> None:
    assert await step(KIND, {"seconds": 0}) == Done({})


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-03-05T09:00:00Z", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("2026-03-05t09:00:00z", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("2026-03-05T09:00:00.250+02:00", datetime(2026, 3, 5, 7, 0, 0, 250_000, tzinfo=UTC)),
        (1_772_701_200, datetime(2026, 3, 5, 9, tzinfo=UTC)),
        (1_772_701_200.0, datetime(2026, 3, 5, 9, tzinfo=UTC)),
    ],
)
async def test_a_moment_is_read(value: object, moment: datetime) -> None:
    assert await step(KIND, {"until": "input"}, value) == Wait(moment)


@pytest.mark.parametrize("value", ["2026-03-04T11:59:59Z", "1970-01-01T00:00:00Z", 0, -5, "2026-03-04T12:00:00Z"])
async def test_a_past_moment_is_done_at_once(value: str | int) -> None:
    assert await step(KIND, {"until": "input"}, value) == Done({})


@pytest.mark.parametrize(
    "value",
    [
        *("tomorrow", "2026-03-05", "2026-03-05T09:00:00", "2026-13-01T00:00:00Z", "03/05/2026", "", None, True),
        *([], {}, "0001-01-01T00:00:00+23:59", "٢٠٢٦-03-05T09:00:00Z", 1e300, -(10**18), 1_772_701_200_000),
    ],
)
async def test_what_is_no_certain_moment_fails_the_step(value: object) -> None:
    outcome = await step(KIND, {"until": "input"}, value)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing) == ("wait.no_moment", False)


async def test_a_moment_that_cannot_be_computed_fails_the_step() -> None:
    outcome = await step(KIND, {"until": "input.when"}, {})
    assert isinstance(outcome, Failed)
    assert outcome.code == "expression"


@pytest.mark.parametrize("value", ["2027-03-05T12:00:00Z", 1_900_000_000])
async def test_more_than_a_year_ahead_is_refused(value: str | int) -> None:
    outcome = await step(KIND, {"until": "input"}, value)
    assert isinstance(outcome, Failed)
    assert outcome.code == "wait.too_long"


@pytest.mark.parametrize(
    "config",
    [
        *({}, {"seconds": 1, "until": "input"}, {"seconds": -1}, {"seconds": 365 * 86_400 + 1}, {"seconds": "5"}),
        *({"seconds": True}, {"seconds": float("nan")}, {"until": 5}),
    ],
)
def test_a_bad_configuration_is_refused(config: object) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate(config)
