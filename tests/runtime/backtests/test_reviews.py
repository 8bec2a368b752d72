"""What people have decided of past cases, and how likely it was that they would be asked: of cases and of ledgers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.backtests import figures, reviews
from runtime.backtests.recorded import Reviewed
from runtime.backtests.verdicts import Case
from runtime.models import Gate, Run
from tests.makers.gate_rows import decision, gate
from tests.makers.runs import Story, blueprint

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AUDIT: dict[str, Any] = {"auto": True, "sampled": True, "pi": 0.1, "state": "settled"}
UNASKED: dict[str, Any] = {"auto": True, "sampled": False, "pi": 0.1, "state": "unasked"}


def label(answer: str | None) -> dict[str, Any]:
    """What a person said, as a row of the ledger keeps it."""
    return {"answer": answer, "by": "rita", "at": NOW.isoformat(), "blind": True, "source": "review"}


def case(*, behind: Any = None, answered: bool = True) -> Run:
    """A run in which somebody was asked; `behind` as the case keeps what sent it there."""
    story = Story(blueprint(), {"seats": 300}, began=NOW)
    story.does("size", "large", {"choice": "large"})
    asked = story.asks("ask", "May we go on?")
    resolution = {"choice": "approve", "edits": {}, "comment": "", "by": "rita", "at": NOW.isoformat()}
    asked.state, asked.behind = ("resolved" if answered else "overdue"), behind
    asked.resolution = resolution if answered else None
    asked.save()
    return story.run


@pytest.fixture
def earning() -> Gate:
    """A gate."""
    return gate("small")


def of(run: Run) -> Reviewed | None:
    return reviews.of_runs([run.pk]).get(run.pk)


BY_GATE = {"gates": [{"node": "gate", "visit": 1}]}


def test_a_question_that_no_gate_asked_was_certain_to_be_asked(earning: Gate) -> None:
    run = case()
    decision(earning, run, **UNASKED)
    assert of(run) == Reviewed(1.0)
    assert of(case()) == Reviewed(1.0)


def test_a_drawn_case_counts_as_likely_as_it_was_drawn(earning: Gate) -> None:
    run = case(behind=BY_GATE)
    decision(earning, run, **AUDIT, labels=[label("horse")])
    found = of(run)
    assert found is not None
    assert found.pi == pytest.approx(0.1)
    assert not found.disputed


def test_two_gates_ask_more_likely_than_one(earning: Gate) -> None:
    run = case(behind=BY_GATE)
    decision(earning, run, **AUDIT, labels=[label("horse")])
    decision(earning, run, **UNASKED | {"visit": 2})
    found = of(run)
    assert found is not None
    assert found.pi == pytest.approx(1 - 0.9 * 0.9)


def test_a_case_that_a_gate_always_hands_over_was_certain_to_be_asked(earning: Gate) -> None:
    run = case(behind=BY_GATE)
    decision(earning, run, state="settled", labels=[label("horse")])
    assert of(run) == Reviewed(1.0)


def test_what_nobody_was_asked_or_nobody_answered_is_not_reviewed(earning: Gate) -> None:
    unasked = Story(blueprint(), {"seats": 5}, began=NOW).run
    decision(earning, unasked, **UNASKED)
    assert of(unasked) is None
    assert of(case(answered=False)) is None


def test_a_complaint_about_a_case_that_was_not_drawn_makes_it_no_sample(earning: Gate) -> None:
    run = Story(blueprint(), {"seats": 5}, began=NOW).run
    decision(earning, run, **UNASKED | {"state": "settled"}, labels=[label("horse")])
    assert of(run) is None


@pytest.mark.parametrize(
    ("state", "labels"),
    [("given_up", []), ("settled", [label(None)]), ("settled", [label("horse"), label("cow")])],
)
def test_a_drawn_case_of_which_nobody_can_tell_or_two_disagree_is_disputed(
    earning: Gate, state: str, labels: list[Any]
) -> None:
    run = case(behind=BY_GATE)
    decision(earning, run, **AUDIT | {"state": state}, labels=labels)
    found = of(run)
    assert found is not None
    assert found.pi == pytest.approx(0.1)
    assert found.disputed


def test_many_runs_ask_the_database_no_more_often(earning: Gate, django_assert_num_queries: Any) -> None:
    runs = [case(behind=BY_GATE).pk for _ in range(8)]
    with django_assert_num_queries(2):
        assert len(reviews.of_runs(runs)) == 8


# What the figures make of it


def automatic(number: int, after: str, reviewed: Reviewed | None) -> Case:
    return Case(number, "paid", after, 1 if reviewed else 0, 0, "same", reviewed=reviewed)


def test_a_drawn_case_stands_for_those_that_it_was_drawn_from() -> None:
    sure = [automatic(number, "paid", Reviewed(1.0)) for number in range(9)]
    drawn = [automatic(9, "declined", Reviewed(0.1))]
    wrong = figures.summary([*sure, *drawn], 10, None)["wrong"]
    assert wrong["value"] == pytest.approx(10 / 19, abs=1e-3)
    assert wrong["cases"] == 10


@given(st.integers(0, 30))
def test_cases_that_nobody_looked_at_never_make_it_look_better(unseen: int) -> None:
    known = [automatic(1, "declined", Reviewed(0.2)), automatic(2, "paid", Reviewed(1.0))]
    unknown = [automatic(number + 3, "paid", None) for number in range(unseen)]
    figure = figures.summary([*known, *unknown], 40, None)["wrong"]
    alone = figures.summary(known, 40, None)["wrong"]
    assert [figure[name] for name in ("value", "low", "high", "cases")] == [
        alone[name] for name in ("value", "low", "high", "cases")
    ]


def test_what_people_could_not_tell_counts_as_wrong() -> None:
    wrong = figures.summary([automatic(1, "paid", Reviewed(1.0, disputed=True))], 1, None)["wrong"]
    assert wrong["value"] == 1.0
