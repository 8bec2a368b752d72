"""A real HTTP server on loopback that speaks the OpenAI protocol with scripted answers, good and hostile.

Used by the tests of everything that asks a model, and by the benchmark. It is no AI and says so: its model is named
"scripted". Each request takes the next reply of the script; the last one stays.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

type Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class ScriptedServer:
    """`url` is the connection's base_url; `requests` are the bodies that came, `headers` what came with them."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def plays(self, *replies: Reply) -> None:
        """Start over with these replies."""
        self.script = list(replies)
        self.requests.clear()
        self.headers.clear()

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Answer one request by the script."""
        self.requests.append(await request.json())
        self.headers.append(request.headers.copy())
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await reply(request)


@asynccontextmanager
async def openai_server(*replies: Reply) -> AsyncIterator[ScriptedServer]:
    """A server on a free port of 127.0.0.1, for as long as the block lasts."""
    server = ScriptedServer(script=list(replies) or [says("hello")])
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/v1/chat/completions", server.reply)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


def completion(
    content: Any,
    *,
    finish: Any = "stop",
    usage: Any = "ordinary",
    logprobs: Sequence[tuple[str, Mapping[str, float]]] | None = None,
    message: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A completion as the protocol has it. `logprobs`: each token's text and the probabilities of its alternatives."""
    choice: dict[str, Any] = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": content, **(message or {})},
    }
    if logprobs is not None:
        choice["logprobs"] = {"content": [_token(token, others) for token, others in logprobs]}
    body = {"id": "scripted", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice]}
    if usage == "ordinary":
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return body if usage is None else {**body, "usage": usage}


def _token(token: str, others: Mapping[str, float]) -> dict[str, Any]:
    tops = [{"token": other, "logprob": math.log(p), "bytes": None} for other, p in others.items()]
    return {"token": token, "logprob": math.log(others.get(token, 1.0)), "bytes": None, "top_logprobs": tops}


def says(content: Any, **more: Any) -> Reply:
    """An ordinary answer; content that is no text is written as JSON (NaN and Infinity included)."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    return raw(json.dumps(completion(text, **more)))


def raw(
    body: str | bytes, *, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] | None = None
) -> Reply:
    """Any bytes with any status."""

    async def reply(_request: web.Request) -> web.StreamResponse:
        data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        return web.Response(body=data, status=status, headers={"Content-Type": kind, **(headers or {})})

    return reply


def error(
    status: int, message: str = "scripted error", *, code: str = "", headers: Any = None, param: Any = None
) -> Reply:
    """An error in the protocol's form."""
    body = {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code or None}}
    return raw(json.dumps(body), status=status, headers=headers)


def slow(seconds: float, then: Reply | None = None) -> Reply:
    """Nothing for a while, then the answer."""

    async def reply(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await (then or says("late"))(request)

    return reply


def dripping(seconds: float) -> Reply:
    """A byte at a time: never silent for long, and never done."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for _ in range(int(seconds / 0.02)):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    return reply


def stalling(seconds: float) -> Reply:
    """Half of a body, and then nothing for a while."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(json.dumps(completion('{"choice":"go","confidence":1}')).encode()[:150])
        await asyncio.sleep(seconds)
        return response

    return reply


def cut_off(declared: int = 5_000) -> Reply:
    """A body that ends before its declared length."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(declared)})
        await response.prepare(request)
        await response.write(json.dumps(completion('{"choice":"go","confidence":1}')).encode()[:60])
        return _hang_up(request, response)

    return reply


def half_closed() -> Reply:
    """A chunked body whose last chunk never comes."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(json.dumps(completion('{"choice":"go","confidence":1}')).encode())
        return _hang_up(request, response)

    return reply


def oversized(total: int) -> Reply:
    """A well-formed answer that is far too long."""

    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        chunk = b" " * 65_536
        for _ in range(total // len(chunk)):
            await response.write(chunk)
        await response.write(json.dumps(completion('{"choice":"go","confidence":1}')).encode())
        return response

    return reply


def _hang_up(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return response
