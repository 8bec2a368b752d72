"""Cells become values as their reader chose to write them, or are refused; none is bent."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.fields import fields_of
from runtime.triggers.cells import Read, Reading, guessed, read

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "company": {"type": "string", "title": "Company name"},
        "seats": {"type": "integer", "minimum": 1},
        "price": {"type": "number"},
        "since": {"type": "string", "format": "date"},
        "vip": {"type": "boolean"},
        "size": {"enum": ["small", "large"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "budget": {"type": ["number", "string"]},
        "desks": {"type": ["integer", "string", "null"]},
    },
    "required": ["company"],
}
ORDER = list(SCHEMA["properties"])


def row(decimal: str = "point", dates: str = "iso", **cells: str) -> Read:
    columns = {name: place for place, name in enumerate(ORDER)}
    texts = [cells.get(name, "") for name in ORDER]
    return read(SCHEMA, fields_of(SCHEMA), texts, Reading(columns, decimal, dates))


def test_a_whole_row_becomes_an_input() -> None:
    found = row(
        company=" Acme ", seats="12", price="1,234.50", since="2026-05-01", vip="Yes", size="large", tags='["a"]'
    )
    assert not found.errors
    assert found.input == {
        "company": "Acme",
        "seats": 12,
        "price": 1234.5,
        "since": "2026-05-01",
        "vip": True,
        "size": "large",
        "tags": ["a"],
    }


def test_an_empty_cell_is_left_out_and_a_needed_one_is_missed() -> None:
    assert row(company="Acme").input == {"company": "Acme"}
    assert "company" in row(seats="1").errors


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        ("point", "1234.5", 1234.5),
        ("point", "1,234,567.5", 1234567.5),
        ("point", "1 234.5", 1234.5),
        ("point", "1\u00a0234", 1234),
        ("point", "-7", -7),
        ("point", "1e3", 1000.0),
        ("point", "1,5", None),
        ("point", "1,23,456", None),
        ("point", "1.234,5", None),
        ("comma", "1234,5", 1234.5),
        ("comma", "1.234,5", 1234.5),
        ("comma", "1.234", 1234),
        ("comma", "1.5", None),
        ("comma", "1,234,5", None),
        ("point", "12 3", None),
        ("point", "7 €", None),
        ("point", "NaN", None),
        ("point", "1e999", None),
        ("point", "\u0663", None),
    ],
)
def test_numbers_are_read_as_chosen(decimal: str, text: str, value: float | None) -> None:
    found = row(decimal, company="A", price=text)
    assert found.input.get("price") == value
    assert ("price" in found.errors) == (value is None)


@pytest.mark.parametrize(
    ("dates", "text", "value"),
    [
        ("iso", "2026-02-28", "2026-02-28"),
        ("dmy", "2026-02-28", "2026-02-28"),
        ("dmy", "28.02.2026", "2026-02-28"),
        ("dmy", "3/4/2026", "2026-04-03"),
        ("mdy", "3/4/2026", "2026-03-04"),
        ("iso", "3/4/2026", None),
        ("iso", "2026-02-30", None),
        ("dmy", "30.02.2026", None),
        ("mdy", "28/02/2026", None),
        ("dmy", "3.4.26", None),
    ],
)
def test_dates_are_read_as_chosen(dates: str, text: str, value: str | None) -> None:
    found = row(dates=dates, company="A", since=text)
    assert found.input.get("since") == value
    assert ("since" in found.errors) == (value is None)


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("FALSE", False), ("1", True), ("0", False), ("maybe", None)]
)
def test_yes_and_no_are_few_words(text: str, value: bool | None) -> None:
    found = row(company="A", vip=text)
    assert found.input.get("vip") is value
    assert ("vip" in found.errors) == (value is None)


@pytest.mark.parametrize(
    ("field", "text"), [("seats", "1.5"), ("seats", "0"), ("size", "Large"), ("tags", "a, b"), ("tags", "[1]")]
)
def test_what_does_not_fit_is_told_at_its_cell(field: str, text: str) -> None:
    assert list(row(company="A", **{field: text}).errors) == [field]


def test_columns_are_guessed_by_name_and_title_and_each_is_given_once() -> None:
    header = ["ID", "company NAME", "Seats ", "seats", "Preis", "vip", "SINCE"]
    assert guessed(SCHEMA, header) == {"company": 1, "seats": 2, "vip": 5, "since": 6}


@given(st.text(max_size=20), st.sampled_from(["point", "comma"]), st.sampled_from(["iso", "dmy", "mdy"]))
def test_no_text_becomes_a_number_that_is_none(text: str, decimal: str, dates: str) -> None:
    found = row(decimal, dates, company="A", price=text, since=text, vip=text, tags=text)
    value = found.input.get("price")
    assert value is None or (isinstance(value, int | float) and math.isfinite(value))


@given(st.integers(-(10**12), 10**12), st.sampled_from(["point", "comma"]))
def test_a_grouped_number_is_the_same_number(number: int, decimal: str) -> None:
    written = f"{number:,}" if decimal == "point" else f"{number:,}".replace(",", ".")
    assert row(decimal, company="A", price=written).input["price"] == number


@pytest.mark.parametrize(
    ("decimal", "field", "text", "value"),
    [
        ("point", "desks", "60", 60),
        ("point", "desks", "about 60", "about 60"),
        ("point", "desks", "1.5", "1.5"),
        ("comma", "budget", "1.234,5", 1234.5),
        ("comma", "budget", "1.234", 1234),
        ("point", "budget", "0171 22", "0171 22"),
        ("point", "budget", "9" * 400, "9" * 400),
    ],
)
def test_what_may_be_a_number_or_a_text_is_a_number_where_it_is_written_as_one(
    decimal: str, field: str, text: str, value: Any
) -> None:
    found = row(decimal=decimal, company="Acme", **{field: text})
    assert (found.input[field], dict(found.errors)) == (value, {})
