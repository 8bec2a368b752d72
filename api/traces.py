"""A run's trace: its journal, as it was written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import Answer, Operation
from api.descriptions import hidden_steps
from api.lookups import visible_run
from api.operations import Resource, ok, operation
from api.reading import Query, Whole
from api.shapes import Moment, Shape
from runtime.traces.reading import LAST_SEQ, read_events

MOST = 1_000


class TraceQuery(Query):
    """Which part of the journal."""

    after: Annotated[Whole, Field(ge=0, le=LAST_SEQ)] = Field(0, description="Only events behind this number.")
    limit: Annotated[Whole, Field(ge=1, le=MOST)] = Field(
        MOST, description="How many events at most (fewer where they are large); ask again with `after` for more."
    )


class TraceEvent(Shape):
    """One fact; `seq` counts from 1 without gaps."""

    seq: int
    at: Moment
    type: str
    node: str | None
    visit: int
    data: dict[str, Any]


class TraceEvents(Shape):
    """The events behind `after`, oldest first."""

    events: list[TraceEvent]


class Trace(Resource):
    """A run's journal."""

    @operation(Operation("runs:read", {200: Answer(TraceEvents, "The events behind `after`.")}, query=TraceQuery))
    def get(self, _request: Request, id: str, query: TraceQuery) -> Response:
        """Read a run's journal behind an event.

        The websocket `/ws/runs/{id}/?after=0` sends the same events as they are written, each as
        `{"type": "event", "event": …}`, to the same token or session, and closes with 1000 when the run has ended.
        While people are asked without knowing what a gate said, its result and what follows from it are left out for
        callers without `workflows:write`; such an event's data has `"hidden": true`.
        """
        caller = self.caller()
        run = visible_run(caller, id)

        def hide() -> frozenset[str]:
            return hidden_steps(run.pk, run.blueprint_id, run.status, caller)

        return ok({"events": read_events(run.pk, query.after, query.limit, hide)})
