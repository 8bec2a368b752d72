"""What is hostile, broken, foreign or late: each has an answer, and none ever loosens a gate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.gates import folding, hands, labels, terms, waiting
from runtime.gates.labels import Taken
from runtime.models import AuditEntry, Decision, Escalation, Gate
from runtime.refused import Refused
from tests.makers import gated as gates
from tests.makers.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def state() -> tuple[str, float | None]:
    gate = gates.the_gate()
    return gate.state, gate.cutoff


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.1, 95, True, "0.9", None])
def test_a_score_that_is_none_goes_to_a_person_also_at_a_proven_gate_and_earns_nothing(score: Any) -> None:
    gates.proven()
    before = gates.the_gate().standing["evidence"]["candidates"][0]["wealth"]
    verdict = gates.decided("odd", gates.question(score=score))
    assert (verdict.proceed, verdict.score) == (False, None)
    row = Decision.objects.get(run="odd")
    assert (row.auto, row.sampled, row.pi, row.signals) == (False, True, 1.0, {})
    gates.labelled("odd", "pay")
    gates.fold()
    assert gates.the_gate().standing["evidence"]["candidates"][0]["wealth"] == before


def test_a_strange_case_scores_nothing_whatever_its_signals_say() -> None:
    asked = gates.question(novelty=0.01, familiar_at=0.05)
    assert gates.decided("r", asked).score == 0.0


def test_nobody_can_tell_an_audit_from_a_doubt_at_a_proven_gate() -> None:
    gates.proven()
    verdicts = [gates.decided(f"more{number}") for number in range(40)]
    verdicts += [gates.decided("doubt", gates.question(score=0.1)), gates.decided("odd", gates.question(score=None))]
    handed = {(verdict.state, verdict.cutoff, verdict.reason) for verdict in verdicts if not verdict.proceed}
    assert len(handed) == 1
    assert any(verdict.proceed for verdict in verdicts)
    assert Decision.objects.filter(run__startswith="more", auto=True, sampled=True).exists()


def test_labels_for_what_is_not_there_or_says_nothing_are_refused() -> None:
    gates.decided("r")
    for run_id, answer, by, code in [
        ("nowhere", "pay", "ada", "unknown_case"),
        ("r", "fly", "ada", "unknown_answer"),
        ("r", "pay", " ", "no_reviewer"),
    ]:
        refused = labels.told(run_id, "gate", answer, by, NOW)
        assert isinstance(refused, Refused)
        assert refused.code == code
    assert not Decision.objects.filter(fresh=True).exists()


def test_an_answer_that_is_no_choice_of_the_gate_says_that_it_was_wrong() -> None:
    gates.decided("r")
    assert gates.labelled("r", "call the police") == 1
    (row,) = gates.rows()
    assert (row.said, row.loss, row.state) == (terms.OTHER, 1.0, "settled")


def test_of_two_labels_that_disagree_the_worst_counts_and_the_same_twice_is_one() -> None:
    gates.proven()
    before = gates.the_gate().cutoff
    told = labels.told("good59", "gate", "pay", "ben", NOW)
    assert told == Taken(Decision.objects.get(run="good59").pk, new=True, agrees=True)
    again = labels.told("good59", "gate", "pay", "ben", NOW)
    assert isinstance(again, Taken)
    assert not again.new
    assert isinstance(labels.told("good59", "gate", "decline", "cem", NOW), Taken)
    row = Decision.objects.get(run="good59")
    assert (row.loss, row.said, row.by) == (1.0, "decline", "cem")
    gates.fold()
    after = gates.the_gate().cutoff
    assert after is None or (before is not None and after >= before)


def test_complaints_that_come_late_close_a_gate_and_praise_opens_none() -> None:
    gates.proven()
    for number in range(60):
        labels.told(f"good{number}", "gate", "decline", "cem", NOW)
    gates.fold()
    assert state()[1] is None


def test_what_was_seen_before_it_was_answered_never_opens_a_gate() -> None:
    for number in range(80):
        gates.decided(f"r{number}")
        gates.labelled(f"r{number}", "pay", blind=False)
    gates.fold()
    assert state() == ("probation", None)


def test_a_reviewer_who_always_says_yes_where_others_vary_opens_no_gate() -> None:
    for number in range(30):
        gates.decided(f"other{number}", gates.question("pay" if number % 2 else "decline"))
        gates.labelled(f"other{number}", "pay" if number % 2 else "decline", by="ben")
    for number in range(60):
        gates.decided(f"r{number}")
        gates.labelled(f"r{number}", "pay", by="yes")
    gates.fold()
    gate = gates.the_gate()
    assert gate.standing["distrusted"] == ["yes"]
    assert gate.state == "probation"


def test_an_answer_behind_an_open_case_waits_for_it_whatever_the_clock_says() -> None:
    for number in range(40):
        gates.decided(f"r{number}")
    Decision.objects.filter(number=0).update(at=NOW + timedelta(days=4000))
    Decision.objects.filter(number=39).update(at=NOW - timedelta(days=4000))
    for number in range(1, 40):
        gates.labelled(f"r{number}", "pay")
    gates.fold()
    assert gates.the_gate().upto == -1
    gates.labelled("r0", "pay")
    gates.fold()
    assert gates.the_gate().upto == 39


def test_a_gate_that_is_changed_while_cases_are_pending_begins_anew_and_their_labels_count_for_the_old_one() -> None:
    old = gates.proven()
    changed = gates.question(basis={"question": "another one"})
    gates.decided("pending", gates.question(score=0.1))
    assert gates.decided("new", changed).state == "probation"
    first, second = Gate.objects.order_by("epoch")
    assert (first.pk, first.current, second.current, second.epoch) == (old.pk, False, True, 2)
    gates.labelled("pending", "pay")
    gates.fold()
    assert Decision.objects.get(run="pending").gate_id == old.pk
    second.refresh_from_db()
    assert (second.state, second.upto) == ("probation", -1)


def test_a_ledger_that_breaks_its_own_rules_closes_its_gate_and_says_so() -> None:
    gate = gates.proven()
    Decision.objects.filter(gate=gate, number=30).update(pi=0.0)
    labels.told("good30", "gate", "pay", "ben", NOW)
    gates.fold()
    gate.refresh_from_db()
    assert (gate.state, gate.cutoff) == ("broken", None)
    assert gate.flaw
    assert AuditEntry.objects.filter(action="gate.closed").exists()
    assert not gates.decided("next").proceed
    assert folding.fold(gate.pk, gates.Here()) == "nothing"


def test_a_broken_gate_stays_closed_until_a_person_starts_it_anew() -> None:
    gate = gates.proven()
    ada = person("ada", "administrator")
    assert not isinstance(hands.close(gate.pk, ada, "", NOW), Refused)
    assert gates.decided("next").state == "broken"
    assert not isinstance(hands.start_anew(gate.pk, ada, NOW), Refused)
    assert gates.decided("after").state == "probation"
    assert Decision.objects.get(run="after").gate.epoch == 2


def test_too_many_open_audits_stop_a_gate_until_they_are_answered() -> None:
    gate = gates.proven()
    Gate.objects.filter(pk=gate.pk).update(open_audits=terms.RULES.unanswered)
    verdict = gates.decided("next", gates.question(score=0.99))
    assert (verdict.proceed, verdict.cutoff) == (False, None)
    assert "audits" in verdict.reason


def test_a_case_that_nobody_can_answer_any_more_counts_as_wrong() -> None:
    gates.decided("gone")
    assert waiting.give_up(NOW) == 1
    (row,) = gates.rows()
    assert (row.state, row.loss, row.said) == ("given_up", 1.0, None)
    assert waiting.give_up(NOW) == 0
    assert Escalation.objects.count() == 0
