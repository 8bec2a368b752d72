"""Database work in threads that end with a test: it gives its connection back, which such a thread would keep."""

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
