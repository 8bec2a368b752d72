"""Named ways to the outside, as an administrator made them: model endpoints, HTTP services, mail servers.

Called by `doors` (which open one for a single call), by publishing (which names exist?) and by the settings' pages. A
secret goes in and is never shown again; it leaves only in what `lookup`, `http_headers` and `mail_account` hand over.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection, transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yarl import URL

from runtime import ai, audit, secrets
from runtime.core.node import Failed
from runtime.core.wording import labelled, sentence
from runtime.json_gate import clean
from runtime.models import CallbackKey, Connection, Webhook
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused

log = logging.getLogger(__name__)

EMBEDDED, SCRIPTED, DEFAULT = "embedded", "scripted", "default"
RESERVED = frozenset({EMBEDDED, SCRIPTED})
"""Names that no row may take. `default` may be made; without it, it means the embedded classifier."""

MODEL_PROVIDERS = tuple(sorted(set(ai.PRESETS) - {EMBEDDED, SCRIPTED}))
HTTP, MAIL = "http", "mail"
PROVIDERS = (*MODEL_PROVIDERS, HTTP, MAIL)

Address = Annotated[str, Field(max_length=2000, pattern=r"^(https?://[^\s/]+\S*)?$")]
Count = Annotated[int, Field(ge=1, le=10**9)]
Money = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Line = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
HeaderName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]


class Config(BaseModel):
    """What is known of a connection besides its secret: frozen, strict, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ModelConfig(Config):
    """A model endpoint; the secret is its key. Prices are for 1,000 tokens, in the currency of the budget."""

    base_url: Address = Field("", title="Address", description="Empty: the provider's usual one.")
    model: Line = Field("", title="Model", description="The one that is asked where a step names none.")
    requests_per_minute: Count | None = Field(None, title="Questions a minute, at most")
    tokens_per_minute: Count | None = Field(None, title="Tokens a minute, at most")
    budget_per_day: Money | None = Field(None, title="Money a day, at most")
    price_in: Money = Field(0.0, title="Price of 1,000 tokens of a question")
    price_out: Money = Field(0.0, title="Price of 1,000 tokens of an answer")
    allow_private: bool = Field(False, title="It may have a private address")
    headers: dict[HeaderName, Line] = Field(default_factory=dict, max_length=20, title="More headers, as JSON")


class HttpConfig(Config):
    """An HTTP service; the secret is sent to this origin only, in `header`, behind `prefix`."""

    base_url: Annotated[Address, Field(min_length=1)] = Field(
        title="Address", description="The secret is sent to this host alone."
    )
    header: HeaderName = Field("Authorization", title="Header that carries the secret")
    prefix: Line = Field("Bearer ", title="Word before the secret", description="Empty: the bare secret.")


class MailConfig(Config):
    """A mail server (SMTP); the secret is the password."""

    host: Annotated[Line, Field(min_length=1)] = Field(title="Mail server")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(587, title="Port")
    username: Line = Field("", title="Name to sign in with", description="Empty: without signing in.")
    sender: Annotated[Line, Field(min_length=3)] = Field(
        title="Sender", description="The address that mails come from."
    )
    security: Literal["starttls", "tls", "none"] = Field("starttls", title="Encryption")


@dataclass(frozen=True, slots=True)
class Signature:
    """What signs an HTTP call: its headers, and the bare secret in them."""

    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A mail server to send by. `sender` is the address in From."""

    name: str
    config: MailConfig
    password: str

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        return self.config.sender

    def open_backend(self) -> BaseEmailBackend:
        """A backend of Django's for one sending."""
        return EmailBackend(
            host=self.config.host,
            port=self.config.port,
            username=self.config.username,
            password=self.password,
            use_tls=self.config.security == "starttls",
            use_ssl=self.config.security == "tls",
            timeout=30,
            alias=self.name,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """The connection is in the settings. `new`: it was not before."""

    name: str
    new: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets are under the newest key now, and the names of those that no key opens."""

    done: int
    unreadable: tuple[str, ...] = ()


def names() -> frozenset[str]:
    """Every name that a drawing may use."""
    always = {EMBEDDED, DEFAULT} if settings.PRODUCTION else {EMBEDDED, DEFAULT, SCRIPTED}
    return frozenset(always | set(Connection.objects.values_list("name", flat=True)))


def lookup(name: str) -> ai.Connection | None:
    """A model connection with its key opened; None where there is none of this name that can be used."""
    if name == EMBEDDED:
        return ai.Connection(EMBEDDED, provider="embedded")
    if name == SCRIPTED:
        script = str(settings.DATA / "scripted.jsonl")
        return None if settings.PRODUCTION else ai.Connection(SCRIPTED, provider="scripted", script=script)
    found = _opened(name, MODEL_PROVIDERS)
    if found is None:
        exists = Connection.objects.filter(name=name).exists()
        return ai.Connection(DEFAULT, provider="embedded") if name == DEFAULT and not exists else None
    row, secret = found
    config = ModelConfig.model_validate(row.config)
    provider = cast("Any", row.provider)  # one of the presets' names, as the row was found by them
    rest = config.model_dump(exclude={"headers"})
    return ai.Connection(name, provider=provider, api_key=secret, headers=tuple(config.headers.items()), **rest)


def identities(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """What answers behind model connections: provider, address and model. With another one it is another machine."""
    found = {name: _identity(name, None) for name in sorted(names)}
    kept = [name for name in found if name not in RESERVED]
    if not kept:
        return found
    # Each decision of a gate asks: plain SQL, since the ORM would cost more than the rest of it.
    places = ", ".join(["%s"] * len(kept))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, provider, config FROM runtime_connection WHERE name IN ({places})", kept)  # noqa: S608 - placeholders
        rows = cursor.fetchall()
    return found | {name: _identity(name, (provider, config)) for name, provider, config in rows}


def _identity(name: str, row: tuple[str, str] | None) -> dict[str, str]:
    if name in RESERVED:
        return {"provider": name}
    if row is None or row[0] not in MODEL_PROVIDERS:
        return {"provider": EMBEDDED if name == DEFAULT and row is None else ""}
    config = json.loads(row[1])
    return {"provider": row[0], **{key: config.get(key, "") for key in ("base_url", "model")}}


def http_headers(name: str, url: str) -> Signature | Failed:
    """What a call to `url` gets from an HTTP connection. A secret never leaves for another origin."""
    found = _opened(name, (HTTP,))
    if found is None:
        return Failed("connection", f"There is no HTTP connection named “{name}” that can be used.")
    row, secret = found
    config = HttpConfig.model_validate(row.config)
    if _origin(url) != _origin(config.base_url):
        return Failed("connection", f"The connection “{name}” is for {_origin(config.base_url)} only.")
    return Signature({config.header: f"{config.prefix}{secret}"}, secret) if secret else Signature()


def base_url(name: str) -> str:
    """The address of an HTTP connection; empty where there is none of this name."""
    row = Connection.objects.filter(name=name, provider=HTTP).first()
    return HttpConfig.model_validate(row.config).base_url if row else ""


def default_mail() -> str:
    """The mail connection of those who name none; empty where there is none."""
    return DEFAULT if Connection.objects.filter(name=DEFAULT, provider=MAIL).exists() else ""


def mail_account(name: str) -> MailAccount | Failed:
    """The mail server of this name."""
    found = _opened(name, (MAIL,))
    if found is None:
        return Failed("connection", f"There is no mail connection named “{name}” that can be used.")
    row, secret = found
    return MailAccount(name, MailConfig.model_validate(row.config), secret)


@transaction.atomic
def save(name: str, provider: str, config: object, secret: str | None, user: Person, now: datetime) -> Kept | Refused:
    """Make or change a connection. `secret`: None keeps the one there is, an empty text takes it away.

    Refused: forbidden, invalid (with errors).
    """
    if not may(user, "settings:write"):
        return Refused("forbidden", "Only administrators change connections.")
    errors = flaws(name, provider, config, secret)
    if errors:
        return Refused("invalid", "The connection is not complete.", errors)
    given: dict[str, Any] = {"provider": provider, "config": config}
    if secret is not None:
        given["secret"] = secrets.seal(secret) if secret else None
    _, new = Connection.objects.update_or_create(name=name, defaults=given)
    changes = {"provider": provider, "config": config, "secret": "kept" if secret is None else "changed"}
    audit.record(user.get_username(), "connection.saved", f"connection:{name}", now, changes)
    return Kept(name, new)


@transaction.atomic
def remove(name: str, user: Person, now: datetime) -> Kept | Refused:
    """Take a connection away; steps that use it become incidents. Refused: forbidden, not_found."""
    if not may(user, "settings:write"):
        return Refused("forbidden", "Only administrators change connections.")
    gone, _ = Connection.objects.filter(name=name).delete()
    if not gone:
        return Refused("not_found", "There is no such connection.")
    audit.record(user.get_username(), "connection.removed", f"connection:{name}", now)
    return Kept(name, new=False)


@transaction.atomic
def rotate_secrets(by: str, now: datetime) -> Rotated:
    """Put every secret under the newest key of the settings. What no key opens is left as it is and named."""
    unreadable = []
    rows = list(Connection.objects.select_for_update().exclude(secret=None))
    for row in rows:
        fresh = secrets.resealed(row.secret) if row.secret else None
        if fresh is None:
            unreadable.append(row.name)
        else:
            Connection.objects.filter(pk=row.pk).update(secret=fresh)
    signing, lost = _reseal_signing_keys()
    unreadable += lost
    done = len(rows) + signing - len(unreadable)
    audit.record(by, "secrets.rotated", "connections", now, {"done": done, "lost": unreadable})
    return Rotated(done, tuple(unreadable))


def _reseal_signing_keys() -> tuple[int, list[str]]:
    """The same for the keys of callbacks and webhooks: how many rows there are, and those that no key opens."""
    lost: list[str] = []
    rows: list[CallbackKey | Webhook] = [*CallbackKey.objects.select_for_update(), *Webhook.objects.select_for_update()]
    for row in rows:
        fresh = secrets.resealed(row.secret)
        if fresh is None:
            lost.append(str(row))
            continue
        row.secret, row.previous = fresh, secrets.resealed(row.previous) if row.previous else None
        row.save(update_fields=["secret", "previous"])
    return len(rows), lost


def flaws(name: str, provider: str, config: object, secret: str | None) -> tuple[FieldError, ...]:
    """What keeps a connection from being kept; nothing of what was entered is repeated."""
    return tuple(_flaws(name, provider, config, secret))


def config_of(provider: str) -> type[Config]:
    """What a provider's configuration is made of; its JSON schema is its form."""
    others: dict[str, type[Config]] = {HTTP: HttpConfig, MAIL: MailConfig}
    return others.get(provider, ModelConfig)


def _opened(name: str, providers: tuple[str, ...]) -> tuple[Connection, str] | None:
    row = Connection.objects.filter(name=name, provider__in=providers).first()
    if row is None:
        return None
    secret = secrets.unseal(row.secret) if row.secret else ""
    if secret is None:
        log.error("No key of the settings opens the secret of the connection %s", name)
        return None
    return row, secret


def _origin(address: str) -> str:
    try:
        return str(URL(address).origin())
    except ValueError:
        return ""


def _flaws(name: str, provider: str, config: object, secret: str | None) -> list[FieldError]:
    if not isinstance(name, str) or not name.strip() or len(name) > 80 or not name.isprintable():
        return [FieldError("/name", "A name has 1 to 80 printable characters.")]
    if name in RESERVED:
        return [FieldError("/name", f"The name “{name}” is reserved.")]
    if provider not in PROVIDERS:
        return [FieldError("/provider", f"Choose one of: {', '.join(PROVIDERS)}.")]
    soiled = clean([config, secret])
    if soiled or (secret and (len(secret) > 10_000 or not secret.isprintable())):
        return [FieldError("/config" if soiled else "/secret", soiled.message if soiled else "This is no secret.")]
    return _misfits(provider, config)


def _worded(provider: str, error: Any) -> str:
    place = labelled(error["loc"], config_of(provider).model_json_schema())
    return sentence({**error, "loc": place}, "The configuration")


def _misfits(provider: str, config: object) -> list[FieldError]:
    try:
        found = config_of(provider).model_validate(config)
    except ValidationError as failure:
        return [
            FieldError("/config/" + "/".join(str(part) for part in error["loc"]), _worded(provider, error))
            for error in failure.errors(include_url=False, include_input=False)
        ]
    given: Mapping[str, Any] = found.model_dump()
    address = given.get("base_url", "")
    if address and not _origin(address):
        return [FieldError("/config/base_url", "This is no address of a web service.")]
    needs_one = provider in MODEL_PROVIDERS and not ai.PRESETS[cast("Any", provider)].base_url
    return [FieldError("/config/base_url", "This provider needs an address.")] if needs_one and not address else []
