"""Worlds with a known truth for `bench.gates_world`, and the pure gate that the product's is held against.

A `Mirror` is fed with the same cases, draws and answers as a gate of the product, by `runtime.judgement` alone: no
table, no engine, no process of numbers. What is true of many mirrors is true of the product as far as both are equal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from runtime.judgement.gate import Standing, begin, fold, policy_of, recompute
from runtime.judgement.ledger import Label, Row, attach, unanswered, written
from runtime.judgement.policy import decide
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.reviewers import doubtful
from runtime.judgement.signals import Scoring

PROMISE = Promise(0.2, 0.9)
# Few labels make a plan and few wrong audits an alarm, so that a whole life takes a hundred cases.
RULES = Rules(learn=20, candidates=4, audit=0.3, alarm_at=100.0, reports_at=5_000.0, unanswered=30)
CASES = 120
CHOICES = ("pay", "decline")
REVIEWERS = ("ann", "bea", "cem")
_SCORES = tuple(step / 100 for step in range(50, 100))


@dataclass(frozen=True)
class World:
    """Where scores come from, how often a case with this score and number is wrong, and how late it is answered.

    `breaks`: here a gate may promise what is not true; how many do is bounded. `drifts`: here it has to close itself.
    """

    name: str
    risk: Callable[[float, int], float]
    scores: tuple[float, ...] = _SCORES
    late: int = 0
    breaks: bool = True
    drifts: bool = False


@dataclass(frozen=True)
class Case:
    """What the machine says and how surely, what is true, and how many cases later a person says so."""

    answer: str
    score: float
    truth: str
    late: int


DRIFT_AT = 60
WORLDS = (
    World("bad at every score", lambda _score, _number: 0.3),
    World("wrong at exactly α", lambda _score, _number: PROMISE.max_error),
    World("good", lambda _score, _number: 0.03, breaks=False),
    World("bad, and wrong answers come 40 cases late", lambda _score, _number: 0.25, late=40),
    World(
        "tied scores, just too bad where surest",
        lambda score, _number: 0.21 if score >= 0.9 else 0.4,
        scores=(0.7, 0.8, 0.9, 0.95),
    ),
    World(
        "good, then drifts to 70 % wrong", lambda _score, at: 0.02 if at < DRIFT_AT else 0.7, breaks=False, drifts=True
    ),
)


def cases_of(world: World, trial: int) -> list[Case]:
    """The cases of a gate: the same for every run of the bench."""
    chance = np.random.default_rng((WORLDS.index(world), trial))
    found = []
    for number in range(CASES):
        score = float(chance.choice(world.scores))
        wrong = bool(chance.random() < world.risk(score, number))
        said = int(chance.integers(2))
        truth = CHOICES[1 - said if wrong else said]
        found.append(Case(CHOICES[said], score, truth, world.late if wrong else 0))
    return found


def is_broken(world: World, cutoff: float | None) -> bool:
    """Whether the promise is untrue of this cut-off: α or more of what lies above it is wrong."""
    above = [world.risk(score, 0) for score in world.scores if cutoff is not None and score >= cutoff]
    return bool(above) and float(np.mean(above)) >= PROMISE.max_error - 1e-12


@dataclass
class Mirror:
    """A gate without a product around it."""

    name: str
    standing: Standing
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def begun(cls, name: str) -> Mirror:
        """A gate in its first epoch."""
        return cls(name, begin(name, 1, PROMISE, RULES, Scoring(("logprob",))))

    def decides(self, case: Case, draw: float) -> Row:
        """The row of a case that arrives now."""
        policy, signals = policy_of(self.standing, unanswered(self.rows, 1)), {"logprob": case.score}
        made = decide(policy, signals, None, draw)
        self.rows.append(written(self.name, len(self.rows), policy, made, signals, case.answer, None, draw))
        return self.rows[-1]

    def hears(self, number: int, truth: str, by: str) -> None:
        """A person has answered a case."""
        told = attach(self.rows[number], self.name, Label(truth, by), CHOICES)
        assert isinstance(told, Row), told
        self.rows[number] = told

    def folds(self) -> None:
        """Take in what was answered, as far as it is settled."""
        distrusted = tuple(sorted({*self.standing.distrusted, *doubtful(self.rows)}))
        if distrusted != self.standing.distrusted:
            self.standing = recompute(replace(self.standing, distrusted=distrusted), self.rows)
        else:
            self.standing = fold(self.standing, self.rows[self.standing.upto + 1 :])


@dataclass(frozen=True)
class Life:
    """What became of a gate: the cut-offs that it ever decided by, and its automatic decisions, audits included."""

    cutoffs: frozenset[float]
    automatic: int
    wrong: int
    closed: bool

    def violated(self, world: World) -> bool:
        """Whether it ever promised what is not true."""
        return any(is_broken(world, cutoff) for cutoff in self.cutoffs)


def told(mirror: Mirror, cutoffs: frozenset[float], cases: list[Case]) -> Life:
    """The life of a gate whose cases are over."""
    auto = [case.answer != case.truth for row, case in zip(mirror.rows, cases, strict=True) if row.auto]
    return Life(cutoffs, len(auto), sum(auto), mirror.standing.state == "broken")


def alone(world: World, trial: int) -> Life:
    """A gate's whole life without the product, in the very steps of `bench.gates_world`."""
    mirror, cases = Mirror.begun(world.name), cases_of(world, trial)
    draws, due, cutoffs = (
        np.random.default_rng((99, trial)).random(CASES).tolist(),
        dict[int, list[int]](),
        set[float](),
    )
    for number, case in enumerate(cases):
        row = mirror.decides(case, draws[number])
        if row.sampled:
            due.setdefault(number + case.late, []).append(number)
        answered = due.pop(number, [])
        for at in answered:
            mirror.hears(at, cases[at].truth, REVIEWERS[at % len(REVIEWERS)])
        if answered:
            mirror.folds()
        cutoffs |= set() if mirror.standing.cutoff is None else {mirror.standing.cutoff}
    return told(mirror, frozenset(cutoffs), cases)
