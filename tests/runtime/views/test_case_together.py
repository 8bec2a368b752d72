"""Chosen cases are answered together where that can be, or it is said why not; put aside means: for everybody."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from runtime.models import Escalation
from runtime.views.case_pauses import moment, pauses
from tests.makers.cases import open_case, waiting_run

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def told(client: Client, address: str, given: dict[str, Any]) -> str:
    return unescape(client.post(address, given, follow=True).content.decode())


def answer(client: Client, *cases: Escalation, query: str = "") -> Any:
    """The bar's “Answer…” with these chosen."""
    given = {"deed": "answer", "case": [case.pk for case in cases]}
    return client.post(reverse("case_several") + query, given)


def test_chosen_cases_of_one_step_lead_to_where_they_are_answered_and_back_to_the_same_list(
    reviewer: Client, settings: Any
) -> None:
    settings.INTERLOCK = {**settings.INTERLOCK, "UNDO_S": 60}
    run = waiting_run()
    first, second, third = sorted((open_case(run, asked={"bulk": True}) for _ in range(3)), key=lambda case: case.pk)
    address = answer(reviewer, first, third, query="?queue=sales&q=may").url
    assert address == f"/cases/{first.pk}/alike/?queue=sales&q=may&chosen={first.pk}.{third.pk}"
    page = reviewer.get(address).content.decode()
    assert re.findall(r'name="case" value="(\w+)"[^>]+checked', page) == [first.pk, third.pk]
    assert second.pk not in page
    given = {"choice": "approve", "case": [first.pk, third.pk]}
    given |= {f"digest-{case.pk}": case.digest for case in (first, third)}
    back = reviewer.post(address, given)
    assert back.headers["Location"] == f"/cases/?queue=sales&q=may&several={first.pk}.{third.pk}"
    listed = reviewer.get(back.headers["Location"]).content.decode()
    assert "2 answers can still be taken back." in listed
    until = Escalation.objects.get(pk=first.pk).goes_on_at
    assert until
    assert f'data-until="{until.isoformat()}"' in listed


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ({"asked": {}}, "answered one by one."),
        ({"asked": {"bulk": True}, "node": "other"}, "they are of different steps or versions of a workflow"),
        ({"asked": {"bulk": True}, "state": "overdue"}, "or some are settled by now."),
    ],
)
def test_cases_that_cannot_be_answered_together_stay_chosen_and_it_is_said_why(
    others: dict[str, Any], why: str, reviewer: Client
) -> None:
    cases = [open_case(asked={"bulk": True}), open_case(**others)]
    page = told(reviewer, reverse("case_several"), {"deed": "answer", "case": [case.pk for case in cases]})
    assert "These cases cannot be answered together: " in page
    assert why in page
    assert page.count("checked aria-label") == sum(case.state == "open" for case in cases)


def test_nothing_chosen_or_nothing_of_ones_own_is_not_answered(reviewer: Client) -> None:
    theirs = open_case(queue="legal", asked={"bulk": True})
    assert "none of them is chosen" in told(reviewer, reverse("case_several"), {"deed": "answer"})
    assert "none of them is chosen" in told(reviewer, reverse("case_several"), {"deed": "answer", "case": [theirs.pk]})


def test_a_pause_that_ends_behind_the_due_time_is_offered_with_its_reason_and_not_to_be_chosen(
    reviewer: Client,
) -> None:
    case = open_case(due_at=NOW + timedelta(days=2))
    late = [each.hours for each in pauses(case, NOW) if each.late]
    assert late == ["72", "168"]
    page = reviewer.get(reverse("case_detail", args=[case.pk])).content.decode()
    assert f'<option value="72" disabled>for 3 days: after it is due ({case.due_at:%-d %B})</option>' in page
    assert "Hidden for everybody until then." in page
    soon = open_case(due_at=NOW + timedelta(minutes=30))
    page = reviewer.get(reverse("case_detail", args=[soon.pk])).content.decode()
    assert "and stays in sight until then." in page
    assert 'id="snooze-hours"' not in page


def test_what_was_put_aside_says_for_whom_until_when_and_when_it_is_due(reviewer: Client) -> None:
    case = open_case(due_at=NOW + timedelta(days=2))
    page = told(reviewer, reverse("case_snooze", args=[case.pk]), {"hours": "4"})
    case.refresh_from_db()
    assert case.snoozed_until
    assert case.due_at
    assert f"Put aside for everybody until {moment(case.snoozed_until)}" in page
    assert f"It is due {moment(case.due_at)}." in page
    other = open_case()
    page = told(reviewer, reverse("case_several"), {"deed": "pause", "hours": "24", "case": [other.pk]})
    assert "1 of 1 cases are put aside for everybody until " in page
