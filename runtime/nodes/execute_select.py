"""Choose what later steps may see: only the named values, kept short.

An AI step whose context is this node sees nothing else of the case. With a limit on the characters, the longest texts
are cut first, and every cut is marked; values that are no text are never cut; too long alone, they are an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from runtime.core.expressions import Expr, Json
from runtime.core.node import Context, Done, Failed, Inputs, JsonSchema, NodeKind, Outcome, Params
from runtime.nodes._values import Name, compute

CUT = "… [cut]"


class SelectParams(Params):
    """What to hand on."""

    fields: Annotated[
        dict[Name, Expr],
        Field(
            min_length=1,
            max_length=200,
            title="Values",
            description="A name and an expression for each value that may be seen.",
        ),
    ]
    max_chars: Annotated[
        int | None,
        Field(
            ge=20,
            le=1_000_000,
            title="Most characters",
            description="The most characters of all values together; longer texts are cut.",
        ),
    ] = None


def run(params: SelectParams, inputs: Inputs, _context: Context) -> Outcome:
    """The chosen values, cut where they are too long."""
    values = compute(params.fields, inputs)
    if isinstance(values, Failed):
        return values
    if params.max_chars is None or sum(map(_size, values.values())) <= params.max_chars:
        return Done(values)
    return _cut(values, params.max_chars)


def _cut(values: Mapping[str, Json], limit: int) -> Outcome:
    left = limit - sum(_size(value) for value in values.values() if not isinstance(value, str))
    share = _fair_share([len(value) for value in values.values() if isinstance(value, str)], left)
    if share is None:
        sentence = f"Without its texts it is already too long for {limit} characters."
        return Failed("too_long", sentence, detail={"limit": limit})
    return Done({name: _shortened(value, share) for name, value in values.items()})


def _fair_share(lengths: list[int], left: int) -> int | None:
    """The length that no text may exceed so that all fit; short texts leave their rest to the long ones."""
    for done, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - done)
        if length > share:
            return share if share > len(CUT) else None
        left -= length
    return None


def _shortened(value: Json, share: int) -> Json:
    if isinstance(value, str) and len(value) > share:
        return value[: share - len(CUT)] + CUT
    return value


def _size(value: Json) -> int:
    return len(value) if isinstance(value, str) else len(json.dumps(value, ensure_ascii=False))


def output(params: SelectParams) -> JsonSchema:
    """An object with the named values."""
    return {"type": "object", "properties": {name: {} for name in params.fields}, "required": sorted(params.fields)}


KIND = NodeKind(
    name="execute.select",
    title="Select context",
    help=__doc__,
    icon="list-filter",
    params=SelectParams,
    run=run,
    ports=lambda _params: ("done", "error"),
    output=output,
    example={"fields": {"message": "input.message", "company": "input.company"}, "max_chars": 4000},
)
