"""A closed gate goes on to learn what becomes known: it stays closed, is what its ledger says, and costs no more."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from runtime.gates import folding, hands, labels
from runtime.gates.numbers import Message
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


class Listens(gates.Here):
    """Counts the rows that a fold reads."""

    rows = 0

    def computed(self, request: Message) -> Message:
        self.rows = len(request["rows"])
        return super().computed(request)


def closed_by_itself() -> Gate:
    """A gate whose audits were wrong until it closed."""
    gates.proven()
    for number in range(60):
        gates.decided(f"bad{number}")
        if Decision.objects.get(run=f"bad{number}").sampled:
            gates.labelled(f"bad{number}", "decline")
    gates.fold()
    gate = gates.the_gate()
    assert (gate.state, gate.flaw) == ("broken", "")
    return gate


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


def test_what_people_answer_after_a_gate_has_closed_itself_is_not_read_again_with_each_answer() -> None:
    gate = closed_by_itself()
    for number in range(20):
        gates.decided(f"after{number}")
        gates.labelled(f"after{number}", "pay")
    listens = Listens()
    assert folding.fold(gate.pk, listens) == "folded"
    assert listens.rows == 0
    assert not Decision.objects.filter(fresh=True).exists()
    labels.told("good30", "gate", "decline", "ben", NOW)
    assert folding.fold(gate.pk, listens) == "folded"
    assert listens.rows <= gate.upto + 1
    assert gates.the_gate().state == "broken"
    assert verified()
