"""What the tests of the gallery share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from django.db import connection

from builder import galleries
from runtime import blueprints, doors, runs
from runtime.ai import Models
from runtime.egress import Egress
from tests.makers.engine import Engine


@pytest.fixture
def engine(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A worker with the real doors: what the gallery does to the outside goes to the outbox."""
    monkeypatch.setattr(doors, "_in_thread", in_thread_and_close)
    egress = Egress()
    with Engine(cast("Any", doors.ProcessDoors(egress, Models(egress)))) as started:
        yield started
        started.call(egress.close())
    blueprints.sealed.cache_clear()
    for sample in galleries.samples():
        runs.forget_newest(sample.slug)


async def in_thread_and_close(work: Callable[..., Any], *given: Any) -> Any:
    """As the doors do it; but a test's threads end with its loop, and would leave their connections open."""

    def worked() -> Any:
        try:
            return work(*given)
        finally:
            connection.close()

    return await asyncio.to_thread(worked)
