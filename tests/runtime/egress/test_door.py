"""The one door: against real servers on loopback, with names that lie, redirects, bombs and endless answers."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from runtime.core.node import Failed, HttpRequest, HttpResponse
from runtime.egress import Egress, Policy
from runtime.faults import NOTHING_ANSWERS
from tests.makers.openai_server import cut_off, dripping, half_closed, raw

LOOPBACK = Policy(networks=("127.0.0.0/8", "::1/128"))
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names(AbstractResolver):
    """Answers each look-up of a name with the next of its addresses."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): list(addresses) for name, addresses in names.items()}

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        addresses = self.names[host]
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def site(handler: Handler) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def door(resolver: AbstractResolver | None = None) -> AsyncIterator[Egress]:
    egress = Egress(resolver)
    try:
        yield egress
    finally:
        await egress.close()


async def call(handler: Handler, policy: Policy = LOOPBACK, **request: Any) -> HttpResponse | Failed:
    async with site(handler) as port, door() as egress:
        return await egress.send(HttpRequest("GET", f"http://127.0.0.1:{port}/", **request), policy)


def code(outcome: object) -> str:
    return outcome.code if isinstance(outcome, Failed) else f"answered: {outcome}"


async def hello(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"hello": [1, 2.5, None]})


SPELLINGS = """127.0.0.1 localhost 127.1 2130706433 0x7f000001 0177.0.0.1 017700000001 0x7f.1 [::1] [::ffff:127.0.0.1]
[::7f00:1] [::] 0.0.0.0 0 ①②⑦.⓪.⓪.① 127.0.0.1. localhost."""


@pytest.mark.parametrize("host", SPELLINGS.split())
async def test_no_spelling_of_loopback_is_reached(host: str) -> None:
    reached = []

    async def handler(request: web.Request) -> web.StreamResponse:
        reached.append(request.path)
        return await hello(request)

    async with site(handler) as port, door() as egress:
        outcome = await egress.send(HttpRequest("GET", f"http://{host}:{port}/"))
    assert code(outcome) in ("blocked_address", "connect", "bad_request")
    assert not reached


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]"])
async def test_a_private_address_is_refused_before_a_packet_leaves(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def called(_loop: object, _socket: object, address: object) -> None:
        raise AssertionError(f"A connection to {address} was begun.")

    monkeypatch.setattr("asyncio.selector_events.BaseSelectorEventLoop.sock_connect", called)
    async with door() as egress:
        outcome = await egress.send(HttpRequest("GET", f"http://{host}/latest/meta-data/"))
    assert code(outcome) == "blocked_address"


async def test_a_name_that_changes_its_address_between_two_looks_is_refused_the_second_time() -> None:
    async with site(hello) as port:
        names = Names(rebind_test=["127.0.0.1", "169.254.169.254"])
        async with door(names) as egress:
            first = await egress.send(
                HttpRequest("GET", f"http://rebind.test:{port}/", headers={"Connection": "x"}), LOOPBACK
            )
            outcome = await egress.send(HttpRequest("GET", "http://rebind.test:9/"), LOOPBACK)
    assert isinstance(first, HttpResponse)
    assert code(outcome) == "blocked_address"


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://10.0.0.7:80/x", "//[::1]/"])
async def test_a_redirect_to_a_private_address_is_refused(target: str) -> None:
    async def away(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    assert code(await call(away, Policy(networks=("127.0.0.1/32",)))) == "blocked_address"


async def test_a_redirect_to_another_host_carries_no_credentials() -> None:
    seen: list[dict[str, str]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append(dict(request.headers))
        if request.path == "/":
            return web.Response(
                status=302, headers={"Location": f"http://other.test:{request.url.port}/next", "Set-Cookie": "a=b"}
            )
        return await hello(request)

    headers = {"Authorization": "Bearer s", "X-Api-Key": "s", "Cookie": "s=1", "Idempotency-Key": "k"}
    async with site(handler) as port, door(Names(one_test=["127.0.0.1"], other_test=["127.0.0.1"])) as egress:
        outcome = await egress.send(HttpRequest("GET", f"http://one.test:{port}/", headers), LOOPBACK)
    assert isinstance(outcome, HttpResponse)
    assert seen[0]["Authorization"] == "Bearer s"
    assert not {"Authorization", "X-Api-Key", "Cookie"} & set(seen[1])
    assert seen[1]["Idempotency-Key"] == "k"


async def test_a_writing_call_is_not_carried_to_another_host() -> None:
    async def away(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"http://localhost:{request.url.port}/"})

    async with site(away) as port, door() as egress:
        outcome = await egress.send(HttpRequest("POST", f"http://127.0.0.1:{port}/", body={"a": 1}), LOOPBACK)
    assert code(outcome) == "redirect"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.com/", "http://[broken/", "javascript:1"])
async def test_a_redirect_to_something_else_than_http_is_refused(target: str) -> None:
    async def away(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=301, headers={"Location": target})

    assert code(await call(away)) in ("redirect", "bad_request")


async def test_an_endless_chain_of_redirects_ends() -> None:
    count = []

    async def around(request: web.Request) -> web.StreamResponse:
        count.append(1)
        return web.Response(status=302, headers={"Location": "/again"})

    assert code(await call(around)) == "redirect"
    assert len(count) == 4


async def test_an_allowed_host_is_reached_and_its_neighbour_is_not() -> None:
    async with site(hello) as port, door() as egress:
        policy = Policy(hosts=("localhost",))
        by_name = await egress.send(HttpRequest("GET", f"http://LOCALHOST:{port}/"), policy)
        by_number = await egress.send(HttpRequest("GET", f"http://127.0.0.1:{port}/"), policy)
    assert isinstance(by_name, HttpResponse)
    assert by_name.body == {"hello": [1, 2.5, None]}
    assert code(by_number) == "blocked_address"


async def test_the_proxy_of_the_surroundings_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert isinstance(await call(hello), HttpResponse)


@pytest.mark.parametrize("body", ['{"a":1,"a":2}', "NaN", "[1e999]", '"\\ud800"', "[" * 5000, "{", '{"a":"\\u0000"}'])
async def test_json_that_is_not_strict_is_refused(body: str) -> None:
    assert code(await call(raw(body))) == "bad_response"


async def test_a_broken_error_page_keeps_its_status() -> None:
    outcome = await call(raw("{oops", status=502))
    assert isinstance(outcome, HttpResponse)
    assert (outcome.status, outcome.body) == (502, "{oops")


async def test_text_is_decoded_and_never_holds_what_a_database_refuses() -> None:
    outcome = await call(raw(b"gr\xfc\xdfe\x00", kind="text/plain; charset=latin-1"))
    assert isinstance(outcome, HttpResponse)
    assert outcome.body == "grüße\ufffd"


async def test_an_answer_beyond_the_bound_is_dropped_early() -> None:
    whole, sent = 200 * 1024 * 1024, 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < whole:
            await response.write(b" " * 65_536)
            sent += 65_536
        return response

    assert code(await call(endless)) == "too_large"
    assert sent < whole / 4


async def test_a_compressed_bomb_is_not_unfolded() -> None:
    bomb = gzip.compress(b"0" * 300_000_000, 9)

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/plain"})

    begun = time.process_time()
    assert code(await call(handler)) == "too_large"
    assert time.process_time() - begun < 1


async def test_a_compressed_answer_within_the_bound_is_read() -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        body = gzip.compress(b'{"a": 1}')
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    outcome = await call(handler)
    assert isinstance(outcome, HttpResponse)
    assert outcome.body == {"a": 1}


@pytest.mark.parametrize("reply", [cut_off(), half_closed()])
async def test_an_answer_that_ends_in_the_middle_may_be_tried_again(reply: Handler) -> None:
    outcome = await call(reply)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing) == ("cut_off", True)


async def test_a_dripping_answer_ends_with_the_total_time() -> None:
    outcome = await call(dripping(5), timeout_s=0.3)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing) == ("timeout", True)


async def test_a_server_that_speaks_no_http_is_a_bad_response() -> None:
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server, door() as egress:
        port = server.sockets[0].getsockname()[1]
        outcome = await egress.send(HttpRequest("GET", f"http://127.0.0.1:{port}/"), LOOPBACK)
    assert code(outcome) == "bad_response"


async def test_a_closed_port_may_be_tried_again() -> None:
    async with door() as egress:
        outcome = await egress.send(HttpRequest("GET", "http://127.0.0.1:9/"), LOOPBACK)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing, outcome.message) == ("connect", True, NOTHING_ANSWERS)


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("GET", "ftp://example.com/"),
        HttpRequest("GET", "http://"),
        HttpRequest("GET", "no address"),
        HttpRequest("GET", "http://[::1"),
        HttpRequest("GET", "http://a:99999/"),
        HttpRequest("GET", "http://x/", {"A\r\nB": "c"}),
        HttpRequest("GET", "http://x/", {"A": "b\r\nC: d"}),
        HttpRequest("G T", "http://x/"),
        HttpRequest("POST", "http://x/", body=[float("nan")]),
        HttpRequest("POST", "http://x/", body="\ud800"),
    ],
    ids=repr,
)
async def test_a_request_that_cannot_be_sent_is_a_failure_and_no_exception(request_: HttpRequest) -> None:
    async with door() as egress:
        assert code(await egress.send(request_, Policy(private=True))) == "bad_request"


async def test_an_answer_that_echoes_a_secret_comes_without_it() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        told = request.headers["Authorization"]
        return web.json_response({"told": told}, headers={"X-Echo": told})

    async with site(echo) as port, door() as egress:
        request = HttpRequest("GET", f"http://127.0.0.1:{port}/", {"Authorization": "Bearer kéy-1234\\"})
        outcome = await egress.send(request, LOOPBACK, hide=["kéy-1234\\", "e"])
    assert isinstance(outcome, HttpResponse)
    assert outcome.body == {"told": "Bearer [hidden]"}
    assert outcome.headers["x-echo"] == "Bearer [hidden]"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (rb'{"told": ["key\/1234"], "key\u002f1234": 1}', "application/json"),
        ("told: key/1234".encode("utf-16"), "text/plain; charset=utf-16"),
    ],
)
async def test_a_secret_is_found_behind_escapes_and_charsets(body: bytes, kind: str) -> None:
    async def echo(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers={"Content-Type": kind})

    async with site(echo) as port, door() as egress:
        outcome = await egress.send(HttpRequest("GET", f"http://127.0.0.1:{port}/"), LOOPBACK, hide=["key/1234"])
    assert isinstance(outcome, HttpResponse)
    assert "1234" not in str(outcome.body)
    assert "[hidden]" in str(outcome.body)


async def test_what_is_not_encrypted_stays_inside_where_that_is_asked() -> None:
    plain = Policy(networks=("127.0.0.0/8",), plain_inside=True)
    names = Names(inside_test=["127.0.0.1"], outside_test=["1.1.1.1"])
    async with site(hello) as port, door(names) as egress:
        assert code(await egress.send(HttpRequest("GET", f"http://inside.test:{port}/"), plain)).startswith("answered")
        outside = await egress.send(HttpRequest("GET", f"http://outside.test:{port}/"), plain)
    assert isinstance(outside, Failed)
    assert outside.code == "blocked_address"
    assert "only https" in outside.message


async def test_query_body_and_headers_arrive_as_given() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-")}
        host = request.headers["Host"]
        return web.json_response([dict(request.query), await request.json(), request.content_type, headers, host])

    async with site(echo) as port, door() as egress:
        request = HttpRequest(
            "POST", f"http://127.0.0.1:{port}/?a=1", {"X-A": "1", "Host": "evil"}, {"q": "ü&=x"}, {"n": [1]}
        )
        outcome = await egress.send(request, LOOPBACK)
    assert isinstance(outcome, HttpResponse)
    assert outcome.body == [
        {"a": "1", "q": "ü&=x"}, {"n": [1]}, "application/json", {"X-A": "1"}, f"127.0.0.1:{port}"
    ]  # fmt: skip
