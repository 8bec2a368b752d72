"""Two runs of one workflow, step beside step: which way each took, where they part first, what each gave differently.

Called by the page that compares runs, with both traces read and veiled already. Pure, and bounded for any two runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runtime.traces.json_pairs import Budget, Part, paired
from runtime.traces.measures import Measure, measured
from runtime.traces.reading import Step, Trace

MOST_ROWS = 200
SHOWN_BEFORE = 40
MOST_DIFFERENCES = 400
_UNREACHED = frozenset({"pending", "skipped"})


@dataclass(frozen=True, slots=True)
class Side:
    """One run's visit of a step, with what it measured."""

    step: Step
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A visit, in one run or in both. `parts`: here the runs part first. `difference` is that of what the step gave;
    None where it gave the same, or where one of both has nothing to compare (then `untold` is True).
    """

    name: str
    family: str
    visit: int
    one: Side | None
    other: Side | None
    same_way: bool
    parts: bool
    difference: Part | None
    untold: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Everything of two runs. `before` and `behind` rows are left out at either end of a long pair."""

    rows: tuple[Row, ...]
    before: int
    behind: int
    parted: Row | None
    input: Part | None
    output: Part | None


def pair(one: Trace, other: Trace) -> Pair:
    """The two side by side, in the order of the first; what only the second did stands where it did it."""
    budget = Budget(MOST_DIFFERENCES)
    input_, output = paired(one.input, other.input, budget), paired(one.output, other.output, budget)
    visits = _merged(_made(one), _made(other))
    place = next((at for at, (a, b) in enumerate(visits) if _way(a) != _way(b)), None)
    first = max(0, place - SHOWN_BEFORE) if place is not None and len(visits) > MOST_ROWS else 0
    shown = visits[first : first + MOST_ROWS]
    rows = tuple(_row(a, b, first + at == place, budget) for at, (a, b) in enumerate(shown))
    parted = rows[place - first] if place is not None else None
    return Pair(rows, first, len(visits) - first - len(shown), parted, input_, output)


def _made(told: Trace) -> list[Step]:
    return [step for step in told.steps if step.status not in _UNREACHED]


def _merged(one: Iterable[Step], other: Iterable[Step]) -> list[tuple[Step | None, Step | None]]:
    """Visits of the same step beside each other, whatever their order; the others behind what they came after."""
    first, second = ({step.key: step for step in steps} for steps in (one, other))
    lone: dict[str, list[Step]] = {}
    behind = ""
    for key, step in second.items():
        if key in first:
            behind = key
        else:
            lone.setdefault(behind, []).append(step)
    found: list[tuple[Step | None, Step | None]] = [(None, step) for step in lone.get("", ())]
    for key, step in first.items():
        found.append((step, second.get(key)))
        found += [(None, each) for each in lone.get(key, ())]
    return found


def _way(step: Step | None) -> tuple[str, str, bool] | None:
    return (step.status, step.port or "", step.skip is not None) if step else None


def _row(one: Step | None, other: Step | None, parts: bool, budget: Budget) -> Row:
    step = one or other
    if step is None:
        raise ValueError("A row is of a step of at least one run.")
    told = [each for each in (one, other) if each is not None and _tells(each)]
    difference = paired(told[0].output, told[1].output, budget) if len(told) == 2 else None
    return Row(
        name=step.sign.name,
        family=step.sign.family,
        visit=step.visit,
        one=_side(one),
        other=_side(other),
        same_way=_way(one) == _way(other),
        parts=parts,
        difference=difference,
        untold=len(told) < 2,
    )


def _tells(step: Step) -> bool:
    """Whether what it gave is there to be compared: not too large, and not hidden from this person."""
    hidden = step.detail.get("hidden") or step.detail.get("output_left_out")
    return step.status == "finished" and not hidden


def _side(step: Step | None) -> Side | None:
    if step is None:
        return None
    tells = _tells(step) and not step.skip
    return Side(step, measured(step.sign.kind, step.output, step.sign.config) if tells else ())
