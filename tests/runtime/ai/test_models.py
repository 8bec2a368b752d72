"""The entrance over real HTTP: an endpoint that behaves, one that does not, limits, samples, and scripts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from runtime.ai import Connection, Models
from runtime.ai.endpoint import retry_after
from runtime.core.node import Failed, ModelAnswer, ModelRequest, Option
from runtime.egress import Egress
from tests.makers.hostile import HOSTILE, LATE
from tests.makers.openai_server import Reply, ScriptedServer, error, openai_server, raw, says

OPTIONS = (Option("go"), Option("stop"))
CHOICE = ModelRequest("c", "Which way?", "choice", options=OPTIONS, timeout_s=60.0)
TEXT = ModelRequest("c", "Write.", timeout_s=60.0)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with openai_server() as running:
        yield running


@pytest.fixture
async def models() -> AsyncIterator[Models]:
    egress = Egress()
    yield Models(egress)
    await egress.close()


def to(server: ScriptedServer, **more: Any) -> Connection:
    return Connection(**{"name": "c", "base_url": server.url, "model": "m", "allow_private": True, **more})


def code(outcome: ModelAnswer | Failed) -> str:
    return outcome.code if isinstance(outcome, Failed) else f"answered {outcome}"


async def test_a_text_is_asked_for_and_accounted(server: ScriptedServer, models: Models) -> None:
    server.plays(says("Dear Ann"))
    connection = to(server, api_key="s3cret", price_in=1.0, price_out=10.0, headers=(("X-Team", "ops"),))
    request = ModelRequest("c", "Write.", system="Be brief.", temperature=0.3, max_tokens=50)
    found = await models.ask(connection, request)
    assert isinstance(found, ModelAnswer)
    assert (found.value, found.model, found.input_tokens, found.output_tokens) == ("Dear Ann", "scripted", 100, 20)
    assert found.cost == pytest.approx(0.3)
    assert server.requests == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Write."}],
            "temperature": 0.3,
            "max_tokens": 50,
        }
    ]
    assert server.headers[0]["Authorization"] == "Bearer s3cret"
    assert server.headers[0]["X-Team"] == "ops"
    assert models.limits.spent(connection) == pytest.approx(0.3)
    assert "s3cret" not in repr(connection)


async def test_a_choice_demands_its_form_and_its_logprobs(server: ScriptedServer, models: Models) -> None:
    tokens = [('{"choice":"', {}), ("go", {"go": 0.9, "stop": 0.1}), ('","confidence":0.8}', {})]
    server.plays(says('{"choice":"go","confidence":0.8}', logprobs=tokens))
    found = await models.ask(to(server), ModelRequest("c", "Which?", "choice", options=OPTIONS, logprobs=True))
    assert isinstance(found, ModelAnswer)
    assert found.value == "go"
    assert found.signals == {"self": 0.8, "logprob": pytest.approx(0.9)}
    sent = server.requests[0]
    assert sent["logprobs"] is True
    schema = sent["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert schema["schema"]["properties"]["choice"]["enum"] == ["go", "stop"]


async def test_a_missing_usage_is_guessed_and_flagged(server: ScriptedServer, models: Models) -> None:
    server.plays(says("Hello", usage=None))
    found = await models.ask(to(server), TEXT)
    assert isinstance(found, ModelAnswer)
    assert not found.usage_known


async def test_what_an_endpoint_refuses_to_understand_is_left_out_from_then_on(
    server: ScriptedServer, models: Models
) -> None:
    def picky(body: dict[str, Any]) -> Reply:
        kind = body.get("response_format", {}).get("type")
        if kind == "json_schema":
            return error(400, "response_format json_schema is not supported", param="response_format")
        if kind == "json_object":
            return error(422, "Unknown field: response_format")
        if "logprobs" in body:
            return error(400, "Unsupported parameter", param="logprobs")
        if "temperature" in body:
            return error(400, "'temperature' does not support 0.0 with this model.")
        if "max_tokens" in body:
            return error(400, "Use 'max_completion_tokens' instead of 'max_tokens'.")
        return says({"choice": "stop", "confidence": 0.5})

    async def reply(request: web.Request) -> web.StreamResponse:
        return await picky(server.requests[-1])(request)

    server.plays(reply)
    asked = ModelRequest("c", "?", "choice", options=OPTIONS, logprobs=True, temperature=0.0, max_tokens=9)
    first = await models.ask(to(server), ModelRequest("c", "?", "choice", options=OPTIONS, logprobs=True))
    assert isinstance(first, ModelAnswer)
    assert len(server.requests) == 4
    server.requests.clear()
    second = await models.ask(to(server), asked)
    assert isinstance(second, ModelAnswer)
    assert len(server.requests) == 3
    assert server.requests[-1]["max_completion_tokens"] == 9
    server.requests.clear()
    await models.ask(to(server), asked)
    assert len(server.requests) == 1


EXPECTED = {
    "status 401": ("connection", False), "status 403": ("connection", False), "status 404": ("connection", False),
    "a redirect": ("connection", False), "status 400": ("request", False), "status 413": ("request", False),
    "too long a context": ("too_long", False), "refuses every form": ("request", False),
    "status 429": ("rate_limited", True), "status 500": ("unavailable", True), "status 503": ("unavailable", True),
    "status 500 with the answer in it": ("unavailable", True), **dict.fromkeys(LATE, ("timeout", True)),
    "cut off": ("cut_off", True), "half closed": ("cut_off", True), "50 MB": ("too_large", False),
    "cut short": ("cut_short", False), "filtered": ("refused", False), "a refusal": ("refused", False),
}  # fmt: skip
WITHOUT_SIGNAL = {
    "true", "95", "a little more than 1", "negative", "a text", "null", "a list", "missing",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_each_hostile_answer_is_a_failure_or_has_no_signal(
    name: str, server: ScriptedServer, models: Models
) -> None:
    server.plays(HOSTILE[name])
    # Only what never comes is waited for in vain; a busy machine may be slow with all the others.
    late = name in LATE
    found = await models.ask(to(server), replace(CHOICE, timeout_s=0.5) if late else CHOICE)
    if name in WITHOUT_SIGNAL:
        assert isinstance(found, ModelAnswer)
        assert found.signals == {}
    else:
        assert isinstance(found, Failed), found
        assert (found.code, found.passing) == EXPECTED.get(name, ("answer", True))
        assert json.dumps(found.to_json()).isascii()


async def test_a_429_says_when_to_come_back(server: ScriptedServer, models: Models) -> None:
    server.plays(error(429, headers={"Retry-After": "7"}))
    found = await models.ask(to(server), TEXT)
    assert isinstance(found, Failed)
    assert found.after_s == 7.0
    assert len(server.requests) == 1


async def test_an_exhausted_quota_is_a_matter_for_the_administrator(server: ScriptedServer, models: Models) -> None:
    server.plays(error(429, "You exceeded your current quota", code="insufficient_quota"))
    found = await models.ask(to(server), TEXT)
    assert isinstance(found, Failed)
    assert (found.code, found.passing) == ("connection", False)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Wed, 04 Mar 2026 12:01:00 GMT"}, 60.0),
        ({"retry-after": "Wed, 04 Mar 2020 12:01:00 GMT"}, 0.0),
        ({"retry-after": "999999999"}, 86_400.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 400}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, datetime(2026, 3, 4, 12, tzinfo=UTC)) == seconds


async def test_a_private_endpoint_needs_the_administrators_word(server: ScriptedServer, models: Models) -> None:
    assert code(await models.ask(to(server, allow_private=False), TEXT)) == "blocked_address"
    assert not server.requests


async def test_samples_are_counted_and_the_rarest_word_of_each_signal_stands(
    server: ScriptedServer, models: Models
) -> None:
    go = [says({"choice": "go", "confidence": each}) for each in (0.9, 0.6)]
    server.plays(go[0], says({"choice": "stop", "confidence": 1}), go[1], says("nonsense"), error(500))
    found = await models.ask(to(server), ModelRequest("c", "?", "choice", options=OPTIONS, samples=5))
    assert isinstance(found, ModelAnswer)
    assert found.value == "go"
    assert found.signals == {"self": 0.6, "agreement": 0.4}
    assert (found.input_tokens, len(server.requests)) == (300, 5)


async def test_limits_hold_before_a_call_is_made(server: ScriptedServer, models: Models) -> None:
    connection = to(server, requests_per_minute=1)
    assert isinstance(await models.ask(connection, TEXT), ModelAnswer)
    assert code(await models.ask(connection, TEXT)) == "rate_limited"
    assert len(server.requests) == 1


async def test_a_failed_answer_is_paid_for_too(server: ScriptedServer, models: Models) -> None:
    server.plays(says("x", finish="length"))
    connection = to(server, price_in=1.0, price_out=1.0)
    found = await models.ask(connection, TEXT)
    assert isinstance(found, Failed)
    assert found.detail["cost"] == pytest.approx(0.12)
    assert models.limits.spent(connection) == pytest.approx(0.12)


@pytest.mark.parametrize(
    ("connection", "request_"),
    [
        (Connection("c", base_url="not an address", model="m"), TEXT),
        (Connection("c", base_url="http://", model="m"), TEXT),
        (Connection("c", base_url="http://[::1", model="m"), TEXT),
        (Connection("c", base_url="http://a:99999999/", model="m"), TEXT),
        (Connection("c", base_url="http://127.0.0.1:9/v1"), TEXT),
        (Connection("c", model="m"), TEXT),
        (Connection("c", base_url="http://127.0.0.1:9/v1", model="m", api_key="kéy"), TEXT),
        (Connection("c", base_url="http://127.0.0.1:9/v1", model="m", api_key="a\r\nX: b"), TEXT),
        (Connection("c", base_url="http://127.0.0.1:9/v1", model="m", headers=(("X\n", "b"),)), TEXT),
        (Connection("c", base_url="http://127.0.0.1:9/v1", model="m"), ModelRequest("c", "\ud800")),
        (Connection("c", base_url="http://127.0.0.1:9/v1", model="m"), ModelRequest("c", "x\x00")),
        (Connection("c", base_url="http://127.0.0.1:9/v1", model="m"), ModelRequest("c", "x" * 9_000_000)),
        (Connection("c"), ModelRequest("c", "?", "choice")),
        (Connection("c"), ModelRequest("c", "?", samples=0)),
        (Connection("c"), ModelRequest("c", "?", timeout_s=float("nan"))),
    ],
    ids=lambda part: repr(part)[:60],
)
async def test_a_broken_connection_or_question_is_a_failure_and_no_exception(
    connection: Connection, request_: ModelRequest, models: Models
) -> None:
    found = await models.ask(connection, request_)
    assert isinstance(found, Failed)
    assert not found.passing
    assert found.code in ("connection", "request", "bad_request", "blocked_address")


async def test_settings_of_the_surroundings_do_not_leak_into_a_call(
    server: ScriptedServer, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert isinstance(await models.ask(to(server), TEXT), ModelAnswer)
    sent = server.headers[0]
    assert sent["Authorization"] == "Bearer none"
    assert not [name for name in sent if name.lower() in ("openai-organization", "openai-project")]


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
async def test_an_endpoint_that_echoes_the_key_does_not_bring_it_into_the_trace(
    status: int, server: ScriptedServer, models: Models
) -> None:
    key = 'sk-canary-"1'

    async def echo(request: web.Request) -> web.StreamResponse:
        said = f"You sent {request.headers['Authorization']} and {request.headers['X-Token']}"
        return await (says(said) if status == 200 else error(status, said))(request)

    server.plays(echo)
    found = await models.ask(to(server, api_key=key, headers=(("X-Token", "tok-canary"),)), TEXT)
    assert "You sent" in repr(found)
    assert "canary" not in repr(found)


async def test_azure_gets_its_key_in_its_own_header(server: ScriptedServer, models: Models) -> None:
    await models.ask(to(server, provider="azure", api_key="k"), ModelRequest("c", "?", max_tokens=5))
    assert server.headers[0]["api-key"] == "k"
    assert server.requests[0]["max_completion_tokens"] == 5


async def test_64_calls_are_under_way_at_once(server: ScriptedServer, models: Models) -> None:
    all_there = asyncio.Barrier(64)

    async def reply(request: web.Request) -> web.StreamResponse:
        await all_there.wait()
        return await says("hello")(request)

    server.plays(reply)
    found = await asyncio.gather(*(models.ask(to(server), TEXT) for _ in range(64)))
    assert all(isinstance(each, ModelAnswer) for each in found)


async def test_a_script_answers_from_its_file_and_is_off_in_production(tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    lines: list[dict[str, Any]] = [
        {"contains": "refund", "value": "go", "signals": {"logprob": 0.9, "self": 95}},
        {"contains": "down", "fails": "unavailable", "passing": True},
        {"value": "stop"},
    ]
    script.write_text("\n".join(json.dumps(line) for line in lines))
    connection = Connection("s", "scripted", script=str(script))
    models = Models(Egress())
    assert await models.ask(connection, ModelRequest("s", "a refund")) == ModelAnswer(
        "go", {"logprob": 0.9}, "scripted"
    )
    assert await models.ask(connection, ModelRequest("s", "else")) == ModelAnswer("stop", {}, "scripted")
    assert code(await models.ask(connection, ModelRequest("s", "down"))) == "unavailable"
    assert code(await Models(Egress(), production=True).ask(connection, ModelRequest("s", "x"))) == "connection"


@pytest.mark.parametrize("text", ["{", '{"value": NaN}', "\n\n"])
async def test_a_broken_script_is_a_failure(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text(text)
    models = Models(Egress())
    for path in (tmp_path / "s.jsonl", tmp_path / "missing.jsonl", "\x00"):
        found = await models.ask(Connection("s", "scripted", script=str(path)), ModelRequest("s", "x"))
        assert isinstance(found, Failed)


async def test_a_script_in_the_test_answers_by_name() -> None:
    models = Models(Egress(), scripts={"s": lambda request: ModelAnswer(request.prompt.upper(), model="pretends")})
    found = await models.ask(Connection("s", "scripted"), ModelRequest("s", "abc"))
    assert found == ModelAnswer("ABC", {}, "scripted")


async def test_an_error_page_that_is_not_text_does_not_raise(server: ScriptedServer, models: Models) -> None:
    for body in (b"\xff\xfe\x00", b"[" * 100_000, b'{"error": NaN}', b'{"error": {"message": 5}}'):
        server.plays(raw(body, status=503))
        assert code(await models.ask(to(server), TEXT)) == "unavailable"
