"""A drawing that has not changed changes nothing: whatever it looks like, and in whichever order its steps ended."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.makers.backtests import drawn, replayed
from tests.makers.drawings import sound_drawings
from tests.makers.kinds import KINDS
from tests.makers.simulation import simulate


@given(
    raw=sound_drawings(joins=("all", "any")),
    seed=st.integers(0, 10_000),
    order=st.integers(0, 10_000),
)
def test_a_drawing_replayed_on_its_own_runs_takes_every_step_as_they_did(
    raw: dict[str, Any], seed: int, order: int
) -> None:
    drawing = drawn(raw, KINDS)
    run = simulate(drawing, seed, order)
    recording, after = replayed(drawing, run.events, drawing)
    assert after.state == "ended"
    assert after.outcome == recording.before.outcome == run.state.outcome
    assert {(told.node, told.visit): told.port for told in after.told if told.how != "asked"} == {
        visit: port for visit, (port, _) in run.finished.items()
    }
    assert not [told for told in after.told if told.how in ("computed", "model", "held")]
    assert after.asked == recording.before.asked
