"""Call another system over HTTP. Reading calls may stand anywhere; everything that writes is an outward action.

A `GET`, a `HEAD`, or a call that its designer marks as reading counts as reading. An answer outside the expected
statuses is an error; where it may pass (408, 425, 429 and 5xx) the step is tried again, no sooner than the other side
asks for. Every attempt carries the same `Idempotency-Key`. Data that is to be part of the address belongs into `query`,
where it cannot change which page is called.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from runtime.core.definition import Many
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import (
    Context,
    Done,
    Effect,
    Failed,
    HttpRequest,
    HttpResponse,
    Inputs,
    NodeKind,
    Outcome,
    Params,
)
from runtime.core.templates import Template
from runtime.nodes._values import has_control, not_computed, refuse_repeats

PASSING = frozenset({408, 425, 429})
LONGEST_URL = 8_000
LONGEST_HEADER = 8_000
LONGEST_WAIT_S = 86_400.0
_EXCERPT = 2_000
# Set by the guarded client itself: a drawing that set them could split messages, reach another host or break the
# promise that a repeated call carries the same key.
_RESERVED = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "idempotency-key"})
_HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


def _header_names(headers: dict[str, Template]) -> dict[str, Template]:
    for name in headers:
        if name.lower() in _RESERVED:
            raise ValueError(f"The header “{name}” is set by Interlock itself.")
    refuse_repeats((name.lower() for name in headers), "headers")
    return headers


class HttpParams(Params):
    """What to call, and which answers are expected."""

    method: Annotated[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], Field(description="The HTTP method.")]
    url: Annotated[
        Template,
        Field(
            title="Address",
            description="The whole address, beginning with https:// or http://.",
            json_schema_extra={"lines": 1},
        ),
    ]
    headers: Annotated[
        dict[_HeaderName, Template],
        Field(
            max_length=50,
            title="Headers",
            description="More headers by name. Secrets belong into the connection, not here.",
        ),
        AfterValidator(_header_names),
    ] = Field(default_factory=dict)
    query: Annotated[
        dict[str, Template],
        Field(max_length=100, title="Parameters", description="Parameters by name; they are escaped for the address."),
    ] = Field(default_factory=dict)
    body: Annotated[
        Expr | None, Field(description="The value to send: as JSON, or as it is when it is a text. Empty: no body.")
    ] = None
    connection: Annotated[
        str | None, Field(max_length=80, description="The connection that signs the call; empty: none.")
    ] = None
    reads_only: Annotated[
        bool,
        Field(
            title="Changes nothing",
            description="Says that this call changes nothing on the other side, whatever its method.",
        ),
    ] = False
    expect_status: Annotated[
        Annotated[Many[Annotated[int, Field(ge=100, le=599)]], Field(min_length=1, max_length=50)] | None,
        BeforeValidator(_one_or_many),
        Field(title="Statuses that count as done", description="The statuses that count as done; empty: 200 to 299."),
    ] = None


async def run(params: HttpParams, inputs: Inputs, context: Context) -> Outcome:
    """The answer, if its status is an expected one."""
    request = _request(params, inputs, context.timeout_s)
    if isinstance(request, Failed):
        return request
    response = await context.http(request)
    if isinstance(response, Failed):
        return response
    if _expected(params, response.status):
        return Done({"status": response.status, "headers": dict(response.headers), "body": response.body})
    return _unexpected(response, context.now)


def _request(params: HttpParams, inputs: Inputs, timeout_s: float) -> HttpRequest | Failed:
    url = inputs.text(params.url)
    if isinstance(url, Unknown):
        return not_computed("url", url)
    headers = _texts("headers", params.headers, inputs)
    query = _texts("query", params.query, inputs)
    body = None if params.body is None else inputs.value(params.body)
    if isinstance(headers, Failed):
        return headers
    if isinstance(query, Failed):
        return query
    if isinstance(body, Unknown):
        return not_computed("body", body)
    refused = _bad_url(url.strip()) or _bad_header(headers)
    hoped = params.expect_status[0] if params.expect_status else 200
    return refused or HttpRequest(
        params.method, url.strip(), headers, query, body, params.connection or "", timeout_s=timeout_s, hoped=hoped
    )


def _texts(field: str, templates: Mapping[str, Template], inputs: Inputs) -> dict[str, str] | Failed:
    texts: dict[str, str] = {}
    for name, template in templates.items():
        text = inputs.text(template)
        if isinstance(text, Unknown):
            return not_computed(f"{field}/{name}", text)
        texts[name] = text
    return texts


def _bad_url(url: str) -> Failed | None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if sound and len(url) <= LONGEST_URL and not has_control(url) and not re.search(r"\s", url):
        return None
    return Failed("http.url", "“url” is no whole http or https address.", detail={"field": "url"})


def _bad_header(headers: Mapping[str, str]) -> Failed | None:
    for name, value in headers.items():
        if has_control(value) or len(value) > LONGEST_HEADER:
            sentence = f"The header “{name}” holds a line break or another control character, or is too long."
            return Failed("http.header", sentence, detail={"field": f"headers/{name}"})
    return None


def _expected(params: HttpParams, status: int) -> bool:
    return 200 <= status <= 299 if params.expect_status is None else status in params.expect_status


def _unexpected(response: HttpResponse, now: datetime) -> Failed:
    passing = response.status in PASSING or response.status >= 500
    return Failed(
        "http.status",
        f"The other side answered with status {response.status}.",
        passing=passing,
        after_s=_retry_after(response.headers, now) if passing else None,
        detail={"status": response.status, "body": _excerpt(response.body)},
    )


def _excerpt(body: Json) -> str:
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))[:_EXCERPT]


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from a number or an HTTP date; None where the header is absent or means nothing."""
    text = next((value.strip() for name, value in headers.items() if name.lower() == "retry-after"), "")
    seconds = float(text) if re.fullmatch(r"[0-9]{1,9}", text) else _until(text, now)
    return min(max(seconds, 0.0), LONGEST_WAIT_S) if math.isfinite(seconds) else None


def _until(text: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return math.nan
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()


def effect(params: HttpParams) -> Effect:
    """Reading by method or by the designer's mark; else it is seen outside."""
    return "reads" if params.reads_only or params.method in ("GET", "HEAD") else "outward"


KIND = NodeKind(
    name="execute.http",
    title="Call a web service",
    help=__doc__,
    icon="globe",
    params=HttpParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    effect=effect,
    output=lambda _params: {
        "type": "object",
        "properties": {"status": {"type": "integer"}, "headers": {"type": "object"}, "body": {}},
        "required": ["body", "headers", "status"],
    },
    connection=lambda params: params.connection,
    example={
        "method": "POST",
        "url": "https://crm.example.com/api/leads",
        "headers": {"X-Source": "interlock"},
        "body": "{'email': input.email, 'company': input.company}",
    },
    examples=(
        {"method": "GET", "url": "https://crm.example.com/api/leads", "query": {"email": "{{ input.email }}"}},
        {"method": "POST", "url": "https://crm.example.com/api/search", "body": "input.terms", "reads_only": True},
    ),
)
