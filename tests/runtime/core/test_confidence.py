"""What counts as a confidence."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.confidence import unit


@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, 0.5, 5e-324])
def test_a_finite_number_in_the_unit_interval_counts(value: float) -> None:
    assert unit(value) == value


@pytest.mark.parametrize(
    "value",
    [True, False, None, "0.9", "", 95, -0.1, 1.0000001, math.nan, math.inf, -math.inf, 10**400, [0.5], {"a": 1}, 1j],
)
def test_nothing_else_counts(value: Any) -> None:
    assert unit(value) is None


@given(st.floats() | st.integers() | st.text() | st.booleans())
def test_what_counts_is_always_a_float_in_the_unit_interval(value: Any) -> None:
    found = unit(value)
    assert found is None or (type(found) is float and 0.0 <= found <= 1.0)
