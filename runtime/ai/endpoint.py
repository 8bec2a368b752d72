"""One OpenAI-compatible endpoint, asked through the `openai` client.

Made by `models`, one for each connection, and kept: it remembers what the endpoint refused to understand. It knows
nothing of limits and money. The module is imported at the first use, as the client weighs 30 MB.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai

from runtime.ai.asking import Abilities, abilities_of, body_of, without_what_was_refused
from runtime.ai.connection import Connection
from runtime.ai.reading import Usage, read_answer
from runtime.ai.transport import MAX_ANSWER_BYTES, DoorError, DoorTransport
from runtime.core.node import Failed, ModelAnswer, ModelRequest
from runtime.egress import Egress, Policy
from runtime.json_gate import clean

_NOTHING_USED = Usage(0, 0, known=True)
_PASSING = frozenset({408, 409, 425, 429})
_BROKEN_SETTINGS = frozenset({401, 402, 403, 404, 405})
_TOO_LONG = re.compile(r"context.{0,20}(?:length|window|size)|too (?:long|many tokens)|maximum.{0,20}tokens", re.I)
_LONGEST_WAIT_S = 86_400.0


class Endpoint:
    """What `models` asks; safe to use from several event loops."""

    def __init__(self, connection: Connection, egress: Egress) -> None:
        self._connection = connection
        self.abilities: Abilities = abilities_of(connection)
        policy = Policy(private=connection.allow_private, redirects=0, max_bytes=MAX_ANSWER_BYTES)
        headers: dict[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        if connection.preset.key_header:
            headers[connection.preset.key_header] = connection.api_key
        hide = (connection.api_key, *(value for _, value in connection.headers))
        self._client = openai.AsyncOpenAI(
            api_key=connection.api_key or "none",
            base_url=connection.url,
            max_retries=0,
            default_headers={**headers, **dict(connection.headers)},
            http_client=httpx2.AsyncClient(transport=DoorTransport(egress, policy, hide), trust_env=False),
        )

    async def ask(self, request: ModelRequest) -> tuple[ModelAnswer | Failed, Usage]:
        """One sample. The time of the request covers the repetitions that an unknown parameter makes necessary."""
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._negotiate(request)
        except TimeoutError:
            sentence = f"The model gave no complete answer within {request.timeout_s:g} seconds."
            return Failed("timeout", sentence, passing=True), _NOTHING_USED

    async def _negotiate(self, request: ModelRequest) -> tuple[ModelAnswer | Failed, Usage]:
        for _ in range(5):
            abilities = self.abilities
            body = body_of(request, request.model or self._connection.model, abilities)
            if clean(body, max_bytes=MAX_ANSWER_BYTES, max_depth=128):
                return Failed("request", "The prompt is no clean text, or too large."), _NOTHING_USED
            try:
                raw = await self._post(body, request.timeout_s)
            except openai.APIStatusError as error:
                learned = _learned(abilities, body, error)
                if learned is None:
                    return _status_failure(error), _NOTHING_USED
                self.abilities = learned
            except openai.OpenAIError as error:
                return _door_failure(error), _NOTHING_USED
            except (ValueError, TypeError, httpx2.InvalidURL):
                sentence = "The connection's key or headers hold characters that cannot be sent."
                return Failed("connection", sentence), _NOTHING_USED
            else:
                return read_answer(raw, request)
        return Failed("request", "The endpoint refuses every form of the question."), _NOTHING_USED

    async def _post(self, body: dict[str, Any], timeout_s: float) -> bytes:
        # The plain post gives the bytes as they came: the client's own reading of JSON is not strict.
        options: Any = {"timeout": timeout_s}
        answer = await self._client.post("/chat/completions", cast_to=httpx2.Response, body=body, options=options)
        return answer.content


def _learned(abilities: Abilities, body: dict[str, Any], error: openai.APIStatusError) -> Abilities | None:
    if error.status_code not in (400, 422, 501):
        return None
    return without_what_was_refused(abilities, body, error.response.text[:4_000])


def _door_failure(error: openai.OpenAIError) -> Failed:
    cause = error.__cause__
    if isinstance(cause, DoorError):
        return cause.failed
    return Failed("connect", "The connection to the model failed.", passing=True)


def _status_failure(error: openai.APIStatusError) -> Failed:
    """A refusal by status. The other side's words are kept short and beside the sentence: they are not ours."""
    status, said = error.status_code, error.response.text[:500].replace("\x00", "\ufffd")
    if status in _BROKEN_SETTINGS or "insufficient_quota" in said or status < 400:
        sentence = f"The endpoint does not accept this connection's address, key or model (status {status})."
        return Failed("connection", sentence, detail={"status": status, "said": said})
    if status in _PASSING or status >= 500:
        code = "rate_limited" if status == 429 else "unavailable"
        sentence = f"The endpoint cannot answer now (status {status})."
        wait = retry_after(error.response.headers, datetime.now(UTC))
        return Failed(code, sentence, passing=True, after_s=wait, detail={"status": status, "said": said})
    if _TOO_LONG.search(said):
        return Failed("too_long", "The question is longer than the model can read.", detail={"said": said})
    return Failed("request", f"The endpoint refused the question (status {status}).", detail={"said": said})


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as `retry-after-ms` or `retry-after` (seconds or a date) say; None where they say nothing."""
    in_ms = _seconds(headers.get("retry-after-ms", ""))
    if in_ms is not None:
        return min(in_ms / 1000, _LONGEST_WAIT_S)
    text = headers.get("retry-after", "").strip()
    plain = _seconds(text)
    if plain is not None:
        return min(plain, _LONGEST_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), _LONGEST_WAIT_S)


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text.strip()) else None
