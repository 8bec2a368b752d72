"""Group commit: one poison operation harms no neighbour, and a database that fails loses nothing that it had kept."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from runtime import runs
from runtime.engine.ports import StoreError
from runtime.engine.writer import MAX_BATCH, Writer
from runtime.models import Queue, Run
from runtime.refused import Refused
from tests.makers.engine import (
    PATIENCE_S,
    Engine,
    ScriptedDoors,
    drawn,
    ended,
    fetch,
    journal,
    outcome,
    review,
    seal,
    story,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)

FETCHING = drawn([fetch(), outcome("won")], "start > fetch", "fetch > won")
ASKING = drawn([review("ask"), outcome("won")], "start > ask", "ask.approve > won", "ask.reject > won")


@contextmanager
def failing(
    monkeypatch: pytest.MonkeyPatch, name: str, when: Callable[[int], bool], *, after: bool
) -> Iterator[list[int]]:
    """Lets the writer's database fail at a moment: before or after the call `name` of its connection."""
    real = getattr(BaseDatabaseWrapper, name)
    count = [0]

    def faulty(self: BaseDatabaseWrapper, *given: Any) -> Any:
        mine = threading.current_thread().name == "interlock-writer"
        count[0] += mine
        fails = mine and when(count[0])
        if fails and not after:
            raise OperationalError("disk I/O error")
        done = real(self, *given)
        if fails:
            raise OperationalError("the connection was lost")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, name, faulty)
        yield count


@pytest.fixture
def writer() -> Iterator[Writer]:
    """A writer that runs."""
    made = Writer()
    made.start()
    yield made
    made.stop()


def named(name: str) -> Callable[[], int]:
    return lambda: Queue.objects.create(name=name).pk


class Hold:
    """An operation that keeps the writer busy until it is opened, so that what is queued meanwhile is one batch."""

    def __init__(self, writer: Writer) -> None:
        self._begun, self._opened = threading.Event(), threading.Event()
        self.done = writer.submit(self._work)

    def _work(self) -> bool:
        self._begun.set()
        return self._opened.wait(PATIENCE_S)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._begun.wait, PATIENCE_S)

    def open(self) -> None:
        self._opened.set()


def poison() -> int:
    raise ValueError("poison")


def twice() -> int:
    Queue.objects.create(name="twice")
    return Queue.objects.create(name="twice").pk


async def test_what_is_queued_together_is_committed_together(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    with failing(monkeypatch, "_commit", lambda _: False, after=False) as commits:
        hold = Hold(writer)
        await hold.begun()
        others = [writer.submit(named(f"q{number}")) for number in range(100)]
        hold.open()
        await asyncio.gather(hold.done, *others)
    assert commits[0] == 2


async def test_a_batch_has_its_limit(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    with failing(monkeypatch, "_commit", lambda _: False, after=False) as commits:
        hold = Hold(writer)
        await hold.begun()
        others = [writer.submit(lambda: None) for _ in range(2 * MAX_BATCH)]
        hold.open()
        await asyncio.gather(hold.done, *others)
    assert commits[0] == 3


@pytest.mark.parametrize(("bad", "failure"), [(poison, ValueError), (twice, StoreError)])
async def test_a_poison_operation_harms_no_neighbour(
    writer: Writer, bad: Callable[[], int], failure: type[Exception]
) -> None:
    hold = Hold(writer)
    await hold.begun()
    before, ill, after = writer.submit(named("before")), writer.submit(bad), writer.submit(named("after"))
    hold.open()
    await hold.done
    with pytest.raises(failure):
        await ill
    assert await before
    assert await after
    assert await asyncio.to_thread(_names) == ["after", "before"]


async def test_a_commit_that_fails_is_played_again(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    with failing(monkeypatch, "_commit", lambda number: number == 1, after=False):
        assert await writer.submit(named("q"))
    assert await asyncio.to_thread(_names) == ["q"]


async def test_a_commit_that_fails_again_and_again_says_so_and_writes_nothing(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with failing(monkeypatch, "_commit", lambda _: True, after=False), pytest.raises(StoreError):
        await writer.submit(named("q"))
    assert await asyncio.to_thread(_names) == []
    assert await writer.submit(named("later"))


async def test_a_lost_connection_is_opened_again(writer: Writer) -> None:
    await writer.submit(lambda: None)

    def lose() -> None:
        connection.connection.close()

    with contextlib.suppress(StoreError):
        await writer.submit(lose)
    assert await writer.submit(named("q"))


async def test_a_database_that_lets_nobody_write_is_not_asked_for_each_operation(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def locked(_durable: bool) -> None:
        nonlocal asked
        asked += 1
        connection.ensure_connection()
        raise OperationalError("database is locked")

    hold = Hold(writer)
    await hold.begun()
    monkeypatch.setattr("runtime.engine.writer._set_durability", locked)
    others = [writer.submit(lambda: None) for _ in range(100)]
    hold.open()
    await hold.done
    answers = await asyncio.gather(*others, return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreError}
    assert asked <= 2


async def test_a_closed_writer_writes_what_was_queued_and_takes_nothing_more() -> None:
    writer = Writer()
    writer.start()
    hold = Hold(writer)
    second = writer.submit(named("q"))
    hold.open()
    await asyncio.to_thread(writer.stop)
    assert await hold.done
    assert await second
    with pytest.raises(StoreError):
        await writer.submit(named("late"))


async def test_nobody_has_to_wait_for_an_answer(writer: Writer) -> None:
    writer.submit(named("q")).cancel()
    assert await writer.submit(named("other"))
    assert await asyncio.to_thread(_names) == ["other", "q"]


def _names() -> list[str]:
    try:
        return list(Queue.objects.order_by("name").values_list("name", flat=True))
    finally:
        connections.close_all()


# The engine over a database that fails


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fails_at", range(1, 7))
def test_a_database_that_fails_once_loses_nothing(
    engine: Engine, doors: ScriptedDoors, monkeypatch: pytest.MonkeyPatch, fails_at: int, after: bool
) -> None:
    blueprint = seal(FETCHING)
    engine.drawing(blueprint)
    with failing(monkeypatch, "_commit", lambda number: number == fails_at, after=after):
        run_id = engine.start(blueprint)
        run = ended(run_id)
    assert run.status == "succeeded"
    assert len(set(doors.keys("fetch"))) == 1
    finished = [line for line in story(run_id) if line.startswith("step.finished")]
    assert finished == ["step.finished fetch/1 done", "step.finished won/1"]
    assert [entry.seq for entry in journal(run_id)] == list(range(1, run.last_seq + 1))


@pytest.mark.parametrize("parks", [True, False])
def test_a_database_that_is_down_refuses_what_is_new_and_keeps_what_it_has(
    engine: Engine, doors: ScriptedDoors, monkeypatch: pytest.MonkeyPatch, parks: bool
) -> None:
    blueprint = seal(ASKING if parks else FETCHING)
    engine.drawing(blueprint)
    down = [True]
    assert isinstance(engine.trigger(runs.Trigger("w", {}, wait_s=PATIENCE_S / 2)), runs.Triggered)
    before = Run.objects.count()
    with failing(monkeypatch, "_commit", lambda _: down[0], after=False):
        refused = engine.trigger(runs.Trigger("w", {}))
        assert isinstance(refused, Refused)
        assert refused.code == "unavailable"
        with contextlib.suppress(StoreError):
            engine.call(engine.store.next_wake())  # What was queued before this has been tried by now.
        assert Run.objects.count() == before
        down[0] = False
        done = engine.trigger(runs.Trigger("w", {}, wait_s=PATIENCE_S / 2))
        assert isinstance(done, runs.Triggered)
        assert done.settled


def test_a_run_survives_a_database_that_is_down_for_a_while(
    engine: Engine, doors: ScriptedDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    blueprint = seal(FETCHING)
    engine.drawing(blueprint)
    down = threading.Event()

    async def breaks_the_database(_key: str, _asked: object) -> object:
        down.set()
        return doors.answers["after"][0]

    from runtime.core.node import HttpResponse

    doors.answers |= {"after": [HttpResponse(200, {}, {})], "fetch": [breaks_the_database]}
    with failing(monkeypatch, "_commit", lambda _: down.is_set(), after=False):
        run_id = engine.start(blueprint)
        until(lambda: down.is_set())
        until(lambda: run_id not in engine.runner.held)
        assert Run.objects.get(pk=run_id).status == "running"
        doors.answers["fetch"] = doors.answers["after"]
        down.clear()
        assert ended(run_id).status == "succeeded"
    assert len(set(doors.keys("fetch"))) == 1


def test_the_pump_outlives_whatever_it_meets(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    blueprint = seal(ASKING)
    real, met = engine.store.expire, threading.Event()

    async def surprising() -> int:
        if not met.is_set():
            met.set()
            raise KeyError("surprise")
        return await real()

    engine.store.expire = surprising  # type: ignore[method-assign] # a fault that no database has
    assert met.wait(PATIENCE_S)
    with transaction.atomic():
        pass
    run_id = engine.run(blueprint)
    runs.cancel(run_id, "ada")
    assert ended(run_id).status == "cancelled"
    assert "stumbled" in caplog.text


def test_a_wave_that_can_never_be_written_ends_its_run_visibly(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime import journal as statements

    blueprint = seal(ASKING)
    monkeypatch.setattr("runtime.engine.runner.POLL_S", 0.02)
    real = statements.append

    def poisoned(wave: Any) -> Any:
        if wave.escalations:
            raise DatabaseError("value too long for type character varying(80)")
        return real(wave)

    monkeypatch.setattr(statements, "append", poisoned)
    with Engine(max_active=0, alone=False) as full:
        run_id = full.start(blueprint)
    run = ended(run_id)
    assert run.status == "failed"
    assert journal(run_id)[-1].data["error"]["code"] == "quarantined"
