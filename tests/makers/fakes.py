"""Stand-ins for what a handler is given: inputs over a plain scope, and a context with scripted answers that records.

For tests of node kinds and of whatever runs them. The expressions are the real ones; nothing leaves the process.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from runtime.core.expressions import Json, Unknown, evaluate
from runtime.core.functions import find
from runtime.core.node import (
    Check,
    Failed,
    Familiarity,
    GateQuestion,
    GateVerdict,
    HttpRequest,
    HttpResponse,
    Message,
    ModelAnswer,
    ModelRequest,
    NodeKind,
    Outcome,
)
from runtime.core.templates import render

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@dataclass
class FakeInputs:
    """Expressions evaluated over one scope: the run's input, and the outputs and ports of earlier steps by node id."""

    run_input: Json = None
    outputs: dict[str, Json] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    @property
    def scope(self) -> dict[str, Json]:
        steps: dict[str, Json] = {
            node: {"output": self.outputs.get(node), "port": self.ports.get(node)}
            for node in {**self.outputs, **self.ports}
        }
        return {"input": self.run_input, "steps": steps, "run": {"id": "r1", "started_at": "2026-03-04T11:59:00Z"}}

    def value(self, expression: str) -> Json | Unknown:
        return evaluate(expression, self.scope)

    def text(self, template: str) -> str | Unknown:
        return render(template, self.scope)

    def output_of(self, node_id: str) -> Json | Unknown:
        return self.outputs.get(node_id, Unknown(f"`{node_id}` has not run.", "missing_field"))


@dataclass
class FakeContext:
    """Each door takes its next answer from its script (the last one stays) and keeps what it was asked in `seen`."""

    http_answers: list[HttpResponse | Failed] = field(default_factory=lambda: [HttpResponse(200, {}, None)])
    model_answers: list[ModelAnswer | Failed] = field(default_factory=list)
    mail_answers: list[str | Failed] = field(default_factory=lambda: ["<1@test>"])
    earlier: list[tuple[str, Json]] = field(default_factory=list)
    verdicts: list[GateVerdict | Failed] = field(
        default_factory=lambda: [GateVerdict(False, "probation", None, None, "The gate is on probation.")]
    )
    familiar: list[Familiarity | Failed] = field(default_factory=lambda: [Familiarity(None, 0, (), "Too few.")])
    now: datetime = NOW
    run_id: str = "r1"
    workflow: str = "test"
    node: str = "n"
    visit: int = 1
    attempt: int = 1
    timeout_s: float = 30.0
    idempotency_key: str = "r1:n:1"
    seen: list[Any] = field(default_factory=list)

    async def http(self, request: HttpRequest) -> HttpResponse | Failed:
        return self._next(self.http_answers, request)

    async def model(self, request: ModelRequest) -> ModelAnswer | Failed:
        return self._next(self.model_answers, request)

    async def mail(self, message: Message) -> str | Failed:
        return self._next(self.mail_answers, message)

    async def python(self, function: str, arguments: Mapping[str, Json]) -> Json | Failed:
        self.seen.append((function, dict(arguments)))
        found = find(function)
        return found.call(**arguments) if found else Failed("python.unknown", f"There is no {function}.")

    async def earlier_inputs(self, within_days: float, limit: int = 2000) -> Sequence[tuple[str, Json]]:
        self.seen.append(within_days)
        return self.earlier[:limit]

    async def familiarity(self, expression: str, value: Json, min_p: float) -> Familiarity | Failed:
        return self._next(self.familiar, (expression, value, min_p))

    async def gate(self, question: GateQuestion) -> GateVerdict | Failed:
        return self._next(self.verdicts, question)

    def _next[T](self, script: list[T], asked: object) -> T:
        self.seen.append(asked)
        return script.pop(0) if len(script) > 1 else script[0]


async def step(
    kind: NodeKind[Any],
    config: Mapping[str, Any],
    run_input: Any = None,
    context: FakeContext | None = None,
    outputs: dict[str, Json] | None = None,
) -> Outcome:
    """Read a configuration as the engine does and run the kind's handler once."""
    params = kind.params.model_validate(config)
    outcome = kind.run(params, FakeInputs(run_input, outputs or {}), context or FakeContext())
    return await outcome if inspect.isawaitable(outcome) else outcome
