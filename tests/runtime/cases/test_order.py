"""Cases by due time: each stands once, however they are paged through, and moving keeps to the order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.cases import inbox
from runtime.cases.inbox import Wanted, wanted_of
from runtime.ids import new_id
from runtime.models import Escalation
from tests.makers.cases import NOW, open_case, waiting_run

HOUR = timedelta(hours=1)
BY_DUE = Wanted(by="due")
pytestmark = pytest.mark.django_db


def due(*hours: int | None) -> list[str]:
    """Cases that are due in so many hours; None: never. In the order in which they came."""
    run = waiting_run()
    times = [None if each is None else NOW + each * HOUR for each in hours]
    ids = sorted(new_id() for _ in times)  # Those of one millisecond are in no order of their own.
    return [open_case(run, id=pk, due_at=at).pk for pk, at in zip(ids, times, strict=True)]


def walked(user: User, wanted: Wanted, most: int) -> list[str]:
    found, after = [], ""
    while True:
        page = inbox.listed(user, wanted, NOW, after, most)
        found += [case.pk for case in page.cases]
        after = page.more
        if not after:
            return found


def test_the_next_due_come_first_and_what_is_never_due_last(reviewer_rui: User) -> None:
    never, late, soon, also_soon, over = due(None, 30, 2, 2, -1)
    assert walked(reviewer_rui, BY_DUE, 50) == [over, soon, also_soon, late, never]
    assert walked(reviewer_rui, Wanted(), 50) == [never, late, soon, also_soon, over]


# The person stays; the cases are made anew for each example.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.lists(st.sampled_from([None, -1, 0, 1, 2]), max_size=9), most=st.integers(1, 4), closed=st.booleans())
def test_pages_show_each_case_once_in_order(
    reviewer_rui: User, hours: list[int | None], most: int, closed: bool
) -> None:
    Escalation.objects.all().delete()
    due(*hours)
    whole = walked(reviewer_rui, BY_DUE, 50)
    assert len(whole) == len(set(whole)) == len(hours)
    assert walked(reviewer_rui, BY_DUE, most) == whole
    if closed and len(whole) > most:
        # Who is at the end of a page finds the same ones behind it, though its last case was settled meanwhile.
        Escalation.objects.filter(pk=whole[most - 1]).update(state="overdue")
        page = inbox.listed(reviewer_rui, BY_DUE, NOW, whole[most - 1])
        assert [case.pk for case in page.cases] == whole[most:]


def test_after_a_case_comes_the_next_due_and_then_the_first(reviewer_rui: User) -> None:
    never, late, soon = due(None, 30, 2)
    behind = [inbox.next_of(reviewer_rui, BY_DUE, NOW, each) for each in (soon, late, never)]
    assert behind == [late, never, soon]


def test_the_order_is_kept_with_a_view_and_a_search_stays_by_age(reviewer_rui: User) -> None:
    wanted = wanted_of({"by": "due", "queue": "sales"})
    assert wanted.query == "queue=sales&by=due"
    assert wanted_of({"by": "anything"}) == Wanted()
    assert not wanted_of({"by": "due", "q": "fabrikam"}).by_due
