"""Many cases at once: read from a file of JSON lines, run, and told what became of them.

Called by the commands `run` and `demo`. A line is what a trigger over REST would post, with an optional `key`:
`{"input": {...}, "labels": {...}, "key": "lead-1"}`. A line with a key starts one run, however often it is read. A
`name` says to people what a case is about; it goes into no run.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from runtime.blueprints import Unreadable, sealed
from runtime.core.expressions import Json
from runtime.engine.runner import Runner
from runtime.json_gate import JsonProblem, read_json
from runtime.models import Escalation, Run
from runtime.refused import Refused
from runtime.runs import MAX_WAIT_S, Trigger, trigger

FIELDS = ("input", "labels", "key", "name")
AT_ONCE = 16
LONGEST_KEY, LONGEST_NAME = 255, 120
LONGEST_LABEL_NAME, LONGEST_LABEL = 50, 200
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a file; `line` counts from 1."""

    line: int
    input: Json
    labels: Mapping[str, str]
    key: str | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no case, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Started:
    """The run that a case got. `replay`: its key had got it before."""

    line: int
    run_id: str
    replay: bool


@dataclass(frozen=True, slots=True)
class Way:
    """Where cases went (an outcome, a step, a status), how many, and what was said there, most often first."""

    name: str
    count: int
    why: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What became of runs: how they ended, and where the others stand."""

    ended: tuple[Way, ...]
    waiting: tuple[Way, ...]
    others: tuple[Way, ...]


def read(path: Path) -> tuple[list[Case], list[BadLine]]:
    """The cases of a file, and the lines that are none. Empty lines are skipped. Raises OSError."""
    cases: list[Case] = []
    bad: list[BadLine] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            found = _case(number, line)
            if isinstance(found, Case):
                cases.append(found)
            else:
                bad.append(found)
    return cases, bad


def _case(number: int, line: bytes) -> Case | BadLine:
    value = read_json(line)
    if isinstance(value, JsonProblem):
        return BadLine(number, f"{value.path}: {value.message}".removeprefix(": "))
    if not isinstance(value, dict) or "input" not in value:
        return BadLine(number, 'It is no object with an "input".')
    unknown = sorted(set(value).difference(FIELDS))
    if unknown:
        return BadLine(number, f"Unknown field “{unknown[0]}”. There are: {', '.join(FIELDS)}.")
    labels, key, name = value.get("labels", {}), value.get("key"), value.get("name", "")
    if not isinstance(labels, dict) or not all(_is_label(name, label) for name, label in labels.items()):
        return BadLine(number, "“labels” must be an object of short texts.")
    if key is not None and (not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY):
        return BadLine(number, f"“key” must be a text of 1 to {LONGEST_KEY} characters.")
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not (name == "" or name.isprintable()):
        return BadLine(number, f"“name” must be one line of at most {LONGEST_NAME} characters.")
    return Case(number, value["input"], {label: str(text) for label, text in labels.items()}, key, name)


def _is_label(name: str, label: Json) -> bool:
    return 0 < len(name) <= LONGEST_LABEL_NAME and isinstance(label, str) and 0 < len(label) <= LONGEST_LABEL


async def run_all(
    runner: Runner, workflow: str, cases: Iterable[Case], requester: str, done: Callable[[], object] = lambda: None
) -> tuple[list[Started], list[BadLine]]:
    """Run every case, some at once, and wait until each has ended or waits. `done` is called after each.

    A case that is refused (its input does not fit the drawing, say) is among the bad lines; the others go on.
    """
    waiting = iter(cases)
    started: list[Started] = []
    refused: list[BadLine] = []

    async def work() -> None:
        for case in waiting:
            found = await _run(runner, workflow, case, requester)
            if isinstance(found, Started):
                started.append(found)
            else:
                refused.append(found)
            done()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return sorted(started, key=lambda each: each.line), sorted(refused, key=lambda each: each.line)


async def _run(runner: Runner, workflow: str, case: Case, requester: str) -> Started | BadLine:
    asked = Trigger(
        workflow=workflow,
        input=case.input,
        requester=requester,
        labels=case.labels,
        key=case.key,
        body_digest=_digest(case),
        wait_s=MAX_WAIT_S,
    )
    found = await trigger(runner, asked)
    if isinstance(found, Refused):
        places = "; ".join(f"{error.path}: {error.message}" for error in found.errors[:3])
        return BadLine(case.line, f"{found.detail} {places}".strip())
    return Started(case.line, found.run_id, found.replay)


def _digest(case: Case) -> str:
    whole = json.dumps([case.input, dict(case.labels)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def report(run_ids: Sequence[str]) -> Report:
    """What became of these runs, the most frequent first."""
    ended: Counter[str] = Counter()
    others: Counter[str] = Counter()
    waiting: list[str] = []
    for run in _rows(run_ids):
        if run.status == "waiting":
            waiting.append(run.id)
        elif run.status == "succeeded":
            ended[run.outcome or ""] += 1
        else:
            others[run.status] += 1
    stops, timers = _stops(waiting)
    others.update({"waiting for a time or another run": timers} if timers else {})
    return Report(_ways(ended), stops, _ways(others))


def _rows(run_ids: Sequence[str]) -> Iterable[Run]:
    for at in range(0, len(run_ids), CHUNK):
        yield from Run.objects.filter(pk__in=run_ids[at : at + CHUNK]).only("id", "status", "outcome")


def _stops(run_ids: Sequence[str]) -> tuple[tuple[Way, ...], int]:
    """Where people are asked and why, and how many runs wait for something else."""
    places: Counter[str] = Counter()
    why: dict[str, Counter[str]] = {}
    asking: set[str] = set()
    for at in range(0, len(run_ids), CHUNK):
        for case in _open_cases(run_ids[at : at + CHUNK]):
            place = _place(case)
            places[place] += 1
            why.setdefault(place, Counter()).update(_said(case))
            asking.add(case.run_id)
    ways = tuple(Way(place, count, tuple(why[place].most_common())) for place, count in places.most_common())
    return ways, len(run_ids) - len(asking)


def _open_cases(run_ids: Sequence[str]) -> QuerySet[Escalation]:
    return Escalation.objects.filter(run_id__in=run_ids, state="open").select_related("run")


def _place(case: Escalation) -> str:
    try:
        node = sealed(case.run.blueprint_id).drawing.title(case.node)
    except Unreadable:
        node = case.node
    return f"{node} (incident)" if case.kind == "incident" else f"{node} ({case.queue or 'no queue'})"


def _said(case: Escalation) -> set[str]:
    """What the steps before had found, each sentence once a case."""
    return {str(said) for reason in case.reasons for said in reason.get("details") or [reason.get("message", "")]}


def _ways(counted: Counter[str]) -> tuple[Way, ...]:
    return tuple(Way(name, count) for name, count in counted.most_common())
