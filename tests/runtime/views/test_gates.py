"""Gates on the pages: one that closed itself is an incident for somebody, and a run says what its gate was worth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from runtime.gates import closing, hands, incidents
from runtime.models import AuditEntry, Decision, Gate, GateIncident, Run
from tests.makers import runs
from tests.makers.blind import blind_case
from tests.makers.gate_rows import decision, gate
from tests.makers.people import person
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def closed() -> GateIncident:
    broken = gate(state="broken", broken_at=NOW)
    closing.closed(broken, NOW)
    closing.closed(broken, NOW)
    return GateIncident.objects.get()


def test_a_gate_that_closes_itself_waits_on_home_and_in_the_inbox(designer: Client) -> None:
    closed()
    assert "Gates that closed themselves" in designer.get("/").content.decode()
    inbox = designer.get("/cases/?view=incidents").content.decode()
    assert "The gate “gate” closed itself" in inbox
    assert "Start it anew" in inbox
    assert "closed itself" not in designer.get("/cases/?view=incidents&workflow=other").content.decode()


def test_whoever_may_not_see_gates_is_not_told(reviewer: Client) -> None:
    incident = closed()
    assert "closed itself" not in reviewer.get("/cases/").content.decode()
    assert "Gates that closed" not in reviewer.get("/").content.decode()
    assert reviewer.post(f"/gates/incidents/{incident.pk}/", {"deed": "anew"}).status_code == 403


@pytest.mark.parametrize(
    ("deed", "epochs"), [("anew", [("broken", False), ("probation", True)]), ("leave", [("broken", True)])]
)
def test_it_is_started_anew_or_left_closed_by_one_person(designer: Client, deed: str, epochs: Any) -> None:
    incident = closed()
    assert designer.post(f"/gates/incidents/{incident.pk}/", {"deed": deed}).status_code == 302
    assert list(Gate.objects.order_by("epoch").values_list("state", "current")) == epochs
    assert GateIncident.objects.get().settled_by == "dora"
    assert AuditEntry.objects.get(action="gate.incident_settled").data == {"deed": deed}
    second = designer.post(f"/gates/incidents/{incident.pk}/", {"deed": "anew"}, follow=True).content.decode()
    assert "has settled this already" in second
    assert "Gates that closed" not in designer.get("/").content.decode()


def test_one_that_is_started_anew_elsewhere_is_no_incident_any_more() -> None:
    incident, dora = closed(), person("dora", "designer")
    assert isinstance(hands.start_anew(incident.gate_id, dora, NOW), Gate)
    assert incidents.open_to(dora) == []


def test_an_incident_that_is_not_there(designer: Client) -> None:
    assert designer.post("/gates/incidents/7/", {"deed": "anew"}).status_code == 404


def test_a_step_says_how_far_its_gate_is_trusted_and_takes_what_was_wrong(designer: Client) -> None:
    case = blind_case()
    row = decision(gate(), case.run)
    page = designer.get(f"/runs/{case.run_id}/").content.decode()
    assert "on probation" in page
    assert "This was wrong" in page
    assert designer.post(f"/runs/{case.run_id}/feedback/", {"node": "gate", "choice": "horse"}).status_code == 302
    assert Decision.objects.get(pk=row.pk).said == "horse"
    assert "it was wrong" in designer.get(f"/runs/{case.run_id}/").content.decode()
    answer = designer.post(f"/runs/{case.run_id}/feedback/", {"node": "gate", "choice": "unicorn"}, follow=True)
    assert "none of the gate" in answer.content.decode()


def test_a_reviewer_sees_nothing_of_it_before_the_answer(reviewer: Client) -> None:
    case = blind_case()
    decision(gate(state="proven"), case.run)
    page = reviewer.get(f"/runs/{case.run_id}/").content.decode()
    assert "gate-badge" not in page
    Run.objects.filter(pk=case.run_id).update(status="succeeded", finished_at=NOW)
    assert "gate-badge" in reviewer.get(f"/runs/{case.run_id}/").content.decode()
    assert "This was wrong" not in reviewer.get(f"/runs/{case.run_id}/").content.decode()


def test_a_run_without_such_a_gate_asks_nothing_of_it() -> None:
    assert "gate-badge" not in signed_in("designer", name="dana").get(f"/runs/{runs.asked().run_id}/").content.decode()
