"""A run outlives the request that triggered it, and borrows nothing of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async

from runtime.models import Blueprint
from tests.makers.engine import Engine, Gate, ScriptedDoors, drawn, ended, fetch, outcome, seal

FETCHING = drawn([fetch(), outcome("won")], "start > fetch", "fetch > won")


async def _started_in_a_request(engine: Engine, blueprint: Blueprint) -> str:
    """Start a run as the web server does: with threads that are taken back when the request is over."""
    with ThreadPoolExecutor(1) as thread:
        async with ThreadSensitiveContext(executor=thread):
            return (await engine.started(blueprint)).created.run_id


def test_a_step_may_use_threads_after_the_request_that_triggered_its_run_is_over(
    engine: Engine, doors: ScriptedDoors
) -> None:
    gate = Gate()

    async def by_thread(key: str, asked: Any) -> Any:
        answer = await gate.answer(key, asked)
        return await sync_to_async(lambda: answer)()

    doors.answers["fetch"] = [by_thread]
    run_id = engine.call(_started_in_a_request(engine, seal(FETCHING)))
    gate.opened.set()
    assert ended(run_id).outcome == "won"
