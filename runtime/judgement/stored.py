"""A gate's standing as JSON and back, and whether two standings are the same.

Called by what keeps gates. Numbers come back exactly. What does not fit is refused with pydantic's ValidationError (a
ValueError): a row that was tampered with opens nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from runtime.judgement.gate import Standing
from runtime.judgement.plan import Plan

if TYPE_CHECKING:
    from runtime.core.expressions import Json

_STANDING: TypeAdapter[Standing] = TypeAdapter(Standing)
_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)


def to_json(kept: Standing | Plan) -> dict[str, Any]:
    """The standing, or a plan alone, as JSON."""
    adapter: TypeAdapter[Any] = _STANDING if isinstance(kept, Standing) else _PLAN
    made: dict[str, Any] = adapter.dump_python(kept, mode="json")
    return made


def standing_from(kept: Json) -> Standing:
    """The standing that `to_json` made this of."""
    return _STANDING.validate_python(kept)


def plan_from(kept: Json) -> Plan:
    """The plan that `to_json` made this of."""
    return _PLAN.validate_python(kept)


def same(one: Standing, other: Standing) -> bool:
    """Whether two standings are equal: exactly in all that decides, and to the last few bits in what was summed up.

    The order in which a processor adds a block of numbers may differ from one at a time; nothing else may.
    """
    decided = (one.state, one.cutoff, one.upto, one.epoch) == (other.state, other.cutoff, other.upto, other.epoch)
    return decided and _alike(to_json(one), to_json(other))


def _alike(one: Json, other: Json) -> bool:
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(_alike, one, other))
        case float(), float():
            return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
        case _:
            return one == other
