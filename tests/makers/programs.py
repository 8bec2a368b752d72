"""Programs for the engine: a drawing, what the world answers, and what has to come of it. See `tests/flows`.

`play` drives one run to its end, giving each answer when the run waits for it; `crash_after` kills the worker right
after its n-th write, before it hears that it was kept, and lets another go on.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from runtime.core.node import Failed, HttpResponse
from runtime.engine.ports import Created, NewRun, Wave, Written
from runtime.engine.writer import Writer
from runtime.ids import new_id
from runtime.journal import send_signal
from runtime.live import bell
from runtime.models import Blueprint, Escalation, Run
from runtime.store import SqlStore
from tests.makers.engine import ENDED, Engine, ScriptedDoors, answer, journal, until

FLOWS = Path(__file__).parents[1] / "flows"

type Line = tuple[str, str | None, int, str | None]
"""An entry of a journal in short: type, node, visit, port."""

type Reviewer = Callable[[Escalation], None]


@dataclass(frozen=True)
class Program:
    """One file of `tests/flows`."""

    name: str
    document: Mapping[str, Any]
    input: Any
    journal: tuple[Line, ...]
    status: str
    outcome: str | None
    output: Any
    doors: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Mapping[str, Any], ...] = ()
    called: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scripted(self) -> ScriptedDoors:
        """Fresh doors with the program's answers."""
        return ScriptedDoors({node: [_reply(each) for each in replies] for node, replies in self.doors.items()})


def programs() -> list[Program]:
    """Every program there is."""
    return [_read(path) for path in sorted(FLOWS.glob("*.json"))]


def _read(path: Path) -> Program:
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw.pop("about")
    lines = tuple((line[0], line[1], line[2], line[3]) for line in raw.pop("journal"))
    return Program(name=path.stem, journal=lines, answers=tuple(raw.pop("answers", ())), **raw)


def _reply(raw: Mapping[str, Any]) -> HttpResponse | Failed:
    if "failed" in raw:
        return Failed(**raw["failed"])
    return HttpResponse(raw.get("status", 200), {}, raw.get("body"))


def told(run_id: str, *, once: bool = False) -> tuple[Line, ...]:
    """The journal in short. `once`: without the beginnings of steps, which a crash may repeat."""
    entries = [entry for entry in journal(run_id) if not (once and entry.type == "step.started")]
    return tuple((entry.type, entry.node, entry.visit, entry.data.get("port")) for entry in entries)


class Script:
    """A reviewer who gives a program's answers, each when its turn has come: `after` a step, where one is named."""

    def __init__(self, answers: tuple[Mapping[str, Any], ...]) -> None:
        self._left = list(answers)

    def __call__(self, case: Escalation) -> None:
        if not self._left or self._left[0]["node"] != case.node:
            return
        after = self._left[0].get("after")
        if after and ("step.finished", after) not in {(entry.type, entry.node) for entry in journal(case.run_id)}:
            return
        said = {name: value for name, value in self._left.pop(0).items() if name not in ("node", "after")}
        if said.get("overdue"):
            expire(case)
        else:
            answer(case, **said)


def expire(case: Escalation) -> None:
    """What the clock leaves behind when a case is overdue."""
    with transaction.atomic():
        Escalation.objects.filter(pk=case.pk).update(state="overdue", resolved_at=datetime.now(UTC))
        send_signal(case.run_id, "overdue", case.node, case.visit, {"escalation": case.pk})
        transaction.on_commit(bell.ring)


class CrashingStore(SqlStore):
    """Its worker dies after the n-th write: that is kept, and nobody hears of it."""

    def __init__(self, writer: Writer, left: int | None) -> None:
        super().__init__(writer)
        self.left, self.crashed = left, threading.Event()
        self.written = 0

    async def create(self, run: NewRun, wave: Wave) -> Created:
        return await self._then_dies(await super().create(run, wave))

    async def append(self, wave: Wave) -> Written:
        return await self._then_dies(await super().append(wave))

    async def _then_dies[T](self, done: T) -> T:
        self.written += 1
        if self.left is not None and self.written >= self.left:
            self.crashed.set()
        if self.crashed.is_set():
            await asyncio.Event().wait()
        return done


def play(
    blueprint: Blueprint, given: Any, doors: ScriptedDoors, reviewer: Reviewer, crash_after: int | None = None
) -> tuple[str, int]:
    """Drive a run to its end; its id, and how many writes the first worker made."""
    stores: list[CrashingStore] = []

    def crashing(writer: Writer) -> CrashingStore:
        stores.append(CrashingStore(writer, crash_after))
        return stores[0]

    run_id = new_id()
    with Engine(doors, store=crashing) as first:
        begun = first.submit(first.started(blueprint, given, id=run_id))
        gone = _drive(run_id, reviewer, lambda: stores[0].crashed.is_set())
        if gone:
            first.kill()
            begun.cancel()
    if gone:
        _rewind(doors, run_id)
        with Engine(doors):
            _drive(run_id, reviewer, lambda: False)
    return run_id, stores[0].written


def _rewind(doors: ScriptedDoors, run_id: str) -> None:
    """Who is asked again with the same key gives the same answer: what was not kept is still to come."""
    kept = ("step.finished", "step.failed", "incident.opened")
    doors.given = Counter(str(entry.node) for entry in journal(run_id) if entry.type in kept)


def _drive(run_id: str, reviewer: Reviewer, is_over: Callable[[], bool]) -> bool:
    """Answer what is asked until the run has ended, or until it is over before that (True)."""

    def step() -> bool:
        if is_over():
            return True
        run = Run.objects.filter(pk=run_id).first()
        if run is None or run.status in ENDED:
            return run is not None
        for case in Escalation.objects.filter(state="open").order_by("id"):
            if case.run.status == "waiting":
                reviewer(case)
        return False

    until(step)
    return is_over()
