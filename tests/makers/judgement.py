"""A gate with a ledger that a test writes row by row, by the functions that a server calls."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from runtime.judgement.gate import Standing, begin, fold, policy_of
from runtime.judgement.ledger import Label, Row, attach, written
from runtime.judgement.policy import decide
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Scoring

CHOICES = ("yes", "no")
SCORING = Scoring(("probability",))
# A quick learner: few lessons, and a promise that a few dozen labels prove.
PROMISE, RULES = Promise(0.2, 0.9), Rules(learn=20, candidates=5, audit=0.5)


def gate(promise: Promise = PROMISE, rules: Rules = RULES) -> Standing:
    """A gate that has just begun."""
    return begin("gate", 0, promise, rules, SCORING)


def case(standing: Standing, number: int, score: object, draw: object = 0.0, unanswered: int = 0) -> Row:
    """The row of a case that arrives now; the machine says yes."""
    policy, signals = policy_of(standing, unanswered), {"probability": score}
    return written("gate", number, policy, decide(policy, signals, None, draw), signals, "yes", None, draw)


def answered(row: Row, answer: str | None = "yes", by: str = "ada", blind: bool = True) -> Row:
    """The row with an answer."""
    labelled = attach(row, "gate", Label(answer, by, blind), CHOICES)
    assert isinstance(labelled, Row)
    return labelled


@dataclass(frozen=True)
class Lived:
    """A gate and its whole ledger."""

    standing: Standing
    rows: tuple[Row, ...]


def lived(standing: Standing, cases: Sequence[tuple[float, bool]], seed: int = 1) -> Lived:
    """The gate after these cases (score, whether the machine is right), each answered at once where it was drawn."""
    chance, rows = random.Random(seed), list[Row]()
    first = standing.upto + 1
    for number, (score, right) in enumerate(cases, first):
        row = case(standing, number, score, chance.random())
        rows.append(answered(row, "yes" if right else "no") if row.sampled else row)
        standing = fold(standing, rows[-1:])
    return Lived(standing, tuple(rows))


def proven() -> Lived:
    """A gate that has earned its trust on cases that were all right."""
    found = lived(gate(), [(0.5 + number % 50 / 100, True) for number in range(120)])
    assert found.standing.state == "proven"
    return found


def with_label(rows: Sequence[Row], at: int, label: Label) -> tuple[Row, ...]:
    """The ledger with one more label."""
    return (*rows[:at], replace(rows[at], labels=(*rows[at].labels, label)), *rows[at + 1 :])
