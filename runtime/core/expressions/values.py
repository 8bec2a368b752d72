"""JSON on its way into an expression and back out of it.

Called by `evaluation` and by the templates. It decides which values may meet an expression (no NaN, no text that is not
Unicode, nothing too deep) and which results may leave it; it computes nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type Code = Literal["missing_field", "type", "not_finite", "too_large", "timeout", "memory", "error"]

MAX_RESULT = 100_000
MAX_COPY = 1 << 20
_MAX_DEPTH = 100
_INT64 = 1 << 63


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be computed, and why: an answer like any other, never an exception."""

    reason: str
    code: Code


class Refused(Exception):
    """Inside this package only: carries the `Unknown` out of a recursion."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.unknown = Unknown(reason, code)


def admit(value: Json, depth: int = 0) -> Json:
    """A copy that the library can hold: its strings are UTF-8 and its whole numbers have 64 bits."""
    if depth > _MAX_DEPTH:
        raise Refused("too_large", "The data is nested too deeply for an expression.")
    if isinstance(value, str):
        return _unicode(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _admit_number(value)
    if isinstance(value, list):
        return [admit(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_unicode(key): admit(item, depth + 1) for key, item in value.items()}
    raise Refused("type", f"A value of type {type(value).__name__} is not JSON.")


def _unicode(text: str) -> str:
    if text.isascii():
        return text
    # A lone surrogate is legal in a Python string and makes the library fail with a null pointer.
    return text.encode("utf-8", "replace").decode("utf-8")


def _admit_number(number: int | float) -> int | float:
    if isinstance(number, int) and -_INT64 <= number < _INT64:
        return number
    try:
        number = float(number)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Refused("not_finite", "The data holds a number that is not finite.")
    return number


def export(value: object) -> Json:
    """A result of the library as JSON: times and durations become text, what JSON has no word for is refused."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, list):
        return [export(item) for item in value]
    if isinstance(value, dict):
        # The library's objects have another order in each process: a repeated effect would have another body.
        return {key: export(item) for key, item in sorted((_key(key), item) for key, item in value.items())}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return _seconds(value)
    raise Refused("type", "The result is neither text, number, true/false, list nor object.")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Refused("not_finite", "The result is not a finite number.")
    return value


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise Refused("type", "The names in an object must be texts.")


def _seconds(value: timedelta) -> str:
    sign = "-" if value < timedelta() else ""
    value = abs(value)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    return f"{sign}{value.days * 86_400 + value.seconds}{fraction}s"


def bounded(value: Json, limit: int) -> Json:
    """The value, if it is finite all the way down and its JSON is no longer than `limit` characters."""
    if value is None or isinstance(value, bool):
        return value
    try:
        size = len(value) if isinstance(value, str) else len(json.dumps(value, allow_nan=False, ensure_ascii=False))
    except (ValueError, TypeError, RecursionError):
        raise Refused("not_finite", "The value holds something that is not finite JSON.") from None
    if size > limit:
        raise Refused("too_large", f"The result is larger than {limit:,} characters.")
    return value


def weigh(value: object, budget: int) -> int:
    """About how much work a value makes: 50 an item, 1 a character. Stops counting beyond the budget."""
    weight, stack = 0, [value]
    while stack and weight <= budget:
        top = stack.pop()
        weight += 50
        if isinstance(top, str):
            weight += len(top)
        elif isinstance(top, Mapping):
            weight += sum(map(len, top)) if len(top) * 50 <= budget else budget + 1
            stack.extend(top.values() if weight <= budget else ())
        elif isinstance(top, list):
            weight += 50 * len(top) if len(top) * 50 > budget else 0
            stack.extend(top if weight <= budget else ())
    return weight
