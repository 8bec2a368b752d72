"""A gate's life on a stream of cases, by the very functions that a server calls: one row a case, labels that come late.

Called by `bench.judgement`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from runtime.judgement.gate import Standing, fold, policy_of
from runtime.judgement.ledger import Label, Row, attach, unanswered, written
from runtime.judgement.policy import decide


@dataclass(frozen=True)
class Case:
    """One case as it arrives, and the true answer, which is seen only if it is asked for."""

    signals: Mapping[str, float]
    answer: str
    truth: str


@dataclass(frozen=True)
class Life:
    """What became of the gate: its ledger, its last standing, the cut-off before each case, and the label count."""

    rows: tuple[Row, ...]
    standing: Standing
    cutoffs: tuple[float | None, ...]
    labels: int
    broken_at: int | None

    def automatic(self) -> float:
        """The share of all cases, those of the probation included, that were decided without a person."""
        return sum(row.auto for row in self.rows) / len(self.rows)

    def wrong(self, cases: Sequence[Case]) -> float:
        """The share of the automatic decisions that were wrong, audited or not."""
        found = [row.answer != case.truth for row, case in zip(self.rows, cases, strict=False) if row.auto]
        return float(np.mean(found)) if found else 0.0


def lived(
    standing: Standing,
    cases: Sequence[Case],
    chance: np.random.Generator,
    delay: Callable[[Case], int],
    every: int = 10,
) -> Life:
    """The life of a gate; labels come `delay` cases after the case itself, and are folded in each `every` cases."""
    rows: list[Row] = []
    due: dict[int, list[int]] = {}
    cutoffs: list[float | None] = []
    open_from, labels, policy, broken_at = 0, 0, policy_of(standing), None
    for number, case in enumerate(cases):
        if number % every == 0:
            standing = fold(standing, rows[open_from:])
            # Rows that are folded in are not looked at again.
            open_from = max(open_from, standing.upto + 1)
            policy = policy_of(standing, unanswered(rows[open_from:], standing.epoch))
            broken_at = number if standing.state == "broken" and broken_at is None else broken_at
        draw = float(chance.random())
        decision = decide(policy, case.signals, None, draw)
        cutoffs.append(policy.cutoff)
        rows.append(written("bench", number, policy, decision, case.signals, case.answer, None, draw))
        if decision.sampled:
            due.setdefault(number + delay(case), []).append(number)
        for late in due.pop(number, ()):
            answered = attach(rows[late], "bench", Label(cases[late].truth, "reviewer"), (cases[late].truth,))
            rows[late] = answered if isinstance(answered, Row) else rows[late]
            labels += 1
    return Life(tuple(rows), fold(standing, rows[open_from:]), tuple(cutoffs), labels, broken_at)
