"""Who watches the inbox is told of what changed in his queues, however many cases there are, and of nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from runtime.cases import desk, inbox, standing
from runtime.cases.standing import Standing, Watch, changes_since, view_of
from runtime.models import Escalation, Queue
from tests.makers.cases import NOW, open_case, waiting_run

ROWS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(
        st.sampled_from(["sales", "legal", ""]), st.sampled_from([None, 1]), st.none(), st.none(), st.integers(0, 1)
    ),
)
QUEUES = st.one_of(st.none(), st.frozensets(st.sampled_from(["sales", "legal", ""])))


@given(rows=st.lists(ROWS, min_size=2, max_size=5), queues=st.lists(QUEUES, min_size=2, max_size=2), step=st.booleans())
def test_what_is_told_leads_from_what_was_seen_to_what_is_seen(rows: Any, queues: Any, step: bool) -> None:
    found = [Standing(rows[0])]
    for each in rows[1:]:
        changes = tuple(standing._between(found[-1].rows, each))
        found.append(Standing(each, found[-1].number, changes))
    then, now = (queues[0], queues[0]) if step else queues
    seen = {case for case, row in found[0].rows.items() if then is None or row[0] in then}
    for change, case, _ in changes_since(found[0], then, found[-1], now):
        if change == "opened":
            assert case not in seen
            seen.add(case)
        elif change == "closed":
            seen.remove(case)
        else:
            assert case in seen
    if len(rows) > 2 or then != now:  # A queue is a case's for good, which these rows do not know.
        assert seen == {case for case, row in found[-1].rows.items() if now is None or row[0] in now}


@pytest.mark.django_db
def test_the_number_in_the_navigation_is_that_of_the_inbox(reviewer_rui: User) -> None:
    run, now = waiting_run(), timezone.now()
    for until in (None, now - timedelta(minutes=1), now + timedelta(hours=1)):
        case = open_case(run)
        Escalation.objects.filter(pk=case.pk).update(snoozed_until=until, assignee=reviewer_rui)
    counts = view_of(reviewer_rui, Watch()())[0].counts
    listed = inbox.counts(reviewer_rui, inbox.Wanted(), now)
    assert (counts["open"], counts["mine"]) == (listed["open"], listed["mine"]) == (2, 2)


@pytest.mark.django_db
def test_of_ten_thousand_cases_the_last_one_is_told_as_the_first(reviewer_rui: User, reviewer_otto: User) -> None:
    watch, run = Watch(), waiting_run()
    first = open_case(run)
    Escalation.objects.bulk_create(
        Escalation(
            run=run, workflow="leads", node="ask", visit=1, kind="review", queue="sales", question="?",
            asked={}, reasons=[], digest="0", created_at=NOW,
        )
        for _ in range(10_000)
    )  # fmt: skip
    view, messages = view_of(reviewer_rui, watch())
    others, _ = view_of(reviewer_otto, watch())
    assert (view.counts["open"], messages) == (10_001, [])
    last = Escalation.objects.order_by("-pk").first()
    assert last is not None
    for case in (first, last):
        Escalation.objects.filter(pk=case.pk).update(assignee=reviewer_rui)
        view, messages = view_of(reviewer_rui, watch(), view)
        assert [(each["change"], each["case"]["id"]) for each in messages] == [("changed", case.pk)]
    assert view.counts["mine"] == 2
    assert view_of(reviewer_otto, watch(), others)[1] == []


@pytest.mark.django_db
def test_much_at_once_and_what_is_out_of_sight_are_one_small_message(reviewer_rui: User) -> None:
    watch, run = Watch(), waiting_run()
    view, _ = view_of(reviewer_rui, watch())
    cases = [open_case(run) for _ in range(standing.MOST_TOLD + 1)]
    view, messages = view_of(reviewer_rui, watch(), view)
    assert messages == [{"type": "list"}]
    Queue.objects.get(name="sales").members.remove(reviewer_rui)
    view, messages = view_of(reviewer_rui, watch(), view)
    assert (messages, view.counts["open"]) == ([{"type": "list"}], 0)
    Escalation.objects.filter(pk=cases[0].pk).update(state="resolved")
    assert view_of(reviewer_rui, watch(), view)[1] == []


@pytest.mark.django_db
def test_what_is_overdue_is_counted_to_the_second(reviewer_rui: User) -> None:
    for _ in range(2):
        open_case(due_at=NOW)
    assert Watch()().counts(None, reviewer_rui.pk, NOW)["overdue"] == 0
    assert Watch()().counts(frozenset(["sales"]), 0, NOW.replace(microsecond=1))["overdue"] == 2
    assert Watch()().counts(frozenset([""]), 0, NOW.replace(year=2030))["overdue"] == 0


@pytest.mark.django_db
def test_where_nothing_has_changed_nothing_is_made_anew() -> None:
    watch = Watch()
    open_case()
    assert watch() is watch()


@pytest.mark.django_db
def test_a_remark_is_a_change_of_its_case_for_who_watches_and_those_before_are_not(
    reviewer_rui: User, reviewer_otto: User
) -> None:
    watch, case, quiet = Watch(), open_case(), open_case()
    desk.remark(quiet.pk, reviewer_rui, "Before anybody looked.", NOW)
    view, _ = view_of(reviewer_rui, watch())
    others, _ = view_of(reviewer_otto, watch())
    for text in ("Ask them first.", "And then again."):
        desk.remark(case.pk, reviewer_rui, text, NOW)
        view, messages = view_of(reviewer_rui, watch(), view)
        assert [(each["change"], each["case"]["id"]) for each in messages] == [("changed", case.pk)]
    assert view_of(reviewer_rui, watch(), view)[1] == []
    assert view_of(reviewer_otto, watch(), others)[1] == []
