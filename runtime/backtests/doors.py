"""All that a replayed step may reach: models within a budget, past cases, and nothing that is seen outside.

Made by `replay` for each step that is worked out anew. What cannot be known stops the replay of the case, whatever the
step makes of it: an answer is recorded, or paid for, or it is not there.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from runtime.backtests import prints
from runtime.backtests.recorded import Called, Recording
from runtime.core.expressions import Json
from runtime.core.node import Failed, Familiarity, HttpRequest, HttpResponse, Message, ModelAnswer, ModelRequest
from runtime.engine.attempts import outcome_of
from runtime.engine.cage import Cage
from runtime.engine.context import MAX_NOTED, StepContext
from runtime.engine.ports import Doors
from runtime.engine.tryouts import HELD_MESSAGE_ID

logger = logging.getLogger(__name__)

_CLOSED = Failed("not_replayed", "A backtest does not do this.")


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a case cannot be replayed any further. `code` is stable, `message` a sentence for people."""

    code: str
    message: str
    node: str = ""


@dataclass(slots=True)
class Budget:
    """What a backtest may spend on models, and what it has spent: calls, and tokens in and out."""

    calls: int
    tokens: int
    calls_used: int = 0
    tokens_used: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether no further call may be made. The call that goes over the tokens is known only afterwards."""
        return self.calls_used >= self.calls or self.tokens_used >= self.tokens

    def spend(self, answer: ModelAnswer | Failed) -> None:
        """Count a call; one that failed has been made all the same."""
        self.calls_used += 1
        if isinstance(answer, ModelAnswer):
            self.tokens_used += answer.input_tokens + answer.output_tokens


class Asking(Protocol):
    """Where the answers come from that no recording has."""

    async def model(self, request: ModelRequest, key: str) -> ModelAnswer | Failed:
        """Ask a model."""

    async def earlier_inputs(
        self, workflow: str, run_id: str, since: datetime, limit: int
    ) -> Sequence[tuple[str, Json]]:
        """Inputs of a workflow's runs before this one, newest first."""

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        """How like cases from before this one a value is."""


@dataclass(slots=True, kw_only=True)
class ReplayContext(StepContext):
    """The doors of one replayed step. `stop` says what it wanted and could not be told; `held` that it would act."""

    recording: Recording
    budget: Budget
    asking: Asking
    cage: Cage
    outward: bool = False
    pure: bool = False
    stop: Stop | None = None
    held: bool = False
    asked: bool = False

    async def http(self, request: HttpRequest) -> HttpResponse | Failed:
        """Nothing is sent: what acts is taken to have been done, what reads cannot be known."""
        if not self.outward:
            return self._cannot("reads_outside", "It reads from outside, and what it would read now is not recorded.")
        self._hold("http", method=request.method, url=request.url)
        self.held = True
        return HttpResponse(request.hoped, {}, None)

    async def mail(self, message: Message) -> str | Failed:
        """Nothing is sent."""
        self._hold("mail", to=message.to, subject=message.subject, body=message.body)
        self.held = True
        return HELD_MESSAGE_ID

    async def python(self, function: str, arguments: Mapping[str, Json]) -> Json | Failed:
        """Only a function that has no effect at all is called."""
        if self.pure:
            return await self.doors.python(function, arguments, self.idempotency_key)
        if not self.outward:
            return self._cannot("reads_outside", "It calls a function whose answer now is not recorded.")
        self._hold("python", function=function, arguments=dict(arguments))
        self.held = True
        return None

    async def model(self, request: ModelRequest) -> ModelAnswer | Failed:
        """What was answered to this very question; else the model is asked, within the budget."""
        known = (await _models_of(self.recording, self.cage)).get(prints.of_request(request))
        if known is not None:
            return known
        if self.budget.is_used_up:
            return self._cannot("over_budget", "The budget for asking models was used up before this step.")
        self.asked = True
        answer = await self.asking.model(request, self.idempotency_key)
        self.budget.spend(answer)
        if isinstance(answer, Failed):
            return self._cannot("no_model", f"The model did not answer: {answer.message}")
        return answer

    async def earlier_inputs(self, within_days: float, limit: int = 2000) -> Sequence[tuple[str, Json]]:
        """Cases that had come before this one by then."""
        since = self.now - timedelta(days=within_days)
        return await self.asking.earlier_inputs(self.workflow, self.run_id, since, limit)

    async def familiarity(self, expression: str, value: Json, min_p: float) -> Familiarity | Failed:
        """Held against cases that had come before this one by then, and never against itself or what came later."""
        return await self.asking.familiarity(self.workflow, self.run_id, expression, value, min_p)

    def _cannot(self, code: str, message: str) -> Failed:
        self.stop = self.stop or Stop(code, message, self.node)
        return _CLOSED


async def _models_of(recording: Recording, cage: Cage) -> dict[str, ModelAnswer]:
    """What models answered in a past run, by the whole question: its steps are put together once more to know it."""
    if recording.models is None:
        recording.models = {}
        for called in recording.called:
            await _listen(recording, called, recording.models, cage)
    return recording.models


async def _listen(recording: Recording, called: Called, into: dict[str, ModelAnswer], cage: Cage) -> None:
    past = recording.past
    node = past.drawing.graph.nodes[called.node]
    notes = [note for note in called.calls if note.get("door") == "model"]
    context = _Listening(
        doors=cast("Doors", _Nowhere()),
        run_id=past.run_id,
        workflow="",
        node=called.node,
        visit=called.visit,
        attempt=1,
        now=called.at,
        timeout_s=node.timeout_s or 30.0,
        notes=notes,
        heard=into,
    )
    try:
        await outcome_of(past.drawing, context, called.scope, cage)
    except Exception as failure:
        # It is no record then, and the model is asked again.
        logger.debug("The step %s could not be put together again: %s", called.node, failure)


@dataclass(slots=True, kw_only=True)
class _Listening(StepContext):
    """Hands a past step its recorded answers, and notes which question each was an answer to. No other door opens."""

    notes: list[Mapping[str, Any]]
    heard: dict[str, ModelAnswer]

    async def model(self, request: ModelRequest) -> ModelAnswer | Failed:
        note = self.notes.pop(0) if self.notes else {}
        answer = _answer_in(note)
        if answer is None or not _is_of(note, request):
            self.notes.clear()
            return _CLOSED
        self.heard[prints.of_request(request)] = answer
        return answer


class _Nowhere:
    """A past step is put together again as far as its questions; any other door ends that."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


def _is_of(note: Mapping[str, Any], request: ModelRequest) -> bool:
    """Whether the trace of a call shows this question; a trace keeps the beginning of long texts only."""
    shown = {"connection": request.connection, "system": request.system, "prompt": request.prompt}
    return all(_begins(note.get(name), text) for name, text in shown.items())


def _begins(noted: Any, text: str) -> bool:
    return bool(noted == text or (len(text) > MAX_NOTED and noted == text[:MAX_NOTED] + "…"))


def _answer_in(note: Mapping[str, Any]) -> ModelAnswer | None:
    """The answer that a trace holds; None where there was none, or only its beginning was kept."""
    if "answer" not in note or not isinstance(note.get("signals"), Mapping):
        return None
    value = note["answer"]
    if isinstance(value, str) and len(value) > MAX_NOTED:
        return None
    return ModelAnswer(value, dict(note["signals"]), str(note.get("model", "")))
