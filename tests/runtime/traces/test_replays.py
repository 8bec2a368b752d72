"""A run told entry by entry: what is lit at each, and which ways are taken."""

from __future__ import annotations

import pytest

from runtime.models import Run
from runtime.traces.reading import trace
from runtime.traces.replays import Standing, standing
from tests.makers import runs

pytestmark = pytest.mark.django_db


def looks(run: Run, seq: int | None = None) -> dict[str, str]:
    return {node: change.look for node, change in standing(trace(run).frames, seq).steps.items()}


def ways(run: Run, seq: int | None = None) -> set[str]:
    return standing(trace(run).frames, seq).ways


def asked() -> runs.Story:
    story = runs.Story(runs.blueprint(), {"seats": 200}).does("size", "large", {"choice": "large"})
    story.asks("ask", "May we?")
    return story


def test_steps_are_lit_and_ways_are_taken_as_the_run_goes() -> None:
    run = asked().run
    assert looks(run) == {"size": "done", "ask": "asked"}
    assert ways(run) == {"e1", "e2"}


def test_an_earlier_entry_shows_the_drawing_as_it_was() -> None:
    run = asked().run
    assert looks(run, 1) == {}
    assert ways(run, 1) == {"e1"}
    assert looks(run, 2) == {"size": "done"}


def test_what_is_under_way_stops_with_its_run() -> None:
    assert looks(asked().is_cancelled("dora", "Twice.").run) == {"size": "done", "ask": "stopped"}


def test_a_way_back_that_was_taken_stays_lit_and_turns_are_counted() -> None:
    run = runs.contacted()
    found = standing(trace(run).frames)
    assert found.steps["draft"].visit == 2
    assert set(runs._loop_edges()) <= found.ways


def test_nothing_is_lit_before_anything_happened() -> None:
    assert standing(()) == Standing()
