"""What stands before Django's handler: bodies are bounded, and views that need no middleware are called without it.

Used by `config.asgi`. Django's middleware puts a request into a thread a dozen times; for a small request that is most
of its cost. A view says `stands_alone = True` when it needs none of it: it then finds out by itself who is asking, and
gets here what middleware would have done for it (the Host check, the security headers).
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

from api import problems

type Receive = Callable[[], Awaitable[Mapping[str, Any]]]
type Send = Callable[[Mapping[str, Any]], Awaitable[None]]

MAX_BODY = 11 * 1024 * 1024
"""No request may be larger, whatever it is for; the views allow less."""

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_log = logging.getLogger(__name__)


class TooLarge(Exception):
    """The body goes on for too long."""


class Gone(Exception):
    """The client left before its request was complete."""


def bounded(receive: Receive, most: int = MAX_BODY) -> Receive:
    """The same messages, but no more than `most` bytes: then TooLarge is raised."""
    left = most

    async def receive_bounded() -> Mapping[str, Any]:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge
        return message

    return receive_bounded


def alone(scope: Mapping[str, Any]) -> ResolverMatch | None:
    """The view of a request, if it stands alone. A plain request that is to be sent to HTTPS goes the usual way."""
    if settings.SECURE_SSL_REDIRECT and scope.get("scheme") != "https":
        return None
    try:
        match = resolve(scope["path"])
    except Resolver404:
        return None
    return match if getattr(match.func, "stands_alone", False) else None


async def answer(match: ResolverMatch, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer by a view that stands alone."""
    try:
        body = await read(receive)
    except Gone:
        return
    await respond(await _response(match, scope, body), send)


async def refuse(problem: problems.Problem, send: Send) -> None:
    """Answer with a problem document."""
    await respond(problems.respond(problem), send)


async def respond(response: HttpResponseBase, send: Send) -> None:
    """Send a response that is held as a whole."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    body = getattr(response, "content", b"")
    headers = [(name.encode("latin1"), value.encode("latin1")) for name, value in response.items()]
    if not response.has_header("Content-Length"):
        headers.append((b"Content-Length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def read(receive: Receive) -> bytes:
    """The whole body. Raises Gone."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A request whose body has been read already, and what comes behind it."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Mapping[str, Any]:
        return messages.pop() if messages else await receive()

    return receive_again


async def _response(match: ResolverMatch, scope: MutableMapping[str, Any], body: bytes) -> HttpResponseBase:
    try:
        request: HttpRequest = ASGIRequest(scope, io.BytesIO(body))
        request.get_host()
        response: HttpResponseBase = await match.func(request, *match.args, **match.kwargs)
    except (UnicodeDecodeError, DisallowedHost):
        return problems.respond(problems.unreadable())
    except asyncio.CancelledError:
        raise
    except Exception:
        _log.exception("A request for %s failed", scope["path"])
        return problems.respond(problems.FAILED)
    return response
