"""Steps that a person skipped, in words: what is known of the world outside, and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.events import Event
from runtime.traces.skips import Skip, skip_of, skipped_on_the_way, why_skipped

JSON = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("kind", "outward", "known"),
    [
        ("execute.email", True, "as far as is known, nothing was sent"),
        ("execute.http", True, "as far as is known, it had no effect outside"),
        ("execute.prompt", False, "it was not done"),
    ],
)
def test_what_is_said_of_the_world_outside_is_what_is_known(kind: str, outward: bool, known: str) -> None:
    assert why_skipped(Skip("ada", "", None), kind, outward) == f"ada skipped this step; {known}."


def test_the_steps_that_were_skipped_are_named_and_many_are_counted() -> None:
    assert skipped_on_the_way([]) == ""
    assert skipped_on_the_way(["A"]) == "“A” was skipped by a person on the way, and not done."
    assert skipped_on_the_way(list("ABCDE")).startswith("“A”, “B”, “C” and 2 more were skipped")


@given(by=JSON, incident=JSON, error=JSON)
def test_whatever_the_journal_holds_of_a_skip_it_makes_a_sentence(by: object, incident: object, error: object) -> None:
    found = skip_of(Event("step.finished", "a", 1, {"skipped": True, "by": by}), incident, error)
    assert found is not None
    assert "skipped this step" in why_skipped(found, "execute.email", outward=True)
