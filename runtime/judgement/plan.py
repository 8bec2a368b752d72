"""The plan of an epoch: how scores are made and which cut-offs are tried, chosen from its first labels.

Called by `gate` once in an epoch. Those labels are not used again, so nothing that is chosen here can make the
certificate wrong; a bad choice only makes it slow. A plan is kept with the gate: whoever recomputes a gate from its
ledger takes the plan that was in force, instead of fitting one that may differ in the last digit.

The fastest cut-off is the one with the largest n·KL(r‖α), the speed at which the bets of `certificate` grow: many cases
and few wrong ones. The largest of many noisy numbers flatters itself, and a start that is bad after all blocks every
candidate behind it; so the start is the cut-off that takes in seven tenths of its cases. (Measured on CLINC150: started
at the fastest, 4 gates of 12 never decided anything and 29 % of all cases were automatic; so, none, and 45 %.) From
there the candidates go down, in equal steps of how many cases they take in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.judgement.certificate import Floats
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Lesson, Scoring

# How many of the fastest cut-off's cases the start takes in.
BACK = 0.7


@dataclass(frozen=True, slots=True)
class Plan:
    """Scoring and candidates, in the order in which they are tried; `upto`: the last arrival that they were chosen on.

    `start_cases`, `start_wrong`: how the start did on the labels that chose it; a first guess for `budget`.
    """

    scoring: Scoring
    cutoffs: tuple[float, ...]
    upto: int
    start_cases: int = 0
    start_wrong: float = 0.0
    lessons: int = 0


def make(lessons: Sequence[Lesson], scoring: Scoring, promise: Promise, rules: Rules, upto: int) -> Plan:
    """The plan that these labels suggest. `scoring` stays as it is unless a head can be fitted on them."""
    # Loaded where an epoch is planned, and nowhere else: scikit-learn weighs 100 MB.
    from runtime.judgement import head

    losses = np.array([lesson.loss for lesson in lessons])
    fitted = head.fit(lessons, scoring)
    scores = _plain(lessons, scoring) if fitted is None else fitted.scores
    cutoffs = candidates(scores, losses, promise.max_error, rules.candidates)
    here = scores >= cutoffs[0]
    return Plan(
        scoring if fitted is None else fitted.scoring,
        cutoffs, upto, int(here.sum()), float(losses[here].sum()), len(lessons),
    )  # fmt: skip


def candidates(scores: Floats, losses: Floats, max_error: float, most: int) -> tuple[float, ...]:
    """The cut-offs to try, the start first; one at least, all above 0."""
    usable = np.unique(scores[scores > 0.0])[::-1]
    if not len(usable):
        return (1.0,)
    counts = (scores[None, :] >= usable[:, None]).sum(axis=1, dtype=np.float64)
    wrong = np.where(scores[None, :] >= usable[:, None], losses[None, :], 0.0).sum(axis=1)
    fastest = int(np.argmax(_speed(counts, wrong, max_error)))
    start = int(np.argmin(np.abs(counts - BACK * counts[fastest])))
    # Equal steps in cases between the start and the last one: a finer ladder where cases lie close together.
    rungs = np.linspace(counts[start], counts[-1], most)
    chosen = {start, *(int(np.argmin(np.abs(counts[start:] - rung))) + start for rung in rungs)}
    return tuple(float(usable[index]) for index in sorted(chosen)[:most])


def _speed(counts: Floats, wrong: Floats, max_error: float) -> Floats:
    """n·KL(r‖α) where the rate lies below α, negative where not. Half an error is added: none in five is no zero."""
    rates = np.minimum((wrong + 0.5) / (counts + 1.0), 1.0 - 1e-9)
    distance = rates * np.log(rates / max_error) + (1.0 - rates) * np.log((1.0 - rates) / (1.0 - max_error))
    speed: Floats = np.where(rates < max_error, counts * distance, -distance)
    return speed


def _plain(lessons: Sequence[Lesson], scoring: Scoring) -> Floats:
    scores = (scoring.score(lesson.signals, lesson.novelty).score for lesson in lessons)
    return np.array([-1.0 if score is None else score for score in scores])
