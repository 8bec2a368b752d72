"""Backtests: a draft or a version, replayed on past cases. Nothing of it reaches the outside."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import AwareDatetime, Field
from rest_framework.request import Request
from rest_framework.response import Response

from api import problems
from api.declarations import Answer, Operation
from api.lookups import refused, workflow_of
from api.operations import Resource, ok, operation
from api.pagination import PageQuery, page
from api.reading import Body
from api.shapes import Moment, Page, Shape
from builder import backtests
from builder.publishing import NotPublishable
from runtime.backtests import orders, results
from runtime.backtests.verdicts import Verdict
from runtime.models import Backtest, BacktestCase
from runtime.permissions import visible_runs
from runtime.refused import Refused
from runtime.traces.reading import moment

LOCATION = {"Location": "Where its progress and its result can be read."}


class BudgetBody(Body):
    """What asking models may cost; when it is used up, the cases that would need more are not replayed."""

    calls: Annotated[int, Field(ge=0, le=orders.MOST_CALLS)] = orders.CALLS
    tokens: Annotated[int, Field(ge=0, le=orders.MOST_TOKENS)] = orders.TOKENS


class BacktestBody(Body):
    """What is tried, and on which cases."""

    cases: Annotated[int, Field(ge=1, le=orders.MOST_CASES)] = Field(
        orders.CASES, description="The newest so many; with `since`, a random sample of so many."
    )
    since: AwareDatetime | None = Field(None, description="Only cases that began from then on.")
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(None, description="Without it, the draft.")
    run: Annotated[str, Field(max_length=26)] = Field("", description="One more case by hand, which is in no figure.")
    budget: BudgetBody = Field(default_factory=BudgetBody)


class Share(Shape):
    """An estimate: the share (0 to 1), or a number a day, with its interval (95 %), and on how many cases it stands.

    `value` is null where no case says anything.
    """

    value: float | None
    low: float
    high: float
    cases: int


class Wrong(Share):
    """`more_reviews`: how many more reviewed cases would bring the interval to about 5 points on either side."""

    more_reviews: int


class BeforeAfter(Shape):
    """The same figure as it was, and as it would be."""

    before: Share
    after: Share


class MatrixCell(Shape):
    """So many cases came to one end, and would come to another."""

    before: str
    after: str
    cases: int


class BacktestSummary(Shape):
    """What all replayed cases say. Estimates, not proofs: past cases were chosen by what ran then."""

    cases: int
    replayed: int
    population: int = Field(description="How many cases there were to choose from.")
    a_day: float = Field(description="How many cases came a day.")
    verdicts: dict[str, int]
    not_replayed: dict[str, int] = Field(description="Why cases could not be replayed: a code, and how many.")
    matrix: list[MatrixCell]
    automatic: BeforeAfter = Field(description="Cases that came to an outcome without a person.")
    people: BeforeAfter = Field(description="Cases that went to people or failed.")
    people_a_day: BeforeAfter
    changed: Share
    wrong: Wrong = Field(
        description="Of what it would decide alone: what people had decided otherwise. Reviewed samples are weighted."
    )


class BacktestRow(Shape):
    """A backtest as lists show it. `version` is null for a draft; `digest` is that of the document that is tried."""

    id: str
    workflow: str
    version: int | None
    digest: str
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    total: int | None
    done: int
    budget: dict[str, int]
    used: dict[str, int]
    by: str
    created_at: Moment
    finished_at: Moment | None


class BacktestDetail(BacktestRow):
    """A backtest with its result; `summary` is null until it is over, and where nothing was replayed."""

    summary: BacktestSummary | None


class BacktestCaseRow(Shape):
    """A past case. `verdict`: decided against a person, becomes automatic, goes to a person, ends otherwise, the same,
    or unknown, with `code` and `why`. `steps` is its story in the replay.
    """

    run: str
    picked: bool = Field(description="Chosen by hand, and in no figure.")
    before: str
    after: str
    verdict: Verdict
    asked_before: int
    asked_after: int
    code: str
    why: str
    steps: list[dict[str, Any]]


class Backtests(Resource):
    """The backtests of one workflow."""

    @operation(
        Operation("workflows:read", {200: Answer(Page[BacktestRow], "One page.")}, query=PageQuery, also=("runs:read",))
    )
    def get(self, request: Request, slug: str, query: PageQuery) -> Response:
        """List backtests, newest first."""
        rows = orders.visible(self.caller().user).filter(workflow=workflow_of(slug).slug)
        return ok(page(request._request, rows.select_related("blueprint").defer("blueprint__document"), query, _row))

    @operation(
        Operation(
            "workflows:write",
            {202: Answer(BacktestDetail, "It will be worked off.", LOCATION)},
            body=BacktestBody,
            body_optional=True,
            also=("runs:read",),
            refuses={
                409: "`archived`, or `busy`: too many backtests of this workflow are under way.",
                422: "`no_cases`; `unknown_case`; `not_runnable`: the draft's problems stand under `errors`.",
            },
        )
    )
    def post(self, _request: Request, slug: str, body: BacktestBody) -> Response:
        """Try the draft, or a version, on past cases.

        Nothing is sent anywhere; models are asked within the budget, for steps that are new or different.
        """
        caller = self.caller()
        options = orders.Options(body.cases, body.since, body.budget.calls, body.budget.tokens, body.run)
        made = backtests.start(workflow_of(slug), options, caller.user, timezone.now(), body.version)
        match made:
            case NotPublishable():
                detail = "The draft has problems that keep it from running."
                raise problems.refuse(422, "not_runnable", detail, [each.to_json() for each in made.problems])
            case Refused():
                raise refused(made)
        return ok(_detail(made), 202, {"Location": f"/api/v1/backtests/{made.pk}/"})


class BacktestItem(Resource):
    """One backtest."""

    @operation(Operation("workflows:read", {200: Answer(BacktestDetail, "The backtest.")}, also=("runs:read",)))
    def get(self, _request: Request, id: str) -> Response:
        """Read how far a backtest is, and its result when it is over."""
        return ok(_detail(_visible(self, id)))

    @operation(
        Operation(
            "workflows:write",
            {200: Answer(BacktestDetail, "It was cancelled; what it had found is kept.")},
            also=("runs:read",),
            refuses={409: "`ended`: it is over already."},
        )
    )
    def delete(self, _request: Request, id: str) -> Response:
        """Cancel a backtest that is under way."""
        found = orders.cancel(_visible(self, id).pk, self.caller().user, timezone.now())
        if isinstance(found, Refused):
            raise refused(found)
        return ok(_detail(found))


class BacktestCases(Resource):
    """The cases of one backtest."""

    @operation(
        Operation(
            "workflows:read", {200: Answer(Page[BacktestCaseRow], "One page.")}, query=PageQuery, also=("runs:read",)
        )
    )
    def get(self, request: Request, id: str, query: PageQuery) -> Response:
        """List the cases that were replayed so far, in the order in which they were taken."""
        found = _visible(self, id)
        seen = BacktestCase.objects.filter(backtest=found.pk, run__in=visible_runs(self.caller().user))
        return ok(page(request._request, seen.exclude(verdict=""), query, _case, newest_first=False))


def _visible(resource: Resource, id: str) -> Backtest:
    found = orders.visible_one(resource.caller().user, id)
    if found is None:
        raise problems.Refuse(problems.NOT_FOUND)
    return found


def _row(found: Backtest) -> dict[str, Any]:
    options = orders.Options.of(found.options)
    return {
        "id": found.pk,
        "workflow": found.workflow,
        "version": found.version or None,
        "digest": found.blueprint.digest,
        "state": found.state,
        "total": found.total,
        "done": found.done,
        "budget": {"calls": options.calls, "tokens": options.tokens},
        "used": {"calls": found.calls, "tokens": found.tokens},
        "by": found.by,
        "created_at": moment(found.created_at),
        "finished_at": moment(found.finished_at),
    }


def _detail(found: Backtest) -> dict[str, Any]:
    return {**_row(found), "summary": results.result_of(found)}


def _case(case: BacktestCase) -> dict[str, Any]:
    return {
        "run": case.run_id,
        "picked": case.picked,
        "before": case.before,
        "after": case.after,
        "verdict": case.verdict,
        "asked_before": case.asked_before,
        "asked_after": case.asked_after,
        "code": case.code,
        "why": case.why,
        "steps": case.story or [],
    }
