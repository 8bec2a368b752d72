from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.mail.backends.smtp import EmailBackend
from pydantic import ValidationError

from runtime import audit, secrets
from runtime.connections import (
    Kept,
    MailAccount,
    Rotated,
    Signature,
    config_of,
    http_headers,
    lookup,
    mail_account,
    names,
    remove,
    rotate_secrets,
    save,
)
from runtime.core.node import Failed
from runtime.models import AuditEntry, Connection
from runtime.nodes.execute_email import EmailParams
from runtime.refused import Refused

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CANARY = "sk-canary-7d1f"
MAIL: dict[str, Any] = {"host": "mail.example.org", "sender": "interlock@example.org", "username": "me"}


def made(ada: User, name: str = "gpt", provider: str = "openai", secret: str | None = CANARY, **config: Any) -> Kept:
    kept = save(name, provider, config, secret, ada, NOW)
    assert isinstance(kept, Kept), kept
    return kept


def flaw(ada: User, name: object, provider: object, config: object, secret: object = "x") -> str:
    refused = save(name, provider, config, secret, ada, NOW)  # type: ignore[arg-type]  # bad input is the point
    assert isinstance(refused, Refused)
    return refused.errors[0].path


def test_a_model_connection_is_found_with_its_key_opened(administrator_ada: User) -> None:
    assert made(administrator_ada, model="small", price_in=0.5).new
    found = lookup("gpt")
    assert found
    assert (found.api_key, found.provider, found.model, found.price_in) == (CANARY, "openai", "small", 0.5)


def test_a_secret_stands_nowhere_in_the_open(administrator_ada: User, caplog: Any) -> None:
    made(administrator_ada)
    row = Connection.objects.get()
    assert row.secret
    assert CANARY.encode() not in bytes(row.secret)
    seen = f"{row!r} {row} {row.config} {list(AuditEntry.objects.values())} {lookup('gpt')!r} {caplog.text}"
    assert CANARY not in seen


def test_a_change_without_a_secret_keeps_the_one_there_is_and_an_empty_one_takes_it_away(
    administrator_ada: User,
) -> None:
    made(administrator_ada)
    assert not made(administrator_ada, secret=None, model="large").new
    assert getattr(lookup("gpt"), "api_key", None) == CANARY
    made(administrator_ada, secret="")
    assert getattr(lookup("gpt"), "api_key", None) == ""


def test_where_mail_goes_is_said_by_administrators_and_by_no_drawing(
    administrator_ada: User, designer_dora: User, developer_dev: User
) -> None:
    inside = {**MAIL, "host": "10.0.0.1"}
    for somebody in (designer_dora, developer_dev):
        assert isinstance(save("mail", "mail", inside, "x", somebody, NOW), Refused)
    assert isinstance(mail_account("mail"), Failed)
    assert isinstance(save("mail", "mail", inside, "x", administrator_ada, NOW), Kept)
    step = {"to": "a@example.org", "subject": "Hello", "body": "There", "connection": "mail"}
    for field in ("host", "server", "smtp", "url"):
        with pytest.raises(ValidationError, match="Extra inputs"):
            EmailParams.model_validate({**step, field: "10.0.0.1"})


def test_only_administrators_change_connections_and_it_is_written_down(
    administrator_ada: User, developer_dev: User, inactive_ina: User
) -> None:
    for person in (developer_dev, inactive_ina, None):
        refused = save("gpt", "openai", {}, "x", person, NOW)
        assert isinstance(refused, Refused)
        assert refused.code == "forbidden"
        assert isinstance(remove("gpt", person, NOW), Refused)
    made(administrator_ada)
    assert isinstance(remove("gpt", administrator_ada, NOW), Kept)
    assert isinstance(remove("gpt", administrator_ada, NOW), Refused)
    assert [entry.action for entry in audit.of("connection:gpt")] == ["connection.saved", "connection.removed"]


@pytest.mark.parametrize(
    ("name", "provider", "config", "path"),
    [
        ("", "openai", {}, "/name"),
        ("a\nb", "openai", {}, "/name"),
        (None, "openai", {}, "/name"),
        ("embedded", "openai", {}, "/name"),
        ("scripted", "openai", {}, "/name"),
        ("x", "embedded", {}, "/provider"),
        ("x", None, {}, "/provider"),
        ("x", "openai", {"api_key": CANARY}, "/config/api_key"),
        ("x", "openai", {"base_url": "file:///etc/passwd"}, "/config/base_url"),
        ("x", "openai", {"budget_per_day": float("nan")}, "/config"),
        ("x", "openai", {"headers": {"a b": "c"}}, "/config/headers/a b/[key]"),
        ("x", "openai", {"headers": {"a": "c\r\nd"}}, "/config/headers/a"),
        ("x", "openai", None, "/config/"),
        ("x", "custom", {}, "/config/base_url"),
        ("x", "http", {}, "/config/base_url"),
        ("x", "mail", {"host": "a", "sender": "a@b.c", "port": 0}, "/config/port"),
    ],
)
def test_a_faulty_connection_is_refused_with_the_place(
    administrator_ada: User, name: object, provider: object, config: object, path: str
) -> None:
    assert flaw(administrator_ada, name, provider, config) == path
    assert not Connection.objects.exists()


@pytest.mark.parametrize("secret", ["a\nb", "\ud800", "x" * 10_001, "\x00"])
def test_a_secret_that_could_not_be_sent_is_refused(administrator_ada: User, secret: str) -> None:
    assert flaw(administrator_ada, "x", "openai", {}, secret) in ("/secret", "/config")


def test_a_refusal_does_not_repeat_what_was_entered(administrator_ada: User) -> None:
    assert CANARY not in str(save("x", "openai", {"model": [CANARY]}, None, administrator_ada, NOW))


def test_the_reserved_names_are_always_known(administrator_ada: User) -> None:
    made(administrator_ada)
    assert names() == {"embedded", "scripted", "default", "gpt"}
    assert [getattr(lookup(name), "provider", None) for name in ("embedded", "scripted")] == ["embedded", "scripted"]


def test_scripted_answers_are_off_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    assert "scripted" not in names()
    assert lookup("scripted") is None


def test_the_default_is_the_embedded_classifier_until_an_administrator_makes_one(administrator_ada: User) -> None:
    assert getattr(lookup("default"), "provider", None) == "embedded"
    made(administrator_ada, name="default")
    assert getattr(lookup("default"), "provider", None) == "openai"


def test_a_name_that_does_not_exist_or_is_of_another_kind_is_no_model(administrator_ada: User) -> None:
    made(administrator_ada, name="crm", provider="http", base_url="https://crm.example.org")
    assert lookup("nobody") is None
    assert lookup("crm") is None
    assert isinstance(mail_account("crm"), Failed)


def test_an_http_secret_goes_to_its_own_origin_only(administrator_ada: User) -> None:
    made(administrator_ada, name="crm", provider="http", base_url="https://crm.example.org/api/")
    assert http_headers("crm", "https://CRM.example.org:443/other") == Signature(
        {"Authorization": f"Bearer {CANARY}"}, CANARY
    )
    for elsewhere in (
        "https://crm.example.org.evil.org/",
        "http://crm.example.org/",
        "https://crm.example.org:8443/",
        "https://crm.example.org@evil.org/",
        "//crm.example.org",
        "no address",
        "",
    ):
        assert isinstance(http_headers("crm", elsewhere), Failed), elsewhere


def test_a_mail_account_opens_a_backend_of_djangos(administrator_ada: User) -> None:
    made(administrator_ada, name="post", provider="mail", **MAIL)
    account = mail_account("post")
    assert isinstance(account, MailAccount)
    backend = account.open_backend()
    assert isinstance(backend, EmailBackend)
    assert (backend.host, backend.port, backend.use_tls, backend.password) == ("mail.example.org", 587, True, CANARY)


def test_secrets_move_to_a_new_key_and_the_old_one_can_go(administrator_ada: User, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    made(administrator_ada)
    settings.ENCRYPTION_KEYS = [new, old]
    assert rotate_secrets("ada", NOW) == Rotated(1)
    settings.ENCRYPTION_KEYS = [new]
    assert getattr(lookup("gpt"), "api_key", None) == CANARY


def test_a_lost_key_makes_a_connection_unusable_and_is_named(
    administrator_ada: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    made(administrator_ada)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with caplog.at_level(logging.ERROR):
        assert lookup("gpt") is None
    assert "gpt" in caplog.text
    assert rotate_secrets("ada", NOW) == Rotated(0, ("gpt",))


def test_a_sealed_secret_is_different_each_time_and_opens() -> None:
    one, other = secrets.seal("s"), secrets.seal("s")
    assert one != other
    assert secrets.unseal(one) == secrets.unseal(memoryview(other)) == "s"
    assert secrets.unseal(b"rubbish") is None


@pytest.mark.parametrize("provider", ["openai", "http", "mail"])
def test_every_configuration_has_a_schema_for_its_form(provider: str) -> None:
    assert config_of(provider).model_json_schema()["additionalProperties"] is False
