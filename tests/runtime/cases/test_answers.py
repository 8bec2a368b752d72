from __future__ import annotations

from typing import Any

import pytest

from runtime.cases.answers import Answer, Asked, fitted
from runtime.refused import Refused
from tests.makers.cases import CHOICES, EDITABLE, FORM, INCIDENT

REVIEW = Asked("review", {"choices": CHOICES, "editable": EDITABLE, "form": None})
FORM_CASE = Asked("form", {"choices": [], "editable": {}, "form": FORM})
TROUBLE = Asked("incident", {"choices": INCIDENT}, frozenset({"done"}))


def refusal(question: Asked, answer: Answer) -> Refused:
    outcome = fitted(question, answer)
    assert isinstance(outcome, Refused)
    return outcome


def test_a_choice_that_was_offered_is_kept_as_it_came() -> None:
    answer = Answer("approve", {"subject": "Hi"}, "fine")
    assert fitted(REVIEW, answer) == answer


@pytest.mark.parametrize("choice", ["", "Approve", "overdue", "retry", None, 3, ["approve"], {"a": 1}])
def test_a_choice_that_was_not_offered_is_refused(choice: Any) -> None:
    assert refusal(REVIEW, Answer(choice)).code == "unknown_choice"


@pytest.mark.parametrize("comment", ["", " \n"])
def test_a_choice_that_needs_a_comment_is_refused_without_one(comment: str) -> None:
    assert refusal(REVIEW, Answer("reject", comment=comment)).code == "comment_required"


def test_an_edit_that_does_not_fit_its_schema_names_the_place() -> None:
    refused = refusal(REVIEW, Answer("approve", {"subject": "x" * 21}))
    assert (refused.code, refused.errors[0].path) == ("invalid_edits", "/edits/subject")


def test_only_what_was_opened_for_editing_may_be_edited() -> None:
    refused = refusal(REVIEW, Answer("approve", {"a/b": 1}))
    assert (refused.errors[0].code, refused.errors[0].path) == ("not_editable", "/edits/a~1b")


@pytest.mark.parametrize("edits", [None, [], "subject", 3])
def test_edits_that_are_no_object_are_refused(edits: Any) -> None:
    assert refusal(REVIEW, Answer("approve", edits)).code == "invalid_edits"


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        (Answer("approve", {"subject": "\ud800"}), "/edits/subject"),
        (Answer("approve", {"subject": float("nan")}), "/edits/subject"),
        (Answer("approve", {}, "a\x00b"), "/comment"),
        (Answer("\ud800"), "/choice"),
        (Answer("approve", {"subject": {"a": 10**30}}), "/edits/subject/a"),
    ],
)
def test_what_no_database_could_keep_is_refused_with_its_place(answer: Answer, path: str) -> None:
    refused = refusal(REVIEW, answer)
    assert (refused.code, refused.errors[0].path) == ("invalid_edits", path)


@pytest.mark.parametrize("comment", ["x" * 10_001, 3, None])
def test_a_comment_is_a_text_of_bounded_length(comment: Any) -> None:
    assert refusal(REVIEW, Answer("approve", comment=comment)).errors[0].path == "/comment"


def test_a_pattern_that_would_hang_other_engines_is_answered_at_once() -> None:
    evil = Asked("review", {"choices": CHOICES, "editable": {"a": {"schema": {"pattern": "^(a+)+$"}}}})
    assert refusal(evil, Answer("approve", {"a": "a" * 5000 + "!"})).code == "invalid_edits"


def test_a_form_takes_answers_that_fit_it() -> None:
    kept = fitted(FORM_CASE, Answer(answers={"phone": "1"}))
    assert kept == Answer("answered", answers={"phone": "1"})


def test_a_form_takes_its_answers_as_edits_too() -> None:
    assert fitted(FORM_CASE, Answer("answered", {"phone": "1"})) == Answer("answered", answers={"phone": "1"})


def test_a_form_that_is_not_filled_in_names_what_is_missing() -> None:
    refused = refusal(FORM_CASE, Answer("answered", answers={}))
    assert refused.code == "invalid_edits"
    assert refused.errors[0].message == "Phone is needed."


def test_a_form_has_no_other_choice() -> None:
    assert refusal(FORM_CASE, Answer("approve", answers={"phone": "1"})).code == "unknown_choice"


def test_a_review_takes_no_form_answers() -> None:
    assert refusal(REVIEW, Answer("approve", answers={"phone": "1"})).code == "invalid_edits"


def test_a_skipped_step_goes_on_with_the_given_value_through_done() -> None:
    kept = fitted(TROUBLE, Answer("skip", {"value": {"sent": True}}))
    assert kept == Answer("skip", {"value": {"sent": True}, "port": "done"})


def test_a_skipped_step_with_one_way_on_takes_it() -> None:
    kept = fitted(Asked("incident", {"choices": INCIDENT}, frozenset({"pass"})), Answer("skip"))
    assert kept == Answer("skip", {"value": None, "port": "pass"})


def test_a_skipped_step_with_several_ways_on_needs_a_port() -> None:
    crossing = Asked("incident", {"choices": INCIDENT}, frozenset({"pass", "fail"}))
    assert refusal(crossing, Answer("skip")).errors[0].path == "/edits/port"
    assert fitted(crossing, Answer("skip", {"port": "fail"})) == Answer("skip", {"value": None, "port": "fail"})


@pytest.mark.parametrize("port", ["nowhere", "", 3, None, ["done"]])
def test_a_step_cannot_be_skipped_into_the_void(port: Any) -> None:
    assert refusal(TROUBLE, Answer("skip", {"port": port})).code == "invalid_edits"


def test_a_retry_takes_no_value() -> None:
    assert refusal(TROUBLE, Answer("retry", {"value": 1})).errors[0].code == "not_editable"
