"""Comparing two answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from runtime.core.node import Done
from runtime.nodes.verify_agreement import KIND, LONGEST
from tests.makers.fakes import step
from tests.runtime.nodes.strategies import JSON


async def compared(a: Any, b: Any, by: str = "equal", at_least: float | None = None) -> Done:
    config = {"a": "input.a", "b": "input.b", "by": by, **({} if at_least is None else {"at_least": at_least})}
    outcome = await step(KIND, config, {"a": a, "b": b})
    assert isinstance(outcome, Done)
    return outcome


@pytest.mark.parametrize(
    ("a", "b"),
    [
        *(("Yes", " yes "), ("a  b", "A B"), (1, 1.0), ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}), (False, False)),
        *((0, 0), ("ﬁne", "fine"), ("e\u0301", "é")),
    ],
)
async def test_the_same_passes(a: Any, b: Any) -> None:
    assert await compared(a, b) == Done({"similarity": 1.0}, "pass")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        *(("yes", "no"), (1, True), (0, False), ("1", 1), ([1, 2], [2, 1]), ({"a": 1}, {"a": 1, "b": None})),
        *((1, None), ({"A": 1}, {"a": 1}), ([True], [1]), ("", "x"), (2**53, 2**53 + 1)),
    ],
)
async def test_what_differs_fails(a: Any, b: Any) -> None:
    assert await compared(a, b) == Done({"similarity": 0.0}, "fail")


@pytest.mark.parametrize(("a", "b"), [(None, None), ("", " "), ([], {}), (None, "")])
@pytest.mark.parametrize("by", ["equal", "similar"])
async def test_two_answers_that_say_nothing_do_not_confirm_each_other(a: Any, b: Any, by: str) -> None:
    assert (await compared(a, b, by)).port == "unsure"


async def test_an_answer_that_cannot_be_computed_is_unsure() -> None:
    outcome = await step(KIND, {"a": "input.a", "b": "'x'", "by": "equal"}, {})
    assert outcome == Done({"similarity": None}, "unsure")


async def test_similar_texts_pass_from_the_limit_on() -> None:
    assert (await compared("The order is late.", "the order is  LATE", "similar")).port == "pass"
    assert (await compared("The order is late.", "Nothing was ordered", "similar")).port == "fail"
    assert (await compared("abcd", "abcx", "similar", at_least=0.75)).port == "pass"
    assert (await compared("abcd", "abcx", "similar", at_least=0.76)).port == "fail"


async def test_texts_that_cannot_be_compared_to_their_end_are_unsure() -> None:
    long = "x" * LONGEST
    assert (await compared(long, long, "similar")).port == "pass"
    assert (await compared(long + "yes", long + "no", "similar")).port == "unsure"


@given(a=JSON, b=JSON)
async def test_the_order_of_the_two_does_not_matter(a: Any, b: Any) -> None:
    for by in ("equal", "similar"):
        assert await compared(a, b, by) == await compared(b, a, by)


@pytest.mark.parametrize("change", [{"by": "same"}, {"at_least": 0}, {"at_least": 1.1}, {"at_least": True}, {"a": 1}])
def test_a_bad_configuration_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({"a": "input", "b": "input", "by": "equal", **change})
