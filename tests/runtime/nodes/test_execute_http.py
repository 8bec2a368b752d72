"""Calling another system."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Done, Failed, HttpResponse
from runtime.nodes.execute_http import KIND
from tests.makers.fakes import FakeContext, step

GET = {"method": "GET", "url": "https://api.example.org/leads"}
POST = {**GET, "method": "POST"}


def answering(status: int, headers: dict[str, str] | None = None, body: Any = None) -> FakeContext:
    return FakeContext(http_answers=[HttpResponse(status, headers or {}, body)], timeout_s=7.0)


async def test_a_call_is_made_as_it_is_written() -> None:
    context = answering(201, {"ETag": "1"}, {"id": 5})
    config = {
        **POST,
        "headers": {"X-Trace": "r-{{ run.id }}"},
        "query": {"q": "{{ input.name }}&x=1"},
        "body": "{'name': input.name}",
        "connection": "crm",
    }
    outcome = await step(KIND, config, {"name": "Ann"}, context)
    assert outcome == Done({"status": 201, "headers": {"ETag": "1"}, "body": {"id": 5}})
    (request,) = context.seen
    assert (request.method, request.url, request.connection) == ("POST", "https://api.example.org/leads", "crm")
    assert (request.headers, request.query) == ({"X-Trace": "r-r1"}, {"q": "Ann&x=1"})
    assert (request.body, request.timeout_s) == ({"name": "Ann"}, 7.0)


@pytest.mark.parametrize(
    ("config", "effect"),
    [
        ({"method": "GET"}, "reads"),
        ({"method": "HEAD"}, "reads"),
        ({"method": "POST"}, "outward"),
        ({"method": "PUT"}, "outward"),
        ({"method": "PATCH"}, "outward"),
        ({"method": "DELETE"}, "outward"),
        ({"method": "POST", "reads_only": True}, "reads"),
    ],
)
def test_what_writes_is_outward(config: dict[str, Any], effect: str) -> None:
    assert KIND.effect(KIND.params.model_validate({**GET, **config})) == effect


@pytest.mark.parametrize(
    ("status", "passing"),
    [
        *((199, False), (300, False), (301, False), (400, False), (401, False), (404, False), (409, False)),
        *((422, False), (408, True), (425, True), (429, True), (500, True), (502, True), (503, True), (599, True)),
    ],
)
async def test_an_unexpected_status_fails_and_says_whether_it_may_pass(status: int, passing: bool) -> None:
    outcome = await step(KIND, POST, None, answering(status, {}, {"why": "x" * 9999}))
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.passing, outcome.detail["status"]) == ("http.status", passing, status)
    assert len(str(outcome.detail["body"])) <= 2000


@pytest.mark.parametrize(
    ("expected", "status", "done"),
    [([404], 404, True), ([404], 200, False), (404, 404, True), ([200, 503], 503, True), (None, 299, True)],
)
async def test_the_designer_says_which_status_is_expected(expected: object, status: int, done: bool) -> None:
    outcome = await step(KIND, {**GET, "expect_status": expected}, None, answering(status))
    assert isinstance(outcome, Done) is done


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (" 5 ", 5.0),
        ("999999999", 86_400.0),
        ("Wed, 04 Mar 2026 12:00:30 GMT", 30.0),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0.0),
        ("Wed, 04 Mar 2026 12:00:30", 30.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("9" * 400, None),
        ("\u0665", None),
        ("Mon, 99 Foo 9999 99:99:99 GMT", None),
    ],
)
async def test_the_other_side_says_when_to_come_back(header: str, seconds: float | None) -> None:
    outcome = await step(KIND, GET, None, answering(429, {"retry-AFTER": header}))
    assert isinstance(outcome, Failed)
    assert outcome.after_s == seconds


async def test_a_lasting_failure_has_no_time_to_come_back() -> None:
    outcome = await step(KIND, GET, None, answering(404, {"Retry-After": "10"}))
    assert isinstance(outcome, Failed)
    assert outcome.after_s is None


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://example.org", "file:///etc/passwd", "//example.org", "/leads", "example.org", "https://"),
        *("https:///x", "javascript:alert(1)", "https://exa mple.org/", "https://example.org/\r\nHost: evil"),
        *("https://[::1", "http://[x]/", "https://example.org:99999/", "https://example.org:0/"),
        *("https://example.org/" + "x" * 8000, "gopher://x/", "https://example.org/\ud800"),
    ],
)
async def test_only_whole_web_addresses_are_called(url: str) -> None:
    context = answering(200)
    outcome = await step(KIND, {**GET, "url": "{{ input }}"}, url, context)
    assert isinstance(outcome, Failed) or url.endswith("\ud800")
    if isinstance(outcome, Failed):
        assert (outcome.code, outcome.passing, context.seen) == ("http.url", False, [])


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x00", "x" * 8001])
async def test_a_header_cannot_start_another_one(value: str) -> None:
    context = answering(200)
    outcome = await step(KIND, {**GET, "headers": {"X-Name": "{{ input }}"}}, value, context)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.detail, context.seen) == ("http.header", {"field": "headers/X-Name"}, [])


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"url": "https://example.org/{{ input.x }}"}, "url"),
        ({"headers": {"X-A": "{{ input.x }}"}}, "headers/X-A"),
        ({"query": {"q": "{{ input.x }}"}}, "query/q"),
        ({"body": "input.x"}, "body"),
    ],
)
async def test_what_cannot_be_computed_is_not_called(config: dict[str, Any], field: str) -> None:
    context = answering(200)
    outcome = await step(KIND, {**POST, **config}, {}, context)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.detail, context.seen) == ("expression", {"field": field}, [])


async def test_a_failure_of_the_call_is_handed_on() -> None:
    refused = Failed("egress.private", "This address is private.")
    assert await step(KIND, GET, None, FakeContext(http_answers=[refused])) is refused


@pytest.mark.parametrize(
    "config",
    [
        *({"method": "get"}, {"method": "TRACE"}, {"headers": {"a b": "x"}}, {"headers": {"a\r\nb": "x"}}),
        *({"headers": {"Host": "x"}}, {"headers": {"idempotency-KEY": "x"}}, {"headers": {"X-A": "1", "x-a": "2"}}),
        *({"expect_status": []}, {"expect_status": [99]}, {"expect_status": "200"}, {"expect_status": True}),
        *({"body": {"a": 1}}, {"query": {"q": 1}}, {"reads_only": "yes"}),
    ],
)
def test_a_bad_configuration_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.params.model_validate({**GET, **config})
