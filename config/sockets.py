"""What a websocket has to pass before it reaches its consumer: a known origin, and a way to say who is calling.

Called by `config.asgi`. It joins what the layers below must not know of each other: the sockets of `runtime` and the
tokens of `api`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any
from urllib.parse import SplitResult, urlsplit

from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie
from django.http.request import validate_host
from django.urls import re_path

from api.authentication import bearer_of, caller_of_token
from builder.routing import websocket_urlpatterns as builder_sockets
from runtime.consumers import Caller, Scope
from runtime.routing import websocket_urlpatterns as runtime_sockets

type Application = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]

DENIER: Any = WebsocketDenier.as_asgi()
DEFAULT_PORTS = (None, 80, 443)


def websocket_application() -> Application:
    """The ASGI application for websockets."""
    routes: list[Any] = [*runtime_sockets, *builder_sockets, re_path("", DENIER)]
    router: Any = URLRouter(routes)
    return _known_origin(_identified(router))


def _known_origin(inner: Application) -> Application:
    """Deny what a page from elsewhere opens: a browser would send the session's cookie along.

    Without an Origin no browser is asking; then only a token counts, never a cookie.
    """

    async def application(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        origin, host = _header(scope, b"origin"), _header(scope, b"host")
        known = _header(scope, b"authorization") is not None if origin is None else _is_ours(origin, host or "")
        await (inner if known else DENIER)(scope, receive, send)

    return application


def _is_ours(origin: str, host: str) -> bool:
    """Whether an origin is this very site (an allowed host, and the port that was asked), or trusted by name."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    came_from, asked = _split(origin), _split(f"//{host}")
    if came_from is None or asked is None or came_from.scheme not in ("http", "https"):
        return False
    return validate_host(_hostname(came_from), settings.ALLOWED_HOSTS) and (
        came_from.port == asked.port or (came_from.port in DEFAULT_PORTS and asked.port in DEFAULT_PORTS)
    )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # An impossible port is found out only when it is read.
    except ValueError:
        return None
    return parts


def _hostname(parts: SplitResult) -> str:
    name = parts.hostname or ""
    return f"[{name}]" if ":" in name else name


def _identified(inner: Application) -> Application:
    async def application(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        await inner({**scope, "identify": identify}, receive, send)

    return application


async def identify(scope: Scope) -> Caller | None:
    """Who opened this socket, as of now: by token where one was sent, else by session. Asked again while it is open."""
    authorization = _header(scope, b"authorization")
    if authorization is None:
        return await database_sync_to_async(_by_session)(scope)
    caller = await caller_of_token(bearer_of({"HTTP_AUTHORIZATION": authorization}) or "")
    return Caller(caller.user, caller.scopes) if caller else None


def _by_session(scope: Scope) -> Caller | None:
    if _header(scope, b"origin") is None:
        return None
    request = HttpRequest()
    cookies = parse_cookie(_header(scope, b"cookie") or "")
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(cookies.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return Caller(user) if user.is_authenticated and user.is_active else None


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin1") for key, value in scope["headers"] if key == name), None)
