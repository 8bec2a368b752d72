"""A run that waits for a long list goes on from where it stood, and from its journal whenever that says more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.core.items import Items
from runtime.core.state import State, Step
from runtime.engine import resting
from runtime.engine.ports import Held, NewRun, StoreError, Wave, Written
from runtime.engine.resting import Rest, Resting
from runtime.models import Run
from runtime.store import SqlStore
from tests.makers.engine import Engine, drawn, ended, journal, node, outcome, seal

LINE = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
CHILD = drawn([outcome("won", x="input.n")], "start > won", schema=LINE)
ITEMS = 60


class Noting(SqlStore):
    """Notes how much of the parent's journal each claim reads, and from where."""

    def __init__(self, writer: Any) -> None:
        super().__init__(writer)
        self.read: list[tuple[int, int]] = []
        self.appended = 0

    async def claim(self, owner: str, limit: int, known: Mapping[str, int]) -> list[Held]:
        found = await super().claim(owner, limit, known)
        self.read += [(each.since, len(each.events)) for each in found if each.run.workflow == "parent"]
        return found


class Failing(Noting):
    """Every tenth wave with items that came back cannot be written."""

    async def append(self, wave: Wave) -> Written:
        if any(event.type == "item.ended" for event in wave.events):
            self.appended += 1
            if self.appended % 10 == 0:
                raise StoreError("The disk is full.")
        return await super().append(wave)


def parent() -> Any:
    """Runs `child` for each, two at a time."""
    each = {"workflow": "child", "items": "input.lines", "input": {"n": "item"}, "concurrency": 2}
    ends = [node("each", "execute.each", each), outcome("won", all="steps.each.output")]
    return seal(drawn(ends, "start > each", "each > won"), "parent")


def results(run_id: str) -> list[int]:
    """What came out, in the order of the items."""
    return [each["x"] for each in journal(run_id)[-1].data["output"]["all"]["results"]]


@pytest.mark.usefixtures("transactional_db")
def test_a_long_list_is_not_read_again_from_its_beginning() -> None:
    with Engine(store=Noting) as engine:
        seal(CHILD, "child")
        run_id = engine.start(parent(), {"lines": list(range(ITEMS))}, labels={"team": "a"})
        ended(run_id)
        store = engine.store
    assert isinstance(store, Noting)
    assert len(store.read) >= ITEMS / 2 - 1
    assert sum(events for _, events in store.read) <= ITEMS / 2
    assert results(run_id) == list(range(ITEMS))


@pytest.mark.usefixtures("transactional_db")
def test_what_could_not_be_written_is_never_taken_for_written() -> None:
    with Engine(store=Failing) as engine:
        seal(CHILD, "child")
        run_id = engine.start(parent(), {"lines": list(range(ITEMS))})
        ended(run_id)
        store = engine.store
    assert isinstance(store, Failing)
    assert store.appended >= ITEMS / 2
    assert results(run_id) == list(range(ITEMS))
    assert Run.objects.filter(parent=run_id).count() == ITEMS


def rest(name: str, *, size: int = 1, waits: bool = True) -> Rest:
    run = NewRun(name, "b", "w", 1, {}, datetime(2026, 3, 1, tzinfo=UTC))
    items = Items([1, 2], "child", "c", 1, 1, stop=True)
    step = Step(status="waiting", items=items if waits else None)
    return Rest(run, State(steps={"each": step}), size)


def test_only_runs_that_wait_for_items_are_kept_and_no_more_than_there_is_room_for() -> None:
    kept = Resting()
    kept.keep(rest("parked", waits=False))
    assert kept.now == {}
    for number in range(resting.MOST + 5):
        kept.keep(rest(f"r{number}"))
    assert list(kept.now) == [f"r{number}" for number in range(5, resting.MOST + 5)]
    kept.keep(rest("large", size=resting.MOST_BYTES))
    assert list(kept.now) == ["large"]
    kept.keep(rest("too large", size=resting.MOST_BYTES + 1))
    assert kept.now == {}
    kept.keep(rest("again"))
    kept.forget("again")
    kept.forget("again")
    assert kept.now == {}
