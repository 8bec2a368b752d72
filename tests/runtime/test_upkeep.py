"""SQLite is told how many rows its indexes find; without that a million runs have slow pages."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection

from runtime import jobs
from runtime.upkeep import uncounted
from tests.makers.cases import open_case
from tests.makers.jobs import place, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Other tests have had other rows."""
    if connection.vendor == "sqlite" and counted():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_stat1")


def wanted() -> str:
    """What wants to be counted, as a connection sees it that was opened just now."""
    connection.close()
    return " ".join(uncounted())


def counted() -> set[str]:
    """The tables whose numbers are known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if not cursor.fetchall():
            return set()
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        return {table for (table,) in cursor.fetchall()}


async def test_tables_with_rows_are_counted_within_the_hour_and_then_left_alone() -> None:
    for _ in range(3):
        await sync_to_async(open_case)()
    async with place() as at:
        await at.writer.submit(lambda: jobs.put("upkeep", ""))
        await work_off(at, "upkeep")
    left = await sync_to_async(wanted)()
    assert "runtime_run" not in left
    assert "runtime_escalation" not in left
    if connection.vendor == "sqlite":
        assert {"runtime_run", "runtime_escalation"} <= await sync_to_async(counted)()


async def test_a_table_that_has_grown_tenfold_is_counted_again() -> None:
    await sync_to_async(open_case)()
    async with place() as at:
        await at.writer.submit(lambda: jobs.put("upkeep", ""))
        await work_off(at, "upkeep")
    for _ in range(30):
        await sync_to_async(open_case)()
    assert ("runtime_escalation" in await sync_to_async(wanted)()) == (connection.vendor == "sqlite")


def test_connections_of_sqlite_are_opened_anew_to_read_what_was_counted() -> None:
    if connection.vendor == "sqlite":
        assert settings.DATABASES["default"]["CONN_MAX_AGE"] == 3_600
