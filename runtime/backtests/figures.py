"""What many replayed cases say: before and after, each share an estimate with an interval. Pure.

Called by `work` when a backtest is over. Cases that could not be replayed are counted and left out of what would be;
the cases were chosen from the past, so that nothing here proves anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from runtime.backtests.verdicts import UNKNOWN, Case
from runtime.judgement import backtest
from runtime.judgement.estimates import Estimate, share

DAY_S = 86_400.0
HALF_WIDTH = 0.05


def summary(cases: Sequence[Case], population: int, span: tuple[datetime, datetime] | None) -> dict[str, Any]:
    """All figures as JSON. `population` is how many cases there were in the `span` that these were taken from."""
    known = [case for case in cases if case.after != UNKNOWN]
    judged = [_judged(case) for case in known]
    found = backtest.estimate(judged)
    a_day = population / max((span[1] - span[0]).total_seconds() / DAY_S, 1.0) if span else 0.0
    people = [
        _share([not case.automatic_before for case in known]),
        _share([not case.automatic_after for case in known]),
    ]
    return {
        "cases": len(cases),
        "replayed": len(known),
        "population": population,
        "a_day": round(a_day, 2),
        "verdicts": dict(Counter(case.verdict for case in cases)),
        "not_replayed": dict(Counter(case.code for case in cases if case.after == UNKNOWN)),
        "matrix": _matrix(known),
        "automatic": {"before": _told(found.automatic_before), "after": _told(found.automatic_after)},
        "people": {"before": _told(people[0]), "after": _told(people[1])},
        "people_a_day": {"before": _told(people[0], a_day), "after": _told(people[1], a_day)},
        "changed": _told(_share([case.verdict != "same" for case in known])),
        "wrong": {**_told(found.wrong_after), "more_reviews": backtest.top_up(judged, HALF_WIDTH) if judged else 0},
    }


def _judged(case: Case) -> backtest.Replayed:
    """For the estimates: what people said, and how likely it was that they would be asked. Nobody's word is no yes."""
    return backtest.Replayed(
        case=str(case.number),
        before=case.before if case.automatic_before else None,
        after=case.after if case.automatic_after else None,
        truth=case.truth,
        drawn=case.truth is not None,
        pi=case.reviewed.pi if case.reviewed else 1.0,
    )


def _matrix(cases: Sequence[Case]) -> list[dict[str, Any]]:
    counted = Counter((case.before, case.after) for case in cases)
    return [
        {"before": before, "after": after, "cases": number}
        for (before, after), number in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _share(flags: Sequence[bool]) -> Estimate:
    return share(np.array(flags, dtype=float), np.ones(len(flags)))


def _told(estimate: Estimate, times: float = 1.0) -> dict[str, Any]:
    """An estimate as JSON; `value` is null where no case says anything."""
    value = None if estimate.value is None else round(estimate.value * times, 4)
    return {"value": value, "low": round(estimate.low * times, 4), "high": round(estimate.high * times, 4)} | {
        "cases": estimate.cases
    }
