"""The ledger is written with the step's end: nothing is lost, drawn twice or numbered twice, whoever dies when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from runtime.engine.ports import Wave, Written
from runtime.gates.draws import draw
from runtime.models import Decision, Entry, Escalation, Gate, Run
from runtime.store import SqlStore
from tests.makers import gated as gates
from tests.makers.engine import Engine, ended, seal, until
from tests.makers.people import person


class DiesBeforeTheRow(SqlStore):
    """A worker that is killed between the decision and its row."""

    reached = 0

    async def append(self, wave: Wave) -> Written:
        if wave.decisions:
            type(self).reached += 1
            raise RuntimeError("killed")
        return await super().append(wave)


@pytest.mark.usefixtures("transactional_db")
def test_a_crash_after_the_decision_and_before_its_row_draws_the_same() -> None:
    DiesBeforeTheRow.reached = 0
    blueprint = seal(gates.gated())
    with Engine(gates.doors(), store=DiesBeforeTheRow) as dying:
        run_id = dying.start(blueprint, gates.case())
        until(lambda: DiesBeforeTheRow.reached)
        dying.kill()
    assert Decision.objects.count() == 0
    with Engine(gates.doors()):
        until(lambda: Escalation.objects.filter(run=run_id).exists())
    (row,) = gates.rows()
    assert (row.number, row.draw) == (0, draw(run_id, "gate", 1))
    assert Gate.objects.get().arrivals == 1


def test_the_number_of_a_case_is_its_own_and_nobody_can_foresee_it_without_the_key(settings: Any) -> None:
    settings.SECRET_KEY = "one"
    mine = draw("r", "gate", 1)
    assert mine == draw("r", "gate", 1)
    assert len({mine, draw("r", "gate", 2), draw("r", "other", 1), draw("s", "gate", 1)}) == 4
    numbers = [draw(f"r{number}", "gate", 1) for number in range(2_000)]
    assert all(0.0 <= number < 1.0 for number in numbers)
    assert 0.47 < sum(numbers) / len(numbers) < 0.53
    settings.SECRET_KEY = "two"
    assert draw("r", "gate", 1) != mine


@pytest.mark.usefixtures("transactional_db")
def test_two_workers_number_the_arrivals_at_two_gates_without_gaps() -> None:
    blueprints = [seal(gates.gated(), workflow=name) for name in ("one", "two")]
    with Engine(gates.doors(), alone=False) as first, Engine(gates.doors(), alone=False) as second:
        pairs = [(engine, blueprint) for engine in (first, second) for blueprint in blueprints] * 6
        with ThreadPoolExecutor(8) as pool:
            runs = list(pool.map(lambda pair: pair[0].start(pair[1], gates.case()), pairs))
        until(lambda: Escalation.objects.filter(run__in=runs).count() == len(runs))
    assert Gate.objects.count() == 2
    for gate in Gate.objects.all():
        numbers = Decision.objects.filter(gate=gate).order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(12))
        assert gate.arrivals == 12


def test_a_try_out_leaves_no_row_and_begins_no_gate(engine: Engine) -> None:
    from runtime.engine.ports import Tryout

    for tryout in (Tryout(), Tryout(insist=True)):
        run_id = engine.run(seal(gates.gated(), workflow=f"w{tryout.insist}"), gates.case(), tryout=tryout)
        assert Entry.objects.filter(run=run_id, node="gate", type="step.finished").exists()
    assert (Decision.objects.count(), Gate.objects.count()) == (0, 0)


def test_a_gate_that_cannot_be_asked_lets_nothing_through(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def broken(*_: object) -> float:
        raise OperationalError("gone")

    monkeypatch.setattr("runtime.gates.terms.fingerprint", broken)
    run_id = engine.run(seal(gates.gated()), gates.case())
    finished = Entry.objects.get(run=run_id, node="gate", type="step.finished")
    assert finished.data["port"] == "unsure"
    assert "could not be asked" in finished.data["output"]["reason"]
    assert Decision.objects.count() == 0


def test_each_visit_of_a_loop_is_a_decision_and_a_called_workflow_has_a_gate_of_its_own(engine: Engine) -> None:
    from tests.makers.engine import drawn, node, outcome

    ada = person("ada", "administrator")
    seal(gates.gated(), workflow="inner")
    outer = drawn(
        [node("call", "execute.workflow", {"workflow": "inner", "input": {"text": "input.text"}}), outcome("done")],
        "start > call", "call.done > done",
    )  # fmt: skip
    run_id = engine.start(seal(outer, workflow="outer"), gates.case())
    inner = until(lambda: Run.objects.filter(parent=run_id, escalations__state="open").first())
    gates.answer_case(inner.pk, "pay", ada)
    ended(run_id)
    assert (gates.the_gate().workflow, gates.rows()[0].run) == ("inner", inner.pk)
