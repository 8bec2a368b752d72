"""The steps of a run as rows of its page: a bounded part of them, each with its bar, its measures and its calls.

Used by `views.runs`. However long a run is and however much its steps gave, its page stays small: beyond `MOST_ROWS`
steps there are further parts, and beyond `MOST_WEIGHT` characters a step's values have a page of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.traces.measures import Measure, measured
from runtime.traces.reading import Step, Trace
from runtime.traces.waterfalls import Bar

MOST_ROWS = 200
MOST_WEIGHT = 120_000
MOST_CALLS = 20
UNREACHED = frozenset({"pending", "skipped"})


@dataclass(frozen=True, slots=True)
class Row:
    """A visit of a step. `folded`: its values are shown on a page of their own; `may_redo`: the run may go on here."""

    step: Step
    bar: Bar | None
    measures: tuple[Measure, ...]
    calls: tuple[Mapping[str, Any], ...]
    more: Mapping[str, Any]
    folded: bool
    may_redo: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """A part of the rows; `part` counts from 1 and `parts` is how many there are. `ahead` are steps not reached."""

    shown: tuple[Row, ...]
    ahead: tuple[Step, ...]
    part: int
    parts: int

    @property
    def earlier(self) -> int:
        """The part before; 0: there is none."""
        return self.part - 1

    @property
    def later(self) -> int:
        """The part behind; 0: there is none."""
        return self.part + 1 if self.part < self.parts else 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What the models of a run were asked and cost, as far as its steps say."""

    calls: int
    tokens: int
    cost: float


def rows_of(told: Trace, part: int | None, may_redo: bool) -> Rows:
    """One part of the steps that were reached; None: the newest."""
    made = [step for step in told.steps if step.status not in UNREACHED]
    parts = max(1, -(-len(made) // MOST_ROWS))
    shown = min(max(part, 1), parts) if part is not None else parts
    left = MOST_WEIGHT
    rows: list[Row] = []
    for step in made[(shown - 1) * MOST_ROWS : shown * MOST_ROWS]:
        weight = weight_of([step.output, step.detail, step.error], left + 1)
        folded, left = weight > left, max(left - weight, 0) if weight <= left else left
        rows.append(row_of(told, step, folded, may_redo))
    ahead = tuple(step for step in told.steps if step.status in UNREACHED)
    return Rows(tuple(rows), ahead[:MOST_ROWS], shown, parts)


def row_of(told: Trace, step: Step, folded: bool, may_redo: bool) -> Row:
    """One visit as a row."""
    bar = told.bars.get((step.sign.node, step.visit))
    # What a person gave in its place was not measured by it.
    does = step.status == "finished" and not step.skip
    measures = measured(step.sign.kind, step.output, step.sign.config) if does else ()
    told_above = ("calls", "hidden", "skipped", "by") if step.skip else ("calls", "hidden")
    more = {name: value for name, value in step.detail.items() if name not in told_above}
    return Row(step, bar, measures, calls_of(step)[:MOST_CALLS], more, folded, may_redo)


def calls_of(step: Step) -> tuple[Mapping[str, Any], ...]:
    """The calls that a step made, as its journal keeps them."""
    calls = step.detail.get("calls")
    return tuple(each for each in calls if isinstance(each, Mapping)) if isinstance(calls, list) else ()


def spent(told: Trace) -> Spent:
    """What the models were asked and cost, over all steps that were read."""
    asked = [call for step in told.steps for call in calls_of(step) if call.get("door") == "model"]
    tokens = sum(_number(amount) for call in asked for amount in _values(call.get("tokens")))
    return Spent(len(asked), int(tokens), sum(_number(call.get("cost")) for call in asked))


def weight_of(value: Any, most: int) -> int:
    """About how many characters a value takes to show; counting stops beyond `most`."""
    weight, ahead = 0, [value]
    while ahead and weight <= most:
        here = ahead.pop()
        if isinstance(here, Mapping):
            ahead += here.values()
            weight += 40 * len(here)
        elif isinstance(here, list):
            ahead += here
            weight += 40 * len(here)
        else:
            weight += min(len(here), 2_000) if isinstance(here, str) else 8
    return weight


def _values(tokens: Any) -> list[Any]:
    return list(tokens.values()) if isinstance(tokens, Mapping) else []


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
