"""One attempt at a step: its handler is called, here and now or with everything that takes time.

Called by the driver. Whatever a handler does, an outcome comes back; what follows from it is for `outcomes` to say.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from typing import Any, cast

from runtime.core.drawing import Drawing
from runtime.core.expressions import Json, Unknown
from runtime.core.node import Call, CallEach, Failed, Outcome
from runtime.engine.cage import Cage
from runtime.engine.context import StepContext
from runtime.engine.inputs import costly_texts, inputs_of
from runtime.engine.ports import Store, StoreError
from runtime.engine.spreading import Spread, spread
from runtime.json_schemas import errors_of

logger = logging.getLogger(__name__)

MAX_GENERATIONS = 20

type Called = tuple[str, int]
"""Blueprint and version of the workflow that a step calls."""


_takes_time = lru_cache(maxsize=1024)(inspect.iscoroutinefunction)


def at_once(drawing: Drawing, context: StepContext, scope: Mapping[str, Json]) -> Outcome | None:
    """The outcome of a step that needs nothing from outside; None where it has to be tried `with_effect`."""
    kind, params = drawing.kinds[drawing.graph.nodes[context.node].kind], drawing.params[context.node]
    if _takes_time(kind.run) or costly_texts(drawing, context.node, scope):
        return None
    try:
        outcome = kind.run(params, inputs_of(drawing, context.node, scope), context)
    except (Exception, SystemExit) as failure:
        return crashed(context.node, failure)
    if inspect.iscoroutine(outcome):
        outcome.close()
    return None if inspect.isawaitable(outcome) or isinstance(outcome, Call | CallEach) else outcome


async def with_effect(
    drawing: Drawing, context: StepContext, scope: Mapping[str, Json], cage: Cage, store: Store, *, is_called: bool
) -> tuple[Outcome | Spread, Called | None]:
    """The outcome of a step that may take its time; for a `Call` also what it calls. Never raises but to be cancelled.

    `is_called`: the step belongs to a run that was called itself.
    """
    try:
        async with asyncio.timeout(context.timeout_s):
            outcome = await outcome_of(drawing, context, scope, cage)
            if isinstance(outcome, Call):
                return await _callee(store, outcome, context.run_id if is_called else None)
            if isinstance(outcome, CallEach):
                return await _spread(store, outcome, scope, cage, context.run_id if is_called else None), None
            return outcome, None
    except TimeoutError:
        return Failed("timeout", f"No answer within {context.timeout_s:g} seconds.", passing=True), None
    except StoreError:
        return Failed("database", "The database could not be asked.", passing=True), None
    except asyncio.CancelledError as failure:
        # A handler may raise it by itself; nobody would ever hear of its step again.
        if cast("asyncio.Task[None]", asyncio.current_task()).cancelling():
            raise
        return crashed(context.node, failure), None
    except (Exception, SystemExit) as failure:
        return crashed(context.node, failure), None


def crashed(node: str, failure: BaseException) -> Failed:
    """What comes of a handler that raises."""
    logger.error("The step %s failed", node, exc_info=failure)
    return Failed("crash", f"The step failed in a way nobody foresaw ({type(failure).__name__}).")


async def outcome_of(drawing: Drawing, context: StepContext, scope: Mapping[str, Json], cage: Cage) -> Outcome:
    kind, params = drawing.kinds[drawing.graph.nodes[context.node].kind], drawing.params[context.node]
    costly = costly_texts(drawing, context.node, scope)
    computed: dict[str, Json | Unknown] = await cage.evaluate_all(costly, scope) if costly else {}
    outcome: Any = kind.run(params, inputs_of(drawing, context.node, scope, computed), context)
    if inspect.isawaitable(outcome):
        outcome = await cast("Awaitable[Outcome]", outcome)
    return cast("Outcome", outcome)


async def _callee(store: Store, call: Call, caller: str | None) -> tuple[Outcome, Called | None]:
    if await _is_too_deep(store, caller):
        return _TOO_DEEP, None
    called = await store.latest(call.workflow, call.version)
    errors = errors_of((await store.drawing(called[0])).document.input, call.input) if called else []
    if errors:
        message = f"What the workflow “{call.workflow}” is given does not fit what it asks for."
        return Failed("invalid_input", message, detail={"errors": errors}), None
    return call, called


async def _spread(
    store: Store, call: CallEach, scope: Mapping[str, Json], cage: Cage, caller: str | None
) -> Spread | Failed:
    if await _is_too_deep(store, caller):
        return _TOO_DEEP
    called = await store.latest(call.workflow, call.version)
    if called is None:
        return no_workflow(call.workflow)
    return await spread(call, called, (await store.drawing(called[0])).document.input, scope, cage)


async def _is_too_deep(store: Store, caller: str | None) -> bool:
    return bool(caller) and await store.generation(caller or "") >= MAX_GENERATIONS


def no_workflow(name: str) -> Failed:
    """The failure of a step that calls what is not there."""
    message = f"There is no published version of the workflow “{name}” to run, or it is archived."
    return Failed("no_workflow", message)


_TOO_DEEP = Failed("too_deep", f"More than {MAX_GENERATIONS} workflows call one another here.")
