"""A client of the websockets, without a network.

On asgiref's communicator: the one that Channels brings cannot be imported without Daphne.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from asgiref.testing import ApplicationCommunicator

from config.sockets import websocket_application

type Headers = list[tuple[bytes, bytes]]

PATIENCE_S = 60.0


class Client:
    """One websocket connection."""

    def __init__(self, path: str, headers: Headers) -> None:
        parts = urlsplit(path)
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "path": unquote(parts.path),
            "query_string": parts.query.encode(),
            "headers": headers,
            "subprotocols": [],
        }
        communicator: Any = ApplicationCommunicator  # asgiref leaves it untyped
        self._wire = communicator(websocket_application(), self.scope)

    async def connect(self) -> bool:
        """Open it; False where it was denied."""
        await self._wire.send_input({"type": "websocket.connect"})
        answer = await self._wire.receive_output(timeout=PATIENCE_S)
        return bool(answer["type"] == "websocket.accept")

    async def told(self, number: int) -> list[dict[str, Any]]:
        """The next messages."""
        messages = [await self._wire.receive_output(timeout=PATIENCE_S) for _ in range(number)]
        return [json.loads(message["text"]) for message in messages]

    async def closed(self) -> tuple[int, str]:
        """The code and reason of the closing, whatever else comes before."""
        until = time.monotonic() + PATIENCE_S
        while True:
            message = await self._wire.receive_output(timeout=max(0.01, until - time.monotonic()))
            if message["type"] == "websocket.close":
                return message["code"], message["reason"]

    async def says(self, **frame: Any) -> None:
        """Send a frame."""
        await self._wire.send_input({"type": "websocket.receive", **frame})

    async def hears_nothing(self, for_s: float) -> bool:
        """Whether nothing comes for some time."""
        return bool(await self._wire.receive_nothing(timeout=for_s))

    async def leave(self) -> None:
        """Go, and wait until the server has noticed."""
        await self._wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._wire.wait(timeout=PATIENCE_S)


@asynccontextmanager
async def opened(path: str, headers: Headers) -> AsyncIterator[Client]:
    """An accepted connection."""
    client = Client(path, headers)
    assert await client.connect()
    try:
        yield client
    finally:
        await client.leave()


async def is_denied(path: str, headers: Headers) -> bool:
    """Whether a connection is refused before it is accepted."""
    client = Client(path, headers)
    accepted = await client.connect()
    await client.leave()
    return not accepted
