"""An answer can be taken back for a while; then the run goes on, once, whatever happened in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from runtime import audit, journal, runs
from runtime.cases import escalations
from runtime.cases.escalations import Answer, Refused, Resolved, Undone, Voted, resolve, undo
from runtime.models import Escalation, Run, Signal
from tests.makers.cases import NOW, incident, open_case

pytestmark = pytest.mark.django_db

GRACE_S = 5.0
SOON = NOW + timedelta(seconds=4)
AFTER = NOW + timedelta(seconds=5)


def settled(user: User, **fields: Any) -> Escalation:
    case = open_case(**fields)
    outcome = resolve(case.pk, user, Answer("approve", digest=case.digest), NOW, GRACE_S)
    assert isinstance(outcome, Resolved)
    assert outcome.goes_on_at == AFTER
    return Escalation.objects.get(pk=case.pk)


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_the_run_hears_of_an_answer_when_its_time_of_grace_is_over_and_not_before(reviewer_rui: User) -> None:
    case = settled(reviewer_rui)
    assert escalations.go_on_due(SOON) == 0
    assert Signal.objects.count() == 0
    assert Run.objects.get().status == "waiting"
    assert (escalations.go_on_due(AFTER), escalations.go_on_due(AFTER)) == (1, 0)
    assert Signal.objects.get().data == {"escalation": case.pk, "resolution": case.resolution}
    assert Run.objects.get().status == "queued"


def test_whoever_looks_for_work_wakes_up_in_time(reviewer_rui: User) -> None:
    settled(reviewer_rui)
    assert journal.next_wake() == AFTER
    escalations.go_on_due(AFTER)
    assert journal.next_wake() is None


def test_an_answer_that_was_taken_back_leaves_the_case_as_it_was_and_with_whoever_took_it_back(
    reviewer_rui: User, reviewer_rosa: User
) -> None:
    case = settled(reviewer_rui)
    taken_back = undo(case.pk, reviewer_rui, SOON)
    assert isinstance(taken_back, Undone)
    assert taken_back.answer["choice"] == "approve"
    case.refresh_from_db()
    assert (case.state, case.resolution, case.resolved_by, case.goes_on_at) == ("open", None, "", None)
    assert case.assignee == reviewer_rui
    assert escalations.go_on_due(AFTER) == 0
    assert Signal.objects.count() == 0
    assert [entry.action for entry in audit.of(case)] == ["escalation.resolved", "escalation.undone"]
    answer = Answer("reject", comment="no", digest=case.digest)
    assert code_of(resolve(case.pk, reviewer_rosa, answer, SOON)) == "claimed"
    assert isinstance(resolve(case.pk, reviewer_rui, answer, SOON), Resolved)


def test_nobody_else_settles_the_case_meanwhile_and_nobody_else_takes_the_answer_back(
    reviewer_rui: User, reviewer_rosa: User
) -> None:
    case = settled(reviewer_rui)
    assert code_of(resolve(case.pk, reviewer_rosa, Answer("approve", digest=case.digest), SOON)) == "already_resolved"
    assert code_of(undo(case.pk, reviewer_rosa, SOON)) == "not_yours"


@pytest.mark.parametrize("gone_on", [True, False])
def test_after_the_time_of_grace_it_is_too_late(reviewer_rui: User, gone_on: bool) -> None:
    case = settled(reviewer_rui)
    if gone_on:
        escalations.go_on_due(AFTER)
    assert code_of(undo(case.pk, reviewer_rui, AFTER)) == "too_late"


def test_an_answer_without_grace_cannot_be_taken_back(reviewer_rui: User) -> None:
    case = open_case()
    resolve(case.pk, reviewer_rui, Answer("approve", digest=case.digest), NOW)
    assert code_of(undo(case.pk, reviewer_rui, NOW)) == "too_late"


def test_the_due_time_may_pass_while_an_answer_can_be_taken_back(reviewer_rui: User) -> None:
    settled(reviewer_rui, due_at=SOON)
    assert escalations.expire_due(AFTER) == 0
    escalations.go_on_due(AFTER)
    assert Signal.objects.get().type == "answer"


def test_a_run_that_ended_meanwhile_hears_nothing(reviewer_rui: User) -> None:
    case = settled(reviewer_rui)
    Run.objects.update(status="cancelled")
    assert code_of(undo(case.pk, reviewer_rui, SOON)) == "too_late"
    escalations.go_on_due(AFTER)
    assert Signal.objects.count() == 0


def test_an_answer_from_before_a_run_was_cancelled_and_retried_neither_goes_on_nor_comes_back(
    reviewer_rui: User,
) -> None:
    case = settled(reviewer_rui)
    Run.objects.update(status="cancelled")
    assert not isinstance(runs.retry(case.run_id, None, "ada"), Refused)
    assert code_of(undo(case.pk, reviewer_rui, SOON)) == "too_late"
    escalations.go_on_due(AFTER)
    assert [signal.type for signal in Signal.objects.all()] == ["retry"]


def test_what_was_chosen_for_an_incident_waits_too(developer_dev: User) -> None:
    case = incident()
    resolve(case.pk, developer_dev, Answer("fail", comment="no use", digest=case.digest), NOW, GRACE_S)
    assert Signal.objects.count() == 0
    escalations.go_on_due(AFTER)
    assert Signal.objects.get().data["comment"] == "no use"


def test_a_vote_is_taken_back_while_others_are_waited_for(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case(reviewers=2)
    yes = Answer("approve", digest=case.digest)
    assert isinstance(resolve(case.pk, reviewer_rui, yes, NOW, GRACE_S), Voted)
    assert code_of(undo(case.pk, reviewer_rosa, SOON)) == "not_yours"
    assert isinstance(undo(case.pk, reviewer_rui, SOON), Undone)
    assert case.votes.count() == 0


def test_the_last_vote_is_taken_back_and_the_first_one_stands(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case(reviewers=2)
    yes = Answer("approve", digest=case.digest)
    resolve(case.pk, reviewer_rui, yes, NOW, GRACE_S)
    assert isinstance(resolve(case.pk, reviewer_rosa, yes, NOW, GRACE_S), Resolved)
    assert isinstance(undo(case.pk, reviewer_rosa, SOON), Undone)
    assert [vote.by for vote in case.votes.all()] == ["rui"]


def test_of_another_queues_case_nothing_is_taken_back(reviewer_rui: User, reviewer_otto: User) -> None:
    case = settled(reviewer_rui)
    assert code_of(undo(case.pk, reviewer_otto, SOON)) == "forbidden"
    assert code_of(undo("0" * 26, reviewer_otto, SOON)) == "not_found"
