"""What is owed to people of a case, and when: each moment of its life, and what was missed while nothing ran."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from runtime.notices.events import LEAD, Owed, Standing, owed

BORN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRESH = Standing("review", "open", BORN, None, BORN)
DUE = replace(FRESH, due_at=BORN + 8 * HOUR)


def test_a_new_case_is_told_once_and_never_looked_at_again_if_it_is_never_due() -> None:
    assert owed(FRESH, BORN) == Owed("new", None)


def test_a_case_with_a_due_time_is_told_when_it_is_new_when_it_is_near_and_when_it_has_passed() -> None:
    near, passed = BORN + 8 * HOUR - LEAD, BORN + 8 * HOUR
    assert owed(DUE, BORN) == Owed("new", near)
    assert owed(replace(DUE, noted=near), near) == Owed("due", passed)
    assert owed(replace(DUE, noted=passed), passed) == Owed("overdue", None)


def test_a_short_time_is_near_when_half_of_it_is_gone() -> None:
    quick = replace(FRESH, due_at=BORN + HOUR / 2)
    assert owed(quick, BORN) == Owed("new", BORN + HOUR / 4)


def test_what_was_missed_while_nothing_ran_is_not_told_late() -> None:
    assert owed(DUE, BORN + 9 * HOUR) == Owed("overdue", None)


def test_a_case_that_was_answered_is_told_of_no_more_but_an_incident_that_is_closed_is() -> None:
    answered = replace(DUE, state="resolved", noted=BORN + 7 * HOUR)
    assert owed(answered, BORN + 7 * HOUR) == Owed(None, None)
    for state in ("resolved", "cancelled"):
        assert owed(replace(answered, kind="incident", state=state), BORN + HOUR) == Owed("closed", None)


def test_an_answer_that_can_be_taken_back_is_waited_for() -> None:
    until = BORN + timedelta(seconds=5)
    undoable = replace(DUE, kind="incident", state="resolved", undo_until=until)
    assert owed(undoable, BORN) == Owed(None, until)
    assert owed(undoable, until) == Owed("closed", None)


def test_a_case_that_is_open_again_is_not_new_again() -> None:
    again = replace(DUE, noted=BORN + HOUR)
    assert owed(again, BORN + HOUR) == Owed(None, BORN + 8 * HOUR - LEAD)


@given(st.integers(1, 100_000), st.integers(0, 200_000))
def test_an_open_case_is_always_looked_at_later_and_comes_to_an_end(due_s: int, late_s: int) -> None:
    case, now = replace(FRESH, due_at=BORN + timedelta(seconds=due_s)), BORN + timedelta(seconds=late_s)
    told = []
    for _ in range(4):
        each = owed(case, now)
        told.append(each.event)
        if each.again_at is None:
            break
        assert each.again_at > now
        case, now = replace(case, noted=each.again_at), each.again_at
    assert told[-1] == "overdue"
    assert len(told) == len(set(told)) <= 3
