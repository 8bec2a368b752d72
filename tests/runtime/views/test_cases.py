"""The pages of cases: seeing one, taking it, settling it once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from runtime.cases import escalations, inbox
from runtime.models import Escalation, Queue, Run, Signal
from tests.makers import runs
from tests.makers.cases import open_case
from tests.makers.people import person
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings: Any) -> None:
    """Runs hear of answers at once, but for the tests of taking them back."""
    settings.INTERLOCK = {**settings.INTERLOCK, "UNDO_S": 0}


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


def test_what_was_found_is_said_once_unless_it_says_more(reviewer: Client) -> None:
    found = [{"code": "missing", "path": "email", "message": "The e-mail is missing."}]
    twin = [{"code": "duplicate", "message": "The e-mail is missing.", "run": "0" * 26}]
    why = [
        {
            "node": "a",
            "title": "A",
            "kind": "verify.quality",
            "message": "A problem.",
            "details": ["The e-mail is missing."],
        }
    ]
    case = open_case(
        asked={"show": {"What is wrong": found, "A twin": twin, "Lead": {"seats": 4}, "Odd": []}}, reasons=why
    )
    page = strip_tags(reviewer.get(reverse("case_detail", args=[case.pk])).content.decode())
    assert "What is wrong" not in page
    assert "Odd" not in page
    assert "A twin" in page
    assert "seats" in page


def test_the_title_of_its_run_tells_a_case_from_others_where_the_question_does_not(reviewer: Client) -> None:
    case = open_case()
    Run.objects.filter(pk=case.run_id).update(title="Ada <b> · Acme")
    for address in (reverse("case_list"), reverse("case_detail", args=[case.pk]), reverse("home")):
        assert "Ada &lt;b&gt; · Acme" in reviewer.get(address).content.decode(), address
    Escalation.objects.filter(pk=case.pk).update(question="May we write to Acme?")
    assert "Ada &lt;b&gt;" not in reviewer.get(reverse("case_list")).content.decode()


def test_looking_at_a_case_decides_nothing(reviewer: Client) -> None:
    case = runs.asked()
    reviewer.get(reverse("case_detail", args=[case.pk]) + f"?choice=continue&digest={case.digest}")
    assert state(case) == "open"


def test_an_answer_settles_the_case_and_signals_the_run(reviewer: Client) -> None:
    case = runs.asked()
    answer = settle(reviewer, case, choice="continue", **{"field-seats": "12", "field-company": "Fabrikam"})
    assert answer["Location"] == reverse("case_list") + f"?answered={case.pk}"
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
    assert "This choice needs a comment that says why." in answer.content.decode()
    assert 'maxlength="10000" aria-invalid="true"' in answer.content.decode()
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


def test_after_an_answer_comes_the_next_case_of_the_same_view_and_a_word_on_what_was_done(reviewer: Client) -> None:
    first, second = sorted((runs.asked(), runs.asked()), key=lambda case: case.pk)
    address = reverse("case_detail", args=[first.pk]) + "?queue=sales"
    answer = reviewer.post(address, {"digest": first.digest, "choice": "continue"})
    assert answer["Location"] == reverse("case_detail", args=[second.pk]) + f"?queue=sales&answered={first.pk}"
    page = reviewer.get(answer["Location"]).content.decode()
    assert second.digest in page
    assert f'data-answered="{first.pk}"' in page
    assert "Take it back" not in page


def test_an_answer_can_be_taken_back_for_a_while(reviewer: Client, settings: Any) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "UNDO_S": 30}
    case = runs.asked()
    page = reviewer.get(settle(reviewer, case, choice="continue")["Location"]).content.decode()
    assert "Take it back" in page
    assert Signal.objects.count() == 0
    back = reviewer.post(reverse("case_undo", args=[case.pk]))
    assert back["HX-Push-Url"] == reverse("case_detail", args=[case.pk])
    assert state(case) == "open"


@pytest.mark.parametrize(
    ("given", "box"), [({"field-seats": "50"}, False), ({"field-seats": "0", "as_it_is": "on"}, True)]
)
def test_what_was_answered_stands_in_the_form_again_once_it_is_taken_back(
    reviewer: Client, settings: Any, given: dict[str, str], box: bool
) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "UNDO_S": 30}
    case = misfitting()
    settle(reviewer, case, choice="continue", comment="They rang.", **given)
    page = reviewer.post(reverse("case_undo", args=[case.pk])).content.decode()
    assert f'value="{given["field-seats"]}"' in page
    assert ">They rang.</textarea>" in page
    assert "your answer before" in page
    assert ('id="as_it_is" checked' in page) is box
    assert ('id="field-seats-error"' in page) is box
    assert settle(reviewer, case, choice="continue", **given).status_code == 302


def test_a_form_that_was_taken_back_is_filled_in_as_it_was(reviewer: Client, settings: Any) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "UNDO_S": 30}
    form = {"properties": {"email": {"type": "string"}, "city": {"type": "string", "default": "Bern"}}}
    case = open_case(asked={"form": form}, kind="form")
    settle(reviewer, case, choice="answered", **{"field-email": "ada@example.org"})
    page = reviewer.post(reverse("case_undo", args=[case.pk])).content.decode()
    assert 'value="ada@example.org"' in page
    assert "Bern" not in page


def test_what_somebody_else_did_is_not_told_as_ones_own(reviewer: Client) -> None:
    case = runs.asked()
    settle(signed_in("administrator", name="ada"), case, choice="continue")
    page = reviewer.get(reverse("case_list"), {"answered": case.pk}).content.decode()
    assert f'data-answered="{case.pk}"' not in page


def test_the_list_has_the_oldest_case_first_and_filters(reviewer: Client) -> None:
    first, second = runs.incident(), runs.asked()
    page = reviewer.get(reverse("case_list")).content.decode()
    assert page.index(first.pk) < page.index(second.pk)
    page = reviewer.get(reverse("case_list"), {"queue": "sales"}).content.decode()
    assert first.pk not in page
    assert "No case fits" in reviewer.get(reverse("case_list"), {"view": "mine"}).content.decode()


def test_what_a_case_shows_is_never_run(reviewer: Client) -> None:
    evil = "<img src=x onerror=alert(1)>"
    story = runs.Story(runs.blueprint(), {"seats": 1})
    case = story.asks("ask", evil, show={evil: evil}, choices=[{"name": "approve", "label": evil}])
    assert evil not in reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()


def test_each_button_says_what_it_will_do(reviewer: Client) -> None:
    story = runs.Story(runs.blueprint(), {"seats": 200})
    story.does("size", "large", {"choice": "large"})
    choices = [{"name": "approve", "label": "Go on"}, {"name": "reject", "label": "Stop"}]
    case = story.asks("ask", "May we go on?", choices=choices)
    page = " ".join(strip_tags(reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()).split())
    assert "“Tell them” sends a mail to a@b.example. The run ends as “told”." in page
    assert "The run ends as “dropped”." in page


def test_what_the_machine_leans_to_is_shown_as_a_proposal_and_nothing_more(reviewer: Client) -> None:
    case = runs.asked()
    reason = {"kind": "decide.model", "message": "It was not sure.", "proposed": "continue"}
    Escalation.objects.filter(pk=case.pk).update(reasons=[reason])
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert page.count(">proposed<") == 1
    assert 'It leans to “<b class="theirs">Go on with it</b>”.' in page


def misfitting() -> Escalation:
    case = runs.asked()
    editable = {"seats": {"value": 0, "schema": {"type": "integer", "minimum": 1}}}
    Escalation.objects.filter(pk=case.pk).update(asked={**case.asked, "editable": editable})
    return case


def test_a_value_that_did_not_fit_to_begin_with_is_not_let_through_unseen(reviewer: Client) -> None:
    case = misfitting()
    assert "must be at least 1" in reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    answer = settle(reviewer, case, choice="continue", **{"field-seats": "0"})
    assert answer.status_code == 422
    assert 'id="field-seats-error"' in answer.content.decode()
    assert state(case) == "open"


@pytest.mark.parametrize(
    "given",
    [
        {"choice": "continue", "field-seats": "12"},
        {"choice": "continue", "field-seats": "0", "as_it_is": "on"},
        {"choice": "drop", "field-seats": "0", "comment": "A test."},
    ],
)
def test_it_is_corrected_or_left_on_purpose_or_does_not_matter_any_more(
    reviewer: Client, given: dict[str, str]
) -> None:
    case = misfitting()
    assert settle(reviewer, case, **given).status_code == 302
    assert state(case) == "resolved"


def test_the_rest_of_the_run_is_one_click_away(reviewer: Client) -> None:
    case = runs.asked()
    assert "budget_eur" not in reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert "budget_eur" in reviewer.get(reverse("case_rest", args=[case.pk])).content.decode()


def test_htmx_is_given_the_pane_alone(reviewer: Client) -> None:
    case = runs.asked()
    answer = reviewer.get(reverse("case_detail", args=[case.pk]), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert page.strip().startswith("<section")
    assert case.digest in page
    assert 'id="rows"' not in page
    assert "HX-Request" in answer["Vary"]


def test_a_case_is_handed_over_put_aside_and_written_beside(reviewer: Client) -> None:
    queue = Queue.objects.get(name="sales")
    queue.members.add(person("rosa", "reviewer"))
    case, other = sorted((runs.asked(), runs.asked()), key=lambda each: each.pk)
    reviewer.post(reverse("case_remark", args=[case.pk]), {"text": "@rosa, have a look."})
    reviewer.post(reverse("case_assign", args=[case.pk]), {"to": "rosa"})
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    for told in ("Meant for", "handed it to rosa", "have a look."):
        assert told in page
    aside = reviewer.post(reverse("case_snooze", args=[case.pk]), {"hours": "1"})
    assert other.pk in aside["Location"]
    assert [each.pk for each in inbox.listed(case_reader(), inbox.Wanted("snoozed"), timezone.now()).cases] == [case.pk]


def case_reader() -> Any:
    return get_user_model()._default_manager.get(username="rui")


def test_what_is_refused_is_said_and_the_case_stays(reviewer: Client) -> None:
    case = runs.asked()
    for name, given in (("case_assign", {"to": "nobody"}), ("case_remark", {"text": " "}), ("case_undo", {})):
        page = reviewer.post(reverse(name, args=[case.pk]), given, follow=True).content.decode()
        assert 'data-family="problem"' in page, name
    assert state(case) == "open"


def test_a_case_that_needs_two_people_says_so_and_lets_one_take_his_answer_back(reviewer: Client) -> None:
    case = open_case(reviewers=2)
    settle(reviewer, case, choice="approve")
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert "You have answered" in page
    assert "1 given; 2 people have to say the same" in " ".join(page.split())
    reviewer.post(reverse("case_undo", args=[case.pk]))
    assert case.votes.count() == 0


def test_the_inbox_asks_the_database_no_more_when_it_is_full(
    reviewer: Client, django_assert_max_num_queries: Any
) -> None:
    run = runs.asked().run
    for _ in range(60):
        open_case(run)
    case = Escalation.objects.order_by("-pk")[0]
    with django_assert_max_num_queries(18):
        reviewer.get(reverse("case_detail", args=[case.pk]))
    with django_assert_max_num_queries(8):
        reviewer.get(reverse("case_detail", args=[case.pk]), headers={"HX-Request": "true"})
    assert escalations.open_cases(case_reader()).count() == 61
