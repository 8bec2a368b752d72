"""A case that somebody picks by hand, and what cases are held against: neither may tell more than it can."""

from __future__ import annotations

import asyncio
import copy
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from runtime.backtests import choosing, orders, past, work
from runtime.backtests.orders import Options
from runtime.engine.ports import Doors
from runtime.familiar.references import References
from runtime.models import Backtest, BacktestCase, Blueprint, Run
from tests.makers.backtests import NoDoors
from tests.makers.jobs import worked_off
from tests.makers.people import person
from tests.makers.runs import SMALL, Story, blueprint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_threads")]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def dropped(seats: int) -> Run:
    """A small case, a minute after the one before."""
    story = Story(blueprint(), {"seats": seats}, began=NOW + timedelta(minutes=Run.objects.count()))
    story.does("size", "small", {"choice": "small"})
    return story.ends("dropped", "dropped", {}, kind="stopped").run


def begun(picked: str, cases: int) -> Backtest:
    """A backtest of a drawing that asks people from 90 seats on."""
    document = copy.deepcopy(SMALL)
    document["nodes"][0]["config"]["choices"][0]["when"] = "input.seats >= 90"
    made = Blueprint.objects.create(
        workflow="small", version=0, name="small", digest="d" * 64, document=document, sealed_at=NOW
    )
    return orders.start("small", made.pk, 0, Options(cases, picked=picked), person("dora", "designer"), NOW)


def test_a_picked_case_is_replayed_and_stands_in_no_figure() -> None:
    old, *new = [dropped(95), dropped(5), dropped(6)]
    made = begun(old.pk, 2)
    worked_off(orders.KIND)
    over = Backtest.objects.get(pk=made.pk)
    assert (over.state, over.done, over.total) == ("done", 3, 3)
    rows = {row.run_id: (row.picked, row.verdict) for row in BacktestCase.objects.filter(backtest=made.pk)}
    assert rows == {old.pk: (True, "to_person"), **{each.pk: (False, "same") for each in new}}
    assert over.summary["verdicts"] == {"same": 2}
    assert over.summary["automatic"]["after"]["cases"] == 2


def test_a_picked_case_that_is_among_the_others_counts_as_they_do() -> None:
    runs = [dropped(5), dropped(6)]
    found = choosing.choose("small", 2, None, "seed", runs[0].pk)
    assert set(found.run_ids) == {each.pk for each in runs}
    assert found.picked == ()


def test_only_a_past_case_of_the_workflow_can_be_picked() -> None:
    tried = dropped(5)
    Run.objects.filter(pk=tried.pk).update(tryout=True)
    dropped(6)
    for picked in (tried.pk, "01KBACKTEST000000000000001", "x", "../"):
        refused = orders.unfit("small", Options(picked=picked))
        assert refused is not None
        assert refused.code == "unknown_case"
    assert orders.unfit("small", Options(picked=dropped(7).pk)) is None


def test_cases_are_held_against_those_before_all_of_them() -> None:
    old, first, last = dropped(1), dropped(2), dropped(3)
    made = begun(old.pk, 2)
    BacktestCase.objects.bulk_create(
        BacktestCase(backtest=made, run=run, number=number, picked=run == old)
        for number, run in enumerate((last, first, old), 1)
    )
    assert past.oldest(made.pk) == first.pk
    asked: list[str] = []

    class Noting(References):
        async def familiarity(self, workflow: str, run_id: str, *_: Any) -> Any:
            asked.append(run_id)
            return await References.familiarity(self, workflow, run_id, "input", {}, 0.05)

    asking = work._Asking(cast("Doors", NoDoors()), first.pk, Noting())
    later = asyncio.run(asking.familiarity("small", last.pk, "input", {}, 0.05))
    assert asked == [first.pk]
    assert later.cases == 1  # type: ignore[union-attr]  # a failure has none, and fails just as well
    assert later.p is None  # type: ignore[union-attr]  # the same
    assert asyncio.run(asking.familiarity("small", old.pk, "input", {}, 0.05)).p is None  # type: ignore[union-attr]  # the same
    assert asked == [first.pk]
