"""The doors of a process: each finds its connection, goes out guarded, and answers failures as data."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import MagicMock

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as LocmemBackend
from django.db import connections as databases

from runtime import connections
from runtime.ai import Models
from runtime.core.node import Failed, HttpRequest, HttpResponse, Message, ModelRequest
from runtime.doors import ProcessDoors
from runtime.egress import PUBLIC, Egress, Policy
from runtime.faults import NOTHING_ANSWERS
from runtime.ids import first_id_at
from runtime.models import Entry, OutboxMail, Run
from tests.makers import runs as made
from tests.makers.threads import in_thread_and_close

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Seen(Egress):
    """Goes nowhere, and remembers what would have gone out."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[HttpRequest, tuple[str, ...]]] = []

    async def send(self, request: HttpRequest, policy: Policy = PUBLIC, *, hide: Any = ()) -> HttpResponse | Failed:
        self.sent.append((request, tuple(hide)))
        return HttpResponse(200, {}, {"ok": True})


@pytest.fixture
def egress() -> Seen:
    return Seen()


@pytest.fixture
def doors(egress: Seen, monkeypatch: pytest.MonkeyPatch) -> ProcessDoors:
    monkeypatch.setattr("runtime.threads.in_any_thread", in_thread_and_close)
    return ProcessDoors(egress, Models(egress))


def answered[T](work: Coroutine[Any, Any, T]) -> T:
    """Await something in a loop of its own, and give back the connection of the thread that looks up connections."""

    async def whole() -> T:
        try:
            return await work
        finally:
            await sync_to_async(databases.close_all)()

    return asyncio.run(whole())


def test_a_call_carries_its_key_and_the_secret_of_its_connection_which_is_hidden_in_the_answer(
    doors: ProcessDoors, egress: Seen, administrator_ada: User
) -> None:
    connections.save("crm", "http", {"base_url": "https://crm.example"}, "s3cret", administrator_ada, NOW)
    asked = HttpRequest("POST", "https://crm.example/leads", {"X-Trace": "1"}, connection="crm")
    assert answered(doors.http(asked, "run:node:1")) == HttpResponse(200, {}, {"ok": True})
    request, hidden = egress.sent[0]
    assert request.headers == {"Idempotency-Key": "run:node:1", "X-Trace": "1", "Authorization": "Bearer s3cret"}
    assert hidden == ("s3cret", "Bearer s3cret")


def test_a_secret_does_not_leave_for_another_origin(doors: ProcessDoors, egress: Seen, administrator_ada: User) -> None:
    connections.save("crm", "http", {"base_url": "https://crm.example"}, "s3cret", administrator_ada, NOW)
    asked = HttpRequest("GET", "https://evil.example/", connection="crm")
    answer = answered(doors.http(asked, "k"))
    assert isinstance(answer, Failed)
    assert answer.code == "connection"
    assert egress.sent == []


def test_a_model_connection_that_does_not_exist_is_a_failure_that_names_it(doors: ProcessDoors) -> None:
    answer = answered(doors.model(ModelRequest("nobody", "Hello"), "k"))
    assert isinstance(answer, Failed)
    assert (answer.code, answer.passing) == ("connection", False)
    assert "nobody" in answer.message


def test_a_mail_without_a_connection_is_kept_once_for_its_key_and_visibly_unsent(doors: ProcessDoors) -> None:
    run = made.contacted()
    message = Message("ada@example.com", "Hello", "Good day")
    first = answered(doors.mail(message, f"{run.pk}:send:1", run.pk))
    again = answered(doors.mail(message, f"{run.pk}:send:1", run.pk))
    assert first == again == f"{run.pk}:send:1@interlock"
    kept = OutboxMail.objects.get(key=f"{run.pk}:send:1")
    assert (kept.to, kept.subject, kept.body, kept.sent_at) == ("ada@example.com", "Hello", "Good day", None)


def test_a_mail_server_that_cannot_be_reached_is_tried_again_and_the_mail_is_kept(
    doors: ProcessDoors, administrator_ada: User
) -> None:
    server = {"host": "127.0.0.1", "port": 1, "sender": "us@example.com", "security": "none"}
    connections.save("post", "mail", server, "", administrator_ada, NOW)
    run = made.contacted()
    answer = answered(doors.mail(Message("ada@example.com", "Hi", "…", "post"), f"{run.pk}:late:1", run.pk))
    assert isinstance(answer, Failed)
    assert (answer.passing, answer.message) == (True, NOTHING_ANSWERS)
    assert OutboxMail.objects.get(key=f"{run.pk}:late:1").sent_at is None


@pytest.mark.parametrize(
    ("to", "sender"),
    [
        ("jörg@example.com", "us@example.com"),
        ("ada@example.com", "nobody at all"),
        ("ada@example.com", "a\u2028b@c.de"),
    ],
)
def test_a_mail_that_cannot_be_put_into_a_letter_is_a_failure_that_says_why_and_is_not_tried_again(
    doors: ProcessDoors, administrator_ada: User, monkeypatch: pytest.MonkeyPatch, to: str, sender: str
) -> None:
    connections.save("post", "mail", {"host": "127.0.0.1", "sender": sender}, "", administrator_ada, NOW)
    monkeypatch.setattr(smtplib, "SMTP", lambda *_, **__: MagicMock())
    run = made.contacted()
    answer = answered(doors.mail(Message(to, "Hi", "…", "post"), f"{run.pk}:odd:1", run.pk))
    assert isinstance(answer, Failed)
    assert (answer.code, answer.passing) == ("mail.unwritable", False)
    assert OutboxMail.objects.get(key=f"{run.pk}:odd:1").sent_at is None


def test_a_mail_that_names_no_connection_goes_by_the_default_one(
    doors: ProcessDoors, administrator_ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = {"host": "127.0.0.1", "sender": "us@example.com"}
    connections.save("default", "mail", server, "", administrator_ada, NOW)
    monkeypatch.setattr(connections.MailAccount, "open_backend", lambda _account: LocmemBackend())
    run = made.contacted()
    answered(doors.mail(Message("ada@example.com", "Hello", "Good day"), f"{run.pk}:send:1", run.pk))
    assert [(letter.to, letter.from_email) for letter in mail.outbox] == [(["ada@example.com"], "us@example.com")]
    assert OutboxMail.objects.get(key=f"{run.pk}:send:1").sent_at


def test_a_default_connection_that_is_no_mail_server_sends_no_mail(
    doors: ProcessDoors, administrator_ada: User
) -> None:
    connections.save("default", "http", {"base_url": "https://crm.example"}, "", administrator_ada, NOW)
    run = made.contacted()
    key = f"{run.pk}:send:1"
    assert answered(doors.mail(Message("a@b.example", "Hello", "Hi"), key, run.pk)) == f"{key}@interlock"
    assert OutboxMail.objects.get(key=key).sent_at is None


def test_a_registered_function_is_called_and_its_exception_is_a_failure(doors: ProcessDoors) -> None:
    made_of = answered(doors.python("interlock.fingerprint", {"value": 1}, "k"))
    assert isinstance(made_of, str)
    failed = answered(doors.python("interlock.fingerprint", {"nothing": 1}, "k"))
    assert isinstance(failed, Failed)
    assert failed.code == "function"
    unknown = answered(doors.python("no.such", {}, "k"))
    assert isinstance(unknown, Failed)
    assert unknown.code == "no_function"


def _begun(days_ago: float, workflow: str = "small") -> Run:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    run_id = first_id_at(at)
    blueprint = made.blueprint(workflow)
    run = Run.objects.create(
        pk=run_id, blueprint=blueprint, workflow=workflow, version=1, status="succeeded", created_at=at
    )
    Entry.objects.create(run=run, seq=1, at=at, type="run.started", data={"input": {"days_ago": days_ago}})
    return run


def test_earlier_inputs_are_those_of_the_same_workflow_within_the_days_newest_first(doors: ProcessDoors) -> None:
    _begun(40)
    older, newer = _begun(3), _begun(1)
    _begun(2, workflow="another")
    mine = _begun(0)
    found = answered(doors.earlier_inputs("small", mine.pk, 30, 100))
    assert list(found) == [(newer.pk, {"days_ago": 1}), (older.pk, {"days_ago": 3})]
    assert len(answered(doors.earlier_inputs("small", mine.pk, 30, 1))) == 1
