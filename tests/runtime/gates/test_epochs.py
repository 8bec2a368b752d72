"""When an epoch begins and ends, and what a new version asks less of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.gates import epochs, terms
from runtime.models import Blueprint, Decision, Gate, Run
from runtime.nodes import discover
from tests.makers import gated as gates
from tests.makers.engine import seal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def drawing(**changes: Any) -> Drawing:
    promise: dict[str, float] = {"max_error": 0.05, "confidence": 0.95}
    promise |= {name: changes.pop(name) for name in ("max_error", "confidence") if name in changes}
    document = parse(gates.gated(promise=promise, gate=changes)).document
    assert document
    return compile_drawing(document, discover())[0]


def run_of(version: int, run_id: str) -> None:
    """A run of this version, which is sealed if it is not yet."""
    blueprint = Blueprint.objects.filter(workflow="w", version=version).first() or seal(gates.gated(), "w", version)
    Run.objects.create(id=run_id, blueprint=blueprint, workflow="w", version=version, created_at=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"basis": {"prompt": "another"}},
        {"choices": ("pay", "decline", "ask")},
        {"names": ("logprob", "judge")},
        {"max_error": 0.1},
        {"confidence": 0.9},
        {"connections": ("other",)},
        {"familiar_at": 0.05},
    ],
)
def test_whatever_changes_how_it_decides_or_what_it_promised_is_another_epoch(change: dict[str, Any]) -> None:
    assert terms.fingerprint(gates.question(**change)) != terms.fingerprint(gates.question())
    gates.decided("one")
    gates.decided("two", gates.question(**change))
    assert list(Gate.objects.order_by("epoch").values_list("epoch", "current")) == [(1, False), (2, True)]


def test_the_audit_rate_and_the_case_change_nothing() -> None:
    changes: list[dict[str, Any]] = [{"audit": 0.5}, {"answer": None}, {"signals": {}}, {"novelty": 0.3}]
    for change in changes:
        assert terms.fingerprint(gates.question(**change)) == terms.fingerprint(gates.question())


def test_a_run_of_an_older_version_counts_for_its_epoch_and_never_for_the_new_one() -> None:
    run_of(1, "first")
    gates.decided("first")
    run_of(2, "second")
    gates.decided("second", gates.question(basis={"prompt": "another"}))
    run_of(1, "late")
    gates.decided("late")
    old, new = Gate.objects.order_by("epoch")
    assert Decision.objects.get(run="late").gate_id == old.pk
    assert (old.arrivals, old.current, new.arrivals, new.current) == (2, False, 1, True)


def test_what_a_new_version_changed_has_no_epoch_until_its_first_decision() -> None:
    run_of(1, "first")
    gates.decided("first")
    epochs.published("w", drawing(), drawing(audit=0.5), NOW)
    assert gates.the_gate().current
    epochs.published("w", drawing(), drawing(question="Is it so?"), NOW)
    assert not gates.the_gate().current
    run_of(2, "old prompt again")
    gates.decided("old prompt again")
    assert gates.the_gate().current


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, ()),
        ({"max_error": 0.1}, ("max_error",)),
        ({"confidence": 0.9}, ("confidence",)),
        ({"audit": 0.05}, ("audit",)),
        ({"max_error": 0.1, "confidence": 0.9, "audit": 0.01}, ("max_error", "confidence", "audit")),
        ({"max_error": 0.01, "confidence": 0.99, "audit": 0.5}, ()),
        ({"promise": None, "cutoff": 0.5}, ("promise",)),
        ({"promise": None}, ()),
    ],
)
def test_what_a_new_version_asks_less_of_is_named(changes: dict[str, Any], what: tuple[str, ...]) -> None:
    found = epochs.loosened_by(drawing(), drawing(**changes))
    assert tuple(each.what for each in found) == ((what,) if what else ())
