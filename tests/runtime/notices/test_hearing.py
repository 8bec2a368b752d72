"""Who is told of what: by wish and permission, once, in one mail, and of nothing that does not matter any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail

from runtime.cases import escalations
from runtime.cases.escalations import Answer
from runtime.models import Escalation, Job, Notice, NoticeWish, Queue
from runtime.notices.hearing import AT_ONCE, GATHERED, look
from runtime.notices.wishes import keep, rows
from runtime.refused import Refused
from tests.makers.cases import NOW, incident, open_case, waiting_run
from tests.makers.jobs import worked_off
from tests.makers.people import person, queue_of

ALL = [(queue, event) for queue in ("*", "") for event in ("new", "due", "overdue", "closed")]
LATER = NOW + GATHERED


@pytest.fixture(autouse=True)
def letters(settings: Any) -> list[Any]:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.INTERLOCK = {**settings.INTERLOCK, "ADDRESS": "https://interlock.example"}
    mail.outbox = []
    return mail.outbox


def case(**fields: Any) -> Escalation:
    return open_case(notice_at=NOW, **fields)


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("user__username", "event"))


@pytest.mark.django_db
def test_only_those_who_wish_it_and_may_see_the_case_are_told(reviewer_rui: User) -> None:
    other = person("otto", "reviewer")
    for user in (reviewer_rui, other):
        keep(user, ALL)
    person("mute", "administrator")
    case(queue="sales")
    look(NOW)
    assert told() == [("rui", "new")]
    look(NOW)
    assert told() == [("rui", "new")], "a case is new once"


@pytest.mark.django_db
def test_a_case_is_told_again_when_it_is_due_soon_and_overdue(reviewer_rui: User) -> None:
    keep(reviewer_rui, ALL)
    hours = timedelta(hours=1)
    case(queue="", due_at=NOW + 8 * hours)
    for moment in (NOW, NOW + hours, NOW + 7 * hours, NOW + 8 * hours, NOW + 9 * hours):
        look(moment)
    assert [event for _, event in told()] == ["new", "due", "overdue"]


@pytest.mark.django_db
def test_an_incident_that_is_closed_is_told(reviewer_rui: User) -> None:
    keep(reviewer_rui, [("*", "closed")])
    stuck = incident(notice_at=NOW)
    look(NOW)
    assert told() == []
    escalations.resolve(stuck.pk, reviewer_rui, Answer("fail", digest=stuck.digest), NOW)
    look(NOW)
    assert told() == [("rui", "closed")]


@pytest.mark.django_db
def test_more_cases_than_one_look_takes_in_are_told_by_the_next(reviewer_rui: User) -> None:
    keep(reviewer_rui, [("", "new")])
    run = waiting_run()
    for _ in range(AT_ONCE + 1):
        case(run=run, queue="")
    assert look(NOW) is True
    assert look(NOW) is False
    assert Notice.objects.count() == AT_ONCE + 1
    assert not Escalation.objects.filter(notice_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_what_comes_within_a_minute_comes_in_one_mail(reviewer_rui: User, letters: list[Any]) -> None:
    keep(reviewer_rui, ALL)
    first, second = case(queue=""), case(queue="")
    look(NOW)
    assert not Job.objects.filter(kind="notice.mail").exists()
    look(LATER)
    look(LATER + GATHERED)
    worked_off("notice.mail", LATER)
    [letter] = letters
    assert letter.to == ["rui@example.org"]
    assert letter.subject == "Interlock: 2 new cases"
    for each in (first, second):
        assert f"https://interlock.example/cases/{each.pk}/" in letter.body
        assert each.question not in letter.body
    assert not Notice.objects.filter(settled_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
def test_what_does_not_matter_any_more_is_not_mailed(reviewer_rui: User, letters: list[Any]) -> None:
    queue = Queue.objects.get(name="sales")
    keep(reviewer_rui, ALL)
    answered, hidden = case(queue=""), case(queue="sales")
    look(NOW)
    escalations.resolve(answered.pk, reviewer_rui, Answer("approve", digest=answered.digest), NOW)
    queue.members.clear()
    look(LATER)
    worked_off("notice.mail", LATER)
    assert letters == []
    assert Notice.objects.filter(settled_at__isnull=False).count() == 2
    assert hidden.state == "open"


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_could_not_be_sent_is_tried_again(reviewer_rui: User, settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "tests.makers.mail_server.SilentMailServer"}}
    keep(reviewer_rui, ALL)
    case(queue="")
    look(NOW)
    look(LATER)
    worked_off("notice.mail", LATER)
    job = Job.objects.get(kind="notice.mail")
    assert (job.state, job.attempts) == ("due", 1)
    assert "could not be sent" in job.error
    assert Notice.objects.filter(settled_at__isnull=True).exists()


@pytest.mark.django_db
def test_a_wish_needs_an_address_and_a_queue_that_one_sees(reviewer_rui: User) -> None:
    queue_of("secret")
    assert [row.queue for row in rows(reviewer_rui)] == ["*", "", "sales"]
    assert keep(reviewer_rui, [("secret", "new"), ("*", "birthday"), ("*", "new")]) == 1
    assert list(NoticeWish.objects.values_list("queue", "event")) == [("*", "new")]
    reviewer_rui.email = ""
    refused = keep(reviewer_rui, [("*", "new")])
    assert isinstance(refused, Refused)
    assert refused.code == "no_address"


@pytest.mark.django_db
def test_who_has_left_is_told_of_nothing(reviewer_rui: User) -> None:
    keep(reviewer_rui, ALL)
    User.objects.filter(pk=reviewer_rui.pk).update(is_active=False)
    case(queue="")
    look(NOW)
    assert told() == []


@pytest.mark.django_db
def test_looking_asks_the_same_however_many_cases_there_are(
    reviewer_rui: User, django_assert_max_num_queries: Any
) -> None:
    keep(reviewer_rui, ALL)
    run = waiting_run()
    for number in range(60):
        case(run=run, queue="sales" if number % 2 else "")
    with django_assert_max_num_queries(14):
        look(NOW)
    assert len(told()) == 60
