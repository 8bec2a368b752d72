"""Try-outs are forgotten after a day, whether anybody tries again or not; nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connections

from runtime import forgetting, launch
from runtime.engine.writer import Writer
from runtime.forgetting import DRAFT, KEPT, forget, keep_forgetting
from runtime.models import Blueprint, Entry, Run
from tests.makers.cases import open_case
from tests.makers.engine import ScriptedDoors
from tests.makers.runs import SMALL, Story, blueprint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    yield
    await launch.stop()
    await sync_to_async(connections.close_all)()


def draft(digest: str = "d") -> Blueprint:
    sealed = {"workflow": "small", "version": DRAFT, "name": "Small", "document": SMALL, "sealed_at": datetime.now(UTC)}
    return Blueprint.objects.create(digest=digest, **sealed)


def ran(of: Blueprint, ago: timedelta, *, tryout: bool) -> Run:
    return Story(of, {"seats": 1}, began=datetime.now(UTC) - ago, tryout=tryout).run


def test_old_tryouts_are_forgotten_with_their_drafts_and_nothing_else() -> None:
    old, kept, unused = draft("old"), draft("kept"), draft("unused")
    gone = ran(old, KEPT + timedelta(minutes=1), tryout=True)
    ran(kept, KEPT + timedelta(minutes=1), tryout=True)
    young, real = ran(kept, timedelta(minutes=1), tryout=True), ran(blueprint(), 9 * KEPT, tryout=False)
    assert forget(datetime.now(UTC) - KEPT) == 2
    assert set(Run.objects.all()) == {young, real}
    assert set(Blueprint.objects.filter(version=DRAFT)) == {kept, unused}
    assert not Entry.objects.filter(run=gone.pk).exists()


def test_a_tryout_that_waits_for_a_real_answer_is_kept_until_it_has_one() -> None:
    case = open_case(ran(draft(), 2 * KEPT, tryout=True))
    assert forget(datetime.now(UTC) - KEPT) == 0
    case.state = "resolved"
    case.save()
    assert forget(datetime.now(UTC) - KEPT) == 1


async def test_a_process_forgets_when_it_begins_to_work() -> None:
    run = await sync_to_async(lambda: ran(draft(), 2 * KEPT, tryout=True))()
    await launch.start(doors=ScriptedDoors())
    await asyncio.sleep(0)  # The task begins; the writer does one thing after the other.
    await launch.current().writer.submit(lambda: None)
    assert not await Run.objects.filter(pk=run.pk).aexists()


async def test_a_database_that_cannot_be_asked_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stumbling(before: datetime) -> int:
        asked.append(before)
        if len(asked) < 3:
            raise OperationalError("locked")
        loop.call_soon_threadsafe(done.set)
        return 0

    monkeypatch.setattr(forgetting, "forget", stumbling)
    writer = Writer()
    writer.start()
    task = asyncio.create_task(keep_forgetting(writer, every_s=0.001))
    async with asyncio.timeout(20):
        await done.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.to_thread(writer.stop)
    assert len(asked) >= 3
