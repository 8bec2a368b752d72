"""Gates in words: nothing is called proven that is not, and no bound is rounded down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from runtime.judgement.report import Period
from runtime.views.gate_pages import words
from runtime.views.gate_pages.words import Facts

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
NEW = Facts("probation", 0.05, 0.95, None, "", 0, 100, None, None, None)
PROVEN = replace(NEW, state="proven", cutoff=0.83, proven_at=NOW)


def progress(**fields: Any) -> dict[str, Any]:
    return {"known": 143, "more": 147, "least": False, "days": 8.2, "reason": "", **fields}


def test_on_probation_every_case_goes_to_a_person_and_it_says_how_far_it_is() -> None:
    assert words.state(NEW, progress()) == (
        "On probation: every case goes to a person. 143 of about 290 answers are there, about 9 days at this volume."
    )


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (progress(least=True), "143 of at least 290 answers are there"),
        (progress(days=None), "since none came lately"),
        (progress(days=0.2), "about 1 day at this volume"),
        (progress(days=1e9), "more than 1,000 days"),
        (progress(more=None, reason="About 7.3% are wrong where 5.0% may be."), "143 answers are there. About 7.3%"),
        (progress(more=None, known=1), "1 answer is there."),
        (None, "is being worked out"),
    ],
)
def test_what_is_not_known_is_said_not_to_be(known: Any, says: str) -> None:
    assert says in words.state(NEW, known)


def test_a_proven_gate_says_from_where_on_it_decides_and_how_sure_that_is() -> None:
    assert words.state(PROVEN, progress()) == (
        "Proven on 12 Mar 2026: decides from 0.83 on by itself; at most 5 % of these are wrong, 95 % sure."
    )


def test_a_proven_gate_with_too_many_open_checks_decides_nothing_and_says_so() -> None:
    assert "Just now every case goes to a person" in words.state(replace(PROVEN, open_audits=100), None)


def test_a_gate_is_broken_by_its_own_alarm_or_closed_for_a_reason() -> None:
    broken = replace(NEW, state="broken", broken_at=NOW)
    assert words.state(broken, None).startswith("Broken on 12 Mar 2026: more of its own decisions were wrong")
    closed = words.state(replace(broken, flaw="Closed by dora. Prices changed."), None)
    assert closed.startswith("Closed on 12 Mar 2026: Closed by dora. Prices changed. Closed until somebody starts")
    assert "every case goes to a person" in closed


def test_an_epoch_that_is_over_claims_nothing() -> None:
    assert "over since 12 Mar 2026" in words.state(replace(PROVEN, ended_at=NOW), None)


def test_a_cut_off_says_what_it_would_give() -> None:
    point = {"cutoff": 0.83, "automatic": 0.64, "value": 0.008, "at_most": 0.0181, "cases": 120}
    assert words.what_if(point) == "At 0.83: 64 % automatic, at most 1.9 % wrong (estimate 0.8 %, from 120 answers)."
    assert "nothing is known" in words.what_if({**point, "cases": 0})
    assert "too few answers" in words.what_if({**point, "at_most": 1.0})
    past = words.what_if({**point, "at_most": 1.0}, past=True)
    assert past == "In those answers, at 0.83: 64 % automatic, about 0.8 % wrong (from 120 answers)."


def test_why_a_gate_was_closed_is_told_only_where_something_is_known() -> None:
    assert words.why_closed(9, 0, 0, ()) == ""
    assert words.why_closed(1, 1, 0, [("a", None, 1)]) == (
        "1 of 1 checked answer was wrong: the gate said “a”, people said that they cannot tell once."
    )
    assert words.why_closed(9, 0, 2, [(None, "b-c", 2)]) == (
        "2 were reported as wrong: the gate said nothing, people said “b c” twice."
    )


@given(some.floats(0.0, 1.0))
def test_a_bound_is_never_said_to_be_lower_than_it_is(share: float) -> None:
    assert float(words.at_most(share).removesuffix(" %")) >= 100.0 * share - 1e-6


@given(some.floats(0.0, 1.0))
def test_a_share_is_said_to_within_a_tenth_of_a_per_cent(share: float) -> None:
    assert abs(float(words.percent(share).removesuffix(" %")) - 100.0 * share) <= 0.0501


def test_looking_back_says_the_bound_and_what_it_stands_on() -> None:
    said = words.looked_back(Period(1200, 120, 3, 1, 2, 55, 0.95), "1 Mar 2026", "31 Mar 2026")
    assert "at most 55 of 1,200 automatic decisions were wrong (95 % sure)" in said
    assert "120 of them were checked, 3 wrong (1 of these not answered yet, which counts as wrong); 2 more" in said
    assert "decided nothing by itself" in words.looked_back(Period(0, 0, 0, 0, 0, 0, 0.95), "1 Mar", "2 Mar")


@pytest.mark.parametrize(
    ("action", "actor", "data", "says"),
    [
        ("gate.proven", "system", {"cutoff": 0.9}, "decides from 0.90 on"),
        ("gate.proven", "system", {}, "decides from a score on"),
        ("gate.closed", "system", {"flaw": ""}, "Closed itself"),
        ("gate.closed", "system", {"flaw": "Out of order."}, "Out of order."),
        ("gate.closed", "dora", {"reason": "Prices."}, "dora closed it. Prices."),
        ("gate.restarted", "dora", {"epoch": 3}, "dora started it anew, as epoch 3."),
        ("gate.loosened", "dora", {"what": ["audit", "max_error"]}, "a smaller share, a larger share may be wrong"),
        ("gate.terms", "dora", {"said": "10 % sure", "note": "Why."}, "dora changed what it promises: 10 % sure. Why."),
        ("gate.incident_settled", "dora", {"deed": "leave"}, "left it closed"),
        ("gate.something_else", "dora", {}, "dora: something else"),
    ],
)
def test_the_log_is_told_in_words(action: str, actor: str, data: Any, says: str) -> None:
    assert says in words.log(action, actor, data)
