"""An input to start from: what the schema offers, else what fits its types, and an address where one is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.examples import example
from runtime.json_schemas import errors_of

EMAIL = "ada@example.org"


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        ({"type": "string", "default": "d", "examples": ["e"]}, "d"),
        ({"type": "string", "examples": ["e", "f"]}, "e"),
        ({"type": "string", "enum": ["low", "high"]}, "low"),
        ({"type": "integer", "minimum": 7}, 7),
        ({"type": ["null", "string"], "minLength": 6}, "textxx"),
        ({"type": "string", "format": "email"}, EMAIL),
        ("no schema", {}),
    ],
)
def test_what_the_schema_offers_comes_first(schema: Any, made: Any) -> None:
    assert example(schema) == made


@pytest.mark.parametrize(
    ("name", "schema", "made"),
    [
        ("email", {"type": ["string", "null"]}, EMAIL),
        ("Customer E-Mail", {"type": "string"}, EMAIL),
        ("email_count", {"type": "string"}, "text"),
        ("email", {"type": "integer"}, 1),
        ("email", {"type": "string", "maxLength": 5}, "text"),
        ("email", {"type": "string", "examples": ["b@example.org"]}, "b@example.org"),
    ],
)
def test_a_field_that_is_called_an_address_gets_one(name: str, schema: dict[str, Any], made: Any) -> None:
    whole = {"type": "object", "properties": {name: schema}, "required": [name]}
    assert example(whole) == {name: made}
    assert not errors_of(whole, example(whole))
