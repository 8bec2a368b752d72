"""Waiting in an event loop for a state that comes in its own time; only a test that fails waits for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 60.0


async def eventually(has_come: Callable[[], bool]) -> None:
    """Let the others work until this is true; fails when it does not become so."""
    deadline = time.monotonic() + PATIENCE_S
    while not has_come():
        assert time.monotonic() < deadline, "It did not come about in time."
        await asyncio.sleep(0.002)


async def asked_until(has_come: Callable[[], Awaitable[bool]]) -> None:
    """The same for what has to be asked for, such as a state in the database."""
    deadline = time.monotonic() + PATIENCE_S
    while not await has_come():
        assert time.monotonic() < deadline, "It did not come about in time."
        await asyncio.sleep(0.002)
