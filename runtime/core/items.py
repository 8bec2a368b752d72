"""A step that runs a workflow for each item of a list: what is to be run, what runs, and how each item came out. Pure.

Folded by `state` from three kinds of entries, asked by `planner` for what comes next, and by the engine for the step's
end. Inputs are fixed when the step begins; results stand in the order of the items, whichever ended first.

A step that is taken up again under the same visit (somebody retries its incident, or the run) does not do again what
is done: items with the same input that had come out well keep their result.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from runtime.core.events import Event

MAX_RESULTS = 900_000
"""What all results of a step may take together (bytes): its output is kept as one."""
MOST_ERRORS = 100
_MOST_SAID = 300


@dataclass(frozen=True, slots=True)
class Ended:
    """How an item came out. `run` is what was run for it, if anything; `error` (code, message) is set if it failed."""

    run: str | None
    outcome: str | None
    output: Any
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One item for people's eyes: its number (from 1), its run, and how far that is.

    `status` is ahead, running, done or failed; `error` says why it failed.
    """

    number: int
    run: str | None
    status: str
    error: str = ""


@dataclass(slots=True)
class Items:
    """Where a step with items stands. `ahead` are the places of those to begin, in order; `running` the places of those
    under way by the ids of their runs; `ended` how the others came out, by place; `failed` how many of these failed.

    `size` is what the results take so far (bytes). Changed in place by the fold, like the state that it belongs to.
    """

    inputs: Sequence[Any]
    workflow: str
    blueprint: str
    version: int
    at_once: int
    stop: bool
    failed_outcomes: frozenset[str] = frozenset()
    ahead: deque[int] = field(default_factory=deque)
    running: dict[str, int] = field(default_factory=dict)
    ended: dict[int, Ended] = field(default_factory=dict)
    failed: int = 0
    size: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the step can end: all items have, or the first failure is the end."""
        return len(self.ended) == len(self.inputs) or (self.stop and self.failed > 0)

    @property
    def to_call(self) -> tuple[int, ...]:
        """The places of the items to begin now, in order: no more than may run at once."""
        return () if self.is_over else tuple(islice(self.ahead, max(0, self.at_once - len(self.running))))

    @property
    def failures(self) -> tuple[int, ...]:
        """The places of the items that failed, in order."""
        return tuple(place for place, each in sorted(self.ended.items()) if each.error)

    @property
    def output(self) -> dict[str, Any]:
        """What the step gives: the results in the order of the items (null where one failed), and which failed, why."""
        ended = [self.ended.get(place) for place in range(len(self.inputs))]
        return {
            "results": [each.output if each and not each.error else None for each in ended],
            "failed": self.failed,
            "outcomes": [each.outcome if each else None for each in ended],
            "errors": [self.told(place) for place in self.failures[:MOST_ERRORS]],
        }

    def told(self, place: int) -> dict[str, Any]:
        """A failed item: its place (from 0), the run that was for it, and what went wrong."""
        ended = self.ended[place]
        return {"index": place, "run": ended.run, **(ended.error or {})}


def spread(before: Items | None, data: Mapping[str, Any]) -> Items:
    """The step has begun, or begins again: what the entry says is to be run. What is done already stays done."""
    inputs = data["inputs"]
    unfit = {int(place): Ended(None, None, None, error) for place, error in data.get("unfit", {}).items()}
    kept = {place: done for place, done in _done(before) if _same(before, inputs, place)}
    over = {**unfit, **kept}
    return Items(
        inputs=inputs,
        workflow=data["workflow"],
        blueprint=data["blueprint"],
        version=data["version"],
        at_once=data["at_once"],
        stop=data["stop"],
        failed_outcomes=frozenset(data.get("failed_outcomes", ())),
        ahead=deque(place for place in range(len(inputs)) if place not in over),
        ended=over,
        failed=sum(1 for each in over.values() if each.error),
        size=sum(size_of(each.output) for each in kept.values()),
    )


def take(items: Items | None, event: Event) -> None:
    """Runs have been made for the next items, or the run of one has ended. Raises ValueError for a step without any."""
    if items is None:
        raise ValueError(f"{event.type} of a step without items")
    if event.type == "item.called":
        for run, place in event.data["runs"].items():
            items.ahead.remove(place)
            items.running[run] = place
        return
    result = Ended(event.data["run"], event.data.get("outcome"), event.data.get("output"), event.data.get("error"))
    items.running.pop(event.data["run"], None)
    items.ended[event.data["index"]] = result
    items.failed += 1 if result.error else 0
    items.size += size_of(result.output)


def outcome_of(items: Items, child: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says of an item whose run has ended. `child`: run, status, outcome, output, error.

    An item failed when its run reached no outcome, or one that counts as failed, or when its result is too large.
    """
    place, output = items.running[child["run"]], child.get("output")
    said: dict[str, Any] = {"index": place, "run": child["run"], "outcome": child.get("outcome"), "output": output}
    error = _error(items, child)
    if error is None and items.size + size_of(output) > MAX_RESULTS:
        error = {"code": "too_large", "message": "Together the results take more room than one step may give."}
    return said if error is None else {**said, "output": None, "error": error}


def rows(items: Items, most: int = 100) -> tuple[Row, ...]:
    """The first items, in their order."""
    running = {place: run for run, place in items.running.items()}
    return tuple(_row(items, place, running.get(place)) for place in range(min(len(items.inputs), most)))


def _row(items: Items, place: int, run: str | None) -> Row:
    over = items.ended.get(place)
    if over is None:
        return Row(place + 1, run, "running" if run else "ahead")
    return Row(place + 1, over.run, "failed" if over.error else "done", str((over.error or {}).get("message", "")))


def progress(items: Items) -> str:
    """How far the items are, in a sentence."""
    failed = f", {items.failed} failed" if items.failed else ""
    return f"{len(items.ended)} of {len(items.inputs)} items are done{failed}; {len(items.running)} are under way."


def size_of(value: Any) -> int:
    """What a result takes, in bytes."""
    return len(json.dumps(value))


def _error(items: Items, child: Mapping[str, Any]) -> dict[str, Any] | None:
    if child["status"] != "succeeded":
        inner = child.get("error")
        why = inner.get("message") if isinstance(inner, Mapping) else None
        message = f"Its run ended as {child['status']}{f': {why}' if why else '.'}"
        return {"code": "child_failed", "message": message[:_MOST_SAID]}
    if child.get("outcome") in items.failed_outcomes:
        return {"code": "failed_outcome", "message": f"Its run ended as “{child['outcome']}”."[:_MOST_SAID]}
    return None


def _done(before: Items | None) -> list[tuple[int, Ended]]:
    return [(place, each) for place, each in before.ended.items() if not each.error] if before else []


def _same(before: Items | None, inputs: Sequence[Any], place: int) -> bool:
    return before is not None and place < len(inputs) and bool(inputs[place] == before.inputs[place])
