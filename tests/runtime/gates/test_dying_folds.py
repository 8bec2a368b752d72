"""A fold that dies at any of its statements leaves the gate as it was, and the next one does what it would have."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from runtime.gates import folding, labels, verifying
from runtime.models import AuditEntry, Decision, Gate, GateIncident
from tests.makers import gated as gates

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 4, tzinfo=UTC)


class Killed(BaseException):
    """Nothing that the code catches."""


class DiesAt:
    """Lets so many statements through, and dies at the next one."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, execute: Callable[..., Any], *given: Any) -> Any:
        if self.left == 0:
            raise Killed
        self.left -= 1
        return execute(*given)


def dies_everywhere() -> int:
    """Fold the gate, dying at the first statement, at the second, and so on, until it is folded; how many died."""
    gate = gates.the_gate()
    died = 0
    while gates.the_gate().revision == gate.revision:
        assert stands(gates.the_gate()) == stands(gate)
        assert Decision.objects.filter(fresh=True).count() == 60
        assert not AuditEntry.objects.filter(action__in=["gate.proven", "gate.closed"], at=NOW).exists()
        with suppress(Killed), connection.execute_wrapper(DiesAt(died)):
            died += 1
            folding.fold(gate.pk, gates.Here(), NOW)
    assert not Decision.objects.filter(fresh=True).exists()
    return died


def stands(gate: Gate) -> tuple[Any, ...]:
    return gate.state, gate.cutoff, gate.upto, gate.revision, gate.open_audits, gate.standing


def test_a_fold_that_proves_a_gate_may_die_anywhere() -> None:
    for number in range(60):
        gates.decided(f"r{number}")
        gates.labelled(f"r{number}", "pay")
    assert dies_everywhere() > 5
    gate = gates.the_gate()
    assert gate.state == "proven"
    assert verifying.flaws_of(gate.pk) == []
    assert AuditEntry.objects.filter(action="gate.proven").count() == 1


def test_a_fold_that_closes_a_gate_may_die_anywhere() -> None:
    gates.proven()
    for number in range(60):
        gates.decided(f"bad{number}")
        if Decision.objects.get(run=f"bad{number}").sampled:
            gates.labelled(f"bad{number}", "decline")
        else:
            labels.told(f"bad{number}", "gate", "decline", "cem", NOW)
    assert dies_everywhere() > 5
    gate = gates.the_gate()
    assert (gate.state, gate.cutoff) == ("broken", None)
    assert verifying.flaws_of(gate.pk) == []
    assert GateIncident.objects.filter(gate=gate).count() == 1
