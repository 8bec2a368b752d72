"""Checking the form of a value."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Done
from runtime.nodes.verify_schema import KIND
from tests.makers.fakes import step

SCHEMA = {
    "type": "object",
    "properties": {"seats": {"type": "integer", "minimum": 1}, "mail": {"type": "string", "format": "email"}},
    "required": ["seats"],
    "additionalProperties": False,
}


async def errors(value: Any, schema: dict[str, Any] = SCHEMA) -> tuple[str | None, list[Any]]:
    outcome = await step(KIND, {"value": "input", "schema": schema}, value)
    assert isinstance(outcome, Done)
    assert isinstance(outcome.output, dict)
    found = outcome.output["errors"]
    assert isinstance(found, list)
    return outcome.port, found


@pytest.mark.parametrize("value", [{"seats": 1}, {"seats": 3.0}, {"seats": 2, "mail": "a@example.org"}])
async def test_what_fits_passes(value: Any) -> None:
    assert await errors(value) == ("pass", [])


@pytest.mark.parametrize(
    ("value", "path"),
    [
        *(({"seats": 0}, "/seats"), ({"seats": "1"}, "/seats"), ({"seats": True}, "/seats")),
        *(({"seats": 1.5}, "/seats"), ({"seats": 1, "mail": "no"}, "/mail"), ({}, ""), ([], ""), (None, "")),
        ({"seats": 1, "x": 1}, ""),
    ],
)
async def test_what_does_not_fit_fails_at_its_place(value: Any, path: str) -> None:
    port, found = await errors(value)
    assert port == "fail"
    assert path in [error["path"] for error in found]


async def test_a_value_that_cannot_be_computed_does_not_fit() -> None:
    outcome = await step(KIND, {"value": "input.gone", "schema": {}}, {})
    assert isinstance(outcome, Done)
    assert outcome.port == "fail"
    assert "input.gone" in str(outcome.output)


async def test_paths_are_json_pointers() -> None:
    _, found = await errors({"a/b": {"c~d": [1]}}, {"additionalProperties": {"additionalProperties": {"items": False}}})
    assert [error["path"] for error in found] == ["/a~1b/c~0d/0"]


async def test_errors_are_bounded_in_number_and_length() -> None:
    port, found = await errors(["x" * 1_000] * 500, {"items": {"type": "integer"}})
    assert (port, len(found)) == ("fail", 50)
    assert all(len(error["message"]) <= 300 for error in found)


async def test_a_pattern_cannot_hang() -> None:
    assert (await errors("a" * 90_000 + "b", {"pattern": "^(a+)+$"}))[0] == "fail"


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"type": "objekt"}, "/type"),
        ({"properties": {"a": {"minimum": "1"}}}, "/properties/a/minimum"),
        ({"pattern": "(?=x)"}, "/pattern"),
        ({"pattern": "("}, "/pattern"),
        ({"$ref": "https://example.com/schema.json"}, "Retrieval is disabled"),
        ({"$ref": "file:///etc/passwd"}, "Retrieval is disabled"),
        ({"$ref": "#/$defs/nowhere"}, "does not exist"),
        ({"required": "a"}, "/required"),
        ({"\ud800": 1, "type": "string"}, "surrogates"),
    ],
)
def test_a_bad_schema_is_refused_with_its_place_when_the_drawing_is_checked(schema: Any, place: str) -> None:
    with pytest.raises(ValidationError) as failure:
        KIND.params.model_validate({"value": "input", "schema": schema})
    (error,) = failure.value.errors(include_url=False)
    assert error["loc"] == ("schema",)
    assert place in error["msg"]


@pytest.mark.parametrize("schema", [True, [], "{}", None, 1])
def test_a_schema_is_an_object(schema: Any) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({"value": "input", "schema": schema})
