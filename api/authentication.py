"""Who is asking: a bearer token, or the browser's session (with CSRF).

Called by the REST framework for ordinary routes, by `trigger` for the hot one, and for websockets. What a token stands
for is remembered for less than a second in this process: a busy token costs no query, a revoked one is refused within a
second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from api import problems
from api.models import Token
from api.tokens import digest_of, looks_like_one
from runtime.permissions import SCOPES, permissions_of

REMEMBERED_S = 0.8
MOST_REMEMBERED = 4096
LAST_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is known: `may` is what both the role and, for a token, the scopes allow.

    `key` tells callers apart for throttling.
    """

    user: Any
    key: str
    scopes: frozenset[str]
    held: frozenset[str]

    @property
    def may(self) -> frozenset[str]:
        """The permissions that this request has."""
        return self.scopes & self.held

    @property
    def name(self) -> str:
        """The user's name, as journals and audit entries hold it."""
        return str(self.user.get_username())


class Bearer(BaseAuthentication):
    """`Authorization: Bearer il_…`. A bad token is refused, also when there is a session."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        """User and caller of the token; None when no token was sent."""
        plain = bearer_of(request.META)
        if plain is None:
            return None
        digest = digest_of(plain)
        caller = _remembered(digest) or _load(digest)
        if caller is None:
            raise problems.Refuse(problems.BAD_TOKEN)
        return caller.user, caller

    def authenticate_header(self, _request: Request) -> str:
        """What a 401 tells the client to send."""
        return problems.UNAUTHENTICATED.headers["WWW-Authenticate"]


class Session(BaseAuthentication):
    """The browser's session; writing needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        """User and caller of the session; None when nobody is signed in."""
        caller = caller_of_session(request._request)
        return None if caller is None else (caller.user, caller)


def bearer_of(meta: Mapping[str, Any]) -> str | None:
    """The token of a request; "" (which is none) for a header that holds no token; None without the header."""
    header = meta.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _, plain = header.partition(" ")
    return plain if scheme.lower() == "bearer" and looks_like_one(plain) else ""


async def caller_of_token(plain: str) -> Caller | None:
    """The caller of a token. Once in `REMEMBERED_S` the database is asked; parallel requests share the answer."""
    if not plain:
        return None
    digest = digest_of(plain)
    known = _remembered(digest)
    if known:
        return known
    task = _loading.get(digest)
    if task is None or task.get_loop() is not asyncio.get_running_loop():
        task = _loading[digest] = asyncio.ensure_future(sync_to_async(_load)(digest))
        task.add_done_callback(lambda _done: _loading.pop(digest, None))
    return await asyncio.shield(task)


def caller_of_session(request: HttpRequest) -> Caller | None:
    """The caller of a session, with Django's session middleware or without. Raises `Refuse` for a bad CSRF token."""
    if not hasattr(request, "session"):
        SessionMiddleware(_no_response).process_request(request)
    user = request.user if hasattr(request, "user") else get_user(request)
    if not user.is_authenticated or not user.is_active:
        return None
    check = CSRFCheck(_no_response)
    check.process_request(request)
    reason = check.process_view(request, _no_response, (), {})
    if reason:
        raise problems.Refuse(problems.OUT_OF_DATE)
    return Caller(user, f"user:{user.pk}", frozenset(SCOPES), permissions_of(user))


def forget() -> None:
    """Remember no token any more."""
    _known.clear()


_known: dict[str, tuple[float, Caller]] = {}
_loading: dict[str, asyncio.Future[Caller | None]] = {}


def _remembered(digest: str) -> Caller | None:
    found = _known.get(digest)
    return found[1] if found and found[0] > time.monotonic() else None


def _load(digest: str) -> Caller | None:
    asked_at, now = time.monotonic(), timezone.now()
    in_force = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now)) & Q(user__is_active=True)
    token = Token.objects.select_related("user").filter(in_force, digest=digest).first()
    if token is None:
        _known.pop(digest, None)
        return None
    caller = Caller(token.user, f"token:{token.pk}", frozenset(token.scopes), permissions_of(token.user))
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    if len(_known) >= MOST_REMEMBERED:
        _known.clear()
    _known[digest] = (asked_at + REMEMBERED_S, caller)
    return caller


def _no_response(_request: HttpRequest) -> HttpResponse:
    """Stands where Django's middleware wants the next one; it is never called."""
    return HttpResponse()
