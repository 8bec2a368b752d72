"""The rows of the inbox say what a template would have said, only faster."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.text import Truncator
from hypothesis import given
from hypothesis import strategies as st

from runtime.templatetags.case_rows import cut, rows_of
from tests.makers.cases import incident, open_case, open_form, waiting_run


@given(text=st.text(max_size=40), most=st.integers(1, 30))
def test_a_text_is_cut_as_elsewhere(text: str, most: int) -> None:
    assert cut(text, most) == Truncator(text).chars(most)


@given(text=st.text(st.characters(max_codepoint=127), max_size=40), most=st.integers(1, 30))
def test_a_text_without_special_letters_is_cut_as_elsewhere(text: str, most: int) -> None:
    assert cut(text, most) == Truncator(text).chars(most)


def test_a_letter_with_thousands_of_marks_is_cut_too() -> None:
    assert cut("a" + "\u0301" * 10_000, 60) == "\u00e1" + "\u0301" * 478 + "…"


@pytest.mark.django_db
def test_a_row_leads_to_its_case_and_says_what_kind_it_is_and_who_has_it(reviewer_rui: User) -> None:
    run = waiting_run()
    taken = open_case(run, assignee=reviewer_rui, claimed_until=datetime(2026, 3, 2, 10, tzinfo=UTC), queue="data-desk")
    meant, form, broken = open_case(run, assignee=reviewer_rui), open_form(run=run), incident(run=run)
    first, *others = rows_of([taken, meant, form, broken], "?view=mine", meant.pk, [form.pk])
    assert first["workflow"] == f"{run.blueprint.name} {run.pk[-6:]}"
    assert first["href"] == reverse("case_detail", args=[taken.pk]) + "?view=mine"
    assert (first["who"], first["queue_words"], first["sort"], first["family"]) == (
        "with rui",
        "data desk",
        "",
        "escalate",
    )
    assert [row["who"] for row in others] == ["for rui", "", ""]
    assert [row["sort"] for row in others] == ["", "details missing", "incident"]
    assert [(row["here"], row["chosen"]) for row in others] == [(True, False), (False, True), (False, False)]
