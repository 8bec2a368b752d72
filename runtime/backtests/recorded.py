"""What a past run left that a replay may use again: how its steps ended, what people answered, what models said.

Made of a run's journal by `work`; read by `replay` and `doors`. It knows no table, and it never guesses: where several
answers were given to the same question and none of them stands at the same place, there is no answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from runtime.backtests import prints
from runtime.core.drawing import Drawing
from runtime.core.events import Event
from runtime.core.node import ModelAnswer, Resolution
from runtime.core.state import State, advance
from runtime.engine.cage import Cage
from runtime.engine.inputs import scope_of

type Visit = tuple[str, int]
type End = Literal["finished", "asked", "waiting", "incident", "failed"]


@dataclass(frozen=True, slots=True)
class Past:
    """A run that has been: its journal, with the drawing that it ran."""

    run_id: str
    drawing: Drawing
    events: Sequence[Event]
    answers: Sequence[Answered] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person answered to a question of a past run. `print` is that of the question."""

    node: str
    visit: int
    print: str
    resolution: Resolution
    at: datetime


@dataclass(frozen=True, slots=True)
class Reviewed:
    """People have decided a past case. `pi`: how likely it was, beforehand, that they would be asked (above 0, at most
    1); `disputed`: they could not tell, or do not agree, so that no answer counts as theirs.
    """

    pi: float = 1.0
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """How a step of a past run ended, or how far it came: `asked` and `incident` wait for a person, `waiting` for a
    timer or another workflow, `failed` ended the run. `person`: somebody had been asked.
    """

    node: str
    visit: int
    end: End
    port: str | None
    output: Any
    person: bool
    at: datetime
    seq: int
    error: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Called:
    """A step that asked models: where it stood, and what its trace shows of its calls."""

    node: str
    visit: int
    scope: Mapping[str, Any]
    at: datetime
    calls: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Before:
    """How a past case went: its outcome (None: it waits, or failed), and how often people were asked."""

    status: str
    outcome: str | None
    asked: int
    began: datetime
    input: Any


@dataclass(slots=True)
class Recording:
    """All that a past run has to offer. `models` is filled by `doors` when a model would be asked."""

    past: Past
    before: Before
    given: dict[str, list[Given]] = field(default_factory=lambda: defaultdict(list))
    called: list[Called] = field(default_factory=list)
    models: dict[str, ModelAnswer] | None = None

    def end_of(self, print_: str, visit: Visit) -> Given | None:
        """How the same step ended at this very place."""
        here = [each for each in self.given.get(print_, ()) if (each.node, each.visit) == visit]
        return here[-1] if here else None

    def end_elsewhere(self, print_: str) -> Given | None:
        """How the same step ended at other places, if it ended alike at all of them."""
        found = self.given.get(print_, [])
        return found[0] if found and all(_alike(each, found[0]) for each in found) else None

    def answer_to(self, print_: str, visit: Visit) -> Answered | None:
        """What a person answered to the same question: at this place, or alike wherever it was asked."""
        found = [each for each in self.past.answers if each.print == print_]
        here = [each for each in found if (each.node, each.visit) == visit]
        if here:
            return here[-1]
        same = found and all(_said(each) == _said(found[0]) for each in found)
        return found[0] if same else None


async def record(past: Past, cage: Cage) -> Recording:
    """Read a past run. Raises ValueError for a journal that does not begin with its start."""
    if not past.events or past.events[0].type != "run.started" or past.events[0].at is None:
        raise ValueError("The journal does not begin with the run's start.")
    reading = _Reading(past, cage)
    for event in past.events:
        await reading.take(event)
    return reading.finish()


def _alike(one: Given, other: Given) -> bool:
    return (one.end, one.port, one.output, one.error) == (other.end, other.port, other.output, other.error)


def _said(answer: Answered) -> tuple[Any, ...]:
    told = answer.resolution
    return told.choice, told.edits, told.comment, told.answers


@dataclass(slots=True)
class _Reading:
    past: Past
    cage: Cage
    state: State = field(default_factory=State)
    ends: dict[Visit, Given] = field(default_factory=dict)
    prints: dict[Visit, str] = field(default_factory=dict)
    persons: set[Visit] = field(default_factory=set)
    called: list[Called] = field(default_factory=list)
    asked: int = 0

    async def take(self, event: Event) -> None:
        """One more fact."""
        if event.node is not None and event.type in _KEPT and event.node in self.past.drawing.params:
            await self._keep(event, (event.node, event.visit))
        if event.type == "run.retried":
            self._retried(event)
        advance(self.past.drawing.graph, self.state, event)

    async def _keep(self, event: Event, visit: Visit) -> None:
        if event.type in ("step.asked", "incident.opened"):
            self.persons.add(visit)
            self.asked += 1
        asked_models = any(call.get("door") == "model" for call in event.data.get("calls", ()))
        if visit not in self.prints or asked_models:
            scope = scope_of(self.past.drawing, self.state, visit[0], self.past.run_id)
            self.prints[visit] = await prints.of_step(self.past.drawing, visit[0], scope, self.cage)
            if asked_models:
                self.called.append(Called(*visit, scope, _at(event), tuple(event.data["calls"])))
        before = self.ends.get(visit)
        self.ends[visit] = _given(event, visit, visit in self.persons, before)

    def _retried(self, event: Event) -> None:
        """What is done again counts as it came out at last; its visits are numbered on, so the place says nothing."""
        again = {event.node} | self.past.drawing.graph.forward_descendants(str(event.node))
        for visit in [visit for visit in self.ends if visit[0] in again]:
            del self.ends[visit]
            del self.prints[visit]

    def finish(self) -> Recording:
        """Everything, by the steps' prints."""
        first, state = self.past.events[0], self.state
        status = state.status if state.status != "running" else "waiting"
        outcome = state.outcome if status == "succeeded" else None
        found = Recording(self.past, Before(status, outcome, self.asked, _at(first), first.data.get("input")))
        for visit, given in sorted(self.ends.items(), key=lambda pair: pair[1].seq):
            found.given[self.prints[visit]].append(given)
        found.called = self.called
        return found


_KEPT: Mapping[str, End] = {
    "step.finished": "finished",
    "step.asked": "asked",
    "step.called": "waiting",
    "step.waiting": "waiting",
    "incident.opened": "incident",
    "incident.resolved": "incident",
    "run.failed": "failed",
}


def _given(event: Event, visit: Visit, person: bool, before: Given | None) -> Given:
    data = event.data
    error = data.get("error") or (before.error if before else {})
    end: End = _KEPT[event.type]
    if event.type == "run.failed" and not person:
        end = "waiting"
    return Given(*visit, end, data.get("port"), data.get("output"), person, _at(event), event.seq, error)


def _at(event: Event) -> datetime:
    if event.at is None:
        raise ValueError("An entry of a journal has no time.")
    return event.at


def events_of(rows: Iterable[Any]) -> tuple[Event, ...]:
    """The facts of journal entries, in their order."""
    return tuple(Event(row.type, row.node, row.visit, row.data, row.seq, row.at) for row in rows)
