"""Past runs and replays of them for tests: no table, no engine; answers come from where a test puts them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from runtime.backtests.doors import Budget
from runtime.backtests.recorded import Answered, Past, Recording, record
from runtime.backtests.replay import Means, replay
from runtime.backtests.replayed import Replayed
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.events import Event
from runtime.core.expressions import Json
from runtime.core.node import Failed, Familiarity, Kinds, ModelAnswer, ModelRequest
from runtime.engine.cage import Cage
from runtime.engine.ports import Doors
from runtime.nodes import discover

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RUN = "01KBACKTEST000000000000001"


def drawn(raw: Mapping[str, Any], kinds: Kinds | None = None) -> Drawing:
    """A drawing of a document that has to be sound."""
    document = parse(raw).document
    assert document is not None
    drawing, problems = compile_drawing(document, kinds or discover())
    assert not problems, problems
    return drawing


class Journal:
    """A journal that is being told: each entry a second after the one before."""

    def __init__(self, given: Json) -> None:
        self.events: list[Event] = []
        self.add("run.started", None, 0, input=given)

    def add(self, type_: Any, node: str | None, visit: int = 1, /, **data: Any) -> Journal:
        """One more entry."""
        at = BEGAN + timedelta(seconds=len(self.events))
        self.events.append(Event(type_, node, visit, data, len(self.events) + 1, at))
        return self

    def ends(self, node: str, port: str | None, output: Json = None, **data: Any) -> Journal:
        """A step is finished."""
        return self.add("step.finished", node, 1, port=port, output=output, **data)

    def outcome(self, node: str, name: str, output: Json = None) -> Journal:
        """The run reaches an outcome."""
        return self.ends(node, None, output).add("run.finished", node, 1, outcome=name, kind="success", output=output)


@dataclass
class Answering:
    """Answers questions to models in turn (the last one stays), and notes them."""

    answers: list[ModelAnswer | Failed] = field(default_factory=list)
    asked: list[ModelRequest] = field(default_factory=list)
    earlier: Sequence[tuple[str, Json]] = ()
    held_against: list[str] = field(default_factory=list)

    async def model(self, request: ModelRequest, key: str) -> ModelAnswer | Failed:
        self.asked.append(request)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]

    async def earlier_inputs(
        self, workflow: str, run_id: str, since: datetime, limit: int
    ) -> Sequence[tuple[str, Json]]:
        return self.earlier

    async def familiarity(
        self, workflow: str, run_id: str, expression: str, value: Json, min_p: float
    ) -> Familiarity | Failed:
        self.held_against.append(run_id)
        return Familiarity(0.5, 100)


class NoDoors:
    """Doors that nobody may open."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"The door {name} was opened.")


def replayed(
    past: Drawing,
    events: Sequence[Event],
    draft: Drawing,
    *,
    answers: Sequence[Answered] = (),
    asking: Answering | None = None,
    budget: Budget | None = None,
    doors: object = None,
) -> tuple[Recording, Replayed]:
    """A past run, and what a draft makes of it."""

    async def both() -> tuple[Recording, Replayed]:
        cage = Cage()
        try:
            recording = await record(Past(RUN, past, events, answers), cage)
            means = Means(
                draft,
                "leads",
                budget or Budget(100, 100_000),
                asking or Answering(),
                cast("Doors", doors or NoDoors()),
                cage,
            )
            return recording, await replay(means, recording)
        finally:
            await cage.close()

    return asyncio.run(both())
