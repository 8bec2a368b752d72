"""One look into the database for all who ask the same at the same time.

Used by `consumers`, where fifty watchers of a run are woken by one hint. It keeps no answers: a question joins a look
only while that has not begun, so no answer is older than its question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from channels.db import database_sync_to_async


class Shared[**P, R]:
    """A synchronous function to be awaited. Equal arguments (hashable, positional) share a call that waits to begin.

    The result is handed to everybody who shares it, so nobody may change it; so is an exception.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        self._waiting: dict[Hashable, asyncio.Future[R]] = {}

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns, called after this moment."""
        key: Hashable = (asyncio.get_running_loop(), args, *sorted(kwargs.items()))
        look = self._waiting.get(key)
        if look is None:
            look = asyncio.ensure_future(database_sync_to_async(self._begin)(key, *args, **kwargs))
            self._waiting[key] = look
            look.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(look)

    def _begin(self, key: Hashable, *args: P.args, **kwargs: P.kwargs) -> R:
        """In the thread: from here on nobody joins."""
        self._waiting.pop(key, None)
        return self._function(*args, **kwargs)

    def _forget(self, key: Hashable, done: asyncio.Future[R]) -> None:
        """Of a look that was cancelled before it began; a later one under the same key stays."""
        if self._waiting.get(key) is done:
            del self._waiting[key]
