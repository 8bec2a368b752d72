"""What a gate promises is changed on its page: first what follows, in words, then a version with nothing else in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from builder.models import Version, Workflow
from runtime.models import AuditEntry, Gate
from tests.makers.gate_rows import gate
from tests.makers.gated import gated
from tests.makers.people import person
from tests.makers.sealed import published

pytestmark = pytest.mark.django_db
ADDRESS = "/workflows/invoices/gates/gate/terms/"
SEEN = {"seen_max_error": "0.05", "seen_confidence": "0.95", "seen_audit": "0.1"}
NOW = {"max_error": "5", "confidence": "95", "audit": "10", **SEEN}


@pytest.fixture(autouse=True)
def a_gate(db: None) -> None:
    published("invoices", gated(promise={"max_error": 0.05, "confidence": 0.95}))


@pytest.fixture
def dora(db: None) -> Client:
    client = Client()
    client.force_login(person("dora", "designer"))
    return client


def sent(client: Client, **changes: Any) -> tuple[int, str]:
    answer = client.post(ADDRESS, {**NOW, **changes}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_stricter_promise_is_published_once_it_is_confirmed(dora: Client) -> None:
    gate("invoices", state="proven", cutoff=0.8)
    status, page = sent(dora, max_error="2.5", note="Auditors asked.")
    assert status == 200
    assert "Stricter:" in page
    assert "2.5 % of its own decisions may be wrong, instead of 5 %" in page
    assert "starts a new epoch on probation" in page
    assert Version.objects.count() == 1
    _, page = sent(dora, max_error="2.5", note="Auditors asked.", confirmed="1")
    assert "Published as version 2" in page
    config = Version.objects.get(number=2).blueprint.document["nodes"][0]["config"]
    assert config["promise"] == {"max_error": 0.025, "confidence": 0.95}
    assert not Gate.objects.get().current
    entry = AuditEntry.objects.get(action="gate.terms")
    assert entry.data["changes"] == {"max_error": [0.05, 0.025]}
    assert entry.data["note"] == "Auditors asked."
    assert not AuditEntry.objects.filter(action="gate.loosened").exists()


def test_loosening_is_warned_of_and_stands_in_the_log_under_a_name(dora: Client) -> None:
    _, page = sent(dora, max_error="10", audit="5")
    assert "This asks less of the gate." in page
    assert "in your name, dora" in page
    assert page.count("Looser:") == 2
    sent(dora, max_error="10", audit="5", confirmed="1")
    entry = AuditEntry.objects.get(action="gate.loosened")
    assert (entry.actor, entry.data["what"]) == ("dora", ["max_error", "audit"])


def test_another_share_of_checks_leaves_the_gate_as_far_as_it_is(dora: Client) -> None:
    known = gate("invoices", state="proven", cutoff=0.8)
    _, page = sent(dora, audit="20")
    assert "what it has proven goes on to count" in page
    sent(dora, audit="20", confirmed="1")
    known.refresh_from_db()
    assert (known.current, known.state) == (True, "proven")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"max_error": "0"}, "lies above 0 %"),
        ({"max_error": "nan"}, "lies above 0 %"),
        ({"max_error": "60"}, "50 % at most"),
        ({"confidence": "100"}, "between 50 % and 99.99 %"),
        ({"audit": "0"}, "without any check"),
        ({"audit": "many"}, "without any check"),
        ({}, "This is what it promises already."),
    ],
)
def test_what_is_no_promise_is_said_to_be_none(dora: Client, changes: Any, says: str) -> None:
    status, page = sent(dora, **changes, confirmed="1")
    assert (status, says in page) == (422, True)
    assert Version.objects.count() == 1


def test_a_draft_with_other_changes_is_left_alone(dora: Client) -> None:
    workflow = Workflow.objects.get()
    workflow.draft["nodes"][0]["config"]["question"] = "Another?"
    workflow.save()
    assert "changes that are not published" in dora.get(ADDRESS).content.decode()
    status, page = sent(dora, max_error="2", confirmed="1")
    assert status == 422
    assert "Nothing was changed." in page
    assert Version.objects.count() == 1
    assert Workflow.objects.get().draft_revision == workflow.draft_revision


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(dora: Client) -> None:
    sent(dora, max_error="4", confirmed="1")
    status, page = sent(dora, max_error="3", confirmed="1")
    assert status == 422
    assert "Somebody has changed this gate meanwhile." in page
    assert Version.objects.count() == 2


def test_a_version_that_cannot_be_published_leaves_the_draft_as_it_was(
    dora: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime.refused import Refused

    revision = Workflow.objects.get().draft_revision
    monkeypatch.setattr("builder.publishing.publish", lambda *_, **__: Refused("stale", "The draft is being changed."))
    status, page = sent(dora, max_error="2", confirmed="1")
    assert (status, "The draft is being changed. Nothing was changed." in page) == (422, True)
    assert Workflow.objects.get().draft_revision == revision


def test_only_who_may_change_gates_gets_here(dora: Client) -> None:
    developer = Client()
    developer.force_login(person("dev", "developer"))
    assert developer.get(ADDRESS).status_code == 403
    assert dora.get("/workflows/invoices/gates/ask/terms/").status_code == 404
    assert dora.get("/workflows/none/gates/gate/terms/").status_code == 404
