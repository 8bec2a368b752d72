"""Between what a step asks for and what goes over the wire: requests to bytes, bytes to answers, errors to failures.

Called by the door alone. Pure: nothing here opens a connection.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import aiohttp
from yarl import URL

from runtime.core.node import Failed, HttpRequest, HttpResponse
from runtime.egress.addresses import is_allowed
from runtime.faults import NOTHING_ANSWERS
from runtime.json_gate import MAX_BYTES, Json, JsonProblem, clean, read_json, write_json

_HIDDEN = "[hidden]"
_METHOD = re.compile(r"[A-Z]{1,20}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_JSON_TYPE = re.compile(r"application/(?:[\w.+-]+\+)?json|text/json", re.IGNORECASE)
_CHARSET = re.compile(r"charset=\"?([\w.:-]{1,40})", re.IGNORECASE)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READING = frozenset({"GET", "HEAD"})
_OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade", "te"}
)
# What may follow a redirect to another host: nothing that could be a credential.
_HARMLESS_HEADERS = frozenset({"accept", "content-type", "user-agent", "idempotency-key"})


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One exchange as bytes. `timeout_s` covers all of it, from the name look-up to the last byte of the last hop."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout_s: float


@dataclass(frozen=True, slots=True)
class RawResponse:
    """What came back: header names in lower case, the body decompressed and within the policy's bound."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def as_bytes(request: HttpRequest) -> RawRequest | Failed:
    """The request as it goes over the wire, or why it cannot be sent."""
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _OWN_HEADERS}
    if not _METHOD.fullmatch(request.method):
        return _unsendable("The method is not one of HTTP's.")
    if not all(_HEADER_NAME.fullmatch(name) and not _CONTROL.search(value) for name, value in headers.items()):
        return _unsendable("A header has a name or a value that HTTP does not allow.")
    body = None
    if request.body is not None:
        flaw = clean(request.body, max_bytes=MAX_BYTES)
        if flaw:
            return _unsendable(f"The body is no valid JSON at {flaw.path or '/'}: {flaw.message}")
        text = request.body if isinstance(request.body, str) else write_json(request.body)
        body = text.encode()
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "text/plain; charset=utf-8" if text is request.body else "application/json"
    try:
        url = str(URL(request.url).update_query(dict(request.query)) if request.query else URL(request.url))
    except (ValueError, TypeError) as error:
        return _unsendable(f"The address cannot be read: {error}")
    return RawRequest(request.method, url, headers, body, request.timeout_s)


def understood(answer: RawResponse) -> HttpResponse | Failed:
    """The answer as a step sees it. An error page that lies about being JSON is text: its status says enough."""
    kind = answer.headers.get("content-type", "")
    if not _JSON_TYPE.match(kind.strip()) or not answer.body.strip():
        return HttpResponse(answer.status, answer.headers, _text(answer.body, kind))
    value = read_json(answer.body, max_bytes=len(answer.body))
    if not isinstance(value, JsonProblem):
        return HttpResponse(answer.status, answer.headers, value)
    if answer.status >= 400:
        return HttpResponse(answer.status, answer.headers, _text(answer.body, kind))
    detail = {"status": answer.status, **value.to_json()}
    return Failed("bad_response", f"The answer is no strict JSON: {value.message}", passing=True, detail=detail)


def onward(request: RawRequest, answer: RawResponse) -> RawRequest | Failed | None:
    """Where a redirect leads, with what may go along; None where the answer is no redirect."""
    target = _target(request.url, answer)
    if target is None:
        return None
    origin = URL(request.url)
    if target.scheme not in ("http", "https") or (origin.scheme == "https" and target.scheme != "https"):
        return Failed("redirect", "The other side redirected to an unprotected or unknown kind of address.")
    method, body, headers = request.method, request.body, request.headers
    if method not in _READING and answer.status in (301, 302, 303):
        method, body = "GET", None
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    if target.host != origin.host or target.port != origin.port:
        if method not in _READING:
            return Failed("redirect", "The other side redirected a writing call to another host.")
        headers = {name: value for name, value in headers.items() if name.lower() in _HARMLESS_HEADERS}
    return replace(request, method=method, url=str(target), body=body, headers=headers)


def hidden(answer: RawResponse, secrets: Sequence[str]) -> RawResponse:
    """The answer without these secrets, plain or as JSON writes them: what echoes a key must not carry it into a trace.

    Secrets of fewer than 6 characters are left alone: they would be found everywhere.
    """
    told = {form for secret in secrets if len(secret) >= 6 for form in _forms(secret)}
    headers, body = dict(answer.headers), answer.body
    for form in told:
        body = body.replace(form.encode("utf-8", "replace"), _HIDDEN.encode())
        headers = {name: value.replace(form, _HIDDEN) for name, value in headers.items()}
    return replace(answer, headers=headers, body=body) if told else answer


def veiled(answer: HttpResponse, secrets: Sequence[str]) -> HttpResponse:
    """The answer as a step sees it without these secrets: an escape or a charset may have kept them from `hidden`."""
    told = tuple(secret for secret in secrets if len(secret) >= 6)
    return replace(answer, body=_veiled(answer.body, told)) if told else answer


def _veiled(value: Json, secrets: Sequence[str]) -> Json:
    match value:
        case str():
            for secret in secrets:
                value = value.replace(secret, _HIDDEN)
            return value
        case list():
            return [_veiled(item, secrets) for item in value]
        case dict():
            return {str(_veiled(name, secrets)): _veiled(item, secrets) for name, item in value.items()}
        case _:
            return value


def _forms(secret: str) -> tuple[str, str, str]:
    return secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]


def refused(addresses: list[str]) -> Failed:
    """The failure of a call whose host has an address that is not allowed."""
    shown = ", ".join(sorted(set(addresses)))
    by = "An administrator can allow it by the setting ALLOWED_NETWORKS."
    if any(is_allowed(address) for address in addresses):
        by = "Out of the allowed networks only https is called."
    sentence = f"The host's address is not allowed: {shown}. {by}"
    return Failed("blocked_address", sentence, detail={"addresses": shown})


def failure_of(error: Exception) -> Failed:
    """What went wrong on the wire, as a step is told it. Nothing of the request is repeated: it may hold secrets."""
    match error:
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return _unsendable("The address cannot be called.")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return Failed("connect", "The other side could not prove who it is (TLS).")
        case aiohttp.ClientConnectorDNSError():
            return Failed("connect", "The host's name has no address.", passing=True)
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, ConnectionRefusedError):
            return Failed("connect", NOTHING_ANSWERS, passing=True)
        case aiohttp.ClientConnectorError():
            return Failed("connect", "No connection could be made.", passing=True)
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError() | ConnectionError() | zlib.error():
            return Failed("cut_off", "The answer ended in the middle or came damaged.", passing=True)
        case aiohttp.ClientResponseError():
            return Failed("bad_response", "The other side does not answer in proper HTTP.", passing=True)
        case aiohttp.ClientError() | OSError():
            return Failed("connect", "The connection failed.", passing=True)
        case _:
            return _unsendable("The call cannot be made in this form.")


def _unsendable(message: str) -> Failed:
    return Failed("bad_request", message)


def _target(origin: str, answer: RawResponse) -> URL | None:
    location = answer.headers.get("location", "")
    if answer.status not in _REDIRECTS or not location:
        return None
    try:
        return URL(origin).join(URL(location))
    except ValueError:
        return URL("invalid:")


def _text(body: bytes, kind: str) -> str:
    """A text that may be stored anywhere: what cannot be decoded or kept is replaced."""
    named = _CHARSET.search(kind)
    try:
        text = body.decode(named.group(1) if named else "utf-8", "replace")
    except (LookupError, UnicodeError):
        text = body.decode("utf-8", "replace")
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
