"""A schema as a form, and the form as JSON again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.fields import fields_of, read_fields


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("each", "control"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "string", "maxLength": 5000}, "long"),
        ({"type": "integer"}, "number"),
        ({"type": ["number", "null"]}, "number"),
        ({"type": "boolean"}, "flag"),
        ({"enum": ["a", "b"]}, "choice"),
        ({"type": "array"}, "json"),
        ({}, "json"),
        ({"type": ["integer", "string", "null"]}, "text"),
    ],
)
def test_each_schema_gets_the_input_that_suits_it(each: dict[str, Any], control: str) -> None:
    (field,) = fields_of(schema(x=each))
    assert field.control == control


@pytest.mark.parametrize(
    ("each", "text", "value"),
    [
        ({"type": "string"}, " Ada ", "Ada"),
        ({"type": "integer"}, "60", 60),
        ({"type": "number"}, "-1.5e3", -1500.0),
        ({"type": "integer"}, "sixty", "sixty"),
        ({"type": "number"}, "NaN", "NaN"),
        ({"type": "number"}, "Infinity", "Infinity"),
        ({"type": "integer"}, "9" * 5000, "9" * 5000),
        ({"type": "boolean"}, "on", True),
        ({"type": "array"}, "[1, 2]", [1, 2]),
        ({"type": "array"}, "[1, ", "[1, "),
        ({}, '{"a": NaN}', '{"a": NaN}'),
        ({"type": ["integer", "string", "null"]}, " 60 ", 60),
        ({"type": ["integer", "string"]}, "about 60", "about 60"),
        ({"type": ["integer", "string"]}, "1.5", "1.5"),
        ({"type": ["number", "string"]}, "1.5", 1.5),
        ({"type": ["number", "string"]}, "0171", "0171"),
        ({"type": ["integer", "string"]}, "+4930", "+4930"),
        ({"type": ["number", "string"]}, "12e3", "12e3"),
        ({"type": "string"}, "60", "60"),
    ],
)
def test_what_was_posted_becomes_json_or_stays_text_to_be_refused(each: dict[str, Any], text: str, value: Any) -> None:
    assert read_fields(schema(x=each), {"field-x": text}) == {"x": value}


def test_what_was_left_empty_is_left_out_but_an_unset_flag_is_false() -> None:
    assert read_fields(schema(a={"type": "string"}, b={"type": "boolean"}), {"field-a": " "}) == {"b": False}


def test_a_refused_form_shows_what_was_entered_and_the_error_beside_it() -> None:
    (field,) = fields_of(schema(a={"type": "integer"}), {"a": 3}, {"field-a": "x"}, {"a": "A number is needed."})
    assert (field.value, field.error) == ("x", "A number is needed.")


KEYWORDS = ("type", "enum", "title", "default", "format", "maxLength", "required", "properties", "description")
ODD = (
    st.none()
    | st.text(max_size=4)
    | st.integers()
    | st.lists(st.text(max_size=4) | st.none() | st.integers(), max_size=3)
)


@given(st.dictionaries(st.sampled_from(KEYWORDS), ODD | st.dictionaries(st.text(max_size=3), ODD), max_size=6))
def test_no_schema_breaks_the_form(strange: dict[str, Any]) -> None:
    fields_of({"properties": {"x": strange}, "required": ["x"]})
    fields_of(strange)
