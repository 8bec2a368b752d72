"""Gates and their decisions in the database, as the runtime leaves them: for tests of what reads and changes them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from runtime.gates.terms import RULES
from runtime.models import Decision, Gate, Run
from tests.makers.blind import SECRET


def gate(workflow: str = "animals", **fields: Any) -> Gate:
    """The current epoch of the gate of `tests.makers.blind`: on probation, as its first decision makes it."""
    given: dict[str, Any] = {
        "epoch": 1,
        "version": 1,
        "fingerprint": "f" * 64,
        "basis": {"signals": ["probability"], "familiar_at": None},
        "choices": ["horse", SECRET],
        "max_error": 0.05,
        "confidence": 0.95,
        "audit": 0.1,
        "scoring": {"names": ["probability"], "familiar_at": None, "weights": [], "bias": 0.0},
        "standing": {"rules": asdict(RULES)},
        "begun_at": datetime.now(UTC),
    }
    return Gate.objects.create(workflow=workflow, node="gate", **{**given, **fields})


def decision(of: Gate, run: Run | str, answer: str | None = SECRET, **fields: Any) -> Decision:
    """One row of the ledger: a case that went to a person, or what the fields say."""
    number = Decision.objects.filter(gate=of).count()
    given: dict[str, Any] = {
        "visit": 1,
        "at": datetime.now(UTC),
        "signals": {"probability": 0.8317},
        "score": 0.8317,
        "draw": 0.5,
        "audit": 0.1,
        "auto": False,
        "sampled": True,
        "pi": 1.0,
        "floor": 0.1,
        "state": "open",
    }
    name = run if isinstance(run, str) else run.pk
    return Decision.objects.create(gate=of, number=number, run=name, node="gate", answer=answer, **{**given, **fields})
