from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from runtime import audit
from runtime.cases import escalations
from runtime.cases.escalations import Answer, Refused, Resolved, Voted, counted, open_cases, resolve
from runtime.cases.holds import Claimed, Released, claim, release
from runtime.live import bell
from runtime.models import Escalation, Queue, Run, Signal
from tests.makers.cases import NOW, incident, open_case, open_form, waiting_run

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=5)


def yes(case: Escalation, choice: str = "approve", **fields: Any) -> Answer:
    return Answer(choice, digest=case.digest, **fields)


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_an_answer_settles_the_case_signals_the_run_and_is_written_down(reviewer_rui: User) -> None:
    case = open_case()
    outcome = resolve(case.pk, reviewer_rui, yes(case, edits={"subject": "Hi"}, comment="ok"), NOW)
    assert isinstance(outcome, Resolved)
    kept = {"choice": "approve", "edits": {"subject": "Hi"}, "comment": "ok", "answers": None}
    kept |= {"by": "rui", "at": NOW.isoformat()}
    assert outcome.resolution == kept
    case.refresh_from_db()
    assert (case.state, case.resolved_by, case.resolved_at, case.resolution) == ("resolved", "rui", NOW, kept)
    signal = Signal.objects.get(run=case.run_id)
    assert (signal.type, signal.node, signal.visit) == ("answer", "ask", 1)
    assert signal.data == {"escalation": case.pk, "resolution": kept}
    assert Run.objects.get(pk=case.run_id).status == "queued"
    assert [(entry.actor, entry.action) for entry in audit.of(case)] == [("rui", "escalation.resolved")]


def test_the_workers_are_woken_after_the_commit_only(
    reviewer_rui: User, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[str] = []
    disconnect = bell.connect(lambda: rung.append("ring"))
    case = open_case()
    with django_capture_on_commit_callbacks(execute=True):
        resolve(case.pk, reviewer_rui, yes(case), NOW)
        assert rung == []
    disconnect()
    assert rung == ["ring"]


def broken() -> None:
    raise RuntimeError("no loop")


def test_a_bell_that_fails_harms_nobody(reviewer_rui: User, django_capture_on_commit_callbacks: Any) -> None:
    disconnect = bell.connect(broken)
    case = open_case()
    with django_capture_on_commit_callbacks(execute=True):
        assert isinstance(resolve(case.pk, reviewer_rui, yes(case), NOW), Resolved)
    disconnect()


def test_the_second_answer_hears_who_settled_the_case_and_when(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case()
    resolve(case.pk, reviewer_rui, yes(case), NOW)
    second = resolve(case.pk, reviewer_rosa, yes(case, "reject", comment="no"), LATER)
    assert isinstance(second, Refused)
    assert (second.code, second.who, second.at) == ("already_resolved", "rui", NOW)
    assert Signal.objects.count() == 1


def test_an_answer_to_what_is_no_longer_shown_is_refused(reviewer_rui: User) -> None:
    case = open_case()
    assert code_of(resolve(case.pk, reviewer_rui, Answer("approve", digest="0" * 64), NOW)) == "stale"
    assert code_of(resolve(case.pk, reviewer_rui, Answer("approve"), NOW)) == "stale"
    assert not Signal.objects.exists()


def test_only_those_who_may_settle_the_queues_cases_do(
    reviewer_otto: User, designer_dora: User, inactive_ina: User, roleless_rob: User
) -> None:
    case = open_case()
    for person in (reviewer_otto, designer_dora, inactive_ina, roleless_rob, AnonymousUser(), None):
        assert code_of(resolve(case.pk, person, yes(case), NOW)) == "forbidden"
        assert code_of(claim(case.pk, person, NOW)) == "forbidden"
        assert code_of(release(case.pk, person, NOW)) == "forbidden"


def test_whoever_left_the_queue_fails_at_once_even_with_a_claim(reviewer_rui: User) -> None:
    case = open_case()
    assert isinstance(claim(case.pk, reviewer_rui, NOW), Claimed)
    Queue.objects.get(name="sales").members.remove(reviewer_rui)
    assert code_of(resolve(case.pk, reviewer_rui, yes(case), NOW)) == "forbidden"


@pytest.mark.parametrize("case_id", ["", "x", "0" * 26, "\x01" * 300, "'; DROP TABLE--"])
def test_a_case_that_does_not_exist_is_not_found(administrator_ada: User, case_id: str) -> None:
    assert code_of(resolve(case_id, administrator_ada, Answer("approve"), NOW)) == "not_found"
    assert code_of(claim(case_id, administrator_ada, NOW)) == "not_found"
    assert code_of(release(case_id, administrator_ada, NOW)) == "not_found"


def test_a_claimed_case_is_its_holders_until_the_lease_ends(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case()
    claimed = claim(case.pk, reviewer_rui, NOW)
    assert claimed == Claimed(case.pk, "rui", NOW + timedelta(minutes=15))
    refused = resolve(case.pk, reviewer_rosa, yes(case), LATER)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.who, refused.at) == ("claimed", "rui", NOW + timedelta(minutes=15))
    assert code_of(claim(case.pk, reviewer_rosa, LATER)) == "claimed"
    assert isinstance(resolve(case.pk, reviewer_rosa, yes(case), NOW + timedelta(minutes=15)), Resolved)


def test_the_holder_goes_on_holding_and_settles(reviewer_rui: User) -> None:
    case = open_case()
    claim(case.pk, reviewer_rui, NOW)
    assert claim(case.pk, reviewer_rui, LATER) == Claimed(case.pk, "rui", LATER + timedelta(minutes=15))
    assert isinstance(resolve(case.pk, reviewer_rui, yes(case), LATER), Resolved)


def test_a_lease_is_bounded(reviewer_rui: User) -> None:
    case = open_case()
    assert claim(case.pk, reviewer_rui, NOW, 10**9) == Claimed(case.pk, "rui", NOW + timedelta(days=1))


def test_a_released_case_is_free(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case()
    claim(case.pk, reviewer_rui, NOW)
    assert release(case.pk, reviewer_rui, NOW) == Released(case.pk)
    assert isinstance(claim(case.pk, reviewer_rosa, NOW), Claimed)


def test_another_reviewer_cannot_release_and_an_administrator_can(
    reviewer_rui: User, reviewer_rosa: User, administrator_ada: User
) -> None:
    case = open_case()
    claim(case.pk, reviewer_rui, NOW)
    assert code_of(release(case.pk, reviewer_rosa, NOW)) == "claimed"
    assert release(case.pk, administrator_ada, NOW) == Released(case.pk)


def test_whoever_started_the_run_may_be_kept_from_settling(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case(waiting_run(requester="rui"), not_by_requester=True)
    assert code_of(resolve(case.pk, reviewer_rui, yes(case), NOW)) == "not_requester"
    assert code_of(claim(case.pk, reviewer_rui, NOW)) == "not_requester"
    assert isinstance(resolve(case.pk, reviewer_rosa, yes(case), NOW), Resolved)


def test_an_answer_that_does_not_fit_changes_nothing(reviewer_rui: User) -> None:
    case = open_case()
    assert code_of(resolve(case.pk, reviewer_rui, yes(case, "maybe"), NOW)) == "unknown_choice"
    assert code_of(resolve(case.pk, reviewer_rui, yes(case, "reject"), NOW)) == "comment_required"
    assert code_of(resolve(case.pk, reviewer_rui, yes(case, edits={"subject": 3}), NOW)) == "invalid_edits"
    case.refresh_from_db()
    assert case.state == "open"
    assert not Signal.objects.exists()


def test_a_form_is_answered(reviewer_rui: User) -> None:
    case = open_form()
    outcome = resolve(case.pk, reviewer_rui, Answer("answered", digest=case.digest, answers={"phone": "1"}), NOW)
    assert isinstance(outcome, Resolved)
    assert Signal.objects.get().data["resolution"]["answers"] == {"phone": "1"}


def test_a_case_of_a_run_that_has_ended_is_closed(reviewer_rui: User) -> None:
    case = open_case(waiting_run(status="cancelled"))
    assert code_of(resolve(case.pk, reviewer_rui, yes(case), NOW)) == "closed"
    assert code_of(claim(case.pk, reviewer_rui, NOW)) == "closed"


@pytest.mark.parametrize(
    ("answer", "action"),
    [
        (Answer("retry"), {"action": "retry"}),
        (Answer("fail"), {"action": "fail"}),
        (Answer("skip", {"value": 3}), {"action": "skip", "value": 3, "port": "done"}),
    ],
)
def test_an_incident_is_retried_failed_or_skipped(developer_dev: User, answer: Answer, action: dict[str, Any]) -> None:
    case = incident()
    bound = Answer(answer.choice, answer.edits, digest=case.digest)
    assert isinstance(resolve(case.pk, developer_dev, bound, NOW), Resolved)
    signal = Signal.objects.get()
    assert (signal.type, signal.node, signal.data) == (
        "incident",
        "send",
        {"escalation": case.pk, "by": "dev", "comment": "", **action},
    )


def test_two_reviewers_who_agree_settle_the_case_together(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case(reviewers=2)
    assert resolve(case.pk, reviewer_rui, yes(case, comment="good"), NOW) == Voted(case.pk, 1, 2)
    assert not Signal.objects.exists()
    outcome = resolve(case.pk, reviewer_rosa, yes(case), LATER)
    assert isinstance(outcome, Resolved)
    assert (outcome.resolution["by"], outcome.resolution["comment"]) == ("rui, rosa", "rui: good")
    assert Signal.objects.count() == 1


@pytest.mark.parametrize("withdrawn", ["role", "queue", "person"])
def test_a_vote_counts_no_more_once_its_voter_may_not_settle_the_case(
    withdrawn: str, reviewer_rui: User, reviewer_rosa: User, administrator_ada: User
) -> None:
    case = open_case(reviewers=2)
    resolve(case.pk, reviewer_rui, yes(case), NOW)
    if withdrawn == "role":
        reviewer_rui.groups.clear()
    elif withdrawn == "queue":
        Queue.objects.get(name="sales").members.remove(reviewer_rui)
    else:
        User.objects.filter(pk=reviewer_rui.pk).update(is_active=False)
    assert resolve(case.pk, reviewer_rosa, yes(case), LATER) == Voted(case.pk, 1, 2)
    assert [vote.by for vote in counted(case)] == ["rosa"]
    outcome = resolve(case.pk, administrator_ada, yes(case), LATER)
    assert isinstance(outcome, Resolved)
    assert outcome.resolution["by"] == "rosa, ada"


def test_nobody_votes_twice(reviewer_rui: User) -> None:
    case = open_case(reviewers=2)
    resolve(case.pk, reviewer_rui, yes(case), NOW)
    assert code_of(resolve(case.pk, reviewer_rui, yes(case), LATER)) == "already_voted"
    assert code_of(claim(case.pk, reviewer_rui, LATER)) == "already_voted"
    assert case.votes.count() == 1


def test_reviewers_who_disagree_leave_the_case_to_a_third(
    reviewer_rui: User, reviewer_rosa: User, administrator_ada: User
) -> None:
    case = open_case(reviewers=2)
    resolve(case.pk, reviewer_rui, yes(case), NOW)
    assert resolve(case.pk, reviewer_rosa, yes(case, "reject", comment="no"), NOW) == Voted(case.pk, 1, 2)
    outcome = resolve(case.pk, administrator_ada, yes(case), NOW)
    assert isinstance(outcome, Resolved)
    assert outcome.resolution["by"] == "rui, ada"


def test_nobody_vouches_for_an_edit_they_did_not_make(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case(reviewers=2)
    resolve(case.pk, reviewer_rui, yes(case), NOW)
    assert resolve(case.pk, reviewer_rosa, yes(case, edits={"subject": "Pay"}), NOW) == Voted(case.pk, 1, 2)


def test_a_vote_gives_the_claim_back(reviewer_rui: User, reviewer_rosa: User) -> None:
    case = open_case(reviewers=2)
    claim(case.pk, reviewer_rui, NOW)
    resolve(case.pk, reviewer_rui, yes(case), NOW)
    assert isinstance(claim(case.pk, reviewer_rosa, NOW), Claimed)


def test_a_case_whose_time_has_passed_is_overdue_once_and_signals_its_run(reviewer_rui: User) -> None:
    case, young = open_case(due_at=NOW), open_case(due_at=LATER)
    assert (escalations.expire_due(NOW), escalations.expire_due(NOW)) == (1, 0)
    case.refresh_from_db()
    young.refresh_from_db()
    assert (case.state, young.state) == ("overdue", "open")
    signal = Signal.objects.get()
    assert (signal.run_id, signal.type, signal.data) == (case.run_id, "overdue", {"escalation": case.pk})
    assert [entry.actor for entry in audit.of(case)] == [audit.SYSTEM]
    assert code_of(resolve(case.pk, reviewer_rui, yes(case), LATER)) == "closed"


def test_an_answer_before_the_clock_was_looked_at_still_counts(reviewer_rui: User) -> None:
    case = open_case(due_at=NOW)
    assert isinstance(resolve(case.pk, reviewer_rui, yes(case), LATER), Resolved)
    assert escalations.expire_due(LATER) == 0


def test_the_cases_of_a_run_that_ends_are_cancelled(reviewer_rui: User) -> None:
    case, other = open_case(), open_case()
    claim(case.pk, reviewer_rui, NOW)
    assert escalations.cancel_for_run(case.run_id, NOW) == 1
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.state, case.assignee, other.state) == ("cancelled", None, "open")
    assert code_of(resolve(case.pk, reviewer_rui, yes(case), NOW)) == "closed"


def test_the_inbox_holds_the_open_cases_that_one_may_see(reviewer_rui: User, reviewer_otto: User) -> None:
    sales, orphan, legal = open_case(), open_case(queue=""), open_case(queue="legal")
    closed = open_case(state="cancelled")
    claim(sales.pk, reviewer_rui, NOW)
    assert list(open_cases(reviewer_rui)) == [sales, orphan]
    assert list(open_cases(reviewer_rui, queue="")) == [orphan]
    assert list(open_cases(reviewer_rui, assignee=reviewer_rui)) == [sales]
    assert list(open_cases(reviewer_otto)) == [orphan, legal]
    assert list(open_cases(reviewer_otto, workflow="other")) == []
    assert not open_cases(None).exists()
    assert closed not in open_cases(reviewer_rui)
