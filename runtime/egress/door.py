"""Making a call: through the session of its policy, within its time, redirects followed one by one.

Called by everything that goes out; see the package's docstring. Failures are data: nothing is raised for what the other
side does, for what the address is, or for what a drawing asks.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from runtime.core.node import Failed, HttpRequest, HttpResponse
from runtime.egress.sessions import Reach, blocked, new_session, read_bounded
from runtime.egress.translation import (
    RawRequest,
    RawResponse,
    as_bytes,
    failure_of,
    hidden,
    onward,
    refused,
    understood,
    veiled,
)

MAX_BYTES: Final = 1_048_576
MAX_REDIRECTS: Final = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """Where calls may go; decided by the administrator, never by a drawing.

    Public addresses always. `networks` (CIDR) adds others; `hosts` names hosts that may have a private address. With
    `private` every host may (loopback, RFC 1918, shared, unique local; link-local and the like only by `networks`).
    With `plain_inside`, what is not encrypted (http) goes to such addresses alone, and to no public one.
    """

    networks: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    private: bool = False
    max_bytes: int = MAX_BYTES
    redirects: int = MAX_REDIRECTS
    plain_inside: bool = False

    def reach(self, url: URL) -> Reach:
        """What a call to this address may connect to."""
        named = _bare(url.host or "") in {_bare(known) for known in self.hosts}
        return Reach(self.networks, self.private or named, self.plain_inside and url.scheme != "https")


PUBLIC: Final = Policy()


class Egress:
    """Sessions to the outside, one for each event loop and reach; one object serves every loop of the process.

    `resolver` takes the place of the system's name resolution (tests). Call `close` in each loop before it ends.
    """

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Reach, aiohttp.ClientSession]]
        self._sessions = WeakKeyDictionary()

    async def send(
        self, request: HttpRequest, policy: Policy = PUBLIC, *, hide: Sequence[str] = ()
    ) -> HttpResponse | Failed:
        """Make the call. `body` of the answer is strict JSON where its content type says so, else text.

        `hide` are secrets that must not come back in an answer that echoes them.
        Fails with one of these codes, * where trying again may help: blocked_address, bad_request, redirect, too_large,
        connect*, timeout*, cut_off*, bad_response*.
        """
        raw = as_bytes(request)
        if isinstance(raw, Failed):
            return raw
        answer = await self.exchange(raw, policy, hide=hide)
        told = answer if isinstance(answer, Failed) else understood(answer)
        return told if isinstance(told, Failed) else veiled(told, hide)

    async def exchange(
        self, request: RawRequest, policy: Policy = PUBLIC, *, hide: Sequence[str] = ()
    ) -> RawResponse | Failed:
        """Make the call, bytes in and bytes out. Without redirects in the policy, a redirect is an answer too."""
        heard: list[str] = []
        token = blocked.set(heard)
        try:
            async with asyncio.timeout(request.timeout_s):
                answer = await self._follow(request, policy)
            return answer if isinstance(answer, Failed) else hidden(answer, hide)
        except TimeoutError:
            return Failed("timeout", f"No complete answer came within {request.timeout_s:g} seconds.", passing=True)
        except (aiohttp.ClientError, OSError, ValueError, zlib.error) as error:
            return refused(heard) if heard else failure_of(error)
        finally:
            blocked.reset(token)

    async def close(self) -> None:
        """Close the running loop's sessions."""
        for session in self._sessions.pop(asyncio.get_running_loop(), {}).values():
            await session.close()

    async def _follow(self, request: RawRequest, policy: Policy) -> RawResponse | Failed:
        for _ in range(policy.redirects + 1):
            answer = await self._once(request, policy)
            if isinstance(answer, Failed) or policy.redirects == 0:
                return answer
            further = onward(request, answer)
            if further is None:
                return answer
            if isinstance(further, Failed):
                return further
            request = further
        return Failed("redirect", f"The other side redirected more than {policy.redirects} times.")

    async def _once(self, request: RawRequest, policy: Policy) -> RawResponse | Failed:
        url = URL(request.url)
        if url.scheme not in ("http", "https") or not url.host:
            return Failed("bad_request", "The address must begin with http:// or https:// and name a host.")
        session = self._session(policy.reach(url))
        async with session.request(
            request.method, url, headers=request.headers, data=request.body, allow_redirects=False
        ) as response:
            body = await read_bounded(response, policy.max_bytes)
            if isinstance(body, Failed):
                return body
            headers = {name.lower(): value for name, value in response.headers.items()}
            return RawResponse(response.status, headers, body)

    def _session(self, reach: Reach) -> aiohttp.ClientSession:
        own = self._sessions.setdefault(asyncio.get_running_loop(), {})
        if reach not in own:
            own[reach] = new_session(reach, self._resolver)
        return own[reach]


def _bare(host: str) -> str:
    return host.lower().rstrip(".").strip("[]")
