"""A workflow for each item of a list: from what a handler returned to the runs that are made, and to the step's end.

Called by `attempts` (what each item is given, and whether it fits what is called), by `outcomes` (the entry that fixes
it) and by the driver (the next runs, the end). Where the items stand is `core.items`, and no business of this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime import json_gate
from runtime.core import expressions
from runtime.core.expressions import Expr, Json, Unknown
from runtime.core.items import Items
from runtime.core.node import CallEach, Done, Failed, JsonSchema
from runtime.engine.cage import Cage
from runtime.json_schemas import errors_of

# After so many items the loop is let go on: many small computations must not hold the other runs up.
_AT_A_TIME = 50
MAX_INPUTS = 1_048_576


@dataclass(frozen=True, slots=True)
class Spread:
    """A `CallEach` that is ready: what each item is given, and of those that cannot be run the error by their place."""

    call: CallEach
    blueprint: str
    version: int
    inputs: Sequence[Json]
    unfit: Mapping[int, Mapping[str, Any]]

    @property
    def data(self) -> dict[str, Any]:
        """What the journal keeps of it."""
        return {
            "workflow": self.call.workflow,
            "blueprint": self.blueprint,
            "version": self.version,
            "inputs": list(self.inputs),
            "unfit": {str(place): dict(error) for place, error in self.unfit.items()},
            "at_once": self.call.at_once,
            "stop": self.call.stop,
            "failed_outcomes": list(self.call.failed_outcomes),
        }


async def spread(
    call: CallEach, called: tuple[str, int], schema: JsonSchema, scope: Mapping[str, Json], cage: Cage
) -> Spread:
    """What each item is given. `called`: blueprint and version, `schema` what they ask for."""
    inputs: list[Json] = []
    unfit: dict[int, Mapping[str, Any]] = {}
    for index, item in enumerate(call.items):
        if index % _AT_A_TIME == _AT_A_TIME - 1:
            await asyncio.sleep(0)
        values = await _computed(call.input, {**scope, "item": item, "index": index}, cage)
        error = _misfit(values, schema)
        inputs.append(None if error or isinstance(values, Unknown) else values)
        if error:
            unfit[index] = error
    return Spread(call, *called, inputs, unfit)


def ending(items: Items) -> Done | Failed:
    """How a step ends whose items have all come out, or that stops at the first that failed."""
    if not items.stop or not items.failed:
        return Done(items.output)
    first = items.told(items.failures[0])
    message = f"Item {first['index'] + 1} of {len(items.inputs)} failed: {first['message']}"
    return Failed("item_failed", message, detail=first)


async def _computed(wanted: Mapping[str, Expr], scope: Mapping[str, Json], cage: Cage) -> dict[str, Json] | Unknown:
    costly = [text for text in wanted.values() if expressions.is_costly(text, scope)]
    known = await cage.evaluate_all(costly, scope) if costly else {}
    values: dict[str, Json] = {}
    for name, text in wanted.items():
        value = known[text] if text in known else expressions.evaluate(text, scope)
        if isinstance(value, Unknown):
            return Unknown(f"“{name}” could not be computed: {value.reason}", value.code)
        values[name] = value
    return values


def _misfit(values: dict[str, Json] | Unknown, schema: JsonSchema) -> dict[str, Any] | None:
    if isinstance(values, Unknown):
        return {"code": "expression", "message": values.reason[:300]}
    flaw = json_gate.clean(values, max_bytes=MAX_INPUTS)
    if flaw:
        return {"code": "bad_input", "message": f"The other workflow cannot be given this: {flaw.message}"[:300]}
    errors = errors_of(schema, values)
    if errors:
        first = errors[0] if isinstance(errors[0], dict) else {}
        message = f"It does not fit what the other workflow asks for: {first.get('message', '')}"
        return {"code": "invalid_input", "message": message[:300], "path": str(first.get("path", ""))[:200]}
    return None
