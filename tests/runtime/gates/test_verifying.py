"""A gate is what its ledger says, and `verify_gates` finds what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.gates import labels
from runtime.models import Decision, Gate
from tests.makers import gated as gates

pytestmark = pytest.mark.django_db


def verified() -> str:
    told = StringIO()
    call_command("verify_gates", stdout=told)
    return told.getvalue()


def test_gates_on_probation_proven_and_with_late_labels_are_what_their_ledgers_say() -> None:
    assert verified().startswith("0 epochs")
    gates.decided("first")
    assert verified().startswith("1 epochs")
    gates.labelled("first", "decline")
    gates.proven()
    gates.decided("open", gates.question(score=0.2))
    assert verified().startswith("1 epochs")
    labels.told("good3", "gate", "decline", "ben", datetime.now(UTC))
    assert verified().startswith("1 epochs")


CHANGES: list[tuple[Any, dict[str, Any], dict[str, Any], str]] = [
    (Gate, {}, {"cutoff": 0.1}, "its row says"),
    (Gate, {}, {"arrivals": 7}, "the arrivals are not"),
    (Gate, {}, {"open_audits": 3}, "audits are open"),
    (Decision, {"number": 40}, {"auto": True}, "was routed otherwise"),
    (Decision, {"number": 40}, {"sampled": False}, "was picked for review otherwise"),
    (Decision, {"number": 2}, {"loss": 1.0}, "what its labels cost"),
    (Decision, {"number": 2}, {"state": "open"}, "with 1 labels"),
    (Decision, {"number": 30}, {"labels": [], "state": "settled", "loss": None}, "with 0 labels"),
    (Decision, {"number": 25}, {"signals": {"logprob": 0.2}}, "the ledger gives"),
]


def test_what_somebody_changed_by_hand_is_found() -> None:
    gates.proven()
    for table, which, change, says in CHANGES:
        with transaction.atomic():
            table.objects.filter(**which).update(**change)
            with pytest.raises(CommandError, match=says):
                call_command("verify_gates")
            transaction.set_rollback(True)
    assert verified()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from(["pay", "decline"]), st.integers(0, 3)), max_size=60))
def test_whatever_comes_in_whatever_order_the_gate_is_what_its_ledger_says(
    cases: list[tuple[float, str, int]],
) -> None:
    Decision.objects.all().delete()
    Gate.objects.all().delete()
    later: list[tuple[str, str]] = []
    for number, (score, truth, delay) in enumerate(cases):
        gates.decided(f"r{number}", gates.question(score=score))
        later.append((f"r{number}", truth))
        while len(later) > delay:
            run_id, said = later.pop(delay // 2)
            if Decision.objects.get(run=run_id).sampled:
                gates.labelled(run_id, said)
        if delay == 0:
            gates.fold()
    assert verified()
