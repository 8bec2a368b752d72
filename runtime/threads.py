"""Database work that a coroutine waits for, in any thread of the event loop's pool.

Called by the doors of steps, the references of past cases and the trials of connections: whoever is slow there holds
nobody else up. It is not for the work of a request, which keeps to the thread of that request, nor for what a job reads
(`jobs.Work.read` gives its connection back).
"""

from __future__ import annotations

from collections.abc import Callable

from channels.db import database_sync_to_async


async def in_any_thread[**P, T](work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns or raises.

    A thread of the pool lasts as long as the process, and so does its database connection: one that has broken is
    closed before the work and after it, and the next piece of work gets a new one.
    """
    return await database_sync_to_async(work, thread_sensitive=False)(*args, **kwargs)
