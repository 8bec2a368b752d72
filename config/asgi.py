"""The server's entry: HTTP by Django, websockets by Channels, and the run time for as long as the server lives.

Used by `manage.py serve` and by any ASGI server that speaks the lifespan protocol.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup(set_prefix=False)

# Models can be imported only now.
from django.core.handlers.asgi import ASGIHandler

from api import problems
from config import front, sign_in_lane
from config.sockets import websocket_application
from config.static_files import PREFIX, StaticFiles
from runtime import launch

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[Mapping[str, Any]]]
type Send = Callable[[Mapping[str, Any]], Awaitable[None]]

THREADS = 4


class Http(ASGIHandler):
    """Django, with a few lasting threads for its synchronous views.

    Django gives each request a thread of its own, and with it a new database connection: three times the work of a
    small request. Here a request borrows one of a few threads, whose connections stay open.
    """

    def __init__(self) -> None:
        super().__init__()
        threads = [ThreadPoolExecutor(1, thread_name_prefix=f"interlock-web-{number}") for number in range(THREADS)]
        self._threads = itertools.cycle(threads)
        self._sign_ins = sign_in_lane.SignInLane()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        try:
            if sign_in_lane.takes(scope):
                await self._sign_in(scope, receive, send)
            else:
                await self._answer(scope, front.bounded(receive), send, next(self._threads))
        except front.TooLarge:
            await front.refuse(problems.TOO_LARGE, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, thread: Executor) -> None:
        async with ThreadSensitiveContext(executor=thread):
            match = front.alone(scope)
            if match:
                await front.answer(match, scope, receive, send)
            else:
                await self.handle(scope, receive, send)

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            # Before it is its turn: who sends slowly keeps nobody waiting.
            body = await front.read(front.bounded(receive, sign_in_lane.MAX_BODY))
        except front.Gone:
            return
        async with self._sign_ins.thread(scope) as thread:
            if thread:
                await self._answer(scope, front.replayed(body, receive), send, thread)
            else:
                await front.respond(sign_in_lane.busy(), send)

    def create_request(self, scope: Mapping[str, Any], body_file: Any) -> tuple[Any, Any]:
        """The request, or the answer to one that cannot be read."""
        request, refusal = super().create_request(scope, body_file)
        status = refusal.status_code if refusal else 400
        return (request, None) if request else (None, problems.respond(problems.unreadable(status)))


class Application:
    """Sends each connection to whoever speaks its protocol."""

    def __init__(self) -> None:
        self._http, self._static, self._websocket = Http(), StaticFiles(), websocket_application()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, or the server's life."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._static(scope, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)


async def _live(receive: Receive, send: Send) -> None:
    """Start the run time with the server and stop it with the server."""
    await receive()
    try:
        await launch.start()
    except launch.NotStarted as refusal:
        await send({"type": "lifespan.startup.failed", "message": str(refusal)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await launch.stop()
    await send({"type": "lifespan.shutdown.complete"})


application = Application()
