"""Webhooks: addresses that start runs when another service calls them, signed as Standard Webhooks says.

The page makes and changes them; `api.hooks` hands over what came in. A message starts one run: its id is the key of the
trigger, so that it is refused when it comes again, and whatever is not signed just now starts nothing.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, transaction
from django.db.models import F

from runtime import audit, runs
from runtime.engine.runner import Runner
from runtime.json_gate import JsonProblem, read_json
from runtime.models import Delivery, Webhook, WebhookRefusal
from runtime.permissions import Person, may
from runtime.refused import FieldError, Refused
from runtime.signing import keys
from runtime.signing.signatures import Headers, flaw_of, signed
from runtime.triggers.throttle import Throttle

log = logging.getLogger(__name__)

MOST = 20
MOST_DELIVERIES, MOST_REFUSED = 50, 10
"""So many messages are kept of a webhook: those that started a run, and those that were refused for each reason."""
LONGEST_NAME, LONGEST_DETAIL, LONGEST_RESULT = 100, 300, 40
UNSIGNED = Refused("unsigned", "The message is not signed with the key of this address.")
# Whoever knows an address could write its page full of messages that nobody signed.
_strangers = Throttle(6, 60.0)


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook and its new key, which is shown this once."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The run that a message started."""

    run_id: str


# What people do


@transaction.atomic
def make(workflow: str, name: str, version: int | None, user: Person, now: datetime) -> Made | Refused:
    """Make an address. Refused: forbidden, invalid (errors at /name), too_many, and what keeps it from being run."""
    if not may(user, "workflows:write"):
        return _forbidden()
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"Give it a name of up to {LONGEST_NAME} characters, such as the service that calls."
        return Refused("invalid", "The webhook is not complete.", (FieldError("/name", message),))
    if Webhook.objects.filter(workflow=workflow).count() >= MOST:
        return Refused("too_many", f"A workflow has at most {MOST} webhooks. Delete one that nobody uses.")
    found = runs.sealed_for(workflow, version)
    if isinstance(found, Refused):
        return found
    row = Webhook(id=secrets.token_hex(16), workflow=workflow, name=name, version=version, created_at=now)
    return _kept(row, "webhook.made", user, now)


@transaction.atomic
def renew(workflow: str, webhook_id: str, user: Person, now: datetime) -> Made | Refused:
    """Make a new key; for a day the old one counts too. Refused: forbidden, not_found."""
    row = _mine(workflow, webhook_id, user)
    return row if isinstance(row, Refused) else _kept(row, "webhook.key", user, now)


@transaction.atomic
def switch(workflow: str, webhook_id: str, on: bool, user: Person, now: datetime) -> Webhook | Refused:
    """Let it start runs, or no more. Refused: forbidden, not_found."""
    row = _mine(workflow, webhook_id, user)
    if not isinstance(row, Refused) and row.is_on != on:
        row.is_on = on
        row.save(update_fields=["is_on"])
        audit.record(user.get_username(), "webhook.on" if on else "webhook.off", f"webhook:{row.pk}", now, _said(row))
    return row


@transaction.atomic
def remove(workflow: str, webhook_id: str, user: Person, now: datetime) -> Webhook | Refused:
    """Delete it with what came in; its runs stay. Refused: forbidden, not_found."""
    row = _mine(workflow, webhook_id, user)
    if not isinstance(row, Refused):
        audit.record(user.get_username(), "webhook.removed", f"webhook:{row.pk}", now, _said(row))
        row.delete()
    return row


# What comes in


async def receive(
    runner: Runner, webhook: Webhook, headers: Headers, body: bytes, requester: str = ""
) -> Accepted | Refused:
    """Start a run from a message. Refused, and nothing started: unsigned, stale, replayed, a flaw of the JSON
    (bad_json), invalid_input, and what keeps the workflow from being run. `requester` is a person who sends a test.
    """
    now = datetime.now(UTC)
    done = await _received(runner, webhook, headers, body, now, requester or f"webhook {webhook.name}")
    await sync_to_async(_noted)(webhook, headers.id, done, now)
    return done


async def send_test(runner: Runner, webhook: Webhook, body: bytes, user: Person) -> Accepted | Refused:
    """Send this to a webhook as its service would, signed with its key; the run is this person's. As `receive`."""
    now, message_id = datetime.now(UTC), f"test_{secrets.token_hex(8)}"
    return await receive(
        runner, webhook, signed(keys.valid(webhook, now), message_id, now, body), body, user.get_username()
    )


async def _received(
    runner: Runner, webhook: Webhook, headers: Headers, body: bytes, now: datetime, requester: str
) -> Accepted | Refused:
    flaw = flaw_of(headers, body, keys.valid(webhook, now), now) if webhook.is_on else "unsigned"
    if flaw:
        old = Refused("stale", "The message was signed more than five minutes ago, or its clock goes wrong.")
        return old if flaw == "stale" else UNSIGNED
    value = read_json(body)
    if isinstance(value, JsonProblem):
        return Refused("bad_json", value.message, (FieldError(value.path, value.message),))
    done = await runs.trigger(runner, _trigger(webhook, headers.id, value, requester))
    if isinstance(done, Refused):
        return _replayed() if done.code == "idempotency_conflict" else done
    return _replayed() if done.replay else Accepted(done.run_id)


def _trigger(webhook: Webhook, message_id: str, value: Any, requester: str) -> runs.Trigger:
    return runs.Trigger(
        workflow=webhook.workflow,
        input=value,
        version=webhook.version,
        requester=requester,
        labels={"webhook": webhook.name},
        key=f"webhook:{webhook.pk}:{message_id}",
        body_digest="",
    )


def known(webhook_id: str) -> Webhook | None:
    """The webhook of an address, whether it is on or not."""
    is_one = len(webhook_id) == 32 and all(character in "0123456789abcdef" for character in webhook_id)
    return Webhook.objects.filter(pk=webhook_id).first() if is_one else None


def _noted(webhook: Webhook, message_id: str, done: Accepted | Refused, now: datetime) -> None:
    """Keep what became of a message. A run that was started was started, whether or not this can be written."""
    if isinstance(done, Refused) and done.code in ("unsigned", "stale") and _strangers.wait_of(webhook.pk):
        return  # Not even a transaction: on SQLite each holds up whoever writes.
    try:
        with transaction.atomic():
            _note(webhook, message_id, done, now)
    except DatabaseError:
        log.exception("What became of a message to the webhook %s could not be kept", webhook.pk)


def _note(webhook: Webhook, message_id: str, done: Accepted | Refused, now: datetime) -> None:
    mine = Webhook.objects.filter(pk=webhook.pk)
    if isinstance(done, Accepted):
        if mine.update(accepted=F("accepted") + 1, last_used_at=now):
            _deliver(webhook, message_id, now, done)
    elif mine.update(refused=F("refused") + 1):
        _count(webhook, done.code[:LONGEST_RESULT], now)
        _deliver(webhook, message_id, now, done)


def _count(webhook: Webhook, result: str, now: datetime) -> None:
    """One more for this reason. The webhook's row is locked, so that nobody else makes the counter meanwhile."""
    WebhookRefusal.objects.get_or_create(webhook=webhook, result=result, defaults={"first_at": now, "last_at": now})
    WebhookRefusal.objects.filter(webhook=webhook, result=result).update(number=F("number") + 1, last_at=now)


def _deliver(webhook: Webhook, message_id: str, now: datetime, done: Accepted | Refused) -> None:
    """Keep a message, and of its result only the newest: what nobody signed pushes nothing else away."""
    row, most = Delivery(webhook=webhook, at=now, message=_visible(message_id)), MOST_REFUSED
    if isinstance(done, Accepted):
        row.result, row.run_id, most = "accepted", done.run_id, MOST_DELIVERIES
    else:
        row.result, row.detail = done.code[:LONGEST_RESULT], detail_of(done)
    row.save()
    kept = Delivery.objects.filter(webhook=webhook, result=row.result).order_by("-pk")
    last = kept.values_list("pk", flat=True)[most : most + 1].first()
    if last:
        Delivery.objects.filter(webhook=webhook, result=row.result, pk__lte=last).delete()


def _visible(message_id: str) -> str:
    return "".join(character if "!" <= character <= "~" else "?" for character in message_id[:200])


def detail_of(refused: Refused) -> str:
    """Why a message started nothing, in a line."""
    places = "; ".join(f"{each.path}: {each.message}" if each.path else each.message for each in refused.errors[:3])
    return (places or refused.detail).replace("\0", "")[:LONGEST_DETAIL]


def _replayed() -> Refused:
    return Refused("replayed", "A message with this webhook-id has come before. Nothing was started again.")


# Rows


def _kept(row: Webhook, action: str, user: Person, now: datetime) -> Made:
    secret = keys.renew(row, now)
    row.saved_by = user.get_username()
    row.save()
    audit.record(row.saved_by, action, f"webhook:{row.pk}", now, _said(row))
    return Made(row, secret)


def _said(row: Webhook) -> dict[str, Any]:
    return {"workflow": row.workflow, "name": row.name}


def _mine(workflow: str, webhook_id: str, user: Person) -> Webhook | Refused:
    if not may(user, "workflows:write"):
        return _forbidden()
    row = Webhook.objects.select_for_update().filter(pk=webhook_id, workflow=workflow).first()
    return row or Refused("not_found", "There is no such webhook any more.")


def _forbidden() -> Refused:
    return Refused("forbidden", "Only people who change workflows make and change webhooks.")
