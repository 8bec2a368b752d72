"""The pages of cases: seeing one, taking it, settling it once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from runtime.models import Escalation, Signal
from tests.makers import runs
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db


def settle(client: Client, case: Escalation, **given: Any) -> Any:
    return client.post(reverse("case_detail", args=[case.pk]), {"digest": case.digest, **given})


def state(case: Escalation) -> str:
    return Escalation.objects.get(pk=case.pk).state


def test_a_case_says_why_it_stopped_and_what_can_be_answered(reviewer: Client) -> None:
    case = runs.asked()
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    for told in ("More seats are asked for than there are employees.", "Go on with it", "Drop it", "needs a comment"):
        assert told in page
    assert case.digest in page


def test_looking_at_a_case_decides_nothing(reviewer: Client) -> None:
    case = runs.asked()
    reviewer.get(reverse("case_detail", args=[case.pk]) + f"?choice=continue&digest={case.digest}")
    assert state(case) == "open"


def test_an_answer_settles_the_case_and_signals_the_run(reviewer: Client) -> None:
    case = runs.asked()
    answer = settle(reviewer, case, choice="continue", **{"field-seats": "12", "field-company": "Fabrikam"})
    assert answer["Location"] == reverse("run_detail", args=[case.run_id])
    resolution = Signal.objects.get().data["resolution"]
    assert (resolution["choice"], resolution["edits"], resolution["by"]) == ("continue", {"seats": 12}, "rui")


def test_the_second_answer_is_told_who_was_first(reviewer: Client) -> None:
    case = runs.asked()
    settle(reviewer, case, choice="continue")
    answer = settle(reviewer, case, choice="continue")
    assert answer.status_code == 409
    assert "rui" in answer.content.decode()
    assert Signal.objects.count() == 1


def test_an_answer_to_what_was_not_shown_is_stale(reviewer: Client) -> None:
    case = runs.asked()
    assert settle(reviewer, case, choice="continue", digest="0" * 64).status_code == 409
    assert state(case) == "open"


def test_a_missing_comment_is_asked_for_and_nothing_that_was_entered_is_lost(reviewer: Client) -> None:
    case = runs.asked()
    answer = settle(reviewer, case, choice="drop", **{"field-seats": "77"})
    assert answer.status_code == 422
    assert "needs a comment" in answer.content.decode()
    assert 'value="77"' in answer.content.decode()


def test_an_edit_that_does_not_fit_is_shown_beside_its_field(reviewer: Client) -> None:
    case = runs.asked()
    answer = settle(reviewer, case, choice="continue", **{"field-seats": "many"})
    assert answer.status_code == 422
    assert 'id="field-seats-error"' in answer.content.decode()


def test_a_form_is_filled_in(reviewer: Client) -> None:
    case = runs.incomplete()
    given = {"field-name": "Cora", "field-email": "cora@contoso.example"}
    assert settle(reviewer, case, choice="answered", **given).status_code == 302
    answers = Signal.objects.get().data["resolution"]["answers"]
    assert answers == {"name": "Cora", "email": "cora@contoso.example", "newsletter": False}


def test_a_form_with_something_missing_stays_open_and_says_so_beside_the_field(reviewer: Client) -> None:
    case = runs.incomplete()
    answer = settle(reviewer, case, choice="answered", **{"field-name": "  ", "field-email": "a@b.example"})
    assert answer.status_code == 422
    assert 'id="field-name-error"' in answer.content.decode()
    assert 'id="field-email-error"' not in answer.content.decode()
    assert state(case) == "open"


def test_no_button_stands_out_unless_the_designer_says_so(reviewer: Client) -> None:
    case = runs.asked()
    address = reverse("case_detail", args=[case.pk])
    assert "button main" not in reviewer.get(address).content.decode()
    choices = [{**case.asked["choices"][0], "main": True}, case.asked["choices"][1]]
    Escalation.objects.filter(pk=case.pk).update(asked={**case.asked, "choices": choices})
    assert reviewer.get(address).content.decode().count("button main") == 1


@pytest.mark.parametrize(
    ("given", "data"),
    [
        ({"choice": "retry"}, {"action": "retry"}),
        ({"choice": "retry", "field-value": "left from before"}, {"action": "retry"}),
        (
            {"choice": "skip", "field-value": '{"message_id": "by hand"}', "comment": "Sent by hand."},
            {"action": "skip", "value": {"message_id": "by hand"}, "port": "done"},
        ),
    ],
)
def test_an_incident_is_retried_or_skipped(given: dict[str, str], data: dict[str, Any]) -> None:
    case = runs.incident()
    ada = signed_in("administrator", name="ada")
    assert settle(ada, case, **given).status_code == 302
    told = Signal.objects.get().data
    assert {name: told[name] for name in data} == data


def test_a_case_of_another_queue_is_not_there(db: None) -> None:
    case = runs.asked()
    otto = signed_in("reviewer", name="otto")
    assert otto.get(reverse("case_detail", args=[case.pk])).status_code == 404
    assert settle(otto, case, choice="continue").status_code == 404
    assert state(case) == "open"


def test_whoever_may_only_look_cannot_settle(designer: Client) -> None:
    case = runs.incident()
    assert "disabled" in designer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert settle(designer, case, choice="retry").status_code == 403
    assert state(case) == "open"


def test_a_case_is_taken_and_given_back(reviewer: Client) -> None:
    case = runs.asked()
    address = reverse("case_claim", args=[case.pk])
    reviewer.post(address)
    assert "Give it back" in reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    reviewer.post(address, {"release": "1"})
    assert Escalation.objects.get(pk=case.pk).assignee is None


def test_whoever_finds_a_case_taken_is_told_by_whom_and_for_how_long(reviewer: Client) -> None:
    case = runs.asked()
    signed_in("administrator", name="ada").post(reverse("case_claim", args=[case.pk]))
    page = " ".join(strip_tags(reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()).split())
    assert "ada has taken this case. It is free again in 14 min." in page


def test_a_settled_case_names_the_answer_as_the_button_did(reviewer: Client) -> None:
    case = runs.asked()
    settle(reviewer, case, choice="drop", comment="A competitor.")
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert "<dd>Drop it</dd>" in page


def test_a_score_is_shown_as_people_read_it(reviewer: Client) -> None:
    reason = {"message": "It was not sure.", "signal": "confidence", "value": 0.5016352269247301, "limit": 0.65}
    case = runs.asked()
    Escalation.objects.filter(pk=case.pk).update(reasons=[reason])
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert "confidence 0.502, the limit is 0.650" in page


@pytest.mark.parametrize(
    ("choice", "sentence"), [("retry", "Settled. The run goes on."), ("fail", "Settled. The run ends here.")]
)
def test_whoever_settled_an_incident_is_told_what_becomes_of_the_run(db: None, choice: str, sentence: str) -> None:
    ada = signed_in("administrator", name="ada")
    case = runs.incident()
    page = ada.post(
        reverse("case_detail", args=[case.pk]),
        {"digest": case.digest, "choice": choice, "comment": "No use."},
        follow=True,
    )
    assert sentence in page.content.decode()


def test_the_list_has_the_oldest_case_first_and_filters(reviewer: Client) -> None:
    first, second = runs.incident(), runs.asked()
    page = reviewer.get(reverse("case_list")).content.decode()
    assert page.index(first.pk) < page.index(second.pk)
    page = reviewer.get(reverse("case_list"), {"queue": "sales"}).content.decode()
    assert first.pk not in page
    assert "No case fits" in reviewer.get(reverse("case_list"), {"whose": "mine"}).content.decode()


def test_what_a_case_shows_is_never_run(reviewer: Client) -> None:
    evil = "<img src=x onerror=alert(1)>"
    story = runs.Story(runs.blueprint(), {"seats": 1})
    case = story.asks("ask", evil, show={evil: evil}, choices=[{"name": "approve", "label": evil}])
    assert evil not in reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
