"""What the pages of gates draw: computed from the ledger, beside the pages, bounded, and made anew as it grows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.gates import profiles, profiling, reports
from runtime.models import Decision, Gate, GateProfile
from runtime.views.gate_pages import words
from tests.makers.gate_rows import decision, gate
from tests.makers.gated import Here, decided, fold, labelled, proven, the_gate

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def drawn(of: Gate, now: datetime = NOW) -> dict[str, Any]:
    assert profiles.make(of, now, Here())
    data: dict[str, Any] = GateProfile.objects.get(gate=of).data
    return data


def goes_on(wrong_every: int = 0) -> Gate:
    """A proven gate decides sixty cases more; of its checks some are wrong."""
    proven()
    for number in range(1, 61):
        decided(f"late{number}")
        if Decision.objects.get(run=f"late{number}").sampled:
            wrong = wrong_every and number % wrong_every == 0
            labelled(f"late{number}", "decline" if wrong else "pay")
    fold()
    return the_gate()


def test_a_gate_without_an_answer_says_how_many_it_takes_at_best() -> None:
    decided("r1")
    told = drawn(the_gate())
    assert told["progress"]["least"]
    assert told["progress"]["more"] > 20
    assert (told["bins"], told["audits"], told["reviewed"]) == ([], [], 0)


def test_a_proven_gate_has_curves_audits_and_the_cut_offs_that_were_in_force() -> None:
    told = drawn(goes_on())
    assert told["planned"]
    assert 0 < len(told["points"]) <= profiling.MOST_POINTS
    assert sum(part["cases"] for part in told["volume"]) == Decision.objects.count()
    assert sum(part["cases"] for part in told["audits"]) == Decision.objects.filter(auto=True, sampled=True).count()
    assert [cutoff for cutoff, _ in told["cutoffs"]] == [0.9]
    assert told["progress"]["more"] == 0


def test_the_alarm_ends_where_the_fold_has_it() -> None:
    told = drawn(goes_on(wrong_every=7))
    assert told["alarm"]["level"] == pytest.approx(told["audits"][-1]["level"])
    assert told["audits"][-1]["wrong"] > 0
    assert told["alarm"]["seen"] > 0


def test_the_job_draws_what_has_changed_and_nothing_twice() -> None:
    decided("r1")
    assert profiles.make_due(NOW, Here()) == 1
    assert profiles.make_due(NOW, Here()) == 0
    decided("r2")
    GateProfile.objects.update(took_ms=1_000)
    assert profiles.make_due(NOW + timedelta(seconds=39), Here()) == 0
    assert profiles.make_due(NOW + timedelta(seconds=41), Here()) == 1


def test_a_ledger_that_cannot_be_judged_by_is_said_to_be_and_left_alone() -> None:
    broken = gate(standing={"rules": {"learn": -1}})
    assert not profiles.make(broken, NOW, Here())
    assert "learn" in GateProfile.objects.get().data["flaw"]
    assert profiles.make_due(NOW, Here()) == 0


def test_whose_answers_it_rests_on_is_counted_and_told_where_it_is_one_person_alone() -> None:
    for number in range(4):
        decided(f"r{number}")
        labelled(f"r{number}", "pay", blind=number > 0)
    fold()
    told = drawn(the_gate())["people"]
    assert told == {"people": 1, "only": "ada", "answers": 4, "blind": 3, "agreed": 4}
    assert words.people(told) == (
        "All evidence comes from one person: ada gave 4 answers, 3 of them without seeing what the machine said;"
        " the others can count against the machine only."
        " No answer differs from the machine's, and nobody else has looked."
    )
    decided("r4")
    labelled("r4", "decline", by="bob")
    told = drawn(the_gate())["people"]
    assert (told["people"], told["only"], told["agreed"]) == (2, "", 4)
    assert words.people(told).startswith("4 of 5 answers were given without seeing")
    assert words.people({**told, "blind": 5}) == words.people(None) == words.people({**told, "answers": 0}) == ""


def test_what_went_wrong_in_a_period_is_bounded_over_all_epochs() -> None:
    first, second = gate(current=False), gate(epoch=2)
    alone: dict[str, Any] = {"auto": True, "pi": 0.1, "at": NOW}
    for number in range(30):
        decision(first, f"a{number}", **alone, sampled=True, state="settled", said="zebra", loss=0.0)
        decision(second, f"b{number}", **alone, sampled=False, state="unasked")
    decision(second, "open", **alone, sampled=True)
    decision(second, "told", **alone, sampled=False, state="settled", said="horse", loss=1.0)
    decision(second, "later", **{**alone, "at": NOW + timedelta(days=2)}, sampled=True)
    found = reports.looked_back("animals", "gate", NOW, NOW + timedelta(days=1), 0.95)
    assert (found.automatic, found.audited, found.wrong, found.open, found.reported) == (62, 31, 1, 1, 1)
    assert 2 <= found.at_most <= 62
    nothing = reports.looked_back("animals", "gate", NOW - timedelta(days=9), NOW, 0.95)
    assert (nothing.automatic, nothing.at_most) == (0, 0)
