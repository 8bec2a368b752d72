"""One keep-alive connection to the server under measurement. Used by the benches that ask for more than one path.

It speaks just enough HTTP: its own cost is part of every latency, so it is kept small.
"""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any, Self


class Client:
    """Sends one request after the other as the caller that `headers` name; a context manager."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port = port
        self._head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"127.0.0.1:{port}", **headers}.items())

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def _open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def get(self, path: str) -> bytes:
        """The body of a page. Raises AssertionError for any other answer than 200."""
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    async def post(self, path: str, body: Any) -> Any:
        """The JSON answer to a JSON body. Raises AssertionError for any other answer than 200 or 202."""
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        )
        return json.loads(await self._ask(f"{head}\r\n".encode() + content))

    async def form(self, path: str, fields: str) -> None:
        """Post a form's fields, URL-encoded, as a page does. Raises AssertionError for any other answer than 302."""
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: application/x-www-form-urlencoded\r\n"
        request = f"{head}Content-Length: {len(fields)}\r\n\r\n{fields}".encode()
        await self._ask(request, expected=(b"302",))

    async def _ask(self, request: bytes, expected: tuple[bytes, ...] = (b"200", b"202")) -> bytes:
        if self._reader.at_eof():  # The server hangs up where nothing was asked for some seconds.
            self._writer.close()
            await self._open()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        body = await self._reader.readexactly(int(length.split(b":")[1]))
        if head[9:12] not in expected:
            raise AssertionError((request[:200] + head + body)[:1200])
        return body
