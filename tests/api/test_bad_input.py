"""Bad input to every writing route of the live server: a 4xx problem that names the place, and nothing written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.makers.live_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

DEEP = 20_000
JSON = "application/json"
BROKEN: dict[str, tuple[bytes, str]] = {
    "half a surrogate pair": (b'{"a": "\\ud800"}', "/a"),
    "half a surrogate pair in a key": (b'{"\\udfff": 1}', ""),
    "raw surrogate bytes": (b'{"a": "\xed\xa0\x80"}', ""),
    "NUL": (b'{"a": "x\\u0000"}', "/a"),
    "NUL in a key": (b'{"a": {"\\u0000": 1}}', "/a"),
    "20,000 lists": (b"[" * DEEP + b"]" * DEEP, ""),
    "20,000 objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, ""),
    "20,000 open brackets": (b"[" * DEEP, ""),
    "a key twice": (b'{"a": {"b": 1, "b": 2}}', "/a/b"),
    "NaN": (b'{"a": NaN}', "/a"),
    "Infinity": (b'{"a": [1, -Infinity]}', "/a/1"),
    "1e999": (b'{"a": 1e999}', "/a"),
    "5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "/a"),
    "5,000 digits behind the point": (b'{"a": 0.' + b"9" * 5000 + b"}", "/a"),
    "2^63": (b'{"a": 9223372036854775808}', "/a"),
    "bytes that are no UTF-8": (b'{"a": "\xff"}', ""),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), ""),
    "cut off": (b'{"a": ', ""),
    "two values": (b"{} {}", ""),
    "single quotes": (b"{'a': 1}", ""),
    "3 MB": (b'{"a": "' + b"x" * 3_000_000 + b'"}', ""),
}
TYPES = [
    "text/plain",
    "text/html",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/jsonx",
    "garbage",
    "",
]
MISSHAPEN: list[Any] = [[], "text", 1, True, None, {"no_such_field": 1}, {"__proto__": {}}]
ANY_JSON = "/check/"
"""The check answers whatever JSON it is sent: that is its work."""


@pytest.fixture(scope="module")
def routes(server: Server) -> list[tuple[str, str]]:
    """Method and path of every writing route that takes a body, on objects that exist."""
    headers = {"Authorization": f"Bearer {server.tokens['ada']}"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=60) as client:
        body = {"input": {"seats": 300}, "wait_s": 20}
        run = client.post("/api/v1/workflows/small/runs/", json=body).json()["id"]
        cases = client.get("/api/v1/escalations/?state=open").json()["results"]
        case = next(each["id"] for each in cases if each["run"] == run)
        paths = client.get("/api/v1/openapi.json").json()["paths"]
    ids = {"runs/{id}": f"runs/{run}", "escalations/{id}": f"escalations/{case}", "{slug}": "small"}
    found = []
    for path, methods in paths.items():
        for each, given in ids.items():
            path = path.replace(each, given)  # noqa: PLW2901  # filled in step by step
        found += [(method.upper(), path) for method, operation in methods.items() if "requestBody" in operation]
    assert len(found) >= 10
    return found


@pytest.fixture
def unchanged(server: Server) -> Iterator[None]:
    """Nothing may be written meanwhile."""
    before = _written(server)
    yield
    assert _written(server) == before


def _written(server: Server) -> dict[str, Any]:
    tables = ("workflow", "version"), ("run", "entry", "signal", "escalation", "vote", "triggerkey", "auditentry")
    with sqlite3.connect(server.data / "interlock.sqlite3", timeout=60) as database:
        names = [f"builder_{name}" for name in tables[0]] + [f"runtime_{name}" for name in tables[1]]
        counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
        counts["drafts"] = database.execute("SELECT slug, name, draft_revision FROM builder_workflow").fetchall()
        counts["claims"] = database.execute("SELECT count(*) FROM runtime_escalation WHERE assignee_id > 0").fetchall()
    database.close()
    return counts


def refused(answer: httpx2.Response) -> dict[str, Any]:
    assert 400 <= answer.status_code < 500, (answer.request.url, answer.status_code, answer.text[:300])
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    return document


@pytest.mark.parametrize("name", BROKEN)
def test_broken_json_is_refused_by_every_writing_route(
    outside: httpx2.Client, routes: list[tuple[str, str]], name: str, unchanged: None
) -> None:
    raw, path = BROKEN[name]
    for method, address in routes:
        answer = outside.request(method, address, content=raw, headers={"Content-Type": JSON})
        document = refused(answer)
        assert answer.status_code == (413 if name == "3 MB" else 400), (address, document)
        assert document["errors"][0]["path"].startswith(path), (address, document)
    assert outside.get("/healthz").status_code == 200


def test_ten_megabytes_are_refused_by_every_route(
    outside: httpx2.Client, routes: list[tuple[str, str]], unchanged: None
) -> None:
    for method, address in routes:
        answer = outside.request(method, address, content=b" " * 10_000_000, headers={"Content-Type": JSON})
        assert answer.status_code == 413
        assert refused(answer)["code"] == "too_large"


def test_ten_megabytes_in_pieces_without_a_length_are_refused(
    outside: httpx2.Client, routes: list[tuple[str, str]], unchanged: None
) -> None:
    for method, address in routes:
        pieces = (b" " * 100_000 for _ in range(100))
        answer = outside.request(method, address, content=pieces, headers={"Content-Type": JSON})
        assert refused(answer)["code"] == "too_large"


@pytest.mark.parametrize("media_type", TYPES)
def test_another_media_type_is_refused_by_every_writing_route(
    outside: httpx2.Client, routes: list[tuple[str, str]], media_type: str, unchanged: None
) -> None:
    for method, address in routes:
        answer = outside.request(method, address, content=b'{"a": 1}', headers={"Content-Type": media_type})
        assert (answer.status_code, refused(answer)["code"]) == (415, "unsupported_media_type"), address


@pytest.mark.parametrize("value", MISSHAPEN, ids=json.dumps)
def test_json_of_another_shape_is_refused_by_every_writing_route(
    outside: httpx2.Client, routes: list[tuple[str, str]], value: Any, unchanged: None
) -> None:
    for method, address in routes:
        answer = outside.request(method, address, content=json.dumps(value), headers={"Content-Type": JSON})
        if address.endswith(ANY_JSON):
            assert answer.json()["problems"]
        else:
            assert answer.status_code == 422, (address, answer.text)
            assert refused(answer)["errors"]


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Accept", "Idempotency-Key", "If-Match", "X-CSRFToken"])
@pytest.mark.parametrize("value", [b"a" * 40_000, b"\xff\xfe", b"\x01", b",;=\"'<>"])
def test_an_odd_header_never_fails_the_server(
    outside: httpx2.Client, routes: list[tuple[str, str]], name: str, value: bytes
) -> None:
    for method, address in [*routes, ("GET", "/api/v1/runs/"), ("GET", "/api/v1/openapi.json")]:
        headers: Any = [(key, text) for key, text in outside.headers.items() if key != name.lower()]
        answer = outside.request(
            method, address, content=b"[]", headers=[*headers, (name, value), ("Content-Type", JSON)]
        )
        assert answer.status_code < 500, (address, answer.text[:200])
    assert outside.get("/healthz").status_code == 200


def test_a_header_that_is_sent_twice_is_no_way_in(outside: httpx2.Client) -> None:
    token = outside.headers["Authorization"]
    twice: Any = [("Authorization", token), ("Authorization", "Bearer il_x")]
    del outside.headers["Authorization"]
    assert refused(outside.get("/api/v1/runs/", headers=twice))["code"] == "invalid_token"


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/", "/api/v1/nothing/", "/api/v1/workflows", "/api/v1/%ff", "/api/v1/<script>"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "TRACE"])
def test_an_unknown_route_has_a_problem_document_too(outside: httpx2.Client, path: str, method: str) -> None:
    document = refused(outside.request(method, path))
    assert document["code"] == "not_found"
    assert "script" not in document["detail"]


@pytest.mark.parametrize("host", ["evil.example", "a b", "localhost.evil.example:80"])
def test_an_unknown_host_is_refused(outside: httpx2.Client, routes: list[tuple[str, str]], host: str) -> None:
    for method, address in [*routes[:2], ("POST", "/api/v1/workflows/echo/runs/"), ("GET", "/api/v1/runs/")]:
        assert refused(outside.request(method, address, json={}, headers={"Host": host}))["status"] == 400


def test_a_query_string_that_is_no_text_is_refused(outside: httpx2.Client) -> None:
    for address in ("/api/v1/runs/", "/api/v1/workflows/echo/runs/"):
        request = outside.build_request("POST" if "echo" in address else "GET", address, json={})
        request.url = httpx2.URL(str(request.url), query=b"a=%ff")
        assert refused(outside.send(request))["status"] == 400
