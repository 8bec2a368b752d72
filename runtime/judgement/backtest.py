"""A draft against past cases: what it would have done, estimated from what people said about some of them.

Called when a draft is replayed on stored cases. Everything here is an estimate with an interval: past cases were chosen
by another gate and looked at by whoever tunes the draft, so nothing of it certifies. Shares over all cases need no
labels; how many of the draft's automatic decisions would have been wrong is known only where a person answered, and
weighted by the inverse of how likely that was (Horvitz and Thompson 1952; see `estimates`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.judgement.estimates import Estimate, interval, share


@dataclass(frozen=True, slots=True)
class Replayed:
    """A past case: what was done and what the draft would do (None: to a person), and a person's answer if there is
    one (an empty one: cannot tell, which is wrong). `pi`: how likely its answer was asked for, beforehand; above 0.
    `drawn`: it was asked for by that draw."""

    case: str
    before: str | None
    after: str | None
    truth: str | None = None
    drawn: bool = False
    pi: float = 1.0


@dataclass(frozen=True, slots=True)
class Backtest:
    """Shares of all cases, before and after; of the draft's automatic decisions, how many are wrong."""

    cases: int
    automatic_before: Estimate
    automatic_after: Estimate
    changed: Estimate
    wrong_before: Estimate
    wrong_after: Estimate


def estimate(replayed: Sequence[Replayed], confidence: float = 0.95) -> Backtest:
    """What the draft would have done, with intervals. Raises ValueError for a `pi` that is no probability above 0."""
    if not all(0.0 < each.pi <= 1.0 for each in replayed):
        raise ValueError("A case that could not have been drawn says nothing.")
    return Backtest(
        len(replayed),
        _counted([each.before is not None for each in replayed], confidence),
        _counted([each.after is not None for each in replayed], confidence),
        _counted([each.before != each.after for each in replayed], confidence),
        _wrong([(each.before, each) for each in replayed], confidence),
        _wrong([(each.after, each) for each in replayed], confidence),
    )


def discordant(replayed: Sequence[Replayed]) -> tuple[Replayed, ...]:
    """The cases to look at, the most telling first: a person said otherwise than the draft; then those that become
    automatic; then other changes. Cases that stay as they are, and that nobody contradicts, are left out."""
    ranked = [(_rank(each), each) for each in replayed]
    return tuple(each for rank, each in sorted(ranked, key=lambda pair: pair[0]) if rank < 3)


def top_up(replayed: Sequence[Replayed], half_width: float, confidence: float = 0.95) -> int:
    """How many more reviews of the draft's automatic cases, drawn at random, bring the interval of its errors to about
    this half width; 0 if it is there. Never more than there are unreviewed ones."""
    automatic = [each for each in replayed if each.after is not None]
    left = sum(each.truth is None for each in automatic)
    now = _wrong([(each.after, each) for each in automatic], confidence)
    if (now.high - now.low) / 2.0 <= half_width:
        return 0
    rate = 0.05 if now.value is None else now.value
    low, high = 0, left
    while low < high:
        middle = (low + high) // 2
        cases = now.effective + middle
        ends = interval(rate * cases, cases, confidence) if cases else (0.0, 1.0)
        low, high = (low, middle) if (ends[1] - ends[0]) / 2.0 <= half_width else (middle + 1, high)
    return low


def reviews(replayed: Sequence[Replayed], draws: Sequence[float], count: int) -> tuple[Replayed, ...]:
    """The `count` unreviewed automatic cases of the draft with the smallest of these draws, one a case of `replayed`.

    Raises ValueError if there is not a number for each case.
    """
    if len(draws) != len(replayed) or not all(math.isfinite(draw) for draw in draws):
        raise ValueError("Each case needs a draw of its own.")
    open_ = [(draw, at) for at, draw in enumerate(draws) if replayed[at].after and replayed[at].truth is None]
    return tuple(replayed[at] for _, at in sorted(open_)[: max(0, count)])


def _counted(flags: Sequence[bool], confidence: float) -> Estimate:
    return share(np.array(flags, dtype=float), np.ones(len(flags)), confidence)


def _wrong(decided: Sequence[tuple[str | None, Replayed]], confidence: float) -> Estimate:
    known = [(answer, each) for answer, each in decided if answer is not None and each.drawn and each.truth is not None]
    losses = np.array([float(answer != each.truth) for answer, each in known])
    return share(losses, np.array([1.0 / each.pi for _, each in known]), confidence)


def _rank(each: Replayed) -> int:
    if each.truth is not None and each.after is not None and each.after != each.truth:
        return 0
    if each.after is not None and each.before is None:
        return 1
    return 2 if each.before != each.after else 3
