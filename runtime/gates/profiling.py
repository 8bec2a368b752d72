"""What the page of a gate draws, computed from its ledger: curves, drift, alarm, volume, how far it is. Pure.

Called by `sums` in the process of `numbers`, since it loads numpy and scipy; `read` is the other end. The result is
bounded whatever the ledger holds: some kilobytes of JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np

from runtime.judgement.alarm import Alarm
from runtime.judgement.budget import labels_needed, more_labels
from runtime.judgement.certificate import Candidate
from runtime.judgement.curves import coverage, reliability
from runtime.judgement.estimates import interval
from runtime.judgement.gate import Standing
from runtime.judgement.ledger import Costs, Label, Row, weigh

MOST_POINTS = 100
BUCKETS = 30
"""Parts of the time that drift and volume are shown in."""
_CHECKS_A_PART = 15
_DAY_S = 86_400.0
_SHORTEST_S = 60.0


def profile(
    standing: Standing, rows: Sequence[Row], times: Sequence[float], asked: Mapping[str, Any]
) -> dict[str, Any]:
    """The profile as JSON.

    `rows`: the newest ones of the epoch in arrival order, `times` when they arrived (seconds since 1970). `asked`:
    `labels_a_day`, and `audits`, all audited automatic decisions of the epoch as [number, seconds, answer, labels].
    """
    plan = standing.plan
    scoring = plan.scoring if plan else standing.scoring
    # What the plan was learned from says nothing about it.
    shown = [row for row in rows if plan is None or row.number > plan.upto]
    distrusted = standing.distrusted
    confidence = standing.promise.confidence
    scores = [scoring.score(row.signals, row.novelty).score for row in rows]
    bins = reliability(shown, scoring, standing.costs, distrusted)
    steady = standing.state != "broken"
    cutoffs = _cutoffs(standing, scores)
    points = coverage(shown, scoring, standing.costs, cutoffs, confidence, distrusted, steady=steady)
    return {
        "progress": _progress(standing, asked["labels_a_day"]),
        "bins": [
            {"low_score": each.low, "high_score": each.high, "score": each.score, **asdict(each.right)} for each in bins
        ],
        "points": [
            {"cutoff": each.cutoff, "automatic": each.automatic, "at_most": each.at_most, **asdict(each.wrong)}
            for each in points
        ],
        "reviewed": sum(row.sampled and bool(row.labels) for row in shown),
        "shown": len(shown),
        "planned": plan is not None,
        "volume": _volume(rows, times, scores),
        "audits": _audits(standing, asked["audits"]),
        "alarm": {"level": standing.audits.level, "at": standing.rules.alarm_at, "seen": standing.audits.seen},
        "distrusted": len(distrusted),
    }


def _progress(standing: Standing, labels_a_day: float) -> dict[str, Any]:
    """How many answers are there, about how many it takes in all, and about how many days that is.

    `least`: the number is what it takes at best, since nothing is known yet. `more` None: `reason` says why.
    """
    need = labels_needed(standing, labels_a_day)
    known = len(standing.lessons)
    if standing.plan is not None:
        known = standing.plan.lessons + (standing.evidence.labels if standing.evidence else 0)
    more, least = need.labels, False
    if more is None and standing.plan is None and standing.state == "probation":
        left = max(0, standing.rules.learn - len(standing.lessons))
        more, least = left + more_labels(Candidate(1.0), standing.promise, 0.0)[0], True
    days = more / labels_a_day if more is not None and labels_a_day > 0.0 else None
    return {"known": known, "more": more, "least": least, "days": days, "reason": need.reason}


def _cutoffs(standing: Standing, scores: Sequence[float | None]) -> list[float]:
    """The cut-offs that are looked at: evenly among the cases, and those that the gate tries itself."""
    found = np.array([score for score in scores if score is not None and score > 0.0])
    if not len(found):
        return []
    tried = [] if standing.evidence is None else [each.cutoff for each in standing.evidence.candidates]
    evenly = np.unique(np.quantile(found, np.linspace(0.0, 1.0, MOST_POINTS - len(tried)), method="lower"))
    return sorted({*evenly.tolist(), *tried})


def _edges(times: Sequence[float], parts_at_most: int = BUCKETS) -> list[float]:
    """The bounds of equal parts of the time; of none, where nothing has happened."""
    if not times:
        return []
    first, last = min(times), max(times)
    width = max((last - first) / parts_at_most, _SHORTEST_S)
    # Whole days where there are enough of them: people think in days.
    width = width if width < _DAY_S else -(-width // _DAY_S) * _DAY_S
    start = first // _DAY_S * _DAY_S if width >= _DAY_S else first
    parts = min(int((last - start) // width) + 1, parts_at_most + 1)
    return [start + width * part for part in range(parts + 1)]


def _volume(rows: Sequence[Row], times: Sequence[float], scores: Sequence[float | None]) -> list[dict[str, Any]]:
    """Cases by time: how many, how many the gate decided by itself, and the middle and outer tenths of their scores."""
    found = []
    moments = np.array(times)
    numbers = np.array([-1.0 if score is None else score for score in scores])
    alone = np.array([row.auto and not row.sampled for row in rows])
    for low, high in pairwise(_edges(times)):
        here = (moments >= low) & (moments < high)
        scored = numbers[here & (numbers >= 0.0)]
        tenths = [float(each) for each in np.quantile(scored, (0.1, 0.5, 0.9))] if len(scored) else None
        found.append({"at": low, "cases": int(here.sum()), "alone": int(alone[here].sum()), "scores": tenths})
    return found


def _audits(standing: Standing, audits: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Checks of automatic decisions by time: how many, how many wrong with the interval, and the alarm behind them."""
    heard = _heard(standing.costs, standing.distrusted, audits)
    first = standing.plan.upto if standing.plan else -1
    found = []
    alarm = Alarm(standing.promise.max_error, standing.rules.alarm_at)
    # Of a handful of checks an interval says nothing.
    parts_at_most = max(4, min(BUCKETS, len(heard) // _CHECKS_A_PART))
    for low, high in pairwise(_edges([at for _, at, _, _ in heard], parts_at_most)):
        here = [(number, loss, credit) for number, at, loss, credit in heard if low <= at < high]
        # As in the fold: what earns no credit is heard only where it counts against the gate.
        alarm = alarm.after(
            loss
            for number, loss, credit in here
            if first < number <= standing.upto and (credit or loss > standing.promise.max_error)
        )
        wrong = sum(loss for _, loss, _ in here)
        bounds = interval(wrong, len(here)) if here else (0.0, 1.0)
        found.append({
            "at": low, "cases": len(here), "wrong": wrong, "low": bounds[0], "high": bounds[1], "level": alarm.level,
        })  # fmt: skip
    return found


def _heard(
    costs: Costs, distrusted: Collection[str], audits: Sequence[Sequence[Any]]
) -> list[tuple[int, float, float, bool]]:
    """Number, moment, loss and credit of each audit that was answered."""
    found = []
    for number, at, answer, labels in audits:
        given = tuple(Label(each["answer"], each["by"], each["blind"]) for each in labels)
        row = Row("", 0, number, {}, answer, None, None, None, None, 1.0, True, True, 1.0, 1.0, given)
        weighed = weigh(row, costs, distrusted)
        if weighed:
            found.append((number, at, weighed.loss, weighed.credit))
    return found
