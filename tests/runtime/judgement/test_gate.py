"""A gate's life: probation, proven, broken; recomputed from its ledger; and nothing that is done to it loosens it."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.judgement.gate import Standing, begin, changed, fold, policy_of, recompute
from runtime.judgement.ledger import Costs, Label, Refused, Row
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.signals import Scoring
from runtime.judgement.stored import same
from tests.makers.judgement import (
    CHOICES,
    PROMISE,
    RULES,
    SCORING,
    Lived,
    answered,
    case,
    gate,
    lived,
    proven,
    with_label,
)

HOSTILE: list[Any] = [math.nan, math.inf, -math.inf, True, "0.99", 95, -1, None, [1.0], {"p": 1.0}]
histories = st.lists(st.tuples(st.floats(0.3, 1), st.floats(0, 1)), min_size=0, max_size=120)


def life(history: list[tuple[float, float]], worst: float = 0.08) -> Lived:
    return lived(gate(), [(score, chance >= worst) for score, chance in history])


def how_open(standing: Standing) -> float:
    """The larger, the more it lets through."""
    return -math.inf if standing.cutoff is None else -standing.cutoff


def test_a_new_gate_is_on_probation_and_asks_a_person_about_every_case() -> None:
    row = case(gate(), 0, 1.0)
    assert gate().state == "probation"
    assert (row.auto, row.sampled, row.pi) == (False, True, 1.0)


def test_a_gate_that_is_always_right_is_proven_and_decides() -> None:
    found = proven().standing
    assert found.cutoff is not None
    assert case(found, 500, 0.99, draw=0.9).auto


def test_a_gate_that_is_often_wrong_stays_on_probation() -> None:
    chance = random.Random(3)
    assert lived(gate(), [(chance.random(), chance.random() > 0.3) for _ in range(400)]).standing.state == "probation"


def test_a_proven_gate_that_goes_wrong_closes_itself_and_stays_closed() -> None:
    good = proven().standing
    broken = lived(good, [(0.95, False)] * 60).standing
    assert (broken.state, broken.cutoff) == ("broken", None)
    assert not case(broken, 999, 1.0, draw=0.9).auto
    assert "broke" in policy_of(broken).why
    assert lived(broken, [(0.95, True)] * 200).standing == broken


def test_reports_alone_close_a_gate_when_they_are_too_many_for_its_promise() -> None:
    # The last draw is never below the audit rate: nothing is audited, every wrong answer comes in as a complaint.
    standing = replace(proven().standing, reports=replace(gate().reports, at=50.0))
    rows = [case(standing, standing.upto + 1 + at, 0.95, draw=0.999) for at in range(80)]
    assert all(row.auto and not row.sampled for row in rows)
    assert fold(standing, rows).state == "proven"
    assert fold(standing, [answered(row, "no") for row in rows]).state == "broken"


def test_a_complaint_about_a_case_that_was_not_drawn_earns_and_costs_no_certificate() -> None:
    standing = proven().standing
    row = case(standing, standing.upto + 1, 0.95, draw=0.999)
    assert fold(standing, [answered(row, "yes")]).evidence == standing.evidence


def test_nothing_behind_an_open_case_is_folded() -> None:
    rows = proven().rows
    held = (*rows[:30], replace(rows[30], labels=()), *rows[31:])
    assert fold(gate(), held).upto == 29
    assert fold(gate(), held).state == "probation"


@settings(max_examples=30)
@given(histories, st.randoms(use_true_random=False))
def test_whatever_the_portions_the_ledger_gives_the_same_standing(
    history: list[tuple[float, float]], chance: random.Random
) -> None:
    found = life(history)
    portions, rest = gate(), list(found.rows)
    while rest:
        size = chance.randint(1, 40)
        portions, rest = fold(portions, rest[:size]), rest[size:]
    assert same(portions, found.standing)
    assert same(recompute(found.standing, found.rows), found.standing)
    assert same(fold(found.standing, found.rows), found.standing)


@settings(max_examples=30)
@given(histories, st.data())
def test_an_answer_to_a_case_that_was_folded_never_loosens_the_gate(
    history: list[tuple[float, float]], data: st.DataObject
) -> None:
    found = life(history)
    if not found.rows:
        return
    label = Label(data.draw(st.sampled_from([*CHOICES, None])), "bob", data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(found.rows) - 1))
    again = recompute(found.standing, with_label(found.rows, at, label))
    assert again.state == "broken" or how_open(again) <= how_open(found.standing)


@settings(max_examples=20)
@given(histories)
def test_distrust_of_a_reviewer_never_loosens_the_gate(history: list[tuple[float, float]]) -> None:
    found = life(history)
    again = recompute(replace(found.standing, distrusted=("ada",)), found.rows)
    assert how_open(again) <= how_open(found.standing)


@pytest.mark.parametrize("praises", [1, 5, 12])
def test_what_closed_a_gate_closes_it_also_when_whoever_praised_it_is_distrusted(praises: int) -> None:
    standing, rows = gate(), list[Row]()
    while standing.state == "probation":
        rows.append(answered(case(standing, len(rows), 0.9)))
        standing = fold(standing, rows[-1:])
    told = [("yes", "bob")] * praises + [("no", "ada")] * 60
    for answer, by in told:
        rows.append(answered(case(standing, len(rows), 0.9), answer, by))
        standing = fold(standing, rows[-1:])
    assert standing.state == "broken"
    assert recompute(replace(standing, distrusted=("bob",)), rows[: standing.upto + 1]).state == "broken"


@pytest.mark.parametrize("hostile", HOSTILE, ids=repr)
def test_a_hostile_score_goes_to_a_person_and_teaches_nothing(hostile: object) -> None:
    standing = proven().standing
    row = case(standing, standing.upto + 1, hostile, draw=0.9)
    assert (row.auto, row.score) == (False, None)
    told = fold(standing, [answered(row)])
    assert told.evidence is not None
    assert standing.evidence is not None
    assert told.evidence.candidates == standing.evidence.candidates


def test_agreement_in_sight_of_the_machines_answer_never_proves_a_gate() -> None:
    standing = gate()
    for number in range(300):
        standing = fold(standing, [answered(case(standing, number, 0.9), blind=False)])
    assert standing.state == "probation"


def test_rows_of_another_epoch_change_nothing() -> None:
    found = proven()
    foreign = [replace(row, epoch=5, number=row.number + 1_000) for row in found.rows]
    assert fold(found.standing, foreign) == found.standing


def test_a_ledger_of_another_gate_is_not_read() -> None:
    with pytest.raises(ValueError, match="another gate"):
        fold(gate(), [replace(case(gate(), 0, 0.9), gate="other")])


def test_a_ledger_out_of_order_is_not_read() -> None:
    rows: list[Row] = [answered(case(gate(), number, 0.9)) for number in (1, 0)]
    with pytest.raises(ValueError, match="arrival order"):
        fold(gate(), rows)


@pytest.mark.parametrize("pi", [0.0, -1.0, 0.01, math.nan])
def test_a_row_that_says_it_was_drawn_more_rarely_than_any_is_not_read(pi: float) -> None:
    standing = proven().standing
    row = replace(answered(case(standing, standing.upto + 1, 0.95)), pi=pi)
    with pytest.raises(ValueError, match="from 0 to 1"):
        fold(standing, [row])


def test_a_gate_whose_audits_nobody_answers_stops_deciding() -> None:
    standing = proven().standing
    assert policy_of(standing, RULES.unanswered - 1).cutoff is not None
    assert policy_of(standing, RULES.unanswered).cutoff is None
    assert standing.state == "proven"


@pytest.mark.parametrize(
    "looser",
    [
        {"promise": Promise(0.3, 0.9)}, {"promise": Promise(0.2, 0.8)}, {"rules": replace(RULES, audit=0.1)},
        {"rules": replace(RULES, alarm_at=9_999.0)}, {"rules": replace(RULES, unanswered=5_000)},
        {"costs": Costs((("yes", "no", 0.1),))},
    ],
    ids=repr,
)  # fmt: skip
def test_loosening_needs_a_name(looser: dict[str, Any]) -> None:
    refused = changed(proven().standing, **looser)
    assert isinstance(refused, Refused)
    assert refused.code == "needs_a_name"
    assert isinstance(changed(proven().standing, **looser, by=" "), Refused)
    assert isinstance(changed(proven().standing, **looser, by="ada"), Standing)


@pytest.mark.parametrize(
    "change",
    [
        {"promise": Promise(0.1, 0.9)}, {"promise": Promise(0.2, 0.99)}, {"scoring": Scoring(("other",))},
        {"rules": replace(RULES, familiar_at=0.05)}, {"costs": Costs((("yes", "no", 1.0),))}, {},
    ],
    ids=repr,
)  # fmt: skip
def test_whatever_else_is_changed_a_new_epoch_begins_on_probation(change: dict[str, Any]) -> None:
    standing = proven().standing
    fresh = changed(standing, **change)
    assert isinstance(fresh, Standing)
    assert (fresh.state, fresh.epoch, fresh.plan) == ("probation", standing.epoch + 1, None)


def test_more_audits_are_asked_for_within_the_epoch() -> None:
    standing = proven().standing
    tighter = changed(standing, rules=replace(RULES, audit=0.9))
    assert isinstance(tighter, Standing)
    assert (tighter.cutoff, tighter.epoch, policy_of(tighter).audit) == (standing.cutoff, standing.epoch, 0.9)


def test_cases_that_were_pending_when_the_gate_was_edited_do_not_count_for_the_new_epoch() -> None:
    standing = proven().standing
    pending = case(standing, standing.upto + 1, 0.9, draw=0.0)
    fresh = changed(standing, scoring=Scoring(("probability", "judge")))
    assert isinstance(fresh, Standing)
    assert fold(fresh, [answered(pending)]) == fresh


def test_strangeness_counts_as_the_rules_say() -> None:
    watchful = begin("gate", 0, PROMISE, Rules(familiar_at=0.05), SCORING)
    assert watchful.scoring.familiar_at == 0.05
    assert case(watchful, 0, 0.9).score is None
