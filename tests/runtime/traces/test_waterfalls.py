"""The waterfall: what worked and what waited, all of it inside of the run's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from runtime.core.events import Event, EventType
from runtime.traces.waterfalls import spans, waterfall

BEGAN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
END = BEGAN + timedelta(days=3)


def event(type_: EventType, after_s: float, node: str | None = "a", visit: int = 1, **data: object) -> Event:
    return Event(type_, node, visit, data, 1, BEGAN + timedelta(seconds=after_s))


def sorts(events: list[Event]) -> list[tuple[str, float]]:
    return [(span.sort, round(span.ms / 1000, 3)) for each in spans(events, END).values() for span in each]


def test_a_step_that_tries_again_works_waits_and_works() -> None:
    told = [event("step.started", 0), event("step.failed", 2), event("step.started", 32), event("step.finished", 33)]
    assert sorts(told) == [("working", 2), ("waiting", 30), ("working", 1)]


def test_waiting_for_a_person_is_no_work() -> None:
    bar = waterfall([event("step.asked", 0), event("step.finished", 90)], END)["a", 1]
    assert (bar.worked, bar.waited) == (0, 90_000)


def test_a_step_that_journals_its_end_alone_began_as_long_before_as_it_took() -> None:
    assert sorts([event("step.finished", 1, ms=400.0)]) == [("working", 0.4)]


def test_what_goes_on_still_is_drawn_up_to_now_and_what_the_run_ended_over_to_its_end() -> None:
    assert sorts([event("step.started", 0)]) == [("working", 3 * 86_400)]
    assert sorts([event("step.started", 0), event("run.cancelled", 5, node=None)]) == [("working", 5)]


def test_a_wait_of_days_does_not_hide_what_took_milliseconds() -> None:
    told = [
        event("step.finished", 0.4, ms=400.0),
        event("step.asked", 0.5, "b"),
        event("step.finished", 172_800, "b"),
    ]
    first, second = waterfall(told, END).values()
    assert first.width > 10
    assert second.width < 90


TYPES: list[EventType] = [
    *("step.started", "step.finished", "step.failed", "step.waiting", "step.asked", "step.called"),
    *("incident.opened", "incident.resolved", "run.failed", "run.retried"),
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(TYPES), st.floats(0, 100_000), st.sampled_from("abc"), st.sampled_from([0.0, 12.5, 1e6])
        ),
        max_size=30,
    )
)
def test_whatever_happened_every_piece_lies_inside_and_can_be_seen(
    told: list[tuple[EventType, float, str, float]],
) -> None:
    in_order = sorted(told, key=lambda each: each[1])
    bars = waterfall([event(type_, at, node, ms=ms) for type_, at, node, ms in in_order], END)
    for bar in bars.values():
        assert bar.pieces
        for piece in bar.pieces:
            assert piece.shown_width >= 0.8
            assert piece.shown_left >= 0
            assert piece.shown_left + piece.shown_width <= 100.001
