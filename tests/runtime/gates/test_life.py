"""A gate's life through real runs: probation, proven, broken."""

from __future__ import annotations

from runtime.models import AuditEntry, Escalation, Run
from tests.makers import gated as gates
from tests.makers.engine import Engine, seal
from tests.makers.people import person


def test_a_gate_goes_from_probation_to_proven_to_broken_by_what_people_answer(engine: Engine) -> None:
    blueprint, ada = seal(gates.gated()), person("ada", "administrator")
    good = [("pay", 0.9, "pay"), ("decline", 0.95, "decline")]
    gates.stream(engine, blueprint, ada, good * 10)
    gate = gates.the_gate()
    assert (gate.state, gate.cutoff, gate.arrivals) == ("probation", None, 20)
    assert all(row.sampled and not row.auto and row.blind for row in gates.rows())

    gates.stream(engine, blueprint, ada, good * 15)
    gate = gates.the_gate()
    assert gate.state == "proven"
    assert gate.cutoff is not None
    automatic = [row for row in gates.rows() if row.auto and not row.sampled]
    assert automatic, "Nothing was decided by the gate itself."
    assert not Escalation.objects.filter(run__in=[row.run for row in automatic]).exists()

    gates.stream(engine, blueprint, ada, [("pay", 0.95, "decline")] * 60)
    gate = gates.the_gate()
    assert (gate.state, gate.cutoff) == ("broken", None)
    after = engine.run(blueprint, gates.case("pay", 0.99))
    assert Escalation.objects.filter(run=after, state="open").exists()
    assert [row.number for row in gates.rows()] == list(range(gate.arrivals + 1))
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"gate.proven", "gate.closed"}
    assert Run.objects.filter(status="succeeded").count() == gate.arrivals
