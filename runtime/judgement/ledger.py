"""The ledger: one row a decision, everything else can be computed from it; and what the labels of a row say.

The rows are kept by others; here is what they mean. A label holds the reviewer's answer, never “right” or “wrong”: that
is the comparison with the machine's. Of several labels the worst counts; “cannot tell” and a case that was given up
count as wrong. A label that was given in sight of the machine's answer, or by a reviewer in doubt, can count against
the gate and never for it. So one more label on a row, whatever it says, never loosens a gate, with one exception that
is meant: the first blind one by a trusted reviewer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from runtime.core.confidence import unit
from runtime.judgement.policy import Decision, Policy


@dataclass(frozen=True, slots=True)
class Label:
    """One reviewer's answer; None: cannot tell, or nobody will ever say. `blind`: the machine's answer was hidden."""

    answer: str | None
    by: str
    blind: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A decision as it was made, with the policy that was in force, and the labels that have come in since.

    `number` counts arrivals at the gate and is the only order there is: clocks are not asked. `draw` is None if it was
    no number; then the case went to a person.
    """

    gate: str
    epoch: int
    number: int
    signals: Mapping[str, float]
    answer: str | None
    score: float | None
    novelty: float | None
    draw: float | None
    cutoff: float | None
    audit: float
    auto: bool
    sampled: bool
    pi: float
    floor: float
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a label was not taken: `unknown_case`, `foreign_case`, `unknown_answer`, `no_reviewer`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Costs:
    """What a mistake costs: (machine's answer, reviewer's answer, cost from 0 to 1); 1 where nothing is said."""

    of: tuple[tuple[str, str, float], ...] = ()

    def loss(self, answer: str | None, truth: str | None) -> float:
        """0 where they agree; the stated cost, or 1, where not. What is no number from 0 to 1 costs 1."""
        if answer is None or truth is None:
            return 1.0
        if answer == truth:
            return 0.0
        stated = [unit(cost) for said, right, cost in self.of if (said, right) == (answer, truth)]
        return max((1.0 if cost is None else cost for cost in stated), default=1.0)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A row's loss in 0..1, and whether a small one may count for the gate."""

    loss: float
    credit: bool


def written(
    gate: str,
    number: int,
    policy: Policy,
    decision: Decision,
    signals: Mapping[str, object],
    answer: str | None,
    novelty: object = None,
    draw: object = None,
) -> Row:
    """The row of a decision. Of the signals only valid numbers are kept: what is missing stays missing."""
    numbers = {name: unit(value) for name, value in signals.items()}
    return Row(
        gate, policy.epoch, number, {name: value for name, value in numbers.items() if value is not None},
        answer, decision.score, unit(novelty), unit(draw), policy.cutoff, policy.audit,
        decision.auto, decision.sampled, decision.pi, decision.floor,
    )  # fmt: skip


def attach(row: Row | None, gate: str, label: Label, choices: Collection[str]) -> Row | Refused:
    """The row with one more label; the same label twice is one. Labels of earlier epochs are kept with their rows."""
    if row is None:
        return Refused("unknown_case", "There is no such case at this gate.")
    if row.gate != gate:
        return Refused("foreign_case", "This case belongs to another gate.")
    if not label.by.strip():
        return Refused("no_reviewer", "An answer needs the name of the one who gave it.")
    if label.answer is not None and label.answer not in choices:
        return Refused("unknown_answer", "This answer is none of the gate's choices.")
    return row if label in row.labels else replace(row, labels=(*row.labels, label))


def weigh(row: Row, costs: Costs, distrusted: Collection[str] = ()) -> Weighed | None:
    """What the labels of this row say; None while there are none."""
    if not row.labels:
        return None
    loss = max(costs.loss(row.answer, label.answer) for label in row.labels)
    return Weighed(loss, any(label.blind and label.by not in distrusted for label in row.labels))


def settled(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows, in arrival order, up to the oldest that was drawn for review and has no answer yet: the watermark.

    Answers that are taken as they come in let slow “wrong” answers certify a bad gate; so nothing behind an open case
    counts, however many answers there are. Raises ValueError if the arrival numbers do not rise.
    """
    taken: list[Row] = []
    last: int | None = None
    for row in rows:
        if last is not None and row.number <= last:
            raise ValueError("The rows of a ledger come in arrival order, each once.")
        last = row.number
        if row.sampled and not row.labels:
            break
        taken.append(row)
    return tuple(taken)


def unanswered(rows: Iterable[Row], epoch: int) -> int:
    """How many audits of automatic decisions of this epoch are open."""
    return sum(row.epoch == epoch and row.auto and row.sampled and not row.labels for row in rows)
