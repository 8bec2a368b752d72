"""Templates: how holes are filled, and which texts are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.core.expressions import Unknown
from runtime.core.templates import Template, render

SCOPE: dict[str, Any] = {
    "input": {
        "whole": 3,
        "half": 2.5,
        "yes": True,
        "text": "abc",
        "none": None,
        "orders": [{"price": 1, "note": "x"}, {"price": 2}],
    },
    "steps": {},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("Hi {{ input.text }}, {{input.whole}} of {{ input.half * 2 }}", "Hi abc, 3 of 5"),
        ("{{ input.yes }}", "true"),
        ("{{ input.orders }}", '[{"price":1,"note":"x"},{"price":2}]'),
        ("{{ [1.0, 2.5] }}", "[1,2.5]"),
        ('{"a": {"b": {{ input.whole }}}}', '{"a": {"b": 3}}'),
        ('{{ {"a": {"b": 1}}.a.b }}', "1"),
        ("{{ \"}}\" + '{{' }}", "}}{{"),
        ("{{ '''a\n}}''' }}", "a\n}}"),
    ],
)
def test_a_template_is_filled(template: str, text: str) -> None:
    assert render(Template(template), SCOPE) == text


@pytest.mark.parametrize("template", ["{{ input.gone }}", "a {{ input.none }}", "{{ steps.other.output.x }}"])
def test_a_hole_without_a_value_is_unknown(template: str) -> None:
    found = render(template, SCOPE)
    assert isinstance(found, Unknown)
    assert found.code == "missing_field"
    assert template.split("{{ ")[1].split(" }}")[0].split(".x")[0] in found.reason


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("a {{ input.x", "never closed"),
        ("a {{ 'x }}", "cannot be read"),
        ("input.x }} a", "closes nothing"),
        ("{{ }}", "empty"),
        ("{{ a b }}", "cannot be read"),
        ("x" * 20_001, "20,000"),
    ],
)
def test_a_broken_template_is_refused(template: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Template(template)
    assert isinstance(render(template, SCOPE), Unknown) or reason in ("empty", "cannot be read")


def test_a_rendered_text_is_bounded() -> None:
    found = render("{{ input }}{{ input }}", {"input": "a" * 60_000})
    assert isinstance(found, Unknown)
    assert found.code == "too_large"


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["{{", "}}", "{", "}", "input.a", "'", '"', " "]), max_size=9).map("".join)
)
def test_any_text_is_a_template_or_refused_with_a_sentence(text: str) -> None:
    try:
        Template(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - a refusal is one of the two good ends
    rendered = render(text, SCOPE)
    assert isinstance(rendered, str | Unknown)
