"""What does not fit a schema is told in words for people, at the place where it is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.json_schemas import errors_of, label

FIELDS: dict[str, Any] = {
    "name": {"type": "string", "minLength": 2},
    "seats": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
    "email": {"type": "string", "format": "email"},
    "size": {"enum": ["S", "M", 3]},
    "kind": {"const": "lead"},
    "tags": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    "code": {"type": "string", "pattern": "^[A-Z]+$"},
    "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
}
SCHEMA = {"type": "object", "properties": FIELDS, "required": ["name"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("given", "path", "sentence"),
    [
        ({}, "/name", "“name” is needed."),
        ({"name": "A"}, "/name", "“name” needs at least 2 characters."),
        ({"name": 3}, "/name", "“name” must be a text."),
        ({"name": "Ada", "seats": 0}, "/seats", "“seats” must be at least 1."),
        ({"name": "Ada", "seats": 10}, "/seats", "“seats” must be at most 9."),
        ({"name": "Ada", "seats": "x"}, "/seats", "“seats” must be a whole number or left empty."),
        ({"name": "Ada", "email": "n/a"}, "/email", "“email” must be a mail address, like name@example.com."),
        ({"name": "Ada", "size": "L"}, "/size", "“size” must be one of: “S”, “M”, 3."),
        ({"name": "Ada", "kind": "x"}, "/kind", "“kind” must be “lead”."),
        ({"name": "Ada", "tags": []}, "/tags", "“tags” needs at least 1 item."),
        ({"name": "Ada", "tags": ["a", 1]}, "/tags/1", "Item 2 must be a text."),
        ({"name": "Ada", "code": "a"}, "/code", "“code” does not have the form that is asked for."),
        ({"name": "Ada", "either": 1}, "/either", "“either” fits none of what is allowed here."),
        ({"name": "Ada", "more": 1}, "", "Not asked for: “more”."),
        ([], "", "This must be an object with named values."),
    ],
)
def test_what_does_not_fit_is_told_in_words_at_its_place(given: Any, path: str, sentence: str) -> None:
    assert errors_of(SCHEMA, given, beside=True) == [{"path": path, "message": sentence}]


def test_what_is_missing_is_told_at_the_object_that_lacks_it() -> None:
    assert errors_of(SCHEMA, {}) == [{"path": "", "message": "“name” is needed."}]


def test_what_fits_has_no_errors() -> None:
    assert errors_of(SCHEMA, {"name": "Ada", "seats": None}) == []


TITLED = {
    "type": "object",
    "required": ["author_email", "home_town"],
    "properties": {
        "author_email": {"type": "string", "format": "email", "title": "The author's e-mail"},
        "home_town": {"type": "string"},
        "seats": {"type": "array", "items": {"properties": {"row_no": {"type": "integer", "title": "Row"}}}},
    },
}


def test_a_form_calls_what_does_not_fit_as_it_calls_its_fields() -> None:
    given: Any = {"author_email": "n/a", "seats": [{"row_no": "x"}]}
    found = {error["path"]: error["message"] for error in errors_of(TITLED, given, beside=True, titled=True)}  # type: ignore[index,call-overload]  # as documented
    assert found == {
        "/author_email": "The author's e-mail must be a mail address, like name@example.com.",
        "/home_town": "Home town is needed.",
        "/seats/0/row_no": "Row must be a whole number.",
    }


@pytest.mark.parametrize("schema", [{"title": ""}, {"title": 3}, True, None])
def test_a_field_without_a_title_is_called_by_its_name(schema: object) -> None:
    assert label("home_town", schema) == "Home town"
