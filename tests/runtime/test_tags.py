"""The tags of the pages: times as people say them, values as they read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.templatetags.interlock import FAMILY_WORDS, relative, starter, tree, unsigned, words

KINDS = Path(__file__).resolve().parents[2] / "static" / "canvas" / "model" / "kinds.ts"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=59), "in 59 min"),
        (timedelta(hours=20), "in 20 h"),
        (timedelta(hours=47, minutes=59), "in 47 h"),
        (timedelta(hours=48), "in 2 d"),
        (timedelta(days=13), "in 13 d"),
        (timedelta(days=15), "in 2 wk"),
        (-timedelta(hours=30), "30 h ago"),
    ],
)
def test_hours_are_said_up_to_two_days(ahead: timedelta, told: str) -> None:
    assert relative(NOW + ahead, NOW) == told


def test_a_finding_is_read_without_unfolding_it() -> None:
    shown = str(tree([{"code": "conflict", "path": "", "message": "More seats than people."}]))
    assert "More seats than people." in shown.partition("</summary>")[0]
    assert "2 fields" not in shown


def test_a_broken_rule_is_read_by_its_name_and_reason() -> None:
    for reason in ("This rule is broken.", "It does not hold."):
        shown = str(tree([{"name": "it is short", "reason": reason, "leads_to": "fail"}]))
        assert "Rule broken: “it is short”." in shown.partition("</summary>")[0]


def test_what_only_looks_like_a_broken_rule_keeps_its_own_words() -> None:
    shown = str(tree([{"name": "an order", "reason": "This rule is broken."}]))
    assert "“an order”: This rule is broken." in shown.partition("</summary>")[0]


def test_a_record_is_no_finding_and_what_it_says_is_escaped() -> None:
    assert "2 fields" in str(tree({"lead": {"a": 1, "b": 2}}))
    assert "<b>" not in str(tree([{"message": "<b>bold</b>"}]))


def test_a_customers_message_does_not_hide_what_stands_beside_it() -> None:
    lead = {"name": "Ada", "email": "ada@acme.example", "message": "Please call."}
    shown = str(tree({"The lead": lead}))
    assert "3 fields" in shown
    assert "<details open>" in shown


def test_pages_and_canvas_have_the_same_words_for_the_families() -> None:
    told = re.search(r"FAMILY_TITLES[^{]*\{(.*?)\};", KINDS.read_text(), re.DOTALL)
    assert told
    titles = dict(re.findall(r'(\w+): "([^"]+)"', told[1]))
    assert {family: title.lower() for family, title in titles.items() if family in FAMILY_WORDS} == FAMILY_WORDS


@pytest.mark.parametrize(
    ("requester", "said"),
    [("ada", "ada"), ("schedule:Each: day", "schedule “Each: day”"), ("form:", "form:"), ("", "")],
)
def test_what_started_a_run_is_said_in_words(requester: str, said: str) -> None:
    assert starter(requester) == said


def test_a_short_name_is_read_as_words() -> None:
    assert words("lead-qualification_of today") == "lead qualification of today"


def test_a_sentence_about_an_expression_is_told_without_its_signs() -> None:
    assert unsigned("A text and a whole number cannot be compared (`>=`).") == (
        "A text and a whole number cannot be compared."
    )
    assert unsigned("There is no field `seats`.") == "There is no field “seats”."
