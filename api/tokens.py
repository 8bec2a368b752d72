"""Access tokens: how they are made, recognised and withdrawn.

Called by the command `token`, the pages of tokens, and by `authentication`. A token is shown once, when it is issued;
what is kept is its SHA-256, which is enough since a token is 256 random bits.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from api.models import Token
from runtime.permissions import SCOPES

PREFIX = "il_"
MAX_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: its id, and the plain text that nobody can see again."""

    id: int
    plain: str


@dataclass(frozen=True, slots=True)
class NoToken:
    """Why no token was issued, in a sentence."""

    detail: str


def issue(user: User, name: str, scopes: Sequence[str], expires: datetime | None = None) -> Issued | NoToken:
    """A new token of this user with these scopes (`SCOPES`), until `expires` (aware) where given."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        return NoToken(f"Unknown scope {', '.join(unknown)}. There are: {', '.join(SCOPES)}.")
    if not scopes:
        return NoToken(f"A token needs at least one scope. There are: {', '.join(SCOPES)}.")
    if expires is not None and expires <= timezone.now():
        return NoToken("The expiry lies in the past.")
    plain = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user, name=name[:120], scopes=sorted(set(scopes)), digest=digest_of(plain), expires_at=expires
    )
    return Issued(token.pk, plain)


def revoke(token_id: int) -> bool:
    """Withdraw a token; False when there is no such token in force. Every process refuses it within a second."""
    return bool(Token.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now()))


def revoke_all(person: User, now: datetime) -> int:
    """Withdraw every token of somebody; how many were in force."""
    return Token.objects.filter(user=person, revoked_at=None).update(revoked_at=now)


def digest_of(plain: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(plain.encode()).hexdigest()


def looks_like_one(plain: str) -> bool:
    """Whether this could be a token; anything else is not looked up at all."""
    return plain.startswith(PREFIX) and len(plain) <= MAX_CHARACTERS and plain.isascii() and plain.isprintable()
