"""Ways to make a gate look better than it is: what somebody who is not asked says, what is cancelled or left."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from runtime.gates import feedback, hands, labels, waiting
from runtime.gates.feedback import Told
from runtime.models import Decision, Gate
from runtime.refused import Refused
from tests.makers import gated as gates
from tests.makers.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def says(run_id: str, *, correct: bool) -> Told:
    done = feedback.told(run_id, "gate", "dora", NOW, correct=correct)
    assert isinstance(done, Told), done
    return done


def verified() -> bool:
    call_command("verify_gates", stdout=StringIO())
    return True


def test_saying_over_the_api_that_it_was_right_answers_no_case_that_people_are_asked() -> None:
    gates.decided("r")
    assert says("r", correct=True).agrees
    (row,) = gates.rows()
    assert (row.state, row.loss, row.said, len(row.labels)) == ("open", None, None, 1)
    gates.fold()
    assert gates.the_gate().upto == -1
    assert verified()
    gates.labelled("r", "decline")
    gates.fold()
    (row,) = gates.rows()
    assert (row.state, row.loss, row.by) == ("settled", 1.0, "ada")
    assert gates.the_gate().upto == 0
    assert verified()


def test_a_bad_case_that_is_praised_and_then_cancelled_counts_as_wrong() -> None:
    gates.decided("bad")
    says("bad", correct=True)
    assert waiting.give_up(NOW) == 1
    (row,) = gates.rows()
    assert (row.state, row.loss) == ("given_up", 1.0)
    gates.fold()
    assert verified()


def test_a_designer_who_praises_every_case_proves_nothing() -> None:
    for number in range(120):
        gates.decided(f"r{number}")
        says(f"r{number}", correct=True)
    gates.fold()
    gate = gates.the_gate()
    assert (gate.state, gate.cutoff, gate.upto) == ("probation", None, -1)


def test_a_designer_who_praises_the_audits_keeps_no_alarm_from_firing() -> None:
    gate = gates.proven()
    for number in range(200):
        gates.decided(f"later{number}")
        if Decision.objects.get(run=f"later{number}").sampled:
            says(f"later{number}", correct=True)
            gates.labelled(f"later{number}", "decline")
        gates.fold()
        gate.refresh_from_db()
        if gate.state == "broken":
            break
    assert (gate.state, gate.cutoff) == ("broken", None)


def test_that_it_was_wrong_counts_at_once_and_whoever_is_asked_cannot_undo_it() -> None:
    gates.decided("r")
    says("r", correct=False)
    gates.labelled("r", "pay")
    (row,) = gates.rows()
    assert (row.state, row.loss) == ("settled", 1.0)


def test_who_answers_the_easy_cases_and_leaves_the_hard_ones_proves_nothing() -> None:
    """Half of all answers are wrong; only those that are right are ever answered."""
    for number in range(200):
        gates.decided(f"r{number}")
        if number % 2 == 0:
            gates.labelled(f"r{number}", "pay")
    gates.fold()
    gate = gates.the_gate()
    assert (gate.state, gate.upto) == ("probation", 0)
    assert waiting.give_up(NOW) == 100
    gates.fold()
    gate.refresh_from_db()
    assert (gate.state, gate.upto) == ("probation", 199)


def test_a_slow_wrong_answer_takes_back_what_quick_right_ones_would_have_proven() -> None:
    for number in range(120):
        gates.decided(f"r{number}")
    for number in range(0, 120, 2):
        gates.labelled(f"r{number}", "pay")
        gates.fold()
        assert gates.the_gate().cutoff is None
    for number in range(1, 120, 2):
        gates.labelled(f"r{number}", "decline")
    gates.fold()
    assert gates.the_gate().state == "probation"


def test_a_label_for_a_row_of_another_gate_touches_no_other() -> None:
    gates.decided("r", workflow="one")
    gates.decided("s", workflow="two")
    labels.told("r", "gate", "decline", "dora", NOW)
    assert Decision.objects.get(run="s").labels == []
    assert not isinstance(labels.told("s", "other", "pay", "dora", NOW), labels.Taken)


def test_a_second_attempt_of_a_visit_is_drawn_alike_and_written_once() -> None:
    first = gates.decided("r")
    again = gates.decided("r")
    assert first == again
    assert Decision.objects.count() == 1
    assert gates.the_gate().arrivals == 1
    gates.decided("r", visit=2)
    one, two = gates.rows()
    assert (two.number, one.draw != two.draw) == (1, True)


def test_one_case_that_is_sent_over_and_over_proves_nothing() -> None:
    for number in range(100):
        gates.decided(f"r{number}", subject="  Please PAY this. " if number % 2 else "please pay this.")
        gates.labelled(f"r{number}", "pay")
    gates.fold()
    assert [row.blind for row in gates.rows()] == [True] + [False] * 99
    assert gates.the_gate().cutoff is None
    assert verified()


def test_cases_that_are_run_again_earn_nothing_also_after_a_new_start() -> None:
    gates.decided("r", subject="one")
    gates.labelled("r", "pay")
    gates.decided("again", subject="one")
    gates.labelled("again", "pay")
    gates.decided("colleague", subject="one")
    gates.labelled("colleague", "pay", by="ben")
    gates.decided("other", subject="two")
    gates.labelled("other", "pay")
    assert [row.blind for row in gates.rows()] == [True, False, True, True]
    gate = gates.the_gate()
    ada = person("ada", "administrator")
    assert not isinstance(hands.close(gate.pk, ada, "", NOW), Refused)
    assert not isinstance(hands.start_anew(gate.pk, ada, NOW), Refused)
    gates.decided("anew", subject="one")
    gates.labelled("anew", "pay")
    assert Decision.objects.get(run="anew").blind is False


def test_a_case_that_comes_again_and_was_wrong_counts_each_time() -> None:
    for number in range(3):
        gates.decided(f"r{number}", subject="one")
        gates.labelled(f"r{number}", "decline")
    assert [row.loss for row in gates.rows()] == [1.0, 1.0, 1.0]


def test_nothing_of_a_case_can_be_read_from_how_it_is_known_again() -> None:
    gates.decided("r", subject="My secret illness")
    (row,) = gates.rows()
    assert len(row.subject) == 64
    assert "illness" not in row.subject
    gates.decided("s", subject=" ")
    assert gates.rows()[1].subject == ""


def test_a_gate_with_the_longest_names_can_still_close_itself() -> None:
    ada = person("ada", "administrator")
    gates.decided("r", workflow="w" * 80)
    Gate.objects.update(node="n" * 40)
    gate = gates.the_gate()
    assert not isinstance(hands.close(gate.pk, ada, "", NOW), Refused)
    assert not isinstance(hands.start_anew(gate.pk, ada, NOW), Refused)
