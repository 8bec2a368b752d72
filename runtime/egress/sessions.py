"""HTTP sessions whose sockets cannot connect to a forbidden address, and reading answers within a bound.

Used by the door alone. The address is checked on the socket that is about to connect, below the HTTP client and below
name resolution, so that redirects, numeric host names and names that change their address between two look-ups are
covered by the same check.
"""

from __future__ import annotations

import socket
import zlib
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohappyeyeballs import AddrInfoType
from aiohttp.abc import AbstractResolver

from runtime.core.node import Failed
from runtime.egress.addresses import is_allowed

_HEADERS: Final = {"Accept-Encoding": "identity", "User-Agent": "Interlock"}

# The client wraps and merges the errors of several addresses; what was blocked for the running call is kept here.
blocked: ContextVar[list[str] | None] = ContextVar("blocked", default=None)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a session's sockets may connect to. Sessions are not shared between reaches: their pools would mix them."""

    networks: tuple[str, ...]
    private: bool
    inside: bool = False


class BlockedAddressError(OSError):
    """A socket was about to connect to where it must not."""


def new_session(reach: Reach, resolver: AbstractResolver | None = None) -> aiohttp.ClientSession:
    """A session without cookies, proxies and credentials of the surroundings, guarded to this reach."""

    def guarded(address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = address
        ip = str(where[0])
        known = family in (socket.AF_INET, socket.AF_INET6)
        if not known or not is_allowed(ip, reach.networks, reach.private, reach.inside):
            heard = blocked.get()
            if heard is not None:
                heard.append(ip)
            raise BlockedAddressError(f"{ip} is no allowed address")
        return socket.socket(family, kind, protocol)

    connector = aiohttp.TCPConnector(
        limit=512, limit_per_host=256, socket_factory=guarded, resolver=resolver, use_dns_cache=resolver is None
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        headers=_HEADERS,
        timeout=aiohttp.ClientTimeout(total=None),
    )


async def read_bounded(response: aiohttp.ClientResponse, limit: int) -> bytes | Failed:
    """The decompressed body, or a failure as soon as it grows beyond `limit` bytes: no bomb is ever unfolded.

    Raises what the client and zlib raise for damaged answers.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        return Failed("bad_response", "The answer is compressed in a way that was not asked for.")
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if encoding not in ("", "identity") else None
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += inflate.decompress(chunk, limit + 1 - len(body)) if inflate else chunk
        if len(body) > limit:
            response.close()
            sentence = f"The answer is larger than {limit} bytes."
            return Failed("too_large", sentence, detail={"status": response.status})
    if inflate and body and not inflate.eof:
        return Failed("cut_off", "The answer ended in the middle.", passing=True)
    return bytes(body)
