"""Signal against limit: only numbers from 0 to 1 are drawn."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runtime.traces.measures import measured

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
KINDS = ["decide.model", "verify.judge", "verify.agreement", "verify.quality", "execute.http"]


def test_a_decision_shows_its_confidence_its_limit_and_its_signals() -> None:
    output = {"confidence": 0.83, "signals": {"logprob": 0.83, "self": 0.9, "odd": "x"}}
    first, *signals = measured("decide.model", output, {"cutoff": 0.9})
    assert (first.name, first.value, first.limits) == ("confidence", 0.83, ((0.9, "decides from here on"),))
    assert [each.name for each in signals] == ["signal: logprob", "signal: self"]


def test_a_judgement_shows_both_of_its_limits() -> None:
    (score,) = measured("verify.judge", {"score": 0.5}, {"fail_below": 0.3, "pass_at": 0.7})
    assert [limit for limit, _ in score.limits] == [0.3, 0.7]


def test_where_no_limit_is_given_the_one_that_counts_is_shown() -> None:
    (similarity,) = measured("verify.agreement", {"similarity": 0.9}, {"by": "similar"})
    assert [limit for limit, _ in similarity.limits] == [0.85]


@given(
    st.sampled_from(KINDS),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("confidence", "signals", "score", "similarity", "cutoff"), ANYTHING)
    )
    | ANYTHING,
    st.dictionaries(st.sampled_from(["cutoff", "pass_at", "fail_below", "at_least"]), ANYTHING),
)
def test_whatever_a_journal_holds_only_shares_are_drawn(kind: str, output: Any, config: dict[str, Any]) -> None:
    for measure in measured(kind, output, config):
        assert 0 <= measure.value <= 1
        assert all(0 <= mark <= 100 for mark in measure.marks)
