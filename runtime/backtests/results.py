"""What is kept of a backtest: each case as it is replayed, the figures when it is over.

Called by `work` and `orders` inside their transactions. A backtest that was cancelled meanwhile takes nothing more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from runtime.backtests.choosing import Chosen
from runtime.backtests.doors import Budget
from runtime.backtests.figures import summary
from runtime.backtests.recorded import Reviewed
from runtime.backtests.replayed import Replayed, Told
from runtime.backtests.verdicts import Case, Verdict, rank_of
from runtime.models import Backtest, BacktestCase

MOST_KEPT = 4_000
MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Result:
    """A case that was replayed."""

    case: Case
    replayed: Replayed


def keep_chosen(backtest_id: str, chosen: Chosen) -> bool:
    """Begin: the cases are fixed from here on. False when it is not to begin any more."""
    span = [moment.isoformat() for moment in chosen.span] if chosen.span else None
    found = Backtest.objects.filter(pk=backtest_id, state="queued")
    begun = found.update(
        state="running",
        total=len(chosen.run_ids) + len(chosen.picked),
        summary={"population": chosen.population, "span": span},
    )
    if begun:
        rows = [
            BacktestCase(backtest_id=backtest_id, run_id=run_id, number=number, picked=number > len(chosen.run_ids))
            for number, run_id in enumerate((*chosen.run_ids, *chosen.picked), 1)
        ]
        BacktestCase.objects.bulk_create(rows, batch_size=500)
    return bool(begun)


def keep(backtest_id: str, results: Sequence[Result], budget: Budget) -> bool:
    """Keep cases that were replayed, and what that has cost. False when the backtest is over by now."""
    going_on = Backtest.objects.select_for_update().filter(pk=backtest_id, state="running").first()
    if going_on is None:
        return False
    numbers = [result.case.number for result in results]
    rows = BacktestCase.objects.filter(backtest=backtest_id, number__in=numbers)
    by_number = {result.case.number: result for result in results}
    changed = [_filled(row, by_number[row.number]) for row in rows]
    BacktestCase.objects.bulk_update(changed, _COLUMNS)
    done = BacktestCase.objects.filter(backtest=backtest_id).exclude(verdict="").count()
    Backtest.objects.filter(pk=backtest_id).update(done=done, calls=budget.calls_used, tokens=budget.tokens_used)
    return True


def conclude(backtest: Backtest, state: str, now: datetime) -> None:
    """It is over: the figures of what was replayed are worked out and kept. What was picked by hand is in none."""
    kept = dict(backtest.summary or {})
    rows = BacktestCase.objects.filter(backtest=backtest.pk).exclude(verdict="")
    cases = [_case(row) for row in rows.filter(picked=False).order_by("number").defer("story")]
    span = kept.get("span")
    moments = (datetime.fromisoformat(span[0]), datetime.fromisoformat(span[1])) if span else None
    figures = {**kept, **summary(cases, int(kept.get("population", 0)), moments)} if cases else None
    backtest.state, backtest.summary, backtest.finished_at, backtest.done = state, figures, now, rows.count()
    backtest.save(update_fields=["state", "summary", "finished_at", "done"])


def _case(row: BacktestCase) -> Case:
    reviewed = None if row.pi is None else Reviewed(row.pi, row.disputed)
    ends, asked = (row.before, row.after), (row.asked_before, row.asked_after)
    return Case(row.number, *ends, *asked, cast("Verdict", row.verdict), row.code, reviewed)


_COLUMNS = ["verdict", "rank", "before", "after", "asked_before", "asked_after", "code", "why", "node", "story"]
_COLUMNS += ["pi", "disputed"]


def _filled(row: BacktestCase, result: Result) -> BacktestCase:
    case, stop = result.case, result.replayed.stop
    row.verdict, row.rank = case.verdict, rank_of(case.verdict)
    row.before, row.after = case.before[:200], case.after[:200]
    row.asked_before, row.asked_after = case.asked_before, case.asked_after
    if case.reviewed:
        row.pi, row.disputed = case.reviewed.pi, case.reviewed.disputed
    if stop:
        row.code, row.why, row.node = stop.code[:40], stop.message.replace("\0", "")[:500], stop.node[:40]
    row.story = [_told(each) for each in result.replayed.told[:MOST_TOLD]]
    return row


def _told(told: Told) -> dict[str, Any]:
    """A step of the story. What it gave stands in the run where it is as recorded, and is kept where it is new."""
    step: dict[str, Any] = {"node": told.node, "visit": told.visit, "port": told.port, "how": told.how}
    if told.how in ("computed", "model") and len(json.dumps(told.output)) <= MOST_KEPT:
        step["output"] = told.output
    return step


def result_of(backtest: Backtest) -> dict[str, Any] | None:
    """The figures, when it is over and something was replayed."""
    figures = dict(backtest.summary or {})
    figures.pop("span", None)
    return figures if "verdicts" in figures else None
