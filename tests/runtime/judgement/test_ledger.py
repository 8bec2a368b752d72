"""What labels say about a row: the worst counts, and nothing that comes in loosens anything."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judgement.ledger import Costs, Label, Refused, Row, attach, settled, unanswered, weigh
from tests.makers.judgement import answered, case, gate

ROW = case(gate(), 0, 0.9)
labels = st.builds(
    Label, st.sampled_from(["yes", "no", None]), st.sampled_from(["ada", "bob", "eve"]), st.booleans()
)  # fmt: skip


def test_a_label_for_an_unknown_case_is_refused() -> None:
    refused = attach(None, "gate", Label("yes", "ada"), ("yes", "no"))
    assert isinstance(refused, Refused)
    assert refused.code == "unknown_case"


def test_a_label_for_another_gates_case_is_refused() -> None:
    refused = attach(ROW, "another", Label("yes", "ada"), ("yes", "no"))
    assert isinstance(refused, Refused)
    assert refused.code == "foreign_case"


@pytest.mark.parametrize(("answer", "by", "code"), [("maybe", "ada", "unknown_answer"), ("yes", " ", "no_reviewer")])
def test_an_answer_that_is_none_or_nobodys_is_refused(answer: str, by: str, code: str) -> None:
    refused = attach(ROW, "gate", Label(answer, by), ("yes", "no"))
    assert isinstance(refused, Refused)
    assert refused.code == code


def test_the_same_label_twice_is_one() -> None:
    assert answered(answered(ROW)) == answered(ROW)


def test_of_two_labels_that_disagree_the_worse_counts() -> None:
    for first, second in (("yes", "no"), ("no", "yes")):
        found = weigh(answered(answered(ROW, first), second, by="bob"), Costs())
        assert found is not None
        assert found.loss == 1.0


def test_who_cannot_tell_says_that_it_is_wrong() -> None:
    found = weigh(answered(ROW, None), Costs())
    assert found is not None
    assert found.loss == 1.0


def test_agreement_in_sight_of_the_machines_answer_earns_nothing() -> None:
    seen = weigh(answered(ROW, "yes", blind=False), Costs())
    assert seen is not None
    assert not seen.credit


def test_agreement_of_a_reviewer_in_doubt_earns_nothing() -> None:
    found = weigh(answered(ROW), Costs(), ("ada",))
    assert found is not None
    assert not found.credit


@given(st.lists(labels, max_size=4), labels)
def test_one_more_label_never_lowers_a_loss(before: list[Label], more: Label) -> None:
    was, then = weigh(replace(ROW, labels=tuple(before)), Costs()), weigh(replace(ROW, labels=(*before, more)), Costs())
    assert then is not None
    assert was is None or then.loss >= was.loss


@given(st.one_of(st.floats(), st.booleans(), st.text(), st.none()))
def test_a_cost_is_a_number_from_0_to_1_or_all_of_it(cost: object) -> None:
    loss = Costs((("yes", "no", cost),)).loss("yes", "no")  # type: ignore[arg-type] # what a broken store may hold
    assert 0.0 <= loss <= 1.0
    assert loss == cost or loss == 1.0


def test_without_an_answer_of_the_machine_nothing_is_right() -> None:
    assert Costs().loss(None, None) == 1.0


@given(st.lists(st.booleans(), max_size=30))
def test_nothing_behind_the_oldest_open_case_is_settled(open_: list[bool]) -> None:
    rows = [replace(ROW, number=at, labels=() if each else (Label("yes", "ada"),)) for at, each in enumerate(open_)]
    assert [row.number for row in settled(rows)] == list(range(open_.index(True) if any(open_) else len(open_)))


def test_a_case_that_was_not_drawn_holds_nothing_up() -> None:
    rows = [replace(ROW, number=0, sampled=False, auto=True), answered(replace(ROW, number=1))]
    assert len(settled(rows)) == 2


@pytest.mark.parametrize("numbers", [(1, 1), (2, 1)])
def test_a_ledger_out_of_order_is_not_read(numbers: tuple[int, int]) -> None:
    rows = [answered(replace(ROW, number=number)) for number in numbers]
    with pytest.raises(ValueError, match="arrival order"):
        settled(rows)


def test_only_open_audits_of_the_epoch_are_counted() -> None:
    audit = replace(ROW, auto=True)
    rows: list[Row] = [audit, answered(audit), replace(audit, sampled=False), replace(audit, epoch=7), ROW]
    assert unanswered(rows, ROW.epoch) == 1


def test_a_row_keeps_no_signal_that_is_no_number() -> None:
    assert case(gate(), 0, math.nan).signals == {}
    assert case(gate(), 0, True).score is None
