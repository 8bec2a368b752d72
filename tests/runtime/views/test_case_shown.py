"""What the card of a case shows, and whose words stand where: Interlock's own never among what others wrote."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from runtime.cases.escalations import Answer, resolve
from runtime.models import Escalation
from tests.makers import runs
from tests.makers.cases import NOW, open_case
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


@pytest.mark.parametrize("value", ['{"a": 1', "[1,", '"done by hand'])
def test_what_begins_like_json_and_is_none_is_no_text_that_goes_on(value: str) -> None:
    case, ada = runs.incident(), signed_in("administrator", name="ada")
    given = {"digest": case.digest, "choice": "skip", "field-value": value, "comment": "By hand."}
    answer = ada.post(reverse("case_detail", args=[case.pk]), given)
    assert answer.status_code == 422
    assert 'id="field-value-error"' in answer.content.decode()
    assert Escalation.objects.get(pk=case.pk).state == "open"


@pytest.mark.parametrize(
    ("value", "kept"), [("done by hand", "done by hand"), ("12", 12), ('"12"', "12"), ('{"a": 1}', {"a": 1})]
)
def test_a_text_needs_no_quotes(value: str, kept: object) -> None:
    case, ada = runs.incident(), signed_in("administrator", name="ada")
    given = {"digest": case.digest, "choice": "skip", "field-value": value, "comment": "By hand."}
    address = reverse("case_detail", args=[case.pk])
    assert "A text is taken as it is written" in ada.get(address).content.decode()
    assert ada.post(address, given).status_code == 302
    assert Escalation.objects.get(pk=case.pk).resolution["edits"]["value"] == kept


def test_what_was_refused_is_told_by_the_fields_title_and_beside_what_the_case_had() -> None:
    case = runs.incomplete()
    given = {"digest": case.digest, "choice": "answered", "field-name": "Ada", "field-email": "nobody"}
    reviewer = signed_in("administrator", name="ada")
    page = reviewer.post(reverse("case_detail", args=[case.pk]), given).content.decode()
    assert "E-mail must be a mail address, like name@example.com." in page.replace("&#x27;", "'")
    assert 'data-original=""' in page
    assert 'data-original="nobody"' not in page


def test_the_answer_of_somebody_who_may_not_give_one_any_more_is_not_counted(
    reviewer: Client, reviewer_rosa: User
) -> None:
    case = open_case(reviewers=2)
    resolve(case.pk, reviewer_rosa, Answer("approve", digest=case.digest), NOW)
    for may, given in ((True, 1), (False, 0)):
        User.objects.filter(pk=reviewer_rosa.pk).update(is_active=may)
        page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
        assert f"{given} given; 2 people have to say the same" in " ".join(page.split())
