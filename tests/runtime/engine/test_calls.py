"""Workflows that run other workflows."""

from __future__ import annotations

import pytest

from runtime import runs
from runtime.core.node import Failed
from runtime.models import Blueprint, Run
from tests.makers.engine import (
    PATIENCE_S,
    Engine,
    Gate,
    ScriptedDoors,
    answer,
    case_of,
    child_of,
    drawn,
    ended,
    fetch,
    journal,
    node,
    outcome,
    review,
    seal,
    settled,
    story,
    until,
)

CALLING = drawn(
    [
        node("call", "execute.workflow", {"workflow": "child", "input": {"n": "input.n"}, "by_outcome": ["tiny"]}),
        outcome("won", x="steps.call.output.x"),
        outcome("small"),
        outcome("lost", code="steps.call.output.code"),
    ],
    "start > call",
    "call.done > won",
    "call.tiny > small",
    "call.error > lost",
)
CHILD = drawn(
    [
        node("size", "decide.rule", {"choices": [{"name": "big", "when": "input.n > 10"}], "otherwise": "little"}),
        outcome("large", x="input.n * 2.0"),
        outcome("tiny"),
    ],
    "start > size",
    "size.big > large",
    "size.little > tiny",
    "size.unsure > tiny",
    schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
)
ASKING = drawn([review("ask"), outcome("large", x="1")], "start > ask", "ask.approve > large", "ask.reject > large")
FETCHING = drawn([fetch(), outcome("large", x="1")], "start > fetch", "fetch > large")


@pytest.fixture
def calling(transactional_db: None) -> Blueprint:
    """The workflow that calls `child`."""
    return seal(CALLING, "parent")


def test_a_called_workflow_hands_back_its_output(engine: Engine, calling: Blueprint) -> None:
    seal(CHILD, "child")
    run = ended(engine.start(calling, {"n": 21}, requester="ada"))
    assert run.outcome == "won"
    assert journal(run.pk)[-1].data["output"] == {"x": 42}
    child = child_of(run.pk, "call")
    assert (child.status, child.outcome, child.requester) == ("succeeded", "large", "ada")
    assert (child.parent, child.parent_node, child.parent_visit) == (run.pk, "call", 1)


def test_a_simulated_run_calls_simulated_ones_and_hands_on_no_other_label(engine: Engine, calling: Blueprint) -> None:
    seal(CHILD, "child")
    run = ended(engine.start(calling, {"n": 21}, labels={"simulated": "drill", "team": "north"}))
    child = child_of(run.pk, "call")
    assert (child.labels, child.simulated) == ({"simulated": "drill"}, True)


def test_an_outcome_with_a_port_of_its_own_leaves_through_it(engine: Engine, calling: Blueprint) -> None:
    seal(CHILD, "child")
    assert ended(engine.start(calling, {"n": 2})).outcome == "small"


def test_an_outcome_that_is_named_error_is_no_failure(engine: Engine, calling: Blueprint) -> None:
    named = node("end", "outcome", {"output": {"x": "1"}}, name="error")
    seal(drawn([named], "start > end"), "child")
    assert ended(engine.start(calling, {"n": 2})).outcome == "won"


@pytest.mark.usefixtures("no_polls")
def test_a_call_and_its_return_wait_for_no_clock(engine: Engine, calling: Blueprint) -> None:
    seal(CHILD, "child")
    for _ in range(5):
        assert ended(engine.start(calling, {"n": 21})).outcome == "won"


def test_the_newest_version_is_called_unless_one_is_named(engine: Engine) -> None:
    seal(drawn([outcome("old")], "start > old"), "child", 1)
    seal(drawn([outcome("new")], "start > new"), "child", 2)
    for version, expected in ((None, 2), (1, 1)):
        config = {"workflow": "child", "version": version}
        caller = seal(
            drawn([node("call", "execute.workflow", config), outcome()], "start > call", "call > won"), f"p{version}"
        )
        run = ended(engine.start(caller))
        assert child_of(run.pk, "call").version == expected


def test_a_workflow_that_is_not_published_is_an_error(engine: Engine, calling: Blueprint) -> None:
    run = ended(engine.start(calling, {"n": 1}))
    assert journal(run.pk)[-1].data["output"] == {"code": "no_workflow"}


def test_what_does_not_fit_the_called_workflow_is_an_error_and_starts_nothing(
    engine: Engine, calling: Blueprint
) -> None:
    seal(CHILD, "child")
    run = ended(engine.start(calling, {"n": "many"}))
    assert journal(run.pk)[-1].data["output"] == {"code": "invalid_input"}
    assert not Run.objects.filter(parent=run.pk).exists()


def test_a_caller_is_parked_while_a_person_answers_in_what_it_called(engine: Engine, calling: Blueprint) -> None:
    seal(ASKING, "child")
    run_id = engine.run(calling, {"n": 1})
    child = child_of(run_id, "call")
    settled(child.pk, ["waiting"])
    assert settled(run_id).status == "waiting"
    until(lambda: engine.runner.held == ())
    answer(case_of(child.pk))
    assert ended(run_id).outcome == "won"


def test_a_called_workflow_that_fails_leaves_through_error(
    engine: Engine, calling: Blueprint, doors: ScriptedDoors
) -> None:
    seal(FETCHING, "child")
    doors.answers["fetch"] = [Failed("http.refused", "No.")]
    run_id = engine.start(calling, {"n": 1})
    answer(case_of(child_of(run_id, "call").pk), "fail")
    run = ended(run_id)
    assert run.outcome == "lost"
    assert journal(run_id)[-1].data["output"] == {"code": "child_failed"}


@pytest.mark.usefixtures("no_polls")
def test_a_cancellation_reaches_what_was_called_and_its_effects_at_once(
    engine: Engine, calling: Blueprint, doors: ScriptedDoors
) -> None:
    seal(FETCHING, "child")
    gate = Gate()
    doors.answers["fetch"] = [gate.answer]
    run_id = engine.start(calling, {"n": 1})
    assert gate.reached.wait(PATIENCE_S)
    runs.cancel(run_id, "ada")
    assert ended(run_id).status == "cancelled"
    assert ended(child_of(run_id, "call").pk).status == "cancelled"
    assert gate.cancelled.wait(PATIENCE_S)


def test_an_earlier_call_that_ends_late_is_not_taken_for_the_one_of_now(engine: Engine, calling: Blueprint) -> None:
    seal(ASKING, "child")
    run_id = engine.run(calling, {"n": 1})
    first = child_of(run_id, "call")
    runs.cancel(run_id, "ada")
    ended(run_id)
    runs.retry(run_id, "call", "ada")
    second = until(lambda: Run.objects.filter(parent=run_id).exclude(pk=first.pk).first())
    ended(first.pk)
    answer(case_of(second.pk))
    assert settled(run_id, ["succeeded"]).outcome == "won"


def test_a_workflow_that_calls_itself_comes_to_an_end(engine: Engine) -> None:
    config = {"workflow": "mirror"}
    document = drawn(
        [node("call", "execute.workflow", config), outcome("won"), outcome("deep", code="steps.call.output.code")],
        "start > call",
        "call.done > won",
        "call.error > deep",
    )
    run_id = engine.start(seal(document, "mirror"))
    assert ended(run_id).outcome == "won"
    assert Run.objects.count() == 21
    deepest = Run.objects.exclude(pk__in=Run.objects.exclude(parent=None).values("parent")).get()
    assert journal(deepest.pk)[-1].data["output"] == {"code": "too_deep"}


def test_a_call_in_a_loop_is_another_run_each_time(engine: Engine, doors: ScriptedDoors) -> None:
    seal(CHILD, "child")
    document = drawn(
        [
            node("call", "execute.workflow", {"workflow": "child", "input": {"n": "11"}}),
            node("enough", "verify.rules", {"rules": [{"name": "never", "assert": "false", "else": "fail"}]}),
            outcome("won"),
            outcome("lost"),
        ],
        "start > call",
        "call > enough",
        "enough.pass > won",
        "enough.unsure > lost",
    )
    document["edges"] += [
        {"id": "back", "from": "enough", "port": "fail", "to": "call", "loop": {"max": 2}},
        {"id": "out", "from": "enough", "port": "fail", "to": "lost", "after_loop": "back"},
    ]
    run_id = engine.start(seal(document, "looping"))
    assert ended(run_id).outcome == "lost"
    visits = Run.objects.filter(parent=run_id).order_by("parent_visit").values_list("parent_visit", flat=True)
    assert list(visits) == [1, 2, 3]
    assert "step.finished call/3 done" in story(run_id)
