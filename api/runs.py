"""Runs: the list, one run, its cancellation and its retry. They are triggered in `trigger`."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import Answer, Operation
from api.descriptions import describe
from api.lookups import refused, visible_run
from api.operations import Resource, ok, operation
from api.pagination import PageQuery, page
from api.reading import Body, Flag, Word
from api.shapes import Page, RunDetail, RunRow, RunStatus
from runtime import runs
from runtime.models import Run
from runtime.refused import Refused
from runtime.sight import seen_that_fit
from runtime.traces.reading import moment

ROW = ("id", "title", "workflow", "version", "status", "outcome", "labels", "requester", "created_at", "finished_at")


class RunQuery(PageQuery):
    """Which runs."""

    workflow: Word | None = None
    status: RunStatus | None = None
    outcome: Word | None = None
    label: Annotated[str, Field(min_length=1, max_length=260)] | None = Field(
        None, description="`key:value`, as the run was labelled."
    )
    simulated: Flag | None = Field(
        None, description="`false`: real runs alone, `true`: those alone that have the label `simulated`."
    )


class CancellationBody(Body):
    """Why a run is cancelled."""

    reason: Annotated[str, Field(max_length=1000)] = ""


class RetryBody(Body):
    """Where to go on."""

    node: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        None, alias="from", description="A node of the drawing; without it, the step that failed."
    )


class Runs(Resource):
    """The runs that the caller may see."""

    @operation(Operation("runs:read", {200: Answer(Page[RunRow], "One page.")}, query=RunQuery))
    def get(self, request: Request, query: RunQuery) -> Response:
        """List runs, newest first, without their payloads.

        With `simulated`, and for whoever sees the runs of his cases only, they are looked through bit by bit: a page
        may then hold fewer results than asked for, or none, and still have a `next`.
        """
        asked = {"workflow": query.workflow, "status": query.status, "outcome": query.outcome, "label": query.label}

        def part(back: bool, key: str | None) -> tuple[QuerySet[Run], str | None]:
            before, since = ("", key or "") if back else (key or "", "")
            seen = seen_that_fit(request.user, asked, query.simulated, before, since)
            end = seen.window and (seen.window.newest if back else seen.window.oldest)
            return seen.runs.only(*ROW), end or None

        # The labels' own index holds them in this order, the runs would have to be sorted.
        by = "label_rows__run" if query.label else "pk"
        return ok(page(request._request, Run.objects.none(), query, _row, by=by, part=part))


class RunItem(Resource):
    """One run."""

    @operation(Operation("runs:read", {200: Answer(RunDetail, "The run.")}))
    def get(self, _request: Request, id: str) -> Response:
        """Read a run: where it stands, what it was given, what it gave, and its steps."""
        return ok(describe(visible_run(self.caller(), id).pk, self.caller()))


class RunCancellation(Resource):
    """The end of a run before its time."""

    @operation(
        Operation(
            "runs:write",
            {202: Answer(RunDetail, "It will be cancelled; a step that is under way is not interrupted twice.")},
            body=CancellationBody,
            body_optional=True,
            refuses={409: "The run has ended (`ended`)."},
        )
    )
    def post(self, _request: Request, id: str, body: CancellationBody) -> Response:
        """Cancel a run."""
        caller = self.caller()
        run = visible_run(caller, id)
        done = runs.cancel(run.pk, caller.name, body.reason)
        if isinstance(done, Refused):
            raise refused(done)
        return ok(describe(run.pk, caller), 202)


class RunRetry(Resource):
    """Another attempt at a run."""

    @operation(
        Operation(
            "runs:write",
            {202: Answer(RunDetail, "The run goes on.")},
            body=RetryBody,
            body_optional=True,
            refuses={409: "The run has not failed."},
        )
    )
    def post(self, _request: Request, id: str, body: RetryBody) -> Response:
        """Let a failed run go on, from the step that failed or from another."""
        caller = self.caller()
        run = visible_run(caller, id)
        done = runs.retry(run.pk, body.node, caller.name)
        if isinstance(done, Refused):
            raise refused(done)
        return ok(describe(run.pk, caller), 202)


def _row(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in ROW} | {
        "labels": run.labels or {},
        "created_at": moment(run.created_at),
        "finished_at": moment(run.finished_at),
    }
