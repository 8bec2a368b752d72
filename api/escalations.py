"""Cases that wait for people: the inbox of programs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import Answer, Operation
from api.lookups import refused, visible_escalation
from api.operations import Resource, ok, operation
from api.pagination import PageQuery, page
from api.reading import Body, Nothing, Word
from api.shapes import Moment, Page, Shape
from runtime import veils
from runtime.cases import escalations, holds
from runtime.models import Escalation
from runtime.permissions import visible_escalations
from runtime.refused import Refused
from runtime.traces.reading import moment

CONFLICTS = (
    "`claimed` (who, at: until when), `already_resolved` (who, at), `stale` (the digest is not that of what is shown "
    "now), `closed` (overdue, cancelled, or the run has ended), `already_voted`."
)


class EscalationQuery(PageQuery):
    """Which cases."""

    state: Literal["open", "resolved", "overdue", "cancelled"] | None = None
    queue: Annotated[str, Field(max_length=80)] | None = Field(None, description="A queue's name; empty: without one.")
    assignee: Annotated[str, Field(min_length=1, max_length=150)] | None = Field(
        None, description="`me`, or a user's name: cases that this person has claimed."
    )
    workflow: Word | None = None


class OfferedChoice(Shape):
    """One answer that may be given."""

    name: str
    label: str
    comment_required: bool


class EscalationCase(Shape):
    """A case: what is asked, why the run stopped, and what is shown. An answer is bound to it by `digest`."""

    id: str
    run: str
    workflow: str
    node: str
    visit: int
    kind: Literal["review", "form", "incident"]
    state: Literal["open", "resolved", "overdue", "cancelled"]
    queue: str
    question: str
    choices: list[OfferedChoice]
    reasons: list[dict[str, Any]]
    context: dict[str, Any]
    blind: bool = Field(description="Whether what a gate had said is left out, so that the answer is given without it.")
    machine: dict[str, Any] | None = Field(
        description="What was left out: null until the answer stands and can no longer be taken back."
    )
    editable: dict[str, Any]
    form: dict[str, Any] | None
    digest: str
    reviewers: int
    due_at: Moment | None
    assignee: str | None
    claimed_until: Moment | None
    resolution: dict[str, Any] | None
    resolved_by: str
    resolved_at: Moment | None
    goes_on_at: Moment | None = Field(description="Until then the answer can be taken back, and the run waits for it.")
    snoozed_until: Moment | None
    created_at: Moment


class Claim(Shape):
    """Who holds a case, and until when."""

    id: str
    assignee: str
    claimed_until: Moment


class Settled(Shape):
    """What an answer led to. A vote leaves the case `open` until enough people have said the same."""

    id: str
    run: str
    state: Literal["open", "resolved"]
    resolution: dict[str, Any] | None
    goes_on_at: Moment | None = None
    votes: int | None = None
    votes_needed: int | None = None


class ResolutionBody(Body):
    """An answer. `edits` are edited values by name, or a form's answers; the latter may also stand in `answers`."""

    choice: Annotated[str, Field(max_length=200)] = Field("", description="One of the choices; forms need none.")
    edits: dict[str, Any] = Field(default_factory=dict)
    comment: Annotated[str, Field(max_length=10_000)] = ""
    digest: Annotated[str, Field(min_length=1, max_length=64)]
    answers: Any = None
    grace_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = Field(
        0.0, description="For how many seconds the answer can be taken back before the run goes on."
    )


class Escalations(Resource):
    """The cases that the caller may see."""

    @operation(Operation("escalations:read", {200: Answer(Page[EscalationCase], "One page.")}, query=EscalationQuery))
    def get(self, request: Request, query: EscalationQuery) -> Response:
        """List cases, oldest first.

        Reviewers see the cases of their queues and those without a queue.
        """
        rows = _filtered(visible_escalations(request.user), query, request.user.get_username())
        return ok(page(request._request, rows.select_related("assignee", "run"), query, as_json, newest_first=False))


class EscalationItem(Resource):
    """One case."""

    @operation(Operation("escalations:read", {200: Answer(EscalationCase, "The case.")}))
    def get(self, _request: Request, id: str) -> Response:
        """Read a case: what is asked, why, and what is shown."""
        return ok(as_json(visible_escalation(self.caller(), id)))


class EscalationClaim(Resource):
    """The claim on a case."""

    @operation(
        Operation(
            "escalations:write",
            {200: Answer(Claim, "The case is yours until then.")},
            body=Nothing,
            body_optional=True,
            refuses={409: CONFLICTS},
        )
    )
    def post(self, request: Request, id: str, body: Nothing) -> Response:  # noqa: ARG002  # the path says it all
        """Take a case for some minutes, or go on holding it."""
        done = holds.claim(self._seen(id), request.user, timezone.now())
        if isinstance(done, Refused):
            raise refused(done)
        return ok({"id": done.escalation, "assignee": done.who, "claimed_until": moment(done.until)})

    @operation(Operation("escalations:write", {204: Answer(None, "Nobody holds the case.")}, refuses={409: CONFLICTS}))
    def delete(self, request: Request, id: str) -> Response:
        """Give a case back. Administrators may take it from whoever holds it."""
        done = holds.release(self._seen(id), request.user, timezone.now())
        if isinstance(done, Refused):
            raise refused(done)
        return ok(None, 204)

    def _seen(self, case_id: str) -> str:
        return visible_escalation(self.caller(), case_id).pk


class EscalationResolution(Resource):
    """The answer to a case."""

    @operation(
        Operation(
            "escalations:write",
            {200: Answer(Settled, "Your answer counts.")},
            body=ResolutionBody,
            refuses={
                409: CONFLICTS,
                422: "The answer does not fit: `unknown_choice`, `comment_required`, `invalid_edits`, `invalid`.",
            },
        )
    )
    def post(self, request: Request, id: str, body: ResolutionBody) -> Response:
        """Settle a case. Exactly one resolution wins.

        `digest` is that of the case as it was shown to whoever answers.
        """
        case_id = visible_escalation(self.caller(), id).pk
        answer = escalations.Answer(body.choice, body.edits, body.comment, body.digest, body.answers)
        done = escalations.resolve(case_id, request.user, answer, timezone.now(), body.grace_s)
        match done:
            case Refused():
                raise refused(done)
            case escalations.Voted():
                votes = {"votes": done.given, "votes_needed": done.needed}
                return ok({"id": case_id, "run": self._run_of(case_id), "state": "open", "resolution": None, **votes})
        settled = {"resolution": dict(done.resolution), "goes_on_at": moment(done.goes_on_at)}
        return ok({"id": case_id, "run": done.run, "state": "resolved", **settled})

    @operation(
        Operation(
            "escalations:write",
            {204: Answer(None, "The case is open again, and yours.")},
            refuses={409: "`not_yours` (you gave no answer), `too_late` (the run has gone on)."},
        )
    )
    def delete(self, request: Request, id: str) -> Response:
        """Take your answer back, within its time of grace; or your vote, while the case is open."""
        done = escalations.undo(visible_escalation(self.caller(), id).pk, request.user, timezone.now())
        if isinstance(done, Refused):
            raise refused(done)
        return ok(None, 204)

    def _run_of(self, case_id: str) -> str:
        return visible_escalation(self.caller(), case_id).run_id


def _filtered(rows: QuerySet[Escalation], query: EscalationQuery, me: str) -> QuerySet[Escalation]:
    given = {"state": query.state, "queue": query.queue, "workflow": query.workflow}
    if query.assignee is not None:
        given["assignee__username"] = me if query.assignee == "me" else query.assignee
    return rows.filter(**{name: value for name, value in given.items() if value is not None})


def as_json(case: Escalation) -> dict[str, Any]:
    """A case as the API shows it."""
    asked = case.asked
    return {
        "id": case.pk,
        "run": case.run_id,
        "workflow": case.workflow,
        "node": case.node,
        "visit": case.visit,
        "kind": case.kind,
        "state": case.state,
        "queue": case.queue,
        "question": case.question,
        "choices": [{"label": "", "comment_required": False, **choice} for choice in asked.get("choices") or ()],
        "reasons": case.reasons,
        "context": asked.get("show") or {},
        "blind": case.behind is not None,
        "machine": veils.laid_bare(case),
        "editable": asked.get("editable") or {},
        "form": asked.get("form"),
        "digest": case.digest,
        "reviewers": case.reviewers,
        "due_at": moment(case.due_at),
        "assignee": case.assignee.get_username() if case.assignee else None,
        "claimed_until": moment(case.claimed_until),
        "resolution": case.resolution,
        "resolved_by": case.resolved_by,
        "resolved_at": moment(case.resolved_at),
        "goes_on_at": moment(case.goes_on_at),
        "snoozed_until": moment(case.snoozed_until),
        "created_at": moment(case.created_at),
    }
