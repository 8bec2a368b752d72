"""The cases over REST: seen by whom they concern, claimed by one, settled exactly once."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from runtime.ids import new_id
from runtime.models import Escalation, Signal
from tests.makers.api_client import Caller, caller, problem
from tests.makers.cases import open_case, open_form, waiting_run

pytestmark = pytest.mark.django_db


def settle(who: Caller, case: Escalation, **body: object) -> Any:
    given = {"choice": "approve", "digest": case.digest, **body}
    return who.post(f"escalations/{case.pk}/resolution/", given)


def test_a_case_shows_what_is_asked_and_why(rui: Caller) -> None:
    reasons = [{"node": "quality", "message": "not sure"}]
    case = open_case(asked={"show": {"Name": "Ada"}}, reasons=reasons)
    shown = rui.get(f"escalations/{case.pk}/").json()
    assert shown["digest"] == case.digest
    assert [choice["name"] for choice in shown["choices"]] == ["approve", "reject"]
    assert shown["reasons"] == reasons
    assert shown["context"] == {"Name": "Ada"}
    assert shown["due_at"] is None
    assert shown["created_at"] == "2026-03-02T09:00:00Z"


def test_the_list_is_filtered_by_state_queue_workflow_and_assignee(rui: Caller, reviewer_rui: User) -> None:
    mine = open_case(assignee=reviewer_rui)
    time.sleep(0.002)  # Ids are ordered by the millisecond.
    other = open_case(queue="", run=waiting_run("orders"))
    time.sleep(0.002)
    done = open_case(state="resolved", resolved_by="rosa", resolved_at=timezone.now())

    def ids(query: str) -> list[str]:
        return [case["id"] for case in rui.get(f"escalations/?{query}").json()["results"]]

    assert ids("") == [mine.pk, other.pk, done.pk]
    assert ids("state=open") == [mine.pk, other.pk]
    assert ids("queue=sales&state=open") == [mine.pk]
    assert ids("queue=") == [other.pk]
    assert ids("assignee=me") == [mine.pk]
    assert ids("workflow=orders") == [other.pk]


def test_cases_of_other_queues_are_not_there(rui: Caller, reviewer_otto: User) -> None:
    case = open_case()
    otto = caller(reviewer_otto)
    assert otto.get("escalations/").json()["results"] == []
    problem(otto.get(f"escalations/{case.pk}/"), 404, "not_found")
    problem(otto.post(f"escalations/{case.pk}/claim/"), 404, "not_found")
    problem(settle(otto, case), 404, "not_found")
    assert rui.get(f"escalations/{case.pk}/").status_code == 200


def test_a_claim_keeps_others_out_and_says_who_holds_it(rui: Caller, reviewer_rosa: User) -> None:
    case, rosa = open_case(), caller(reviewer_rosa)
    claimed = rui.post(f"escalations/{case.pk}/claim/")
    assert claimed.status_code == 200
    assert claimed.json()["assignee"] == "rui"
    refused = problem(rosa.post(f"escalations/{case.pk}/claim/"), 409, "claimed")
    assert refused["who"] == "rui"
    assert refused["at"] == claimed.json()["claimed_until"]
    problem(settle(rosa, case), 409, "claimed")
    assert rui.send("DELETE", f"escalations/{case.pk}/claim/").status_code == 204
    assert rosa.post(f"escalations/{case.pk}/claim/").status_code == 200


def test_the_first_resolution_counts_and_the_next_learns_who_and_when(rui: Caller, reviewer_rosa: User) -> None:
    case, rosa = open_case(), caller(reviewer_rosa)
    done = settle(rui, case, comment="fine", edits={"subject": "Hi"})
    assert done.status_code == 200, done.content
    refused = problem(settle(rosa, case), 409, "already_resolved")
    case.refresh_from_db()
    assert refused["who"] == "rui"
    assert refused["at"].startswith(str(case.resolved_at.date() if case.resolved_at else ""))
    assert case.resolution["edits"] == {"subject": "Hi"}
    assert Signal.objects.filter(run=case.run_id, type="answer").count() == 1


def test_an_answer_to_what_was_shown_before_is_stale(rui: Caller) -> None:
    case = open_case()
    problem(settle(rui, case, digest="0" * 64), 409, "stale")
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"choice": "burn"}, "unknown_choice"),
        ({"choice": "reject"}, "comment_required"),
        ({"edits": {"subject": 7}}, "invalid_edits"),
        ({"edits": {"price": 7}}, "invalid_edits"),
        ({"colour": "red"}, "invalid"),
        ({"comment": 7}, "invalid"),
        ({"digest": None}, "invalid"),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(rui: Caller, body: dict[str, object], code: str) -> None:
    case = open_case()
    problem(settle(rui, case, **body), 422, code)
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.parametrize("field", ["edits", "answers"])
def test_a_form_is_filled_in_by_edits_or_answers(rui: Caller, field: str) -> None:
    case = open_form()
    problem(settle(rui, case, choice="", **{field: {}}), 422, "invalid_edits")
    done = settle(rui, case, choice="", **{field: {"phone": "1"}})
    assert done.json()["resolution"]["answers"] == {"phone": "1"}


def test_a_vote_leaves_the_case_open(rui: Caller, reviewer_rosa: User) -> None:
    case = open_case(reviewers=2)
    vote = settle(rui, case).json()
    assert (vote["state"], vote["votes"], vote["votes_needed"]) == ("open", 1, 2)
    problem(settle(rui, case), 409, "already_voted")
    assert settle(caller(reviewer_rosa), case).json()["state"] == "resolved"


def test_reading_decides_nothing(rui: Caller) -> None:
    case = open_case()
    for path in ("", "claim/", "resolution/"):
        rui.get(f"escalations/{case.pk}/{path}")
    case.refresh_from_db()
    assert (case.state, case.assignee) == ("open", None)


def test_a_hostile_text_comes_back_as_json_only(rui: Caller) -> None:
    case = open_case()
    answer = settle(rui, case, choice="<script>alert(1)</script>")
    assert problem(answer, 422, "unknown_choice")["detail"] == "Choose one of: approve, reject."
    shown = rui.get(f"escalations/{new_id()}/?<script>=1")
    assert "<script>" in json.loads(shown.content)["errors"][0]["path"]
    assert shown["Content-Type"] == "application/problem+json"


def test_an_answer_with_a_time_of_grace_can_be_taken_back(rui: Caller) -> None:
    case = open_case()
    told = settle(rui, case, grace_s=30)
    assert told.json()["goes_on_at"]
    assert Signal.objects.count() == 0
    assert rui.send("DELETE", f"escalations/{case.pk}/resolution/").status_code == 204
    assert rui.get(f"escalations/{case.pk}/").json()["state"] == "open"
    problem(rui.send("DELETE", f"escalations/{case.pk}/resolution/"), 409, "not_yours")


def test_an_answer_without_grace_is_too_late_to_take_back(rui: Caller) -> None:
    case = open_case()
    assert settle(rui, case).json()["goes_on_at"] is None
    problem(rui.send("DELETE", f"escalations/{case.pk}/resolution/"), 409, "too_late")


@pytest.mark.parametrize("grace", [-1, 61, "5", None])
def test_a_time_of_grace_is_a_minute_at_most(rui: Caller, grace: object) -> None:
    assert settle(rui, open_case(), grace_s=grace).status_code in (400, 422)
