"""Whether a workflow has seen cases like this one: what the door tells, and what follows from it."""

from __future__ import annotations

import math

import pytest

from runtime.core.expressions import Json
from runtime.core.node import Done, Failed, Familiarity, Near
from runtime.nodes.verify_familiar import KIND
from tests.makers.fakes import FakeContext, step


async def test_a_familiar_case_passes_and_shows_its_nearest() -> None:
    near = Near("r7", "a lamp", 0.9)
    context = FakeContext(familiar=[Familiarity(0.4, 100, (near,))])
    done = await step(KIND, {"value": "input.x"}, {"x": "a lamp"}, context)
    nearest: list[Json] = [{"run": "r7", "excerpt": "a lamp", "similarity": 0.9}]
    assert done == Done({"p": 0.4, "nearest": nearest, "cases": 100, "reason": ""}, "pass")
    assert context.seen == [("input.x", "a lamp", 0.05)]


@pytest.mark.parametrize("p", [0.049, 0.0, None, math.nan, math.inf, -1.0, 2.0])
async def test_a_strange_case_and_a_p_that_is_none_are_unsure(p: float | None) -> None:
    context = FakeContext(familiar=[Familiarity(p, 100, (), "It is so.")])
    done = await step(KIND, {"value": "input.x"}, {"x": "a lamp"}, context)
    assert isinstance(done, Done)
    assert done.port == "unsure"


async def test_the_limit_itself_passes() -> None:
    done = await step(KIND, {"value": "input.x", "min_p": 0.1}, {"x": 1}, FakeContext(familiar=[Familiarity(0.1, 100)]))
    assert isinstance(done, Done)
    assert done.port == "pass"


async def test_a_value_that_is_not_there_is_unsure_and_asks_nobody() -> None:
    context = FakeContext()
    done = await step(KIND, {"value": "input.x"}, {}, context)
    assert isinstance(done, Done)
    assert done.port == "unsure"
    assert context.seen == []


async def test_a_database_that_fails_is_tried_again_and_then_unsure() -> None:
    context = FakeContext(familiar=[Failed("database", "Away.", passing=True)])
    failed = await step(KIND, {"value": "input.x"}, {"x": 1}, context)
    assert isinstance(failed, Failed)
    assert failed.passing
    assert failed.otherwise
    assert failed.otherwise.port == "unsure"
