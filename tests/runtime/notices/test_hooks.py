"""Programs that are told of cases: signed, through the guarded door, and nothing of what a case is about."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from runtime.core.node import Failed
from runtime.egress import Policy, RawRequest, RawResponse
from runtime.models import AuditEntry, Job, NoticeHook
from runtime.notices import hooks
from runtime.notices.hearing import look
from runtime.refused import Refused
from runtime.signing.signatures import Headers, flaw_of
from tests.makers.cases import NOW, open_case
from tests.makers.jobs import worked_off

URL = "https://chat.example/hook"


class Outside:
    """A door that keeps what went out, and answers what it is told to."""

    def __init__(self, answer: RawResponse | Failed) -> None:
        self.answer, self.sent = answer, list[tuple[RawRequest, Policy]]()

    async def exchange(self, request: RawRequest, policy: Policy) -> RawResponse | Failed:
        self.sent.append((request, policy))
        return self.answer


def made(user: User, url: str = URL, queue: str = "*", events: tuple[str, ...] = ("new",)) -> hooks.Kept:
    outcome = hooks.make("Chat", url, queue, events, user, NOW)
    assert isinstance(outcome, hooks.Kept), outcome
    return outcome


def told(outside: Outside, now: datetime = NOW) -> None:
    look(now)
    worked_off("notice.hook", now, outside)  # type: ignore[arg-type]  # it is asked for one thing only


@pytest.mark.django_db(transaction=True)
def test_a_new_case_is_told_once_signed_and_without_what_it_is_about(administrator_ada: User) -> None:
    hook, outside = made(administrator_ada), Outside(RawResponse(204, {}, b""))
    case = open_case(notice_at=NOW)
    told(outside)
    told(outside)
    [(request, policy)] = outside.sent
    said = json.loads(bytes(request.body or b""))
    assert (said["type"], said["data"]["id"], said["data"]["queue"]) == ("case.new", case.pk, "sales")
    assert case.question not in str(said)
    assert policy.redirects == 0
    headers = Headers(*(request.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")))
    assert flaw_of(headers, bytes(request.body or b""), [hook.secret], NOW) is None
    assert NoticeHook.objects.get().told_at == NOW


@pytest.mark.django_db(transaction=True)
def test_an_address_that_does_not_answer_is_tried_again_and_says_so(administrator_ada: User) -> None:
    made(administrator_ada)
    open_case(notice_at=NOW)
    told(Outside(RawResponse(500, {}, b"oops")))
    assert Job.objects.get(kind="notice.hook").state == "due"
    assert NoticeHook.objects.get().trouble == "The other side answered 500."


@pytest.mark.django_db
def test_a_hook_hears_of_its_queue_and_its_events_while_it_is_on(administrator_ada: User) -> None:
    made(administrator_ada, queue="other")
    made(administrator_ada, events=("overdue",))
    off = made(administrator_ada)
    hooks.switch(off.hook.pk, False, administrator_ada, NOW)
    mine = made(administrator_ada, queue="sales")
    open_case(notice_at=NOW)
    look(NOW)
    assert [job.data["hook"] for job in Job.objects.filter(kind="notice.hook")] == [mine.hook.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "events", "path"),
    [
        ("http://chat.example/", ("new",), "/url"),
        ("https://ada:secret@chat.example/", ("new",), "/url"),
        ("https://chat.example/a b", ("new",), "/url"),
        ("https://" + "x" * 3_000, ("new",), "/url"),
        (URL, (), "/events"),
        (URL, ("birthday",), "/events"),
    ],
)
def test_what_cannot_be_called_is_not_kept(administrator_ada: User, url: str, events: Any, path: str) -> None:
    refused = hooks.make("Chat", url, "*", events, administrator_ada, NOW)
    assert isinstance(refused, Refused)
    assert [error.path for error in refused.errors] == [path]
    assert not NoticeHook.objects.exists()


@pytest.mark.django_db
def test_only_administrators_keep_hooks_and_every_deed_is_written_down(
    administrator_ada: User, designer_dora: User
) -> None:
    refused = hooks.make("Chat", URL, "*", ("new",), designer_dora, NOW)
    assert isinstance(refused, Refused)
    kept = made(administrator_ada)
    for deed in (hooks.renew, hooks.remove):
        assert isinstance(deed(kept.hook.pk, designer_dora, NOW), Refused)
    renewed = hooks.renew(kept.hook.pk, administrator_ada, NOW)
    assert isinstance(renewed, hooks.Kept)
    assert renewed.secret not in ("", kept.secret)
    hooks.remove(kept.hook.pk, administrator_ada, NOW)
    assert not NoticeHook.objects.exists()
    deeds = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert deeds == ["notices.hook_made", "notices.hook_key", "notices.hook_removed"]
    assert kept.secret not in str(list(AuditEntry.objects.values_list("data", flat=True)))
