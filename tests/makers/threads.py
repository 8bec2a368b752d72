"""Database work in threads: those that end with a test give their connections back, and connections that break."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from django.db import connection


def closing(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, whose thread gives its connection back."""

    def worked(*given: Any) -> Any:
        try:
            return work(*given)
        finally:
            connection.close()

    return worked


async def in_thread_and_close(work: Callable[..., Any], *given: Any) -> Any:
    """Stands in for `runtime.threads.in_any_thread`, whose threads last as long as the process."""
    return await asyncio.to_thread(closing(work), *given)


def process() -> int:
    """The number of PostgreSQL's process behind this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def ended(number: int) -> None:
    """End such a process, as a restart of the server does with all of them, and wait until it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 30000)", [number])
