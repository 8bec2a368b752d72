"""The planner and the fold: random sound drawings always end, once, in whatever order and wherever they are stopped."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.core.checks import check
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from tests.makers.drawings import sound_drawings
from tests.makers.kinds import KINDS
from tests.makers.simulation import simulate

seeds = st.integers(0, 2**20)
thorough = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def compiled(raw: dict[str, Any]) -> Drawing:
    document = parse(raw).document
    assert document is not None
    drawing, problems = compile_drawing(document, KINDS)
    assert problems == ()
    return drawing


@given(sound_drawings(joins=("all", "any")))
@thorough
def test_a_composed_drawing_is_sound(raw: dict[str, Any]) -> None:
    found = [problem for problem in check(raw, KINDS) if problem.code.startswith(("document", "graph"))]
    assert found == []


@given(sound_drawings(joins=("all", "any")), seeds, seeds)
@thorough
def test_every_run_ends_in_exactly_one_outcome(raw: dict[str, Any], seed: int, order: int) -> None:
    run = simulate(compiled(raw), seed, order)
    assert run.state.status == "succeeded"
    outcomes = [node for node, _ in run.finished if run.drawing.graph.nodes[node].kind == "outcome"]
    assert len(outcomes) == 1
    assert [event.type for event in run.events].count("run.finished") == 1


@given(sound_drawings(), seeds, seeds)
@thorough
def test_the_order_of_parallel_steps_changes_nothing(raw: dict[str, Any], seed: int, order: int) -> None:
    drawing = compiled(raw)
    one, other = simulate(drawing, seed, order), simulate(drawing, seed, order + 1)
    assert one.finished == other.finished
    assert one.state.outcome == other.state.outcome


@given(sound_drawings(), seeds, seeds, st.floats(0, 1))
@thorough
def test_a_run_that_is_stopped_anywhere_comes_to_the_same_end(
    raw: dict[str, Any], seed: int, order: int, where: float
) -> None:
    drawing = compiled(raw)
    whole = simulate(drawing, seed, order)
    kept = whole.events[: 1 + int(where * (len(whole.events) - 1))]
    resumed = simulate(drawing, seed, order + 1, kept)
    assert resumed.events[: len(kept)] == kept
    assert resumed.finished == whole.finished
    assert resumed.state.outcome == whole.state.outcome


@given(sound_drawings(joins=("all", "any")), seeds, seeds)
@thorough
def test_a_finished_step_never_runs_again(raw: dict[str, Any], seed: int, order: int) -> None:
    run = simulate(compiled(raw), seed, order)
    ends = Counter((event.node, event.visit) for event in run.events if event.type == "step.finished")
    assert set(ends.values()) == {1}
