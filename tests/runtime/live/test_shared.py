"""A look is shared by all who ask before it begins, and by nobody who asks later."""

from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import ThreadSensitiveContext

from runtime.live.shared import Shared


class Counter:
    """A function that counts its calls and can be held up."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __call__(self, name: str, number: int) -> int:
        self.calls.append((name, number))
        self.begun.set()
        assert self.go_on.wait(60)
        if name == "broken":
            raise ValueError(name)
        return len(self.calls)


async def test_all_who_ask_at_once_share_one_look() -> None:
    counter = Counter()
    shared = Shared(counter)
    async with ThreadSensitiveContext():
        answers = await asyncio.gather(*(shared("a", 1) for _ in range(50)))
    assert answers == [1] * 50


async def test_another_question_is_looked_up_by_itself() -> None:
    counter = Counter()
    shared = Shared(counter)
    async with ThreadSensitiveContext():
        await asyncio.gather(shared("a", 1), shared("a", 2), shared("b", 1))
    assert sorted(counter.calls) == [("a", 1), ("a", 2), ("b", 1)]


async def test_who_asks_after_a_look_has_begun_gets_a_later_one() -> None:
    counter = Counter()
    counter.go_on.clear()
    shared = Shared(counter)
    async with ThreadSensitiveContext():
        early = asyncio.create_task(shared("a", 1))
        await asyncio.to_thread(counter.begun.wait, 60)
        late = [asyncio.create_task(shared("a", 1)) for _ in range(3)]
        await asyncio.sleep(0)
        counter.go_on.set()
        assert await early == 1
        assert [await one for one in late] == [2, 2, 2]


async def test_one_who_leaves_does_not_take_the_answer_along() -> None:
    counter = Counter()
    counter.go_on.clear()
    shared = Shared(counter)
    async with ThreadSensitiveContext():
        leaves, stays = asyncio.create_task(shared("a", 1)), asyncio.create_task(shared("a", 1))
        await asyncio.sleep(0)
        leaves.cancel()
        counter.go_on.set()
        assert await stays == 1
        with pytest.raises(asyncio.CancelledError):
            await leaves


async def test_a_look_that_fails_fails_for_all_and_is_forgotten() -> None:
    counter = Counter()
    shared = Shared(counter)
    async with ThreadSensitiveContext():
        failures = await asyncio.gather(*(shared("broken", 1) for _ in range(3)), return_exceptions=True)
        assert [str(failure) for failure in failures] == ["broken"] * 3
        assert await shared("a", 1) == 2
