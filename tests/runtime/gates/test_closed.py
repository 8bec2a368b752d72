"""A gate that a person closed goes on to learn what becomes known: it stays closed, and is what its ledger says."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from runtime.gates import hands, labels
from runtime.models import Decision, Gate
from runtime.refused import Refused
from tests.makers import gated as gates
from tests.makers.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def closed_by_hand() -> Gate:
    """A gate that was proven, has an audit that nobody has answered, and was closed by a person."""
    gate = gates.proven()
    for number in range(60):
        gates.decided(f"more{number}")
    assert Decision.objects.filter(auto=True, state="open").exists()
    assert not isinstance(hands.close(gate.pk, person("ada", "administrator"), "Enough.", NOW), Refused)
    return gates.the_gate()


def verified() -> str:
    told = StringIO()
    call_command("verify_gates", stdout=told)
    return told.getvalue()


def test_audits_that_are_answered_after_it_was_closed_are_counted() -> None:
    closed_by_hand()
    assert verified()
    for row in Decision.objects.filter(state="open"):
        gates.labelled(row.run, "pay")
    gates.fold()
    gate = gates.the_gate()
    assert (gate.state, gate.cutoff, gate.open_audits, gate.flaw) == ("broken", None, 0, "Closed by ada. Enough.")
    assert not Decision.objects.filter(fresh=True).exists()
    assert verified()


def test_a_complaint_after_it_was_closed_leaves_it_what_its_ledger_says() -> None:
    closed_by_hand()
    labels.told("good30", "gate", "decline", "ben", NOW)
    gates.fold()
    assert verified()
    assert not gates.decided("next").proceed
