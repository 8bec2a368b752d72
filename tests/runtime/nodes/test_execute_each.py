"""A workflow for each item of a list: what is asked of the engine, and what is refused before."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.node import CallEach, Done, Failed
from runtime.nodes.execute_each import KIND, MOST_ITEMS
from tests.makers.fakes import step


async def test_the_engine_is_asked_for_every_item() -> None:
    config = {"workflow": "w", "items": "input.lines", "input": {"n": "item.n + index"}, "version": 3}
    assert await step(KIND, config, {"lines": [{"n": 1}, {"n": 2}]}) == CallEach(
        "w", [{"n": 1}, {"n": 2}], {"n": KIND.params.model_validate(config).input["n"]}, 3, 5, stop=True
    )


async def test_collecting_and_what_counts_as_failed_are_handed_on() -> None:
    config = {"workflow": "w", "items": "[1]", "on_error": "collect", "concurrency": 2, "failed_outcomes": ["no"]}
    assert await step(KIND, config) == CallEach("w", [1], {}, None, 2, stop=False, failed_outcomes=("no",))


async def test_an_empty_list_is_done_at_once() -> None:
    done = await step(KIND, {"workflow": "w", "items": "[]"})
    assert done == Done({"results": [], "failed": 0, "outcomes": [], "errors": []})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "not_a_list"),
        ("a, b", "not_a_list"),
        ({"0": "a"}, "not_a_list"),
        (7, "not_a_list"),
        ([1] * (MOST_ITEMS + 1), "too_many_items"),
    ],
)
async def test_anything_else_is_a_clear_failure(given: Any, code: str) -> None:
    failed = await step(KIND, {"workflow": "w", "items": "input.x"}, {"x": given})
    assert isinstance(failed, Failed)
    assert (failed.code, failed.passing) == (code, False)


async def test_a_list_that_cannot_be_computed_is_a_failure() -> None:
    failed = await step(KIND, {"workflow": "w", "items": "input.x"}, {})
    assert isinstance(failed, Failed)
    assert failed.code == "expression"
