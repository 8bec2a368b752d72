"""A thread outlives the database connections that it works with: one that broke is used by nobody again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections

from runtime.threads import in_any_thread
from tests.makers.threads import ended, process

pytestmark = [pytest.mark.postgresql_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
async def _one_thread() -> AsyncIterator[None]:
    """All work is done by the same thread, which gives its connection back at the end."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    yield
    await asyncio.to_thread(connections.close_all)


async def test_a_connection_is_kept_for_the_next_work_of_its_thread() -> None:
    assert await in_any_thread(process) == await in_any_thread(process)


async def test_a_connection_that_broke_while_nobody_used_it_is_replaced() -> None:
    broken = await in_any_thread(process)
    with ThreadPoolExecutor(1) as other:
        other.submit(ended, broken).result()
        other.submit(connections.close_all).result()
    assert await in_any_thread(process) != broken


async def test_a_connection_that_breaks_in_the_middle_fails_that_work_alone() -> None:
    broken = await in_any_thread(process)
    with pytest.raises(OperationalError):
        await in_any_thread(ended, broken)
    assert await in_any_thread(process) != broken
