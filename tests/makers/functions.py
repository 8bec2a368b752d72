"""A module as a package from outside would offer it: importing it registers a function."""

from __future__ import annotations

from runtime.core.functions import interlock_function


@interlock_function("tests.double", effect="none")
def double(*, number: float) -> float:
    """Twice a number."""
    return number * 2
