"""Signing and checking as Standard Webhooks (version 1) says, with the symmetric scheme `v1`. Pure.

Called by `callbacks` (which signs), by `triggers.webhooks` (which checks) and by nobody else. What is signed is
`id.timestamp.body`, byte for byte; a key is 24 to 64 random bytes, written `whsec_` and base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PREFIX = "whsec_"
TOLERANCE_S = 300
MOST_SIGNATURES = 20
_MESSAGE_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,200}")
"""Visible ASCII without a full stop, which separates what is signed: “a.1” and “a” must never sign alike."""
_SECONDS = re.compile(r"[0-9]{1,12}")

type Flaw = Literal["unsigned", "stale"]


@dataclass(frozen=True, slots=True)
class Headers:
    """The three headers of a message; empty where one was not sent."""

    id: str
    timestamp: str
    signature: str


def new_secret() -> str:
    """A fresh key, as it is shown to people."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes | None:
    """The bytes of a key, with or without its prefix; None for what is no key."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if 24 <= len(key) <= 64 else None


def signed(secrets_: Sequence[str], message_id: str, at: datetime, body: bytes) -> Headers:
    """The headers of a message, signed with each of these keys. Raises ValueError for an id that cannot be signed."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("This is no id of a message.")
    seconds = str(int(at.timestamp()))
    keys = [key for key in map(key_of, secrets_) if key is not None]
    return Headers(message_id, seconds, " ".join(_signature(key, message_id, seconds, body).decode() for key in keys))


def flaw_of(headers: Headers, body: bytes, secrets_: Sequence[str], now: datetime) -> Flaw | None:
    """What keeps a message from being believed; None for one that was signed just now with one of these keys.

    All keys are tried with each signature, in constant time, before the clock is looked at: only who holds the key
    learns that a message is stale.
    """
    if not _MESSAGE_ID.fullmatch(headers.id) or not _SECONDS.fullmatch(headers.timestamp):
        return "unsigned"
    given = [each.encode() for each in headers.signature.split(" ")[:MOST_SIGNATURES]]
    good = False
    for key in [key for key in map(key_of, secrets_) if key is not None]:
        wanted = _signature(key, headers.id, headers.timestamp, body)
        for each in given:
            good |= hmac.compare_digest(wanted, each)
    if not good:
        return "unsigned"
    return None if abs(now.timestamp() - int(headers.timestamp)) <= TOLERANCE_S else "stale"


def _signature(key: bytes, message_id: str, seconds: str, body: bytes) -> bytes:
    content = b".".join((message_id.encode(), seconds.encode(), body))
    return b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
