"""The entrance: a connection and a question in, an answer or a failure out.

Called by the executor's context for `ctx.model`. It chooses who answers, keeps limits and accounts, and puts several
samples together. It retries nothing (the engine does) and decides nothing (the node kinds do).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from runtime.ai import embedded, scripted
from runtime.ai.asking import estimated_tokens
from runtime.ai.connection import Connection
from runtime.ai.limits import Limits
from runtime.core.confidence import unit
from runtime.core.node import Failed, ModelAnswer, ModelRequest
from runtime.egress import Egress

if TYPE_CHECKING:
    from runtime.ai.endpoint import Endpoint

type Script = Callable[[ModelRequest], ModelAnswer | Failed]

MOST_ENDPOINTS = 64
MOST_SAMPLES = 20


class Models:
    """Asks models for the whole process; safe to use from several event loops.

    `clock` gives seconds since the epoch; `production` switches scripted connections off; `scripts` answer scripted
    connections by name (tests), in place of their file.
    """

    def __init__(
        self,
        egress: Egress,
        *,
        clock: Callable[[], float] = time.time,
        production: bool = False,
        scripts: Mapping[str, Script] | None = None,
    ) -> None:
        self._egress = egress
        self._production = production
        self._scripts = scripts or {}
        self._endpoints: OrderedDict[Connection, Endpoint] = OrderedDict()
        self.limits = Limits(clock)

    async def ask(self, connection: Connection, request: ModelRequest) -> ModelAnswer | Failed:
        """The answer, or why there is none.

        Codes of failures, * where trying again may help: answer* (unusable), refused, cut_short, too_long, examples,
        request, connection (settings), budget*, rate_limited*, unavailable*, and those of `Egress.send`.
        """
        flaw = _flaw(request)
        if flaw:
            return Failed("request", flaw)
        match connection.provider:
            case "embedded":
                return await embedded.answer(request)
            case "scripted":
                return self._scripted(connection, request)
            case _:
                return await self._sampled(connection, request)

    def _scripted(self, connection: Connection, request: ModelRequest) -> ModelAnswer | Failed:
        if self._production:
            return Failed("connection", "Scripted connections are switched off in production settings.")
        script = self._scripts.get(connection.name)
        found = script(request) if script else scripted.answer_from(connection.script, request)
        return found if isinstance(found, Failed) else replace(found, model=scripted.MODEL)

    async def _sampled(self, connection: Connection, request: ModelRequest) -> ModelAnswer | Failed:
        if not connection.url or not (request.model or connection.model):
            return Failed("connection", f"The connection “{connection.name}” names no address or no model.")
        endpoint = await self._endpoint(connection)
        if isinstance(endpoint, Failed):
            return endpoint
        samples = request.samples if request.purpose == "choice" else 1
        estimate = estimated_tokens(request)
        refused = self.limits.admit(connection, estimate * samples, samples)
        if refused:
            return refused
        answers = await asyncio.gather(
            *(self._accounted(connection, endpoint, request, estimate) for _ in range(samples))
        )
        return _together(answers) if samples > 1 else answers[0]

    async def _accounted(
        self, connection: Connection, endpoint: Endpoint, request: ModelRequest, estimate: int
    ) -> ModelAnswer | Failed:
        answer, usage = await endpoint.ask(request)
        cost = connection.cost(usage.input_tokens, usage.output_tokens)
        self.limits.settle(connection, estimate, usage.input_tokens + usage.output_tokens, cost)
        if isinstance(answer, Failed):
            spent = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "cost": cost}
            return replace(answer, detail={**answer.detail, **spent} if usage.input_tokens else answer.detail)
        return replace(
            answer,
            model=answer.model or request.model or connection.model,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost=cost,
            usage_known=usage.known,
        )

    async def _endpoint(self, connection: Connection) -> Endpoint | Failed:
        known = self._endpoints.get(connection)
        if known is None:
            # Importing the client takes most of a second: not in the event loop.
            module = await asyncio.to_thread(import_module, "runtime.ai.endpoint")
            try:
                known = self._endpoints.setdefault(connection, module.Endpoint(connection, self._egress))
            except Exception:  # the client's own checks of addresses and headers raise many kinds
                return Failed("connection", f"The connection “{connection.name}” has an address that cannot be used.")
        self._endpoints.move_to_end(connection)
        while len(self._endpoints) > MOST_ENDPOINTS:
            self._endpoints.popitem(last=False)
        return known


def _flaw(request: ModelRequest) -> str:
    if request.purpose in ("choice", "match") and not request.options:
        return "There is nothing to choose from."
    if not 1 <= request.samples <= MOST_SAMPLES:
        return f"A question is asked 1 to {MOST_SAMPLES} times."
    if not (math.isfinite(request.timeout_s) and request.timeout_s > 0):
        return "The time for an answer must be positive."
    return ""


def _together(answers: list[ModelAnswer | Failed]) -> ModelAnswer | Failed:
    """Several choices as one: the most frequent, with the share of samples that agree. What failed does not agree.

    Of each other signal the lowest of the agreeing samples stands, and only if all of them gave it.
    """
    usable = [answer for answer in answers if isinstance(answer, ModelAnswer)]
    failed = [answer for answer in answers if isinstance(answer, Failed)]
    if not usable:
        return failed[0]
    value, count = Counter(str(answer.value) for answer in usable).most_common(1)[0]
    agreeing = [answer for answer in usable if answer.value == value]
    shared = set.intersection(*(set(answer.signals) for answer in agreeing))
    signals = {name: min(answer.signals[name] for answer in agreeing) for name in sorted(shared)}
    agreement = unit(count / len(answers))
    return ModelAnswer(
        value,
        signals if agreement is None else {**signals, "agreement": agreement},
        model=agreeing[0].model,
        input_tokens=sum(answer.input_tokens for answer in usable),
        output_tokens=sum(answer.output_tokens for answer in usable),
        cost=sum(answer.cost for answer in usable),
        usage_known=all(answer.usage_known for answer in usable),
    )
