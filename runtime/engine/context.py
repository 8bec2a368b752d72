"""The context of a step: its doors to the outside, each call timed and written down for the trace.

Made by the driver for every step it starts; handed to the kind's handler as `core.node.Context`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime.core.expressions import Json
from runtime.core.node import (
    Failed,
    Familiarity,
    GateQuestion,
    GateVerdict,
    HttpRequest,
    HttpResponse,
    Message,
    ModelAnswer,
    ModelRequest,
)
from runtime.core.sources import NONE, Sources
from runtime.engine.ports import Doors, NewDecision, Ran, Seat

MAX_NOTED = 4_000


@dataclass(slots=True)
class StepContext:
    """`core.node.Context` over the doors of this process. `calls` collects what the trace shows.

    `decision` is what a gate answered, to be written with the step's end; `counts` is False in a try-out; `subject` is
    what a model was asked about; `sources` are the steps that a gate stands on, and `ran` what these have run.
    """

    doors: Doors
    run_id: str
    workflow: str
    node: str
    visit: int
    attempt: int
    now: datetime
    timeout_s: float
    counts: bool = True
    calls: list[dict[str, Any]] = field(default_factory=list)
    decision: NewDecision | None = None
    subject: str = ""
    sources: Sources = NONE
    ran: Mapping[str, Ran] = field(default_factory=dict)

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this visit, whatever crashed in between."""
        return f"{self.run_id}:{self.node}:{self.visit}"

    async def http(self, request: HttpRequest) -> HttpResponse | Failed:
        """Make a guarded call."""
        note = self._begin("http", method=request.method, url=_short(request.url))
        answer = await self._timed(note, self.doors.http(request, self.idempotency_key))
        if isinstance(answer, HttpResponse):
            note["status"] = answer.status
        return answer

    async def model(self, request: ModelRequest) -> ModelAnswer | Failed:
        """Ask a model."""
        self.subject = request.subject or request.prompt
        asked = {"connection": request.connection, "system": request.system, "prompt": request.prompt}
        note = self._begin("model", **{name: _short(text) for name, text in asked.items()})
        answer = await self._timed(note, self.doors.model(request, self.idempotency_key))
        if isinstance(answer, ModelAnswer):
            note |= {
                "model": answer.model,
                "answer": _short(answer.value),
                "signals": dict(answer.signals),
                "tokens": {"input": answer.input_tokens, "output": answer.output_tokens},
                "cost": answer.cost,
            }
        return answer

    async def mail(self, message: Message) -> str | Failed:
        """Send or keep a mail."""
        note = self._begin("mail", to=_short(message.to), subject=_short(message.subject))
        return await self._timed(note, self.doors.mail(message, self.idempotency_key, self.run_id))

    async def python(self, function: str, arguments: Mapping[str, Json]) -> Json | Failed:
        """Call a registered function."""
        note = self._begin("python", function=function)
        return await self._timed(note, self.doors.python(function, arguments, self.idempotency_key))

    async def earlier_inputs(self, within_days: float, limit: int = 2000) -> Sequence[tuple[str, Json]]:
        """Inputs of this workflow's other runs, newest first."""
        return await self.doors.earlier_inputs(self.workflow, self.run_id, within_days, limit)

    async def familiarity(self, expression: str, value: Json, min_p: float) -> Familiarity | Failed:
        """How like past cases of this workflow a value is."""
        note = self._begin("past cases")
        asked = self.doors.familiarity(self.workflow, self.run_id, expression, value, min_p)
        found = await self._timed(note, asked)
        if isinstance(found, Familiarity):
            note["cases"] = found.cases
        return found

    async def gate(self, question: GateQuestion) -> GateVerdict | Failed:
        """Ask this step's gate. The trace does not show it: nothing there may tell an audit from any other case."""
        seat = Seat(
            self.run_id, self.workflow, self.node, self.visit, self.counts, self.subject, self.sources, self.ran
        )
        judged = await self.doors.gate(question, seat)
        if isinstance(judged, Failed):
            return judged
        self.decision = judged.row
        return judged.verdict

    def _hold(self, door: str, **would_send: Any) -> None:
        """Note a call that is not made, with what it would have sent."""
        self._begin(door, held_back=shortened(would_send))

    def _begin(self, door: str, **facts: Any) -> dict[str, Any]:
        note: dict[str, Any] = {"door": door, **facts}
        self.calls.append(note)
        return note

    async def _timed[T](self, note: dict[str, Any], call: Awaitable[T]) -> T:
        clock = asyncio.get_running_loop().time
        begun = clock()
        answer = await call
        note["ms"] = round((clock() - begun) * 1000, 1)
        if isinstance(answer, Failed):
            note["error"] = answer.to_json()
        return answer


def shortened(value: Any) -> Any:
    """A value for the trace: its texts no longer than a trace keeps them."""
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return [shortened(item) for item in value] if isinstance(value, list) else _short(value)


def _short(value: object) -> object:
    """What the trace keeps of a text that may be long."""
    if isinstance(value, str) and len(value) > MAX_NOTED:
        return value[:MAX_NOTED] + "…"
    return value
