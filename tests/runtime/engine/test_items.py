"""Workflows that run another workflow for each item of a list."""

from __future__ import annotations

from typing import Any

import pytest

from runtime import runs
from runtime.models import Blueprint, Entry, Run
from tests.makers.engine import (
    PATIENCE_S,
    Engine,
    Gate,
    ScriptedDoors,
    answer,
    case_of,
    drawn,
    ended,
    fetch,
    journal,
    node,
    outcome,
    review,
    seal,
    settled,
    until,
)

LINE = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
CHILD = drawn(
    [
        node("size", "decide.rule", {"choices": [{"name": "big", "when": "input.n > 10"}], "otherwise": "little"}),
        outcome("large", x="input.n * 2.0"),
        outcome("tiny", x="input.n"),
    ],
    "start > size",
    "size.big > large",
    "size.little > tiny",
    "size.unsure > tiny",
    schema=LINE,
)
ASKING = drawn([review("ask"), outcome("large", x="input.n"), outcome("no")], "start > ask", "ask > large")
ASKING["edges"] = [
    {"id": "e1", "from": "start", "port": "out", "to": "ask"},
    {"id": "e2", "from": "ask", "port": "approve", "to": "large"},
    {"id": "e3", "from": "ask", "port": "reject", "to": "no"},
]
FETCHING = drawn([fetch(), outcome("large", x="input.n")], "start > fetch", "fetch > large", schema=LINE)


def calling(items: str = "input.lines", *, error: bool = True, **config: Any) -> Blueprint:
    """The workflow that calls `child` for each."""
    each = {"workflow": "child", "items": items, "input": {"n": "item"}, **config}
    ends = [outcome("won", all="steps.each.output"), *([outcome("lost", error="steps.each.output")] if error else [])]
    ways = ["start > each", "each > won", *(["each.error > lost"] if error else [])]
    return seal(drawn([node("each", "execute.each", each), *ends], *ways), "parent")


def output(run_id: str) -> Any:
    """What a run handed back."""
    return journal(run_id)[-1].data["output"]


def children(run_id: str) -> list[Run]:
    """The runs that were made for the items, by the order in which they were begun."""
    called = [entry.data["runs"] for entry in journal(run_id) if entry.type == "item.called"]
    found = Run.objects.in_bulk([run for runs in called for run in runs])
    return [found[run] for runs in called for run in runs]


def waiting(run_id: str, count: int) -> list[Run]:
    """So many runs of items, once there are so many and the last of them waits."""

    def found() -> list[Run] | None:
        made = children(run_id)
        return made if len(made) == count and made[-1].status == "waiting" else None

    return until(found)


def test_the_results_stand_in_the_order_of_the_items(engine: Engine) -> None:
    seal(CHILD, "child")
    run = ended(engine.start(calling(concurrency=3), {"lines": [21, 2, 30, 4, 5]}, requester="ada"))
    assert run.outcome == "won"
    assert output(run.pk)["all"] == {
        "results": [{"x": 42}, {"x": 2}, {"x": 60}, {"x": 4}, {"x": 5}],
        "failed": 0,
        "outcomes": ["large", "tiny", "large", "tiny", "tiny"],
        "errors": [],
    }
    assert {(child.status, child.requester, child.parent_node) for child in children(run.pk)} == {
        ("succeeded", "ada", "each")
    }


def test_an_empty_list_runs_nothing(engine: Engine) -> None:
    run = ended(engine.start(calling(), {"lines": []}))
    assert output(run.pk)["all"] == {"results": [], "failed": 0, "outcomes": [], "errors": []}
    assert children(run.pk) == []


@pytest.mark.parametrize(
    ("items", "code"), [("'abc'", "not_a_list"), ("{'a': 1}", "not_a_list"), ("input.none", "expression")]
)
def test_what_is_no_list_is_an_error(engine: Engine, items: str, code: str) -> None:
    run = ended(engine.start(calling(items), {}))
    assert run.outcome == "lost"
    assert output(run.pk)["error"]["code"] == code


def test_too_many_items_are_an_error(engine: Engine) -> None:
    seal(CHILD, "child")
    run = ended(engine.start(calling(), {"lines": [1] * 2001}))
    assert output(run.pk)["error"]["code"] == "too_many_items"
    assert children(run.pk) == []


def test_a_workflow_that_is_not_published_is_an_error(engine: Engine) -> None:
    run = ended(engine.start(calling(), {"lines": [1]}))
    assert output(run.pk)["error"]["code"] == "no_workflow"


def test_collecting_goes_on_past_items_that_fail_and_counts_them(engine: Engine) -> None:
    seal(CHILD, "child")
    blueprint = calling(on_error="collect", failed_outcomes=["tiny"], input={"n": "item.n"})
    given = {"lines": [{"n": 21}, {"n": "many"}, {"n": 3}, {}, {"n": 40}]}
    found = output(ended(engine.start(blueprint, given)).pk)["all"]
    assert (found["failed"], found["outcomes"]) == (3, ["large", None, "tiny", None, "large"])
    assert found["results"] == [{"x": 42}, None, None, None, {"x": 80}]
    assert [(error["index"], error["code"]) for error in found["errors"]] == [
        (1, "invalid_input"),
        (2, "failed_outcome"),
        (3, "expression"),
    ]


def test_stopping_runs_nothing_more_after_an_item_that_does_not_fit(engine: Engine) -> None:
    seal(CHILD, "child")
    run = ended(engine.start(calling(), {"lines": [1, "two", 3]}))
    error = output(run.pk)["error"]
    assert (error["code"], error["detail"]["index"]) == ("item_failed", 1)
    assert error["message"].startswith("Item 2 of 3 failed")
    assert children(run.pk) == []


def test_no_more_than_asked_for_run_at_once(engine: Engine, doors: ScriptedDoors) -> None:
    seal(FETCHING, "child")
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    run_id = engine.start(calling(concurrency=2), {"lines": [1, 2, 3, 4, 5]})
    assert gate.reached.wait(PATIENCE_S)
    until(lambda: len(children(run_id)) == 2)
    assert settled(run_id).status == "waiting"
    assert len(children(run_id)) == 2
    gate.opened.set()
    assert [each["x"] for each in output(ended(run_id).pk)["all"]["results"]] == [1, 2, 3, 4, 5]


def test_the_first_failure_calls_the_others_off(engine: Engine) -> None:
    seal(ASKING, "child")
    run_id = engine.run(calling(concurrency=3, failed_outcomes=["no"]), {"lines": [1, 2, 3, 4]})
    first, second, third = waiting(run_id, 3)
    answer(case_of(second.pk), "reject")
    run = ended(run_id)
    assert (run.outcome, output(run_id)["error"]["detail"]["index"]) == ("lost", 1)
    assert {ended(each.pk).status for each in (first, third)} == {"cancelled"}
    assert len(children(run_id)) == 3


def test_a_caller_is_parked_while_people_answer_and_a_cancellation_reaches_every_item(engine: Engine) -> None:
    seal(ASKING, "child")
    run_id = engine.run(calling(), {"lines": [1, 2, 3]})
    found = waiting(run_id, 3)
    until(lambda: engine.runner.held == ())
    answer(case_of(found[1].pk))
    until(lambda: Entry.objects.filter(run_id=run_id, type="item.ended").exists())
    assert settled(run_id, ["waiting"]).status == "waiting"
    runs.cancel(run_id, "ada")
    assert ended(run_id).status == "cancelled"
    assert [ended(each.pk).status for each in found] == ["cancelled", "succeeded", "cancelled"]


def test_a_retry_does_not_do_again_what_is_done(engine: Engine) -> None:
    seal(ASKING, "child")
    run_id = engine.run(calling(error=False, concurrency=1, failed_outcomes=["no"]), {"lines": [1, 2, 3]})
    for number, choice in enumerate(["approve", "reject"], 1):
        answer(case_of(waiting(run_id, number)[-1].pk), choice)
    answer(case_of(run_id, "each"), "retry")
    for number in (3, 4):
        answer(case_of(waiting(run_id, number)[-1].pk))
    assert ended(run_id).outcome == "won"
    assert [each["x"] for each in output(run_id)["all"]["results"]] == [1, 2, 3]
    assert len(children(run_id)) == 4


def test_a_result_for_which_there_is_no_room_any_more_counts_as_failed(engine: Engine) -> None:
    seal(drawn([outcome("big", x="input.n")], "start > big"), "child")
    blueprint = calling("input.places", on_error="collect", input={"n": "input.text"}, concurrency=1)
    found = output(ended(engine.start(blueprint, {"places": [1, 2, 3, 4], "text": "x" * 240_000})).pk)["all"]
    assert [error["code"] for error in found["errors"]] == ["too_large"]
    assert [bool(each) for each in found["results"]] == [True, True, True, False]


def test_hundreds_of_items_come_back(engine: Engine) -> None:
    seal(CHILD, "child")
    run = ended(engine.start(calling(concurrency=50), {"lines": list(range(300))}))
    assert [each["x"] for each in output(run.pk)["all"]["results"]] == [n * 2 if n > 10 else n for n in range(300)]
