"""Handing over, putting aside, writing beside a case, and answering many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from runtime import audit
from runtime.cases import desk
from runtime.cases.desk import Handed, Remarked, Snoozed, hand_over, people_for, remark, resolve_many, snooze
from runtime.cases.escalations import Answer, Refused, Resolved, resolve
from runtime.cases.holds import claim
from runtime.models import Escalation, Remark, Signal
from tests.makers.cases import NOW, open_case

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=3)


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def actions(case: Escalation) -> list[str]:
    return [entry.action for entry in audit.of(case)]


def test_a_case_is_meant_for_somebody_and_others_may_still_take_it(
    reviewer_rui: User, reviewer_rosa: User, administrator_ada: User
) -> None:
    case = open_case()
    assert hand_over(case.pk, reviewer_rui, "rosa", NOW) == Handed(case.pk, "rosa")
    case.refresh_from_db()
    assert (case.assignee, case.claimed_until) == (reviewer_rosa, None)
    assert actions(case) == ["escalation.assigned"]
    assert isinstance(resolve(case.pk, administrator_ada, Answer("approve", digest=case.digest), NOW), Resolved)


def test_whoever_holds_a_case_hands_it_over_and_nobody_else(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case()
    claim(case.pk, reviewer_rui, NOW)
    assert code_of(hand_over(case.pk, reviewer_rosa, "rosa", NOW)) == "claimed"
    assert isinstance(hand_over(case.pk, reviewer_rui, "rosa", NOW), Handed)


@pytest.mark.parametrize("to", ["otto", "dora", "nobody", "", "ina"])
def test_a_case_is_only_given_to_whoever_may_settle_it(
    reviewer_rui: User, reviewer_otto: User, designer_dora: User, inactive_ina: User, to: str
) -> None:
    assert code_of(hand_over(open_case().pk, reviewer_rui, to, NOW)) == "no_such_person"


def test_whoever_started_the_run_is_not_offered_where_he_may_not_answer(
    reviewer_rui: User, reviewer_rosa: User, administrator_ada: User
) -> None:
    case = open_case(not_by_requester=True)
    Escalation.objects.update(requester="rosa")
    case.refresh_from_db()
    assert [person.username for person in people_for(case)] == ["ada", "rui"]


def test_a_case_is_put_aside_and_brought_back(reviewer_rui: User) -> None:
    case = open_case()
    assert snooze(case.pk, reviewer_rui, LATER, NOW) == Snoozed(case.pk, LATER)
    assert snooze(case.pk, reviewer_rui, None, NOW) == Snoozed(case.pk, None)
    case.refresh_from_db()
    assert case.snoozed_until is None
    assert actions(case) == ["escalation.snoozed"] * 2


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=91)])
def test_a_case_is_not_put_aside_for_ever_or_into_the_past(reviewer_rui: User, until: Any) -> None:
    assert code_of(snooze(open_case().pk, reviewer_rui, until, NOW)) == "not_then"


def test_a_case_stays_in_sight_until_it_is_due(reviewer_rui: User) -> None:
    case = open_case(due_at=LATER)
    refused = snooze(case.pk, reviewer_rui, LATER, NOW)
    assert code_of(refused) == "not_then"
    assert isinstance(snooze(case.pk, reviewer_rui, LATER - timedelta(minutes=1), NOW), Snoozed)


def test_whoever_is_mentioned_hears_of_it_and_whoever_may_not_see_the_case_does_not(
    reviewer_rui: User, reviewer_rosa: User, reviewer_otto: User
) -> None:
    case = open_case()
    done = remark(case.pk, reviewer_rui, "@rosa, what do you think? @otto @nobody a@rosa.example", NOW)
    assert done == Remarked(case.pk, ("rosa",), ("otto", "nobody"))
    assert [person.username for person in Remark.objects.get().mentions.all()] == ["rosa"]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4_001, "a\0b"])
def test_a_remark_is_a_text_of_bounded_length(reviewer_rui: User, text: str) -> None:
    assert code_of(remark(open_case().pk, reviewer_rui, text, NOW)) == "invalid"


def test_strangers_do_nothing_with_a_case(reviewer_otto: User) -> None:
    case = open_case()
    assert code_of(hand_over(case.pk, reviewer_otto, "otto", NOW)) == "forbidden"
    assert code_of(snooze(case.pk, reviewer_otto, LATER, NOW)) == "forbidden"
    assert code_of(remark(case.pk, reviewer_otto, "Hi", NOW)) == "forbidden"
    assert code_of(hand_over("0" * 26, reviewer_otto, "otto", NOW)) == "not_found"
    assert code_of(remark("0" * 26, reviewer_otto, "Hi", NOW)) == "not_found"


def test_many_cases_get_one_answer_each_on_its_own(
    reviewer_rui: User, reviewer_rosa: User, reviewer_otto: User
) -> None:
    cases = [open_case(asked={"bulk": True}) for _ in range(3)] + [open_case()]
    claim(cases[1].pk, reviewer_rosa, NOW)
    given = [(case.pk, case.digest) for case in cases]
    given[2] = (given[2][0], "0" * 64)
    done = resolve_many(given, reviewer_rui, Answer("approve"), NOW)
    assert not isinstance(done, Refused)
    told = [each.outcome.code if isinstance(each.outcome, Refused) else "resolved" for each in done]
    assert told == ["resolved", "claimed", "stale", "one_by_one"]
    assert Signal.objects.count() == 1


@pytest.mark.parametrize("number", [0, desk.MOST_AT_ONCE + 1])
def test_many_are_not_none_and_not_too_many(reviewer_rui: User, number: int) -> None:
    assert code_of(resolve_many([("x", "y")] * number, reviewer_rui, Answer("approve"), NOW)) == "invalid"
