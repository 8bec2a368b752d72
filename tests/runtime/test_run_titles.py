"""Titles of runs: what tells one case from another, and nothing that is secret, long or able to mislead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.run_titles import LONGEST, title_of


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"name": "Ray Delgado", "email": "ray@okafor.example", "company": "Okafor Labs"}, "Ray Delgado · Okafor Labs"),
        ({"ticket": "T-1", "name": "Nora", "subject": "Login", "body": "I cannot"}, "Login · Nora · T-1"),
        ({"name": None, "email": "ray@okafor.example", "seats": 4}, "ray@okafor.example"),
        ({"orderNumber": 12, "customerName": "Elin Dahl"}, "Elin Dahl · 12"),
        ({"customer_id": "C-5", "crm": {"name": "Marta Silva"}}, "Marta Silva · C-5"),
        ({"message": "The kettle\nleaks."}, "The kettle leaks."),
        ({"name": "unknown", "message": "Please call"}, "Please call"),
        ({"seats": 4, "vip": True, "rows": ["a"], "none": None}, ""),
        ("a text alone", "a text alone"),
        ({}, ""),
        (None, ""),
        ([{"name": "Ada"}], ""),
        (7, ""),
    ],
)
def test_a_title_says_what_a_run_is_about_and_whom(given: Any, title: str) -> None:
    assert title_of(given) == title


@pytest.mark.parametrize(
    "name", ["password", "api_key", "apiKey", "customer_iban", "cardNumber", "health_note", "auth", "x" * 81]
)
def test_what_is_called_a_secret_never_stands_in_a_title(name: str) -> None:
    assert title_of({name: "hunter2", "nested": {name: "hunter2"}}) == ""
    assert title_of({name: {"name": "hunter2"}}) == ""


def test_nothing_that_misleads_or_that_a_database_refuses_stands_in_a_title() -> None:
    assert title_of({"name": "\u202eevil\x00\ud800\nline"}) == "evil line"


def test_what_is_long_is_cut_and_only_its_beginning_is_looked_at() -> None:
    title = title_of({"subject": "a" * 10**6, "name": "b" * 10**6})
    assert len(title) == LONGEST
    assert title.endswith("…")


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=30), inner, max_size=8),
    max_leaves=30,
)


@given(VALUES)
def test_whatever_comes_in_a_title_is_one_short_printable_line(value: Any) -> None:
    title = title_of(value)
    assert len(title) <= LONGEST
    assert title.isprintable()
