"""The openai client's way out: each of its requests goes through the one door.

Used by `endpoint`. The client never opens a connection by itself, so that the guard, the bound on the size and the
total time hold for model calls as for all others.
"""

from __future__ import annotations

from collections.abc import Sequence

import httpx2

from runtime.core.node import Failed
from runtime.egress import Egress, Policy, RawRequest

MAX_ANSWER_BYTES = 8 * 1024 * 1024
_SET_BELOW = frozenset({"host", "content-length", "connection", "accept-encoding"})


class DoorError(httpx2.TransportError):
    """Carries the door's failure through the openai client."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class DoorTransport(httpx2.AsyncBaseTransport):
    """A transport for httpx2 that sends through an `Egress`; bodies are read whole, and `hide` is taken out of them."""

    def __init__(self, egress: Egress, policy: Policy, hide: Sequence[str]) -> None:
        self._egress = egress
        self._policy = policy
        self._hide = hide

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises DoorError where the door fails."""
        timeout = request.extensions.get("timeout", {}).get("read") or 30.0
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _SET_BELOW}
        raw = RawRequest(request.method, str(request.url), headers, await request.aread(), timeout)
        answer = await self._egress.exchange(raw, self._policy, hide=self._hide)
        if isinstance(answer, Failed):
            raise DoorError(answer)
        # The body is decompressed already; httpx2 would try once more.
        headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        return httpx2.Response(answer.status, headers=headers, content=answer.body, request=request)
