"""Signing in while very many guess: pages do not wait, people come first, and nobody holds a place that others need."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core import signing
from django.db import connections

from config import sign_in_lane
from config.asgi import THREADS, Http
from config.sign_in_lane import Queue
from runtime.views import sign_in
from tests.makers.eventually import eventually
from tests.makers.people import PASSWORD, person

PATIENCE_S = 60.0
STRANGER, KNOWN = True, False
TOKEN = "a" * 32


async def started[T](queue: Queue[T], *ranks: tuple[bool, int]) -> list[asyncio.Task[T | None]]:
    """They ask in this order."""
    tasks = []
    for rank in ranks:
        tasks.append(asyncio.create_task(queue.borrow(rank)))
        await asyncio.sleep(0)
    return tasks


async def order_of(ranks: list[tuple[bool, int]], most: int = 20) -> list[int | None]:
    """In which order those who asked in vain at first get their turn; None for those who are sent away."""
    queue = Queue(["one"], most)
    held = await queue.borrow((STRANGER, 1))
    tasks = await started(queue, *ranks)
    place: dict[int, int] = {}
    while held:
        queue.give_back(held)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        got = [n for n, task in enumerate(tasks) if n not in place and task.done() and task.result()]
        if not got:
            break
        place[got[0]] = len(place)
        held = tasks[got[0]].result()
    return [place.get(n) for n in range(len(tasks))]


async def test_who_is_known_comes_first_then_who_has_asked_least_then_who_came_first() -> None:
    ranks = [(STRANGER, 9), (STRANGER, 1), (STRANGER, 1), (KNOWN, 30), (KNOWN, 2)]
    assert await order_of(ranks) == [4, 2, 3, 1, 0]


async def test_where_there_is_no_room_who_has_asked_most_makes_it() -> None:
    assert await order_of([(STRANGER, 5), (STRANGER, 50), (STRANGER, 2), (STRANGER, 70)], most=2) == [1, None, 0, None]


async def test_nobody_waits_for_ever_and_who_left_is_lent_nothing() -> None:
    queue = Queue(["one"], patience_s=0.01)
    held = await queue.borrow((STRANGER, 1))
    assert await queue.borrow((STRANGER, 1)) is None
    assert held
    queue.give_back(held)
    assert await queue.borrow((STRANGER, 1)) == "one"


async def test_what_is_lent_to_somebody_who_leaves_in_that_moment_goes_to_the_next() -> None:
    queue = Queue(["one"])
    held = await queue.borrow((STRANGER, 1))
    leaving, staying = await started(queue, (STRANGER, 1), (STRANGER, 1))
    assert held
    queue.give_back(held)
    leaving.cancel()
    assert await staying == "one"
    queue.give_back("one")
    other = await queue.borrow((STRANGER, 1))
    (gone,) = await started(queue, (STRANGER, 1))
    gone.cancel()
    await asyncio.wait([gone])
    assert other
    queue.give_back(other)
    assert await queue.borrow((STRANGER, 1)) == "one"


class Door:
    """A web server without a network: requests to `Http`, as uvicorn hands them on."""

    def __init__(self) -> None:
        self.http = Http()

    def begun(self, method: str, path: str, address: str = "192.0.2.1", cookies: str = "") -> Any:
        """A request whose body is still to come."""
        headers = [
            (b"host", b"localhost"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"cookie", f"csrftoken={TOKEN}; {cookies}".encode()),
        ]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": headers,
            "client": (address, 1),
            "scheme": "http",
        }
        communicator: Any = ApplicationCommunicator  # asgiref leaves it untyped
        return communicator(self.http, scope)

    def close(self) -> None:
        """Its threads, and their connections to the database."""
        mine = self.http
        for thread in [*(next(mine._threads) for _ in range(THREADS)), *mine._sign_ins._queue._free]:
            thread.submit(connections.close_all).result(PATIENCE_S)
            thread.shutdown()

    async def status(self, wire: Any, body: bytes = b"") -> int:
        """Its answer's status, when the body has come."""
        await wire.send_input({"type": "http.request", "body": body})
        answer = await wire.receive_output(timeout=PATIENCE_S)
        await wire.receive_output(timeout=PATIENCE_S)
        await wire.wait(PATIENCE_S)
        return int(answer["status"])

    async def sign_in(self, password: str, address: str, cookies: str = "") -> int:
        """A name and a password."""
        return await self.status(self.begun("POST", "/sign-in/", address, cookies), given(password))


def given(password: str) -> bytes:
    return urlencode({"username": "dora", "password": password, "csrfmiddlewaretoken": TOKEN}).encode()


class Hashing:
    """Comparing a password takes as long as the test wants."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.began: list[str] = []
        self.threads: set[str] = set()

    def __call__(self, request: Any = None, **credentials: Any) -> Any:
        self.began.append(credentials["password"])
        self.threads.add(threading.current_thread().name)
        self.go_on.wait(PATIENCE_S)
        return authenticate(request, **credentials)


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hashing]:
    for throttle in (sign_in.PAIR, sign_in.ADDRESS, sign_in.NAME, sign_in.KNOWN):
        throttle.forget()
    made = Hashing()
    monkeypatch.setattr("django.contrib.auth.forms.authenticate", made)
    monkeypatch.setattr(sign_in_lane, "THREADS", 1)
    monkeypatch.setattr(sign_in_lane, "HELD_S", 0.0)
    yield made
    made.go_on.set()


@pytest.fixture
def door(hashing: Hashing, transactional_db: None) -> Iterator[Door]:
    made = Door()
    yield made
    hashing.go_on.set()
    made.close()


@pytest.fixture
def dora(transactional_db: None) -> User:
    return person("dora", "designer")


async def test_pages_are_answered_while_all_that_may_be_hashed_is(door: Door, hashing: Hashing, dora: User) -> None:
    guesses = [asyncio.create_task(door.sign_in("guess", f"198.51.100.{n}")) for n in range(8)]
    await eventually(lambda: bool(hashing.began))
    assert [await door.status(door.begun("GET", "/sign-in/")) for _ in range(8)] == [200] * 8
    assert len(hashing.began) == 1
    hashing.go_on.set()
    assert await asyncio.gather(*guesses) == [200] * 8
    assert hashing.threads == {"interlock-sign-in-0_0"}


async def test_a_flood_fills_the_room_and_a_person_still_gets_in_next(door: Door, hashing: Hashing, dora: User) -> None:
    most = sign_in_lane.MOST_WAITING
    for _ in range(3):  # All of them have been at it for a while.
        for n in range(2 * most):
            door.http._sign_ins._asked.wait_of(f"198.51.100.{n}")
    flood = [asyncio.create_task(door.sign_in("guess", f"198.51.100.{n}")) for n in range(2 * most)]
    await eventually(lambda: len(hashing.began) + sum(task.done() for task in flood) == most)
    known = signing.dumps(["dora"], salt=sign_in._SALT)
    mine = asyncio.create_task(door.sign_in(PASSWORD, "192.0.2.7"))
    await asyncio.sleep(0.05)
    hers = asyncio.create_task(door.sign_in(PASSWORD, "198.51.100.3", f"{sign_in.COOKIE}={known}"))
    await eventually(lambda: sum(task.done() for task in flood) == most + 1)
    hashing.go_on.set()
    assert (await mine, await hers) == (302, 302)
    assert hashing.began[1:3] == [PASSWORD, PASSWORD]
    assert sorted(await asyncio.gather(*flood)) == [200] * (most - 1) + [503] * (most + 1)


async def test_who_is_sent_away_is_told_so_on_a_page_and_when_to_come_again() -> None:
    told = sign_in_lane.busy()
    assert (told.status_code, told["Retry-After"]) == (503, "5")
    assert "Your password was not looked at" in told.content.decode()
    assert "style-src 'self'" in told["Content-Security-Policy"]


async def test_who_sends_slowly_or_never_holds_no_place(door: Door, hashing: Hashing, dora: User) -> None:
    hashing.go_on.set()
    slow = [door.begun("POST", "/sign-in/", f"198.51.100.{n}") for n in range(30)]
    for wire in slow:
        await wire.send_input({"type": "http.request", "body": b"username=", "more_body": True})
    assert await door.sign_in(PASSWORD, "192.0.2.7") == 302
    for wire in slow[:15]:
        await wire.send_input({"type": "http.disconnect"})
        await wire.wait(PATIENCE_S)
    assert await door.sign_in(PASSWORD, "192.0.2.7") == 302
    for wire in slow[15:]:
        wire.stop()


async def test_what_is_larger_than_any_name_and_password_is_not_kept(door: Door, hashing: Hashing, dora: User) -> None:
    assert await door.status(door.begun("POST", "/sign-in/"), b"x" * (sign_in_lane.MAX_BODY + 1)) == 413
    assert hashing.began == []


def test_a_broken_cookie_makes_nobody_known_and_breaks_nothing() -> None:
    for cookie in (b"", b"\xff\xfe=;;;", b"known_here=", b"known_here=x:y:z", b'known_here="' + b"\\" * 500):
        assert not sign_in_lane._is_known({"headers": [(b"cookie", cookie)]})
    fine = signing.dumps(["dora"], salt=sign_in._SALT).encode()
    assert sign_in_lane._is_known({"headers": [(b"cookie", b"a=b"), (b"cookie", b"known_here=" + fine)]})
