"""The door to gates for engines in tests: the real ones, asked in a thread that leaves no connection behind."""

from __future__ import annotations

from django.db import Error as DatabaseFailure
from django.db import connections

from runtime.core.node import Failed, GateQuestion
from runtime.engine.ports import Judged, Seat
from runtime.gates import policies


def asked(question: GateQuestion, seat: Seat) -> Judged | Failed:
    """What the gate says; the thread goes with the engine, and its connection with the question."""
    try:
        return policies.judged(question, seat)
    except DatabaseFailure:
        return policies.UNAVAILABLE
    finally:
        connections.close_all()
