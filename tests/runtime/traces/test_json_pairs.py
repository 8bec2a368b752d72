"""What is different between two values: all of it, and only that, within a budget."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runtime.traces.json_pairs import LONGEST, Branch, Budget, Leaf, Part, paired

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def leaves(part: Part | None) -> list[Leaf]:
    if isinstance(part, Branch):
        return [leaf for each in part.parts for leaf in leaves(each)]
    return [part] if part else []


@given(JSON)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert paired(value, value, Budget(9)) is None


@given(JSON, JSON)
def test_what_differs_is_told_the_same_from_either_side(one: Any, other: Any) -> None:
    there, back = leaves(paired(one, other, Budget(99))), leaves(paired(other, one, Budget(99)))
    assert sorted((each.before, each.after) for each in there) == sorted((each.after, each.before) for each in back)
    assert bool(there) == (paired(one, other, Budget(99)) is not None)


@given(JSON, JSON, st.integers(0, 4))
def test_no_more_is_told_than_the_budget_allows(one: Any, other: Any, budget: int) -> None:
    assert len(leaves(paired(one, other, Budget(budget)))) <= max(1, budget)


def test_what_is_the_same_is_counted_and_left_out() -> None:
    found = paired({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 2, "d": 4}}, Budget(9))
    assert found == Branch("", (Branch("b", (Leaf("d", "changed", "3", "4"),), 1, cut=False),), 1, cut=False)


def test_yes_is_not_one() -> None:
    assert leaves(paired(True, 1, Budget(9))) == [Leaf("", "changed", "true", "1")]


def test_a_long_text_is_shown_around_the_place_where_it_parts() -> None:
    found = leaves(paired("x" * 9_000 + "old", "x" * 9_000 + "new", Budget(9)))[0]
    assert (found.before.endswith("old"), found.after.endswith("new")) == (True, True)
    assert len(found.before) <= LONGEST + 2


def test_a_part_that_only_one_has_is_told_as_such() -> None:
    found = leaves(paired({"a": 1}, {"b": [2]}, Budget(9)))
    assert {(each.key, each.sort) for each in found} == {("a", "removed"), ("b", "added")}
