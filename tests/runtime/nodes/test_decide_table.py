"""Deciding by table."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.core.node import Done
from runtime.core.tables import Tabular
from runtime.nodes.decide_table import KIND
from tests.makers.fakes import step

SEATS = {"name": "seats", "expr": "input.seats", "type": "number"}
LAND = {"name": "land", "expr": "input.land", "type": "string"}


def table(*rows: tuple[list[str], str, dict[str, Any]], hit: str = "UNIQUE", columns: Any = (SEATS, LAND)) -> Any:
    listed = [{"when": when, "then": then, "choice": choice} for when, choice, then in rows]
    choices = list(dict.fromkeys(choice for _, choice, _ in rows)) or ["a"]
    return {"inputs": list(columns), "hit": hit, "choices": choices, "rows": listed}


BIG = (["> 50", "-"], "big", {"discount": 0.1})
HOME = (["-", '"DE"'], "home", {"discount": 0.2})


async def decided(config: Any, case: Any) -> Done:
    outcome = await step(KIND, config, case)
    assert isinstance(outcome, Done)
    return outcome


async def test_the_row_that_holds_decides_and_hands_on_its_values() -> None:
    assert await decided(table(BIG, HOME), {"seats": 60, "land": "FR"}) == Done({"discount": 0.1}, "big")


@pytest.mark.parametrize(
    ("hit", "port"),
    [("UNIQUE", "unsure"), ("ANY", "unsure"), ("FIRST", "big"), ("PRIORITY", "big"), ("COLLECT", "unsure")],
)
async def test_rows_that_contradict_each_other_are_settled_by_the_hit_policy(hit: str, port: str) -> None:
    outcome = await decided(table(BIG, HOME, hit=hit), {"seats": 60, "land": "DE"})
    assert outcome.port == port
    if port == "unsure":
        assert "1, 2" in str(outcome.output)


@pytest.mark.parametrize(
    "case",
    [
        *({"seats": 60}, {"seats": "60", "land": "DE"}, {"seats": True, "land": "DE"}),
        *({"seats": None, "land": "DE"}, {"seats": 60, "land": 5}, {"seats": 60, "land": None}, {}, [], None, "x"),
    ],
)
@pytest.mark.parametrize("hit", ["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT"])
async def test_a_missing_or_mistyped_input_is_unsure_under_every_hit_policy(case: Any, hit: str) -> None:
    outcome = await decided(table((["-", "-"], "all", {}), hit=hit), case)
    assert outcome.port == "unsure"
    assert "not known" in str(outcome.output)


async def test_a_case_that_no_row_covers_is_unsure() -> None:
    assert (await decided(table(BIG), {"seats": 5, "land": "DE"})).port == "unsure"


async def test_collect_merges_what_the_rows_hand_on() -> None:
    rows = (
        (["> 10", "-"], "go", {"tags": ["a", "b"], "team": "x", "level": 1, "same": [1], "odd": 1}),
        (["> 20", "-"], "go", {"tags": ["c"], "team": "y", "level": 1, "same": [1], "extra": None, "odd": True}),
        (["> 99", "-"], "go", {"tags": ["never"]}),
    )
    outcome = await decided(table(*rows, hit="COLLECT"), {"seats": 30, "land": "DE"})
    merged: dict[str, Any] = {
        "tags": ["a", "b", "c"],
        "team": ["x", "y"],
        "level": 1,
        "same": [1],
        "odd": [1, True],
        "extra": None,
    }
    assert outcome == Done(merged, "go")


def test_the_checks_can_see_the_table() -> None:
    params = KIND.params.model_validate(table(BIG, HOME))
    assert isinstance(params, Tabular)
    assert [row.choice for row in params.table().rows] == ["big", "home"]
    assert KIND.ports(params) == ("big", "home", "unsure")


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (table((["> 50"], "a", {})), "1 cells for 2 columns"),
        (table((["> x", "-"], "a", {})), "Row 1, column “seats”"),
        (table((["-", "> 3"], "a", {})), "Row 1, column “land”"),
        (table((["", "-"], "a", {})), "empty"),
        (table(BIG, columns=(SEATS, SEATS)), "Two columns"),
        (table((["-", "-"], "unsure", {})), "port of its own"),
        ({**table(BIG), "choices": ["other"]}, "not among the choices"),
        ({**table(BIG), "choices": ["big", "big"]}, "Two choices"),
        ({**table(BIG), "hit": "SUM"}, "UNIQUE"),
        ({**table(BIG), "rows": []}, "at least 1"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(config: Any, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        KIND.params.model_validate(config)
