"""Where sign-ins are worked on: beside the web threads, a few at a time, and in an order that a flood does not choose.

Used by `config.asgi`. Comparing a password keeps a processor busy for half a second, whoever asks. So it is done in
threads of its own, and pages never wait for it. When more come than can be worked on, those wait who are most likely to
be people: first who comes with a browser in which somebody has signed in, then by how seldom their address has asked.
Nobody is judged here, nor is a password seen: how often one may be wrong is up to `runtime.views.sign_in`.
"""

from __future__ import annotations

import asyncio
import os
from bisect import insort
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from django.http import HttpResponse, parse_cookie
from django.template.loader import render_to_string
from django.urls import reverse

from runtime.triggers.throttle import Throttle, network_of
from runtime.views.sign_in import COOKIE, names_known

THREADS = 2 if (os.cpu_count() or 1) >= 4 else 1
MAX_BODY = 64 * 1024
"""Far more than any name and password: a body is kept for as long as its sender takes, and nobody is known by then."""
MOST_WAITING = 10
PATIENCE_S = 10.0
HELD_S, MOST_HELD = 2.0, 1_000
"""Who is refused is told so a little later, so that a program that tries without end tries less often."""
RETRY_S = 5
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)

type Rank = tuple[bool, int]


@dataclass(order=True, slots=True)
class _Waiting[T]:
    rank: Rank
    number: int
    turn: asyncio.Future[T | None] = field(compare=False)


class Queue[T]:
    """A few of something, lent to one at a time each; the lowest rank is next, and the highest makes room.

    At most `most` wait, none for longer than `patience_s` seconds. For one event loop.
    """

    def __init__(self, things: list[T], most: int = MOST_WAITING, patience_s: float = PATIENCE_S) -> None:
        self._free, self._most, self._patience_s = things, most, patience_s
        self._waiting: list[_Waiting[T]] = []
        self._numbers = count()

    async def borrow(self, rank: Rank) -> T | None:
        """One of them, to be given back; None where there is no room or it takes too long."""
        if self._free:
            return self._free.pop()
        mine = _Waiting(rank, next(self._numbers), asyncio.get_running_loop().create_future())
        insort(self._waiting, mine)
        if len(self._waiting) > self._most:
            self._waiting.pop().turn.set_result(None)
        try:
            await asyncio.wait([mine.turn], timeout=self._patience_s)
        except asyncio.CancelledError:
            self._left(mine)
            raise
        if mine.turn.done():
            return mine.turn.result()
        self._left(mine)
        return None

    def give_back(self, thing: T) -> None:
        """The next one's turn."""
        if self._waiting:
            self._waiting.pop(0).turn.set_result(thing)
        else:
            self._free.append(thing)

    def _left(self, mine: _Waiting[T]) -> None:
        """Somebody waits no longer; what was lent in this very moment goes to the next."""
        thing = mine.turn.result() if mine.turn.done() else None
        if thing is not None:
            self.give_back(thing)
        elif mine in self._waiting:
            self._waiting.remove(mine)


def takes(scope: Mapping[str, Any]) -> bool:
    """Whether this request compares a password."""
    return bool(scope["method"] == "POST" and scope["path"] == reverse("sign_in"))


class SignInLane:
    """The threads for sign-ins of this process, and who waits for them."""

    def __init__(self) -> None:
        threads = [ThreadPoolExecutor(1, thread_name_prefix=f"interlock-sign-in-{number}") for number in range(THREADS)]
        self._queue: Queue[Executor] = Queue([*threads])
        # Nobody is refused by this count: it only says who comes first.
        self._asked = Throttle(1_000_000, 300.0)
        self._held = 0

    @asynccontextmanager
    async def thread(self, scope: Mapping[str, Any]) -> AsyncIterator[Executor | None]:
        """A thread for this request, when it is its turn; None where it has to come again later."""
        thread = await self._queue.borrow(self._rank_of(scope))
        if thread is None:
            await self._hold()
            yield None
            return
        try:
            yield thread
        finally:
            self._queue.give_back(thread)

    def _rank_of(self, scope: Mapping[str, Any]) -> Rank:
        client = scope.get("client") or ("",)
        address = network_of(client[0])
        self._asked.wait_of(address)
        return not _is_known(scope), self._asked.counted(address)

    async def _hold(self) -> None:
        if self._held >= MOST_HELD:
            return
        self._held += 1
        try:
            await asyncio.sleep(HELD_S)
        finally:
            self._held -= 1


def busy() -> HttpResponse:
    """Told to those for whom there was no room."""
    return HttpResponse(
        _page(),
        status=503,
        headers={"Retry-After": str(RETRY_S), "Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
    )


@cache
def _page() -> str:
    return render_to_string("runtime/sign_in_busy.html")


def _is_known(scope: Mapping[str, Any]) -> bool:
    given = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return bool(names_known(parse_cookie(given.decode("latin1")).get(COOKIE, "")))
