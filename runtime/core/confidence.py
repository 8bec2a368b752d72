"""What counts as a confidence: the one place that says it, for model answers, judges and gates alike."""

from __future__ import annotations

import math


def unit(value: object) -> float | None:
    """The number if it is a finite one in 0..1; None for everything else: `true`, "0.9", 95, NaN, a missing value.

    Nothing is repaired: a model that answers 95 may have meant 0.95 or something else, and a person can tell.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and 0.0 <= number <= 1.0 else None
