"""Trying a connection out: what went well, and in words what did not; the secret is in none of them."""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User

from runtime import connections, trials
from runtime.core.node import Failed, HttpResponse, ModelAnswer
from tests.makers.cases import NOW
from tests.makers.threads import in_thread_and_close

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "a-secret-of-ours"


@pytest.fixture(autouse=True)
def threads_give_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.threads.in_any_thread", in_thread_and_close)


def kept(name: str, provider: str, config: dict[str, Any], user: User) -> None:
    done = connections.save(name, provider, config, SECRET, user, NOW)
    assert isinstance(done, connections.Kept), done


def told(name: str, provider: str) -> trials.Tried:
    found = async_to_sync(trials.tried)(name, provider)
    assert SECRET not in found.detail
    return found


def test_an_address_that_is_not_allowed_names_what_allows_it(administrator_ada: User) -> None:
    kept("crm", "http", {"base_url": "http://127.0.0.1:9/"}, administrator_ada)
    kept("llm", "custom", {"base_url": "http://127.0.0.1:9/v1", "model": "m"}, administrator_ada)
    assert "ALLOWED_NETWORKS" in told("crm", "http").detail
    model = told("llm", "custom")
    assert not model.well
    assert "It may have a private address" in model.detail


@pytest.mark.parametrize(
    ("status", "well", "said"),
    [(200, True, "answered"), (404, True, "404"), (401, False, "does not accept the secret"), (503, False, "cannot")],
)
def test_a_service_is_told_by_its_status(
    administrator_ada: User, monkeypatch: pytest.MonkeyPatch, status: int, well: bool, said: str
) -> None:
    async def answered(*_: object, **__: object) -> HttpResponse:
        return HttpResponse(status, {}, "")

    monkeypatch.setattr("runtime.doors.ProcessDoors.http", answered)
    kept("crm", "http", {"base_url": "https://crm.example"}, administrator_ada)
    found = told("crm", "http")
    assert (found.well, said in found.detail) == (well, True)


@pytest.mark.parametrize(
    ("answer", "well", "said"),
    [
        (ModelAnswer("ok", model="m-1"), True, "m-1"),
        (Failed("cut_short", "The answer was cut short."), True, "answered"),
        (Failed("connection", "The endpoint does not accept this key."), False, "does not accept"),
    ],
)
def test_a_model_that_answers_at_all_is_well(
    administrator_ada: User, monkeypatch: pytest.MonkeyPatch, answer: ModelAnswer | Failed, well: bool, said: str
) -> None:
    async def answered(*_: object) -> ModelAnswer | Failed:
        return answer

    monkeypatch.setattr("runtime.doors.ProcessDoors.model", answered)
    kept("llm", "openai", {"model": "m"}, administrator_ada)
    found = told("llm", "openai")
    assert (found.well, said in found.detail) == (well, True)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (smtplib.SMTPAuthenticationError(535, SECRET.encode()), "does not accept the name and password"),
        (smtplib.SMTPNotSupportedError("STARTTLS"), "encryption"),
        (smtplib.SMTPServerDisconnected("x"), "not as a mail server"),
        (ssl.SSLCertVerificationError("x"), "prove who it is"),
        (socket.gaierror(1, "x"), "no address"),
        (TimeoutError(), "in time"),
        (ConnectionRefusedError(), "Nothing answers"),
        (OSError("x"), "No connection"),
        (None, "No mail was sent"),
    ],
)
def test_a_mail_server_is_greeted_and_what_fails_is_said(
    administrator_ada: User, monkeypatch: pytest.MonkeyPatch, failure: OSError | None, said: str
) -> None:
    def opened(_: object) -> bool:
        if failure:
            raise failure
        return True

    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.open", opened)
    kept("post", "mail", {"host": "mail.example", "sender": "us@example.com"}, administrator_ada)
    found = told("post", "mail")
    assert (found.well, said in found.detail) == (failure is None, True)
