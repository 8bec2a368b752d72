"""What is wrong with a configuration is said by the words that the form has for its fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.definition import Document, Node
from runtime.core.drawing import compile_drawing
from runtime.core.wording import labelled
from runtime.nodes import discover

SCHEMA = discover()["escalate.review"].params.model_json_schema(by_alias=True)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"due_hours": -1}, "“Answer within (hours)” must be more than 0"),
        ({"choices": [{"name": 3}]}, "“Choices 1, Choice” must be a text"),
        ({"choices": []}, "“Choices” must not be empty."),
        ({"unheard_of": 3}, "“unheard_of” is no field that exists here"),
    ],
)
def test_a_field_is_named_as_its_form_names_it(config: dict[str, Any], says: str) -> None:
    node = Node(id="ask", kind="escalate.review", config=config)
    _, problems = compile_drawing(Document(format="interlock/1", nodes=(node,)), discover())
    assert any(says in each.message for each in problems), [each.message for each in problems]
    assert all(each.path[:3] == ("nodes", "0", "config") for each in problems)


@given(st.lists(st.integers(0, 9) | st.sampled_from(["choices", "name", "editable", "schema", "due_hours", "x"])))
def test_a_place_that_is_nowhere_keeps_its_parts(place: list[int | str]) -> None:
    found = labelled(place, SCHEMA)
    assert len(found) == len(place)
    assert all(isinstance(said, int) for said, part in zip(found, place, strict=True) if isinstance(part, int))
