"""The run time of a process: started once, refused where another one works, stopped without leaving anything open."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

from runtime import journal, launch, runs
from runtime.engine.ports import StoreError
from runtime.live import bell
from runtime.models import Run, Worker
from tests.makers.engine import PATIENCE_S, POLLS_NEVER_S, ScriptedDoors, drawn, fetch, outcome, review, seal

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
FETCHING = drawn([fetch(), outcome("won")], "start > fetch", "fetch > won")
ASKING = drawn([review("ask"), outcome("won")], "start > ask", "ask.approve > won", "ask.reject > won")


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    """Nothing is known of other tests' drawings, and nothing stays open."""
    runs._newest.clear()
    yield
    await launch.stop()
    await sync_to_async(connections.close_all)()
    runs._newest.clear()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process holds the folder's lock."""
    with (folder / "interlock.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("4711")
        file.flush()
        yield


async def in_thread[T](work: object, *given: object) -> T:
    done: T = await sync_to_async(work)(*given)  # type: ignore[call-overload] # any synchronous function
    return done


async def test_a_run_goes_through_the_run_time_of_the_process() -> None:
    started = await launch.start(doors=ScriptedDoors())
    assert launch.current() is started
    assert launch.is_running()
    await in_thread(seal, FETCHING)
    done = await runs.trigger(started.runner, runs.Trigger("w", {}, wait_s=PATIENCE_S))
    assert isinstance(done, runs.Triggered)
    assert done.settled
    run = await Run.objects.aget(pk=done.run_id)
    assert run.status == "succeeded"


async def test_it_is_started_once_in_a_process_and_may_be_started_again() -> None:
    await launch.start(doors=ScriptedDoors())
    with pytest.raises(launch.AlreadyRunning, match="already"):
        await launch.start(doors=ScriptedDoors())
    await launch.stop()
    assert not launch.is_running()
    with pytest.raises(RuntimeError):
        launch.current()
    await launch.start(doors=ScriptedDoors())
    assert launch.is_running()


async def test_stopping_what_was_never_started_does_nothing() -> None:
    await launch.stop()
    await launch.stop()


async def test_nothing_of_a_stopped_run_time_goes_on() -> None:
    before = {thread.name for thread in threading.enumerate()}
    await launch.start(doors=ScriptedDoors())
    names = {thread.name for thread in threading.enumerate()}
    assert {"interlock-writer", "interlock-heart"} <= names
    await launch.stop()
    assert {thread.name for thread in threading.enumerate() if thread.name.startswith("interlock-")} <= before
    assert [task for task in asyncio.all_tasks() if "interlock" in task.get_name()] == []
    bell.ring()


async def test_a_start_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("no such table")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "beat", broken)
        with pytest.raises(launch.NotStarted, match="no such table"):
            await launch.start(doors=ScriptedDoors())
    assert not launch.is_running()
    assert "interlock-writer" not in {thread.name for thread in threading.enumerate()}
    await launch.start(doors=ScriptedDoors())
    assert launch.is_running()


async def test_an_answer_from_a_view_wakes_the_engine_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.engine.runner.POLL_S", POLLS_NEVER_S)
    started = await launch.start(doors=ScriptedDoors())
    await in_thread(seal, ASKING)
    done = await runs.trigger(started.runner, runs.Trigger("w", {}, wait_s=PATIENCE_S))
    assert isinstance(done, runs.Triggered)
    await in_thread(runs.cancel, done.run_id, "ada")
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not await Run.objects.filter(pk=done.run_id, status="cancelled").aexists():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.005)


async def test_a_worker_says_that_it_lives_from_the_start() -> None:
    started = await launch.start(doors=ScriptedDoors())
    assert await Worker.objects.filter(pk=started.runner.owner).aexists()


@pytest.mark.sqlite_only
async def test_a_folder_that_another_process_works_in_is_refused_with_its_number() -> None:
    with locked(settings.DATA), pytest.raises(launch.AlreadyRunning, match="number 4711"):
        await launch.start(doors=ScriptedDoors())
    await launch.start(doors=ScriptedDoors())
    assert (settings.DATA / "interlock.lock").read_text() == str(os.getpid())


@pytest.mark.postgresql_only
async def test_many_processes_may_work_on_postgresql() -> None:
    with locked(settings.DATA):
        await launch.start(doors=ScriptedDoors())
        assert launch.is_running()


def served(**environment: str) -> subprocess.CompletedProcess[str]:
    """What a server says that cannot start."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command, given = [sys.executable, "manage.py", "serve", "--port", "0"], {**kept, **environment}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_a_server_on_a_database_that_is_not_set_up_says_how_to_do_that(tmp_path: Path) -> None:
    done = served(DATA=str(tmp_path))
    assert done.returncode != 0
    assert "not set up for this version. Run “manage.py migrate” first." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_a_server_that_cannot_reach_its_database_says_so(tmp_path: Path) -> None:
    done = served(DATA=str(tmp_path), DATABASE_URL=f"postgresql://nobody@/nothing?host={tmp_path}")
    assert done.returncode != 0
    assert "The database cannot be used: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_a_second_server_on_one_folder_ends_with_a_clear_sentence(tmp_path: Path) -> None:
    with locked(tmp_path):
        done = served(DATA=str(tmp_path))
    assert done.returncode != 0
    assert "(number 4711) already runs workflows" in done.stderr
    assert "set DATA to another folder" in done.stderr
    assert "Traceback" not in done.stderr
