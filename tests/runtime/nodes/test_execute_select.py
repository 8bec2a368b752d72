"""Selecting what later steps may see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.core.expressions import Json
from runtime.core.node import Done, Failed
from runtime.nodes.execute_select import CUT, KIND
from tests.makers.fakes import step


async def test_without_a_limit_the_fields_are_handed_on_as_they_are() -> None:
    config = {"fields": {"text": "input.text", "tags": "input.tags"}}
    value: dict[str, Json] = {"text": "x" * 90_000, "tags": ["a"]}
    assert await step(KIND, config, {**value, "secret": 1}) == Done(value)


async def test_the_longest_text_is_cut_first_and_visibly() -> None:
    config = {"fields": {"long": "input.long", "short": "input.short"}, "max_chars": 60}
    outcome = await step(KIND, config, {"long": "x" * 1000, "short": "brief"})
    assert outcome == Done({"long": "x" * (55 - len(CUT)) + CUT, "short": "brief"})


async def test_what_fits_exactly_is_not_cut() -> None:
    config = {"fields": {"a": "input.a"}, "max_chars": 30}
    assert await step(KIND, config, {"a": "x" * 30}) == Done({"a": "x" * 30})


async def test_values_that_are_no_text_are_never_cut() -> None:
    config = {"fields": {"list": "input.list", "text": "input.text"}, "max_chars": 40}
    outcome = await step(KIND, config, {"list": list(range(100)), "text": "x"})
    assert isinstance(outcome, Failed)
    assert outcome.code == "too_long"


async def test_a_missing_field_fails_the_step() -> None:
    outcome = await step(KIND, {"fields": {"a": "input.a"}}, {})
    assert isinstance(outcome, Failed)
    assert outcome.detail == {"field": "a"}


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200)


@given(texts=st.lists(TEXTS, min_size=1, max_size=6), limit=st.integers(20, 400))
async def test_what_is_handed_on_never_exceeds_the_limit(texts: list[str], limit: int) -> None:
    fields = {f"f{number}": f"input[{number}]" for number in range(len(texts))}
    outcome = await step(KIND, {"fields": fields, "max_chars": limit}, list(texts))
    if isinstance(outcome, Done):
        assert isinstance(outcome.output, dict)
        handed = [value for value in outcome.output.values() if isinstance(value, str)]
        assert sum(map(len, handed)) <= limit
        assert all(len(CUT) < len(value) for value, text in zip(handed, texts, strict=True) if value != text)
    else:
        assert sum(map(len, texts)) > limit
