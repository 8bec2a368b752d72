"""What a fold costs those who wait for its gate: few statements, however many answers came since the last one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runtime.gates import folding, labels, verifying
from runtime.gates.numbers import Message
from runtime.models import Decision
from tests.makers import gated as gates

pytestmark = pytest.mark.django_db


def statements(count: int, workflow: str) -> int:
    for number in range(count):
        gates.decided(f"{workflow}{number}", workflow=workflow)
        gates.labelled(f"{workflow}{number}", "pay")
    gate = Decision.objects.filter(run=f"{workflow}0").values_list("gate", flat=True).get()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert folding.fold(gate, gates.Here()) == "folded"
    assert not Decision.objects.filter(fresh=True).exists()
    return len(asked)


def test_a_hundred_answers_are_folded_in_as_few_statements_as_three() -> None:
    assert statements(100, "many") <= statements(3, "few") + 3  # what proves a gate is kept in the log


def test_an_answer_that_came_while_a_fold_was_computed_is_for_the_next_one() -> None:
    class Interrupted(gates.Here):
        def computed(self, request: Message) -> Message:
            told = super().computed(request)
            labels.told("r5", "gate", "decline", "ben", Decision.objects.get(run="r5").at)
            return told

    for number in range(10):
        gates.decided(f"r{number}")
        gates.labelled(f"r{number}", "pay")
    gate = gates.the_gate()
    assert folding.fold(gate.pk, Interrupted()) == "folded"
    assert list(Decision.objects.filter(fresh=True).values_list("run", flat=True)) == ["r5"]
    assert folding.fold(gate.pk, gates.Here()) == "folded"
    assert not Decision.objects.filter(fresh=True).exists()
    assert verifying.flaws_of(gate.pk) == []
