"""Wait for a while, or until a moment. Nothing holds a waiting run; it is taken up again when its time has come.

A moment is an RFC 3339 text with its time zone (`2030-01-31T09:00:00Z`) or a number of seconds since 1970. A moment
that has passed ends the waiting at once; one without a time zone, or more than a year ahead, is an error.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.node import Context, Done, Failed, Inputs, NodeKind, Outcome, Params, Wait
from runtime.nodes._values import not_computed

LONGEST = timedelta(days=365)

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class WaitParams(Params):
    """How long to wait: one of the two."""

    seconds: Annotated[
        float | None,
        Field(ge=0, le=LONGEST.total_seconds(), allow_inf_nan=False, description="How many seconds to wait."),
    ] = None
    until: Annotated[
        Expr | None, Field(description="The moment: an RFC 3339 text with time zone, or seconds since 1970.")
    ] = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.seconds is None) == (self.until is None):
            raise ValueError("Give either seconds or until, and not both.")
        return self


def run(params: WaitParams, inputs: Inputs, context: Context) -> Outcome:
    """Wait until the moment, unless it is over."""
    moment = _moment(params, inputs, context.now)
    if isinstance(moment, Failed):
        return moment
    if moment - context.now > LONGEST:
        return Failed("wait.too_long", "The moment is more than 365 days ahead.", detail={"until": moment.isoformat()})
    return Wait(moment) if moment > context.now else Done({})


def _moment(params: WaitParams, inputs: Inputs, now: datetime) -> datetime | Failed:
    if params.until is None:
        return now + timedelta(seconds=params.seconds or 0)
    value = inputs.value(params.until)
    if isinstance(value, Unknown):
        return not_computed("until", value)
    moment = _read(value)
    if moment is None:
        sentence = "“until” is neither an RFC 3339 text with a time zone nor a number of seconds since 1970."
        return Failed("wait.no_moment", sentence, detail={"field": "until"})
    return moment


def _read(value: Json) -> datetime | None:
    try:
        if isinstance(value, str) and _RFC3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


KIND = NodeKind(
    name="execute.wait",
    title="Wait",
    help=__doc__,
    icon="hourglass",
    params=WaitParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    output=lambda _params: {"type": "object", "additionalProperties": False},
    example={"seconds": 3600},
    examples=({"until": "input.call_back_at"},),
)
