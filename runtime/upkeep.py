"""What SQLite's plans rest on, kept true: how many rows there are, and how many of them an index finds for a value.

A side job, done every hour (`jobs.every`). Without these numbers SQLite takes each index for as good as any other, and
with a million runs some pages would take three times as long. PostgreSQL counts for itself. A connection reads the
numbers when it is opened: that is why the settings have it opened anew now and then.
"""

from __future__ import annotations

from functools import partial

from django.db import connection

from runtime import jobs

EVERY_S = 3_600.0
LOOKED_AT = 1_000
"""Rows of an index that are read for an estimate."""
# SQLite's own bits: only say what is to be done, for tables that have grown or shrunk tenfold or were never counted,
# whether this connection has used them or not.
_ASK = 0x00001 | 0x00002 | 0x10000


def uncounted() -> list[str]:
    """A statement for each table that wants to be counted; none on PostgreSQL."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA optimize({_ASK})")
        return [statement for (statement,) in cursor.fetchall()]


def count(statement: str) -> None:
    """Count one table."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        cursor.execute(statement)


@jobs.every("upkeep", EVERY_S)
async def keep_counted(work: jobs.Work) -> jobs.Outcome:
    """Count what wants it, one table at a time, so that others write in between."""
    for statement in await work.read(uncounted):
        await work.write(partial(count, statement))
    return jobs.Done()
