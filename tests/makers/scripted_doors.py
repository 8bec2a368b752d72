"""The doors of engines in tests: what is outside answers by a script; gates are the real ones."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.core.expressions import Json
from runtime.core.node import (
    Failed,
    Familiarity,
    GateQuestion,
    HttpRequest,
    HttpResponse,
    Message,
    ModelAnswer,
    ModelRequest,
)
from runtime.engine.ports import Judged, Seat
from tests.makers.gate_door import asked

type Answer = Any


@dataclass
class ScriptedDoors:
    """Every door answers by node id: the next answer of the node's script, of which the last one stays."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    given: Counter[str] = field(default_factory=Counter)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)

    async def http(self, request: HttpRequest, key: str) -> HttpResponse | Failed:
        answer: HttpResponse | Failed = await self._answer("http", key, request, HttpResponse(200, {}, {"ok": True}))
        return answer

    async def model(self, request: ModelRequest, key: str) -> ModelAnswer | Failed:
        answer: ModelAnswer | Failed = await self._answer("model", key, request, ModelAnswer("fine"))
        return answer

    async def mail(self, message: Message, key: str, run_id: str) -> str | Failed:
        answer: str | Failed = await self._answer("mail", key, message, f"<{key}>")
        return answer

    async def python(self, function: str, arguments: Mapping[str, Json], key: str) -> Json | Failed:
        answer: Json | Failed = await self._answer("python", key, (function, dict(arguments)), {})
        return answer

    async def earlier_inputs(
        self, workflow: str, run_id: str, within_days: float, limit: int
    ) -> Sequence[tuple[str, Json]]:
        return []

    async def gate(self, question: GateQuestion, seat: Seat) -> Judged | Failed:
        """The real gates: only what is outside has a script."""
        return await asyncio.to_thread(asked, question, seat)

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        return Familiarity(None, 0, (), "Nothing is known here.")

    def keys(self, node: str) -> list[str]:
        """The idempotency keys of the calls of this node, in their order."""
        return [key for _, key, _ in tuple(self.calls) if key.split(":")[1] == node]

    async def _answer(self, door: str, key: str, asked: Any, default: Any) -> Any:
        self.calls.append((door, key, asked))
        node_id = key.split(":")[1]
        script = self.answers.get(node_id, [default])
        answer = script[min(self.given[node_id], len(script) - 1)]
        self.given[node_id] += 1
        if inspect.iscoroutinefunction(answer):
            return await answer(key, asked)
        if isinstance(answer, BaseException):
            raise answer
        return answer
