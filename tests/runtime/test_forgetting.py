"""Try-outs are forgotten after a day, whether anybody tries again or not; nothing else is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from runtime import jobs, launch
from runtime.forgetting import DRAFT, KEPT, forget, forget_words
from runtime.models import Blueprint, CaseWords, Entry, Escalation, Job, Run
from tests.makers.cases import open_case
from tests.makers.engine import ScriptedDoors
from tests.makers.eventually import asked_until
from tests.makers.jobs import place, work_off
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


async def test_a_process_forgets_when_it_first_works_and_then_every_hour() -> None:
    run = await sync_to_async(lambda: ran(draft(), 2 * KEPT, tryout=True))()
    await launch.start(doors=ScriptedDoors())

    async def is_gone() -> bool:
        return not await Run.objects.filter(pk=run.pk).aexists()

    await asked_until(is_gone)
    job = await Job.objects.aget(kind="forgetting")
    assert job.due_at - datetime.now(UTC) > timedelta(minutes=50)


async def test_jobs_that_are_over_are_forgotten_too() -> None:
    old = datetime.now(UTC) - jobs.KEPT - timedelta(minutes=1)
    await Job.objects.acreate(kind="k", key="old", state="done", due_at=old, created_at=old, finished_at=old)
    async with place() as at:
        await at.writer.submit(lambda: jobs.put("forgetting", ""))
        await work_off(at, "forgetting")
    assert not await Job.objects.filter(kind="k").aexists()


def test_the_words_of_a_case_are_forgotten_once_it_is_settled_for_good() -> None:
    waits, undoable, *settled = (open_case() for _ in range(4))
    soon = datetime.now(UTC) + timedelta(seconds=5)
    Escalation.objects.filter(pk=undoable.pk).update(state="resolved", goes_on_at=soon)
    for case, state in zip(settled, ("resolved", "overdue"), strict=True):
        Escalation.objects.filter(pk=case.pk).update(state=state)
    assert forget_words(1) == 1
    assert forget_words(10) == 1
    assert forget_words(10) == 0
    assert set(CaseWords.objects.values_list("pk", flat=True)) == {waits.pk, undoable.pk}


async def test_the_words_of_settled_cases_go_with_the_hour_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.forgetting.WORDS_AT_ONCE", 2)
    for _ in range(5):
        await sync_to_async(open_case)(state="cancelled")
    async with place() as at:
        await at.writer.submit(lambda: jobs.put("forgetting", ""))
        await work_off(at, "forgetting")
    assert not await CaseWords.objects.aexists()
