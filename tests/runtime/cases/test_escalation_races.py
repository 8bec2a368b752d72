"""Exactly one wins, on real threads, in every one of the rounds."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from runtime.cases import escalations
from runtime.cases.escalations import Answer, Refused, Resolved, Voted, resolve
from runtime.cases.holds import claim
from runtime.models import AuditEntry, Escalation, Run, Signal
from tests.makers.cases import NOW, open_case
from tests.makers.races import kinds_of, race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 100


def approve(case: Escalation, user: User) -> Resolved | Voted | Refused:
    return resolve(case.pk, user, Answer("approve", digest=case.digest), NOW)


def end_run(case: Escalation) -> int:
    """What the engine does when a run is cancelled: its row first, then its cases."""
    with transaction.atomic():
        Run.objects.filter(pk=case.run_id).update(status="cancelled")
        return escalations.cancel_for_run(case.run_id, NOW)


def test_of_four_answers_one_wins(reviewer_rui: User, reviewer_rosa: User, administrator_ada: User) -> None:
    people = [reviewer_rui, reviewer_rosa, administrator_ada, reviewer_rui]
    for _ in range(ROUNDS):
        case = open_case()
        results = race(*(partial(approve, case, user) for user in people))
        assert kinds_of(results) == ["Refused", "Refused", "Refused", "Resolved"]
        assert Signal.objects.filter(run=case.run_id).count() == 1
        assert AuditEntry.objects.filter(target=f"escalation:{case.pk}").count() == 1


def test_an_answer_or_the_clock_wins_never_both(reviewer_rui: User) -> None:
    for _ in range(ROUNDS):
        case = open_case(due_at=NOW)
        answered, expired = race(partial(approve, case, reviewer_rui), partial(escalations.expire_due, NOW))
        assert kinds_of([answered]) == (["Refused"] if expired else ["Resolved"])
        assert [signal.type for signal in case.run.signals.all()] == ["overdue" if expired else "answer"]


def test_an_answer_or_the_cancellation_wins_never_both(reviewer_rui: User) -> None:
    for _ in range(ROUNDS):
        case = open_case()
        answered, cancelled = race(partial(approve, case, reviewer_rui), partial(end_run, case))
        assert kinds_of([answered]) == (["Refused"] if cancelled else ["Resolved"])
        assert case.run.signals.count() == (0 if cancelled else 1)


def test_of_two_claims_one_wins(reviewer_rui: User, reviewer_rosa: User) -> None:
    for _ in range(ROUNDS):
        case = open_case()
        results = race(*(partial(claim, case.pk, user, NOW) for user in (reviewer_rui, reviewer_rosa)))
        assert kinds_of(results) == ["Claimed", "Refused"]


def test_two_votes_at_once_settle_the_case(reviewer_rui: User, reviewer_rosa: User) -> None:
    for _ in range(ROUNDS):
        case = open_case(reviewers=2)
        results = race(*(partial(approve, case, user) for user in (reviewer_rui, reviewer_rosa)))
        assert kinds_of(results) == ["Resolved", "Voted"]


def test_one_persons_two_votes_at_once_count_once(reviewer_rui: User) -> None:
    for _ in range(ROUNDS):
        case = open_case(reviewers=2)
        results = race(*(partial(approve, case, reviewer_rui) for _ in range(2)))
        assert kinds_of(results) == ["Refused", "Voted"]


def test_taking_back_or_going_on_wins_never_both(reviewer_rui: User) -> None:
    over = NOW + timedelta(seconds=1)
    for _ in range(ROUNDS):
        case = open_case()
        resolve(case.pk, reviewer_rui, Answer("approve", digest=case.digest), NOW, 1.0)
        taken_back, gone_on = race(
            partial(escalations.undo, case.pk, reviewer_rui, NOW), partial(escalations.go_on_due, over)
        )
        assert kinds_of([taken_back]) == (["Refused"] if gone_on else ["Undone"])
        assert case.run.signals.count() == (1 if gone_on else 0)
