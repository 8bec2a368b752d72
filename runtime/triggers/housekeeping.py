"""Keeps what starts runs in order: schedules that nobody looked at in time, and what is kept for a while only.

A job that comes back (`jobs`, kind “triggers”).
"""

from __future__ import annotations

from django.conf import settings

from runtime import jobs
from runtime.triggers import rows, schedules

EVERY_S = 300


@jobs.every("triggers", seconds=EVERY_S)
async def _work(work: jobs.Work) -> jobs.Outcome:
    days = float(settings.INTERLOCK["KEEP_ROWS_DAYS"])
    await work.write(lambda: schedules.keep_house(work.now))
    await work.write(lambda: rows.keep_house(work.now, days))
    return jobs.Done()
