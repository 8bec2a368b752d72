"""What a step measured, against the limit that decided: signal and limit side by side. Pure.

Called by the page of a run. `stories` says the same as a sentence; this is drawn beside it. Whatever is no number
is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.nodes.verify_agreement import DEFAULT_AT_LEAST


@dataclass(frozen=True, slots=True)
class Measure:
    """A signal from 0 to 1; `limits` are the marks it is held against, each with what it means."""

    name: str
    value: float
    limits: tuple[tuple[float, str], ...] = ()

    @property
    def percent(self) -> float:
        """Its place on a scale from 0 to 100."""
        return 100 * self.value

    @property
    def marks(self) -> tuple[float, ...]:
        """The places of its limits."""
        return tuple(100 * limit for limit, _ in self.limits)


def measured(kind: str, output: Any, config: Mapping[str, Any]) -> tuple[Measure, ...]:
    """The measures of a finished step, the decisive one first; none where it measures nothing."""
    known = output if isinstance(output, Mapping) else {}
    if kind == "decide.model":
        signals = known.get("signals")
        single = signals if isinstance(signals, Mapping) else {}
        cutoff = known.get("cutoff", config.get("cutoff"))
        first = _measure("confidence", known.get("confidence"), ((cutoff, "decides from here on"),))
        rest = (_measure(f"signal: {_words(name)}", value) for name, value in list(single.items())[:8])
        return tuple(each for each in (first, *rest) if each)
    found = {
        "verify.judge": ("score", "score", (("fail_below", "fails below"), ("pass_at", "passes from here on"))),
        "verify.agreement": ("similarity", "similarity", (("at_least", "passes from here on"),)),
        "verify.familiar": ("p", "as strange", (("min_p", "strange below"),)),
        "decide.match": ("p", "as strange", (("min_p", "strange below"),)),
        "verify.quality": ("completeness", "completeness", ()),
    }.get(kind)
    if found is None:
        return ()
    field, name, limits = found
    if kind == "verify.agreement" and config.get("at_least") is None:
        config = {**config, "at_least": DEFAULT_AT_LEAST.get(str(config.get("by")))}
    one = _measure(name, known.get(field), tuple((config.get(limit), meaning) for limit, meaning in limits))
    return (one,) if one else ()


def _measure(name: str, value: Any, limits: tuple[tuple[Any, str], ...] = ()) -> Measure | None:
    if not _is_share(value):
        return None
    return Measure(name, float(value), tuple((float(limit), meaning) for limit, meaning in limits if _is_share(limit)))


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1


def _words(name: object) -> str:
    return str(name)[:60].replace("_", " ")
