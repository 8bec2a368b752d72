"""What the card of a case shows, and whose words stand where: Interlock's own never among what others wrote."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from runtime.models import Escalation
from tests.makers import runs
from tests.makers.leads import ADA
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db


def boxes(page: str) -> dict[str, str]:
    """The frames of a card by whose words they hold."""
    parts = page.partition('class="rest"')[0].split('<div class="material" data-whose="')[1:]
    return {part.partition('"')[0]: part.partition("</section>")[0] for part in parts}


def test_what_interlock_says_itself_never_stands_among_what_others_wrote(reviewer: Client) -> None:
    story = runs.qualified()
    show = {"Message": "Hello <b>you</b>", "The machine's guess": {"choice": "buy", "reason": "The score is too low."}}
    case = story.asks("read_message", "What is it?", show=show, choices=[{"name": "buy"}])
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    found = boxes(page)
    assert set(found) == {"both", "found"}
    assert "Not written by Interlock." in found["both"]
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in found["both"]
    assert "The score is too low." in found["found"]
    assert "Not written by Interlock" not in found["found"]


def test_what_is_shown_later_says_so_outside_of_what_others_wrote(reviewer: Client) -> None:
    case = runs.asked()
    Escalation.objects.filter(pk=case.pk).update(
        asked={**case.asked, "show": {"Guess": "(shown after your answer)", "Name": "Bo"}},
        behind={"gates": [], "show": {"Guess": "SECRET"}, "hidden": [], "reasons": [], "editable": {}},
    )
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert "Shown after your answer: Guess." in page
    assert "SECRET" not in page


def test_a_failed_finding_that_stands_among_the_reasons_is_not_said_twice(reviewer: Client) -> None:
    case = runs.asked()
    rule = {"name": "it holds no code", "reason": "This rule is broken.", "leads_to": "fail"}
    why = [{"message": "It found a problem.", "details": ["Rule broken: “it holds no code”."]}]
    Escalation.objects.filter(pk=case.pk).update(reasons=why, asked={**case.asked, "show": {"Odd": [rule]}})
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert page.count("Rule broken: “it holds no code”.") == 1


def test_an_incident_shows_what_was_to_be_sent_and_the_case_and_none_of_interlocks_words_as_theirs() -> None:
    case = runs.incident()
    page = signed_in("administrator", name="ada").get(reverse("case_detail", args=[case.pk])).content.decode()
    found = boxes(page)
    assert "What it was about to send" in page
    assert "Dear Ada" in found["model"]
    assert ADA["message"] in found["case"]
    assert all(case.reasons[0]["message"] not in text for text in found.values())
    assert re.search(r"<dt>Failed</dt><dd><time", page)
    assert "<dt>Asked</dt>" not in page
