"""People and workers change the same rows in one order, so that neither is undone by a deadlock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model

from runtime import runs
from runtime.backtests import orders
from runtime.models import Backtest, Batch, Blueprint, Job, Schedule
from runtime.refused import Refused
from runtime.triggers import schedules, tables
from tests.makers.races import race
from tests.makers.sealed import ECHO, published

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def echo(transactional_db: None) -> Iterator[None]:
    published("echo", ECHO)
    yield
    runs.forget_newest("echo")


def a_batch(user: User) -> tuple[Model, str, Callable[[], Any]]:
    batch = tables.upload("echo", "a.csv", b"n\n1\n", user, NOW)
    assert isinstance(batch, Batch)
    assert not isinstance(tables.start(batch, user, NOW), Refused)
    return batch, tables.JOB, lambda: tables.change(batch, "pause", user, NOW)


def a_schedule(user: User) -> tuple[Model, str, Callable[[], Any]]:
    wanted = schedules.Wanted("Morning", {"kind": "day", "time": "09:00"}, "Europe/Berlin", {"n": 7})
    found = schedules.save("echo", "", wanted, user, NOW)
    assert isinstance(found, Schedule)
    return found, schedules.JOB, lambda: schedules.pause("echo", found.pk, user, NOW)


def an_archived_schedule(user: User) -> tuple[Model, str, Callable[[], Any]]:
    found, kind, _ = a_schedule(user)
    return found, kind, transaction.atomic(lambda: schedules.put_away("echo", "dora", NOW))


def a_backtest(user: User) -> tuple[Model, str, Callable[[], Any]]:
    sealed = Blueprint.objects.values_list("pk", flat=True).get(workflow="echo")
    found = orders.start("echo", sealed, 1, orders.Options(), user, NOW)
    assert isinstance(found, Backtest)
    return found, orders.KIND, lambda: orders.cancel(found.pk, user, NOW)


def until_somebody_waits() -> None:
    """On SQLite nobody waits for a row: there is one transaction at a time."""
    limit = time.monotonic() + 30
    while connection.vendor == "postgresql" and time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return


@pytest.mark.parametrize("made", [a_batch, a_schedule, an_archived_schedule, a_backtest])
def test_whoever_changes_what_a_job_works_on_waits_for_the_job_first(
    made: Callable[[User], tuple[Model, str, Callable[[], Any]]], designer_dora: User
) -> None:
    row, kind, deed = made(designer_dora)
    held = threading.Event()

    def worker() -> int:
        with transaction.atomic():
            # As a worker writes: first the job, then the rows.
            Job.objects.filter(kind=kind, key=row.pk).update(note="at it")
            held.set()
            until_somebody_waits()
            return len(type(row)._default_manager.select_for_update().filter(pk=row.pk))

    def person() -> Any:
        assert held.wait(60)
        return deed()

    found, done = race(worker, person)
    assert found == 1
    assert not isinstance(done, Refused)
