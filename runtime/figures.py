"""The numbers of home and of a workflow's page: what goes alone, why and how soon people answer, what is in trouble.

Called by those pages. It only reads. Every question is bounded by time (ids begin with it, so that a key finds a day)
and by a number of rows; where a bound was reached the numbers are those of the newest rows of that day.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull

from runtime.durations import took
from runtime.finding import tallied, tallied_between
from runtime.ids import first_id_at
from runtime.models import Escalation, Run

DAYS = 7
MOST_RUNS_A_DAY = 300
MOST_CASES = 500
MOST_TROUBLES = 500
MOST_REASONS = 5
MOST_OUTCOMES = 5_000
MOST_SHARES = 10


@dataclass(frozen=True, slots=True)
class Day:
    """The runs that began on a day: those that ended without anybody, those that asked people, those that failed."""

    day: datetime
    alone: int
    asked: int
    failed: int

    @property
    def number(self) -> int:
        """All that count: what goes on still and has asked nobody is not known yet."""
        return self.alone + self.asked + self.failed

    @property
    def shares(self) -> tuple[tuple[str, float, float], ...]:
        """Name, beginning and height of each part of its column, in percent from above."""
        if not self.number:
            return ()
        alone, asked = (100 * part / self.number for part in (self.alone, self.asked))
        failed = 100 - alone - asked
        return tuple(
            part
            for part in (("failed", 0.0, failed), ("asked", failed, asked), ("alone", failed + asked, alone))
            if part[2] > 0.01
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """The last days, oldest first, and what they come to in percent; None where nothing ended."""

    days: tuple[Day, ...]
    alone: float | None
    asked: float | None
    failed: float | None


@dataclass(frozen=True, slots=True)
class Answers:
    """How soon people answered: half of the cases, and nine of ten, in words; `number` cases were looked at."""

    number: int
    half: str
    most: str
    days: tuple[tuple[datetime, str, float], ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A workflow that needs somebody: open incidents, and runs that failed since yesterday."""

    workflow: str
    incidents: int
    failed: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many runs stand or ended so; `share` in percent of the most frequent."""

    status: str
    outcome: str | None
    number: int
    share: float


@dataclass(frozen=True, slots=True)
class Today:
    """The runs of today by status and outcome, how many they are, and how many simulated ones were left out."""

    shares: list[Share]
    number: int
    simulated: int

    @property
    def looked_at(self) -> int:
        """How many runs this comes from."""
        return self.number + self.simulated


def real_runs(runs: QuerySet[Run]) -> QuerySet[Run]:
    """The runs without the simulated ones: pages for all workflows count no others, and say so."""
    return runs.filter(simulated=False)


def real_cases(cases: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """The cases without those of simulated runs."""
    return cases.filter(run__simulated=False)


def outcomes(runs: QuerySet[Run], since: datetime) -> list[Share]:
    """The newest runs since then by status and outcome, the most frequent first; `MOST_OUTCOMES` are looked at."""
    begun = runs.filter(pk__gte=first_id_at(since)).order_by("-pk")
    return _shares(tallied([begun.values_list("status", "outcome")[:MOST_OUTCOMES]], "status", "outcome")[0])


def today(runs: QuerySet[Run], morning: datetime) -> Today:
    """How the newest runs since the morning stand or ended; `MOST_OUTCOMES` are looked at, by one question."""
    begun = runs.filter(pk__gte=first_id_at(morning)).order_by("-pk")
    columns = ("status", "outcome", "simulated")
    (found,) = tallied([begun.values_list(*columns)[:MOST_OUTCOMES]], *columns)
    real = [(status, outcome, number) for status, outcome, simulated, number in found if not simulated]
    number = sum(number for *_, number in real)
    return Today(_shares(real), number, sum(number for *_, number in found) - number)


def _shares(tally: Iterable[tuple[Any, ...]]) -> list[Share]:
    """The most frequent first; where two are as frequent, always in the same order."""
    ordered = sorted(tally, key=lambda each: (-each[2], each[0], each[1] or ""))[:MOST_SHARES]
    return [Share(status, outcome, number, 100 * number / ordered[0][2]) for status, outcome, number in ordered]


def rates(runs: QuerySet[Run], now: datetime) -> Rates:
    """How the runs of the last days went, today included."""
    mornings = _mornings(now)
    ids = [first_id_at(begin) for begin in (*mornings, mornings[-1] + timedelta(days=1))]
    asked = runs.annotate(asked=IsNull(_CASE, False))
    tallies = tallied_between(asked, ids, MOST_RUNS_A_DAY, "status", "asked")
    days = tuple(_day(begin, tally) for begin, tally in zip(mornings, tallies, strict=True))
    whole = sum(day.number for day in days)

    def share(name: str) -> float | None:
        return 100 * sum(getattr(day, name) for day in days) / whole if whole else None

    return Rates(days, share("alone"), share("asked"), share("failed"))


def reasons(cases: QuerySet[Escalation], now: datetime) -> list[tuple[str, int, float]]:
    """Why people were asked in the last days: sentence, how often, and percent of the most frequent."""
    newest = _since(cases, now).values_list("reasons", "kind")[:MOST_CASES]
    counted: Counter[str] = Counter()
    # Many cases stop for the very same reasons, so that few of these texts have to be read.
    for text, kind, number in tallied([newest], "reasons", "kind")[0]:
        counted[_reason(json.loads(text), kind)] += number
    first = sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:MOST_REASONS]
    return [(reason, number, 100 * number / first[0][1]) for reason, number in first]


def answers(cases: QuerySet[Escalation], now: datetime) -> Answers | None:
    """How soon the cases of the last days were answered; None where none was."""
    settled = _since(cases, now).filter(state="resolved").values_list("created_at", "resolved_at")[:MOST_CASES]
    waits = [(asked, (done - asked).total_seconds()) for asked, done in settled if done]
    if not waits:
        return None
    half, most = _middle([seconds for _, seconds in waits])
    mornings = _mornings(now)
    by_day: dict[datetime, list[float]] = {morning: [] for morning in mornings}
    for asked, seconds in waits:
        place = bisect_right(mornings, asked)
        if place:
            by_day[mornings[place - 1]].append(seconds)
    middles = {morning: _middle(each)[0] for morning, each in by_day.items() if each}
    highest = max(middles.values(), default=0.0) or 1.0
    days = tuple(
        (morning, took(middles[morning] * 1000) if morning in middles else "", 100 * middles.get(morning, 0) / highest)
        for morning in by_day
    )
    return Answers(len(waits), took(half * 1000), took(most * 1000), days)


def troubles(runs: QuerySet[Run], cases: QuerySet[Escalation], now: datetime) -> list[Trouble]:
    """The workflows with open incidents or fresh failures, the worst first."""
    stopped = cases.filter(state="open", kind="incident").values_list("workflow")[:MOST_TROUBLES]
    since = first_id_at(now - timedelta(days=1))
    broken = runs.filter(status="failed", pk__gte=since).order_by("-pk").values_list("workflow")[:MOST_TROUBLES]
    incidents, failed = (Counter(dict(tally)) for tally in tallied([stopped, broken], "workflow"))
    found = [Trouble(name, incidents[name], failed[name]) for name in {*incidents, *failed}]
    return sorted(found, key=lambda each: (-each.incidents, -each.failed, each.workflow))[:6]


# Asked whether there is one rather than for its run, PostgreSQL would read every case there ever was.
_CASE = Subquery(Escalation.objects.filter(run=OuterRef("pk")).order_by().values("run")[:1])


def _day(begin: datetime, tally: Iterable[tuple[Any, ...]]) -> Day:
    counted: Counter[str] = Counter()
    for status, asked, number in tally:
        counted["asked" if asked else status] += number
    return Day(begin, counted["succeeded"], counted["asked"], counted["failed"])


def _mornings(now: datetime) -> list[datetime]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def _since(cases: QuerySet[Escalation], now: datetime) -> QuerySet[Escalation]:
    return cases.filter(pk__gte=first_id_at(_mornings(now)[0])).order_by("-pk")


def _reason(found: Sequence[Any] | None, kind: str) -> str:
    first = next((each for each in found or () if isinstance(each, Mapping)), None)
    if kind == "incident":
        return f"“{first.get('title') or 'A step'}” failed." if first else "A step failed."
    return (
        str(first.get("message") or "")[:200] if first and first.get("message") else "The drawing asks a person here."
    )


def _middle(waits: Sequence[float]) -> tuple[float, float]:
    """What half of them, and nine of ten of them, do not exceed."""
    if len(waits) == 1:
        return waits[0], waits[0]
    tenths = quantiles(waits, n=10, method="inclusive")
    return tenths[4], tenths[8]
