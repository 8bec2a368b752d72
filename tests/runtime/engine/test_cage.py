"""The cage: a bomb is stopped, its neighbours get their answers, and the event loop never waits."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvloop

from runtime.core.expressions import Unknown
from runtime.core.templates import Template
from runtime.engine.cage import Cage
from tests.makers.engine import Engine, case_of, drawn, ended, journal, node, outcome, seal, story

BOMB = "input.l.all(x, !x.matches('^(a?){500}a{500}$'))"
GREEDY = "input.l.map(x, " + " + ".join(["x"] * 30) + ")"
BOMB_SCOPE: dict[str, Any] = {"input": {"l": ["a" * 3000] * 1000}}
QUICK = "[1, 2].map(x, x * 2)"
QUICKLY = drawn([outcome("won")], "start > won")


@pytest.fixture
async def cage() -> AsyncIterator[Cage]:
    # Long for what is quick, on a busy machine too; a bomb takes longer than this on any.
    made = Cage(seconds=2.0)
    yield made
    await made.close()


def _pid(cage: Cage) -> int:
    process = cage._workers[0]._process
    assert process is not None
    return process.pid


def _code(value: object) -> str:
    assert isinstance(value, Unknown), value
    return value.code


async def _turns(until: asyncio.Task[Any]) -> int:
    """How often the loop comes round before the task is done."""
    turns = 0
    while not until.done():
        await asyncio.sleep(0.002)
        turns += 1
    return turns


async def test_expressions_and_templates_are_answered_together(cage: Cage) -> None:
    texts = [QUICK, Template("Hi {{ input.name }}"), "input.gone", "item.map(x, x)"]
    found = await cage.evaluate_all(texts, {"input": {"name": "Ada"}, "item": ["\ud800"]})
    assert found[QUICK] == [2, 4]
    assert found[texts[1]] == "Hi Ada"
    assert _code(found["input.gone"]) == "missing_field"
    assert found["item.map(x, x)"] == ["?"]


async def test_a_bomb_is_killed_and_the_loop_keeps_answering(cage: Cage) -> None:
    await cage.evaluate_all([QUICK], {})
    bomb = asyncio.create_task(cage.evaluate_all([BOMB], BOMB_SCOPE))
    async with asyncio.timeout(60):
        turns = await _turns(bomb)
    assert _code((await bomb)[BOMB]) == "timeout"
    # A loop that waited for the bomb would come round once or twice.
    assert turns > 20
    assert await cage.evaluate_all([QUICK], {}) == {QUICK: [2, 4]}


async def test_a_bomb_harms_no_neighbour(cage: Cage) -> None:
    found = await asyncio.gather(
        cage.evaluate_all([QUICK], {}), cage.evaluate_all([BOMB], BOMB_SCOPE), cage.evaluate_all([QUICK], {})
    )
    assert found[0] == found[2] == {QUICK: [2, 4]}
    assert _code(found[1][BOMB]) == "timeout"


async def test_what_was_answered_before_the_bomb_stays_answered(cage: Cage) -> None:
    found = await cage.evaluate_all([QUICK, BOMB, "1 + 1"], BOMB_SCOPE)
    assert found[QUICK] == [2, 4]
    assert _code(found[BOMB]) == _code(found["1 + 1"]) == "timeout"


async def test_a_memory_bomb_is_stopped() -> None:
    greedy = Cage(seconds=20, memory=64 << 20)
    try:
        assert _code((await greedy.evaluate_all([GREEDY], BOMB_SCOPE))[GREEDY]) == "memory"
        assert await greedy.evaluate_all([QUICK], {}) == {QUICK: [2, 4]}
    finally:
        await greedy.close()


async def test_a_worker_killed_from_outside_is_replaced(cage: Cage) -> None:
    await cage.evaluate_all([QUICK], {})
    killed = _pid(cage)
    os.kill(killed, signal.SIGKILL)
    assert await cage.evaluate_all([QUICK], {}) == {QUICK: [2, 4]}
    assert _pid(cage) != killed


async def test_a_request_that_nobody_waits_for_leaves_no_answer_behind(cage: Cage) -> None:
    await cage.evaluate_all([QUICK], {})
    waiting = asyncio.create_task(cage.evaluate_all([BOMB], BOMB_SCOPE))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await cage.evaluate_all(["1 + 1"], {}) == {"1 + 1": 2}


async def test_data_that_is_too_large_or_no_json_does_not_travel(cage: Cage) -> None:
    assert _code((await cage.evaluate_all([BOMB], {"input": {"l": ["a" * 5_000_000]}}))[BOMB]) == "too_large"
    assert _code((await cage.evaluate_all([BOMB], {"input": {"l": [object()]}}))[BOMB]) == "error"  # type: ignore[list-item]


async def test_a_closed_cage_leaves_no_process_and_opens_again(cage: Cage) -> None:
    await cage.evaluate_all([QUICK], {})
    pid = _pid(cage)
    await cage.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert await cage.evaluate_all([QUICK], {}) == {QUICK: [2, 4]}


def test_the_cage_works_on_uvloop() -> None:
    async def once() -> object:
        cage = Cage(seconds=20)
        try:
            return await cage.evaluate_all([QUICK], {})
        finally:
            await cage.close()

    assert uvloop.run(once()) == {QUICK: [2, 4]}


# The cage of an engine


def test_a_costly_expression_is_computed_in_the_cage(engine: Engine) -> None:
    costly = "input.l.map(x, x + 1).filter(y, y > 2).size()"
    document = drawn(
        [node("a", "execute.transform", {"output": {"n": costly}}), outcome("won", n="steps.a.output.n")],
        "start > a",
        "a > won",
    )
    run_id = engine.run(seal(document), {"l": list(range(500))})
    assert ended(run_id).status == "succeeded"
    assert "step.started a/1" in story(run_id)
    assert journal(run_id)[-1].data["output"] == {"n": 498}


def test_a_bomb_becomes_an_incident_while_others_go_on(transactional_db: None) -> None:
    document = drawn([node("a", "execute.transform", {"output": {"n": BOMB}}), outcome()], "start > a", "a > won")
    with Engine(cage_s=0.5) as engine:
        run_id = engine.start(seal(document), BOMB_SCOPE["input"])
        assert ended(engine.start(seal(QUICKLY, "quick"))).status == "succeeded"
        assert case_of(run_id).kind == "incident"
