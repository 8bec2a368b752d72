"""Races on real threads: everybody waits at one line and starts at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def race[T](*runners: Callable[[], T]) -> list[T]:
    """What each runner returned, in their order. Each has its own thread and database connection."""
    line = threading.Barrier(len(runners))

    def run(runner: Callable[[], T]) -> T:
        try:
            connection.ensure_connection()
            line.wait(timeout=120)
            return runner()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runners)) as pool:
        started = [pool.submit(run, runner) for runner in runners]
        return [each.result(timeout=120) for each in started]


def kinds_of(results: list[Any]) -> list[str]:
    """The names of the results' types, sorted: who won and who lost."""
    return sorted(type(result).__name__ for result in results)
