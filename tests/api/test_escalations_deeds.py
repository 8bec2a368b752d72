"""What programs do with cases beside settling them: hand over, put aside, write beside, answer many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from runtime.models import Escalation, Signal
from tests.makers.api_client import Caller, caller, problem
from tests.makers.cases import open_case, waiting_run

pytestmark = pytest.mark.django_db


def test_a_case_is_handed_over_however_often_it_is_said(rui: Caller, reviewer_rosa: User) -> None:
    case = open_case()
    for _ in range(2):
        told = rui.send("PUT", f"escalations/{case.pk}/assignment/", {"to": "rosa"})
        assert (told.status_code, told.json()) == (200, {"id": case.pk, "assignee": "rosa"})
    case.refresh_from_db()
    assert case.assignee == reviewer_rosa
    problem(rui.send("PUT", f"escalations/{case.pk}/assignment/", {"to": "nobody"}), 422, "no_such_person")
    caller(reviewer_rosa).post(f"escalations/{case.pk}/claim/")
    refused = problem(rui.send("PUT", f"escalations/{case.pk}/assignment/", {"to": "rui"}), 409, "claimed")
    assert refused["who"] == "rosa"


def test_a_case_is_put_aside_and_brought_back(rui: Caller) -> None:
    case = open_case()
    until = (timezone.now() + timedelta(days=2)).isoformat()
    told = rui.send("PUT", f"escalations/{case.pk}/pause/", {"until": until})
    assert told.status_code == 200, told.content
    assert rui.get(f"escalations/{case.pk}/").json()["snoozed_until"] == told.json()["snoozed_until"]
    for _ in range(2):
        assert rui.send("DELETE", f"escalations/{case.pk}/pause/").status_code == 204
    assert rui.get(f"escalations/{case.pk}/").json()["snoozed_until"] is None


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2020-01-01T00:00:00Z", "not_then"),
        ("9999-12-31T23:59:59-23:59", "not_then"),
        ("2026-03-02T09:00:00", "invalid"),
        ("tomorrow", "invalid"),
        (4102444800, "invalid"),
        (None, "invalid"),
    ],
)
def test_a_time_that_is_none_or_not_ahead_changes_nothing(rui: Caller, until: object, code: str) -> None:
    case = open_case()
    problem(rui.send("PUT", f"escalations/{case.pk}/pause/", {"until": until}), 422, code)
    case.refresh_from_db()
    assert case.snoozed_until is None


def test_remarks_are_written_and_read_with_whom_they_reach(rui: Caller, reviewer_rosa: User) -> None:
    case = open_case()
    told = rui.post(f"escalations/{case.pk}/remarks/", {"text": " @rosa and @nobody, look "})
    assert told.status_code == 201, told.content
    assert told.json()["text"] == "@rosa and @nobody, look"
    assert (told.json()["mentions"], told.json()["unknown"]) == (["rosa"], ["nobody"])
    rui.post(f"escalations/{case.pk}/remarks/", {"text": "Again."})
    rows = caller(reviewer_rosa).get(f"escalations/{case.pk}/remarks/").json()["results"]
    assert [(row["by"], row["text"], row["mentions"]) for row in rows] == [
        ("rui", "@rosa and @nobody, look", ["rosa"]),
        ("rui", "Again.", []),
    ]
    for text in ("", "   ", "x" * 4_001):
        problem(rui.post(f"escalations/{case.pk}/remarks/", {"text": text}), 422, "invalid")


def many(who: Caller, *cases: Escalation, **more: Any) -> Any:
    listed = [{"id": case.pk, "digest": case.digest} for case in cases]
    return who.post("escalations/resolutions/", {"cases": listed, "choice": "approve", **more})


def test_many_cases_get_one_answer_and_each_says_what_became_of_it(rui: Caller) -> None:
    run = waiting_run()
    first, second = (open_case(run, asked={"bulk": True}) for _ in range(2))
    alone, hidden = open_case(run), open_case(run, queue="legal", asked={"bulk": True})
    told = many(rui, first, second, alone, hidden)
    assert told.status_code == 200, told.content
    assert [(row["id"], row["state"], row["code"]) for row in told.json()["results"]] == [
        (first.pk, "resolved", None),
        (second.pk, "resolved", None),
        (alone.pk, None, "one_by_one"),
        (hidden.pk, None, "not_found"),
    ]
    assert Signal.objects.count() == 2
    assert [row["code"] for row in many(rui, first).json()["results"]] == ["already_resolved"]


def test_many_answers_can_be_taken_back_within_their_time_of_grace(rui: Caller) -> None:
    case = open_case(asked={"bulk": True})
    assert many(rui, case, grace_s=30).json()["results"][0]["state"] == "resolved"
    assert rui.send("DELETE", f"escalations/{case.pk}/resolution/").status_code == 204


@pytest.mark.parametrize("cases", [[], [{"id": "x"}], [{"id": "x", "digest": "0"}] * 101, "all", None])
def test_what_is_no_list_of_cases_is_refused(rui: Caller, cases: object) -> None:
    problem(rui.post("escalations/resolutions/", {"cases": cases, "choice": "approve"}), 422, "invalid")


def test_a_case_that_is_none_is_not_found_among_many(rui: Caller) -> None:
    given = {"cases": [{"id": "nonsense", "digest": "0"}], "choice": "approve"}
    assert rui.post("escalations/resolutions/", given).json()["results"][0]["code"] == "not_found"
