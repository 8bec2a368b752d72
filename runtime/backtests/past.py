"""Past runs read from the database, a few at a time: journals, and what people answered.

Called by `work` in a thread. What cannot be read any more is said, and never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Min

from runtime import blueprints, veils
from runtime.backtests import prints, reviews
from runtime.backtests.recorded import Answered, Past, Reviewed, events_of
from runtime.core.node import Resolution
from runtime.models import BacktestCase, Entry, Escalation

MOST_AT_ONCE = 20
MOST_ENTRIES = 2_000
_ANSWER = ("choice", "edits", "comment", "by", "at", "answers")


@dataclass(frozen=True, slots=True)
class Pending:
    """A case that is still to be replayed; without `past` its run cannot be read.

    `is_secret`: people are asked just now for their own answer, and nobody may learn from a replay what a gate said.
    `reviewed`: what people have decided of it, if they have.
    """

    number: int
    run_id: str
    past: Past | None
    is_secret: bool = False
    reviewed: Reviewed | None = None


def pending(backtest_id: str) -> tuple[Pending, ...]:
    """The next cases that were not replayed yet: as many as may be held at once."""
    left = BacktestCase.objects.filter(backtest=backtest_id, verdict="").order_by("number")
    rows = list(
        left.values_list("number", "run_id", "run__blueprint_id", "run__status", "run__last_seq")[:MOST_AT_ONCE]
    )
    taken: list[tuple[int, str, str, str]] = []
    entries = 0
    for number, run_id, blueprint_id, status, last_seq in rows:
        entries += last_seq
        if taken and entries > MOST_ENTRIES:
            break
        taken.append((number, run_id, blueprint_id, status))
    return _read(taken)


def oldest(backtest_id: str) -> str:
    """The first of its cases, as time went; what was picked by hand is left out."""
    chosen = BacktestCase.objects.filter(backtest=backtest_id, picked=False)
    return str(chosen.aggregate(first=Min("run_id"))["first"] or "")


def _read(rows: Sequence[tuple[int, str, str, str]]) -> tuple[Pending, ...]:
    ids = [run_id for _, run_id, _, _ in rows]
    journals: dict[str, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(run__in=ids).order_by("run_id", "seq"):
        journals[entry.run_id].append(entry)
    answers, reviewed = _answers(ids), reviews.of_runs(ids)
    return tuple(
        Pending(
            number,
            run_id,
            _past(run_id, blueprint_id, journals[run_id], answers[run_id]),
            bool(veils.secret(run_id, blueprint_id, status)),
            reviewed.get(run_id),
        )
        for number, run_id, blueprint_id, status in rows
    )


def _past(run_id: str, blueprint_id: str, journal: list[Entry], answers: list[Answered]) -> Past | None:
    try:
        drawing = blueprints.load(blueprint_id)
    except blueprints.Unreadable:
        return None
    return Past(run_id, drawing, events_of(journal), answers)


def _answers(run_ids: Sequence[str]) -> dict[str, list[Answered]]:
    found: dict[str, list[Answered]] = defaultdict(list)
    cases = Escalation.objects.filter(run__in=run_ids, state="resolved", kind__in=["review", "form"])
    for case in cases.exclude(resolution=None).order_by("pk"):
        given = {name: case.resolution[name] for name in _ANSWER if name in case.resolution}
        print_ = prints.of_question(case.asked, case.reviewers, case.not_by_requester)
        at = case.resolved_at or case.created_at
        found[case.run_id].append(Answered(case.node, case.visit, print_, Resolution(**given), at))
    return found
