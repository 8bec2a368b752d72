"""A case that holds up a gate is handed back to all when somebody sits on it, and is never dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.gates import waiting
from runtime.models import AuditEntry, Escalation
from tests.makers.blind import blind_case
from tests.makers.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, tzinfo=UTC)
OLD = NOW - timedelta(hours=25)


def held(**fields: Any) -> Escalation:
    case = blind_case()
    assignee = person("rui", "reviewer")
    Escalation.objects.filter(pk=case.pk).update(**{"created_at": OLD, "assignee": assignee, **fields})
    return case


@pytest.mark.parametrize(
    "fields",
    [{}, {"claimed_until": NOW - timedelta(minutes=1)}, {"assignee": None, "snoozed_until": NOW + timedelta(days=30)}],
)
def test_what_was_taken_or_put_aside_for_a_day_goes_back_to_all(fields: dict[str, Any]) -> None:
    case = held(**fields)
    assert waiting.hand_back(NOW) == 1
    case.refresh_from_db()
    assert (case.state, case.assignee, case.claimed_until, case.snoozed_until) == ("open", None, None, None)
    assert AuditEntry.objects.filter(action="escalation.handed_back").count() == 1
    assert waiting.hand_back(NOW) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"created_at": NOW - timedelta(hours=23)},
        {"claimed_until": NOW + timedelta(minutes=1)},
        {"assignee": None},
        {"state": "resolved"},
        {"behind": None},
    ],
)
def test_what_is_fresh_worked_on_free_answered_or_about_no_gate_is_left_alone(fields: dict[str, Any]) -> None:
    held(**fields)
    assert waiting.hand_back(NOW) == 0
