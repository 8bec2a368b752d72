"""Invented worlds for `bench.judgement`, each with a known true risk, and how often a promise is broken in them.

A trial is one gate: its first labels make a plan, then it learns on, block by block, with the audits thinned as soon as
something is certified, as `runtime.judgement.gate` does it; a violation is a certified cut-off whose true risk is above
α, at whatever time. Beside it, on the same labels: one look, and what one must not do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from runtime.judgement.certificate import Candidate, Evidence, Floats, Labels
from runtime.judgement.estimates import interval
from runtime.judgement.onelook import certify_once
from runtime.judgement.plan import make
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Lesson, Scoring

PROMISE, RULES = Promise(0.05, 0.95), Rules()
CASES, BLOCK = 1_200, 60


@dataclass(frozen=True)
class World:
    """Signals are drawn (a line for each case); `risk` is the chance that a case with these signals is wrong."""

    name: str
    draw: Callable[[np.random.Generator, int], Floats]
    risk: Callable[[Floats], Floats]


@dataclass(frozen=True)
class Trial:
    """Whether each way of deciding promised too much, and whether the gate was proven at all."""

    sequential: bool
    one_look: bool
    naive: bool
    peeking: bool
    proven: bool


def _column(draw: Callable[[np.random.Generator, int], Floats]) -> Callable[[np.random.Generator, int], Floats]:
    return lambda chance, count: draw(chance, count)[:, None]


def _tied(chance: np.random.Generator, count: int) -> Floats:
    said: Floats = np.array([0.7, 0.8, 0.9, 0.95, 1.0])
    return said[chance.choice(len(said), size=count, p=[0.1, 0.15, 0.3, 0.3, 0.15])]


def _three(chance: np.random.Generator, count: int) -> Floats:
    hidden = chance.normal(size=count)
    noisy = hidden[:, None] + chance.normal(scale=[0.5, 1.0, 3.0], size=(count, 3))
    found: Floats = 1.0 / (1.0 + np.exp(-2.0 * noisy - 2.0))
    return found


def _steps(scores: Floats) -> Floats:
    return np.select([scores >= 0.6, scores >= 0.3], [0.02, 0.145], 0.4)


WORLDS = (
    World("calibrated", _column(lambda chance, count: chance.beta(6.0, 1.0, count)), lambda s: 1.0 - s[:, 0]),
    World("useless score, just too bad", _column(lambda c, n: c.random(n)), lambda s: np.full(len(s), 0.0505)),
    World("a step down to just too bad", _column(lambda c, n: c.random(n)), lambda s: _steps(s[:, 0])),
    World(
        "worst where surest", _column(lambda c, n: c.random(n)),
        lambda s: np.select([s[:, 0] > 0.9, s[:, 0] > 0.5], [0.12, 0.03], 0.2),
    ),
    World("tied scores, just too bad", _column(_tied), lambda s: np.where(s[:, 0] >= 0.9, 0.052, 0.2)),
    World("three signals and a head", _three, lambda s: np.clip(0.8 * (1.0 - s[:, 0]) ** 1.5, 0.0, 1.0)),
)  # fmt: skip


def trial(world: World, chance: np.random.Generator, population: Floats) -> Trial:
    """One gate in this world. `population`: many cases, by which the true risk of a cut-off is found."""
    alpha = PROMISE.max_error
    signals = world.draw(chance, RULES.learn + CASES)
    losses = (chance.random(len(signals)) < world.risk(signals)).astype(float)
    names = tuple(f"signal {at}" for at in range(signals.shape[1]))
    lessons = [
        Lesson(dict(zip(names, line.tolist(), strict=True)), None, float(loss))
        for line, loss in zip(signals[: RULES.learn], losses, strict=False)
    ]
    plan = make(lessons, Scoring(names), PROMISE, RULES, RULES.learn)
    scores, truth = scored(plan.scoring, signals[RULES.learn :]), scored(plan.scoring, population)
    risks = world.risk(population)

    def bad(cutoff: float) -> bool:
        here = truth >= cutoff
        return bool(here.any()) and float(risks[here].mean()) > alpha

    seen = losses[RULES.learn :]
    reached = _sequential(plan.cutoffs, scores, seen, chance)
    once = certify_once(scores, seen, plan.cutoffs, PROMISE)
    return Trial(
        any(map(bad, reached)),
        any(map(bad, once)),
        any(map(bad, _observed(plan.cutoffs, scores, seen))),
        any(map(bad, _peeked(plan.cutoffs, scores, seen))),
        bool(reached),
    )


def scored(scoring: Scoring, signals: Floats) -> Floats:
    """The scores of many cases at once."""
    if not scoring.weights:
        lowest: Floats = signals.min(axis=1)
        return lowest
    inside = np.clip(signals, 1e-4, 1.0 - 1e-4)
    found: Floats = 1.0 / (1.0 + np.exp(-(scoring.bias + np.log(inside / (1.0 - inside)) @ np.array(scoring.weights))))
    return found


def _sequential(cutoffs: tuple[float, ...], scores: Floats, losses: Floats, chance: np.random.Generator) -> set[float]:
    """Every cut-off that the gate decided from, at whatever time."""
    evidence, decided = Evidence(PROMISE, tuple(Candidate(cutoff) for cutoff in cutoffs)), set[float]()
    for at in range(0, len(scores), BLOCK):
        block, cutoff = slice(at, at + BLOCK), evidence.cutoff
        automatic = scores[block] >= (2.0 if cutoff is None else cutoff)
        drawn = ~automatic | (chance.random(len(automatic)) < RULES.audit)
        ratios = np.where(automatic | (cutoff is None), 1.0, RULES.audit)[drawn]
        if drawn.any():
            told = Labels(scores[block][drawn], losses[block][drawn], ratios, np.ones(int(drawn.sum()), dtype=bool))
            evidence = evidence.after(told)
        decided |= set() if evidence.cutoff is None else {evidence.cutoff}
    return decided


def _observed(cutoffs: tuple[float, ...], scores: Floats, losses: Floats) -> list[float]:
    """What not to do: the lowest cut-off whose observed error is at most α."""
    fine = [each for each in cutoffs if (here := scores >= each).any() and losses[here].mean() <= PROMISE.max_error]
    return sorted(fine)[:1]


def _peeked(cutoffs: tuple[float, ...], scores: Floats, losses: Floats) -> list[float]:
    """What not to do: the exact one-look bound of the start, looked at again with every few labels."""
    here = scores >= cutoffs[0]
    for count in range(20, int(here.sum()), 5):
        if interval(float(losses[here][:count].sum()), count, 1.0 - 2.0 * PROMISE.doubt)[1] <= PROMISE.max_error:
            return [cutoffs[0]]
    return []
