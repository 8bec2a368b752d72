"""The process that computes gates may be killed, hang, or talk nonsense: nothing is judged then, it is asked again."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.gates import folding, numbers
from runtime.gates.numbers import Lost, Numbers
from runtime.models import Decision
from tests.makers import gated as gates

REQUEST: dict[str, Any] = {"terms": {}, "rows": [], "anew": False, "distrusted": []}
"""One that is no ledger: answered with a flaw."""


@pytest.fixture
def process() -> Iterator[Numbers]:
    started = Numbers(timeout_s=60.0)
    yield started
    started.stop()


def instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(numbers, "_ENTRY", program)


def pid(process: Numbers) -> int:
    assert process._process
    return process._process.pid


def test_it_answers_from_one_process_which_sees_no_environment(process: Numbers) -> None:
    assert "flaw" in process.computed(REQUEST)
    first = pid(process)
    assert "flaw" in process.computed(REQUEST)
    assert pid(process) == first
    if sys.platform == "linux":
        with open(f"/proc/{first}/environ", "rb") as environment:
            assert b"SECRET" not in environment.read()


def test_after_it_was_killed_it_is_started_again(process: Numbers) -> None:
    process.computed(REQUEST)
    first = pid(process)
    os.kill(first, signal.SIGKILL)
    assert process._process
    process._process.wait()
    assert "flaw" in process.computed(REQUEST)
    assert pid(process) != first


def test_one_that_hangs_is_killed_in_time_and_the_next_one_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "import time; time.sleep(600)")
    process = Numbers(timeout_s=0.2)
    with pytest.raises(Lost):
        process.computed(REQUEST)
    monkeypatch.undo()
    process._timeout_s = 60.0
    assert "flaw" in process.computed(REQUEST)
    process.stop()


LENGTH = "import struct, sys; w = sys.stdout.buffer; w.write(struct.pack('>Q', {})); w.write({}); w.flush()"


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(3)",
        "import sys; sys.stdout.write('x'); sys.stdout.flush()",
        LENGTH.format(4, "b'nope'"),
        LENGTH.format(2, "b'[]'"),
        LENGTH.format(3, "b'NaN'"),
        LENGTH.format(2, "b'\\xff\\xfe'"),
        LENGTH.format(100, "b'{}'"),
        LENGTH.format(2**63, "b'{}'"),
    ],
)
def test_nonsense_is_no_answer(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, program)
    process = Numbers(timeout_s=60.0)
    with pytest.raises(Lost):
        process.computed(REQUEST)
    monkeypatch.undo()
    assert "flaw" in process.computed(REQUEST)
    process.stop()


@pytest.mark.django_db
def test_labels_whose_fold_was_lost_stay_due_and_no_other_gate_waits_for_it() -> None:
    gates.decided("a", workflow="one")
    gates.decided("b", workflow="two")
    for run_id in ("a", "b"):
        gates.labelled(run_id, "pay")

    class LostOnce(gates.Here):
        asked = 0

        def computed(self, request: dict[str, Any]) -> dict[str, Any]:
            self.asked += 1
            if self.asked == 1:
                raise Lost("killed")
            return super().computed(request)

    assert folding.fold_due(LostOnce()) == 1
    assert Decision.objects.filter(fresh=True).count() == 1
    assert folding.fold_due(gates.Here()) == 1
    assert not Decision.objects.filter(fresh=True).exists()


@pytest.mark.django_db
def test_an_answer_without_what_a_standing_needs_closes_nothing_and_opens_nothing() -> None:
    class Strange(gates.Here):
        def computed(self, request: dict[str, Any]) -> dict[str, Any]:
            return {"state": "proven", "cutoff": 0.0}

    gates.decided("a")
    gates.labelled("a", "pay")
    with pytest.raises(Lost):
        folding.fold(gates.the_gate().pk, Strange())
    assert (gates.the_gate().state, gates.the_gate().cutoff) == ("probation", None)
