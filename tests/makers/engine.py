"""A whole engine in a thread of its own, with scripted doors: for tests that look at it from outside, as people do.

The test itself stays synchronous and reads the database; every call into the engine goes through its loop. `kill`
leaves everything as a process that dies would: nothing is handed back.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections, transaction

from runtime import runs
from runtime.core.drawing import Drawing
from runtime.core.node import (
    HttpResponse,
)
from runtime.engine.bells import MemoryBell
from runtime.engine.cage import Cage
from runtime.engine.driver import Surroundings
from runtime.engine.heart import Heart
from runtime.engine.ports import NewRun, RunStatus, TriggerKey
from runtime.engine.runner import Runner, Started
from runtime.engine.writer import Writer
from runtime.ids import new_id
from runtime.journal import send_signal
from runtime.live import bell as bells
from runtime.models import Blueprint, Entry, Escalation, Run
from runtime.refused import Refused
from runtime.store import SqlStore, beat
from tests.makers.scripted_doors import Answer
from tests.makers.scripted_doors import ScriptedDoors as ScriptedDoors

SETTLED = ("waiting", "succeeded", "failed", "cancelled")
ENDED = ("succeeded", "failed", "cancelled")
# What has to come, comes: only a test that fails waits this long, and no busy machine makes one fail.
PATIENCE_S = 60.0
POLLS_NEVER_S = 3600.0

"""What a door gives: a value, or a coroutine function that makes it of (key, asked)."""


class Gate:
    """Holds a step under way until it is opened. `Gate(answer)` is itself no answer; `gate.answer` is."""

    def __init__(self, given: Any = None) -> None:
        self.reached, self.opened, self.cancelled = threading.Event(), threading.Event(), threading.Event()
        self._given = given if given is not None else HttpResponse(200, {}, {"ok": True})

    @property
    def answer(self) -> Answer:
        async def held(_key: str, _asked: Any) -> Any:
            self.reached.set()
            try:
                while not self.opened.is_set():  # noqa: ASYNC110 - opened from another thread
                    await asyncio.sleep(0.001)
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
            return self._given

        return held


class Listening:
    """Hears of commits."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int, RunStatus]] = []

    def committed(self, run_id: str, last_seq: int, status: RunStatus) -> None:
        self.heard.append((run_id, last_seq, status))


class Engine:
    """One worker process, as far as the database can tell."""

    def __init__(
        self,
        doors: ScriptedDoors | None = None,
        *,
        alone: bool = True,
        lease_s: float = 15.0,
        max_active: int = 1000,
        clock: Callable[[], datetime] | None = None,
        store: Callable[[Writer], SqlStore] | None = None,
        heartbeat: Callable[[str], None] = beat,
        cage_s: float = 20.0,
    ) -> None:
        """`cage_s` is what a costly expression may take: long, but where a test is about one that takes too long."""
        self.doors = doors or ScriptedDoors()
        self.listener = Listening()
        self.owner = new_id()
        self._alone, self._lease_s, self._max_active = alone, lease_s, max_active
        self._clock = clock or (lambda: datetime.now(UTC))
        self._make_store, self._heartbeat, self._cage_s = store or SqlStore, heartbeat, cage_s
        self._up, self._down = threading.Event(), asyncio.Event()
        self._failure: BaseException | None = None
        self._graceful = True
        self._thread = threading.Thread(target=self._live, name=f"engine-{self.owner}")

    def __enter__(self) -> Engine:
        self._thread.start()
        assert self._up.wait(PATIENCE_S), "The engine did not start."
        if self._failure:
            raise self._failure
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop as the server does: unfinished runs are handed back."""
        if self._thread.is_alive():
            with suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self._down.set)
            self._thread.join()

    def kill(self) -> None:
        """Stop as a killed process does: nobody is told."""
        self._graceful = False
        self.stop()

    # Inside the thread

    def _live(self) -> None:
        try:
            with asyncio.Runner() as loop:
                loop.run(self._work())
        except BaseException as failure:
            if self._up.is_set():
                raise
            self._failure = failure
            self._up.set()

    async def _work(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.writer, bell, self.cage = Writer(), MemoryBell(), Cage(seconds=self._cage_s)
        self.writer.start()
        self.store = self._make_store(self.writer)
        around = Surroundings(self.store, self.doors, self.listener, bell, self.cage, self._clock, new_id)
        self.heart = Heart(lambda: self._heartbeat(self.owner), self._lease_s)
        self.runner = Runner(around, self.owner, self.heart, max_active=self._max_active)
        disconnect = bells.connect(bell.ring)
        await self.store.take_over(self.owner, alone=self._alone)
        self.heart.start()
        work = self._pump = asyncio.create_task(self.runner.work())
        self._up.set()
        try:
            await self._down.wait()
        finally:
            disconnect()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            if self._graceful:
                await self.runner.stop(within_s=0.2)
            else:
                await self._drop()
            self.heart.stop()
            await asyncio.to_thread(self.writer.stop)
            await self.cage.close()
            await sync_to_async(connections.close_all)()

    async def _drop(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # What a test asks of it

    def call[T](self, work: Coroutine[Any, Any, T] | Awaitable[T]) -> T:
        """Await something in the engine's loop."""
        return self.submit(work).result(PATIENCE_S)

    def submit[T](self, work: Coroutine[Any, Any, T] | Awaitable[T]) -> Future[T]:
        """Begin to await something in the engine's loop."""

        async def awaited() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self.loop)

    def start(self, blueprint: Blueprint, given: Any = None, **fields: Any) -> str:
        """Start a run; its id."""
        return self.call(self.started(blueprint, given, **fields)).created.run_id

    async def started(self, blueprint: Blueprint, given: Any = None, **fields: Any) -> Started:
        """Start a run, in the loop."""
        drawing = await self.store.drawing(blueprint.pk)
        run = new_run(blueprint, {} if given is None else given, **fields)
        return await self.runner.start(run, drawing)

    async def stands_still(self) -> None:
        """Nothing moves any more but the steps that are under way: it claims nothing, and takes nothing from others."""
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)

    def run(self, blueprint: Blueprint, given: Any = None, **fields: Any) -> str:
        """Start a run and wait until it has ended or waits, and this worker has let go of it."""
        run_id = self.start(blueprint, given, **fields)
        settled(run_id)
        # The last wave stands in the database a moment before the driver that wrote it is gone.
        until(lambda: run_id not in self.runner.held)
        return run_id

    def trigger(self, asked: runs.Trigger) -> runs.Triggered | Refused:
        """Trigger as the API does."""
        return self.call(runs.trigger(self.runner, asked))

    def drawing(self, blueprint: Blueprint) -> Drawing:
        """The compiled drawing."""
        return self.call(self.store.drawing(blueprint.pk))


def new_run(blueprint: Blueprint, given: Any, *, key: str = "", digest: str = "d", **fields: Any) -> NewRun:
    """A run to create."""
    made = {"id": new_id(), "created_at": datetime.now(UTC), **fields}
    return NewRun(
        blueprint_id=blueprint.pk,
        workflow=blueprint.workflow,
        version=blueprint.version,
        input=given,
        key=TriggerKey(key, digest) if key else None,
        **made,
    )


def seal(document: Mapping[str, Any], workflow: str = "w", version: int = 1) -> Blueprint:
    """A published drawing."""
    return Blueprint.objects.create(
        workflow=workflow,
        version=version,
        name=workflow,
        digest="0" * 64,
        document=document,
        sealed_at=datetime.now(UTC),
    )


def drawn(nodes: Sequence[Mapping[str, Any]], *ways: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A document of nodes and of ways written `a.port > b`; `start > a` for the first."""
    edges = []
    for number, way in enumerate(ways, 1):
        origin, target = (part.strip() for part in way.split(">"))
        source, _, port = origin.partition(".")
        edges.append(
            {"id": f"e{number}", "from": source, "port": port or ("out" if source == "start" else "done"), "to": target}
        )
    return {"format": "interlock/1", "input": schema or {"type": "object"}, "nodes": list(nodes), "edges": edges}


def node(id_: str, kind: str, config: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A node of a document."""
    return {"id": id_, "kind": kind, "config": dict(config or {}), **more}


def outcome(id_: str = "won", **output: str) -> dict[str, Any]:
    """An end."""
    return node(id_, "outcome", {"output": output} if output else {})


def fetch(id_: str = "fetch", **more: Any) -> dict[str, Any]:
    """A step with an effect: a call."""
    return node(id_, "execute.http", {"method": "POST", "url": "https://there.example/"}, **more)


def review(id_: str = "ask", *choices: str, **config: Any) -> dict[str, Any]:
    """A step that asks a person."""
    names = choices or ("approve", "reject")
    return node(
        id_, "escalate.review", {"question": "May we?", "choices": [{"name": name} for name in names], **config}
    )


def until[T](found: Callable[[], T | None], within_s: float = PATIENCE_S) -> T:
    """The first value that is true; fails when there is none within the time."""
    deadline = time.monotonic() + within_s
    while not (value := found()):
        assert time.monotonic() < deadline, "It did not come about in time."
        time.sleep(0.003)
    return value


def settled(run_id: str, statuses: Sequence[str] = SETTLED, within_s: float = PATIENCE_S) -> Run:
    """The run, once it has one of these statuses."""
    return until(lambda: Run.objects.filter(pk=run_id, status__in=statuses).first(), within_s)


def ended(run_id: str, within_s: float = PATIENCE_S) -> Run:
    """The run, once it has ended."""
    return settled(run_id, ENDED, within_s)


def journal(run_id: str) -> list[Entry]:
    """What happened, in its order."""
    return list(Entry.objects.filter(run_id=run_id).order_by("seq"))


def story(run_id: str) -> list[str]:
    """The journal in short: `type node/visit port`."""
    told = []
    for entry in journal(run_id):
        where = f" {entry.node}/{entry.visit}" if entry.node else ""
        port = f" {entry.data['port']}" if entry.data.get("port") else ""
        told.append(f"{entry.type}{where}{port}")
    return told


def case_of(run_id: str, node_id: str | None = None) -> Escalation:
    """The open case of a run, once there is one."""
    open_cases = Escalation.objects.filter(run_id=run_id, state="open")
    return until(lambda: (open_cases.filter(node=node_id) if node_id else open_cases).first())


def answer(case: Escalation, choice: str = "approve", **given: Any) -> None:
    """A person's answer: what `escalations.resolve` leaves behind once it has made sure of it."""
    edits, at = given.pop("edits", {}), datetime.now(UTC)
    said = {
        "choice": choice,
        "edits": edits,
        "comment": "",
        "by": "rosa",
        "at": at.isoformat(),
        "answers": None,
        **given,
    }
    with transaction.atomic():
        Escalation.objects.filter(pk=case.pk).update(state="resolved", resolution=said, resolved_at=at)
        if case.kind == "incident":
            data = {"escalation": case.pk, "action": choice, "by": "rosa", **edits}
        else:
            data = {"escalation": case.pk, "resolution": said}
        send_signal(case.run_id, "incident" if case.kind == "incident" else "answer", case.node, case.visit, data)
        transaction.on_commit(bells.ring)


def child_of(run_id: str, node_id: str) -> Run:
    """The run that a step called, once there is one."""
    return until(lambda: Run.objects.filter(parent=run_id, parent_node=node_id).order_by("-id").first())


def ago(**span: float) -> datetime:
    """A moment in the past."""
    return datetime.now(UTC) - timedelta(**span)
