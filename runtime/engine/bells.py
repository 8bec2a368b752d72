"""The bell of a single process. (Bells between machines implement the same protocol, see `ports.Bell`.)"""

from __future__ import annotations

import asyncio
import contextlib


class MemoryBell:
    """Wakes the one runner of this process; rung from any thread."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def ring(self, shard: int = 0) -> None:
        """There may be work."""
        del shard
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, timeout_s: float) -> None:
        """Return when rung since the last return, or after the timeout."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        self._rung.clear()
