"""What is done with a case beside settling it, and one answer to many: whom it is meant for, a pause, remarks.

Beside `escalations`, whose routes read, claim and settle. The rules are those of `runtime.cases.desk`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.utils import timezone
from pydantic import BeforeValidator, Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import Answer, Operation
from api.lookups import refused, visible_escalation
from api.operations import Resource, ok, operation
from api.reading import Body
from api.shapes import Moment, Shape
from runtime.cases import desk
from runtime.cases.answers import Answer as Given
from runtime.cases.escalations import Resolved
from runtime.models import Remark
from runtime.refused import Refused
from runtime.traces.reading import moment

CONFLICTS = (
    "`claimed` (who, at: until when), `already_resolved` (who, at), `closed` (overdue, cancelled, or the run has "
    "ended), `already_voted`."
)
MOST_REMARKS = 200


def _moment(given: object) -> object:
    if isinstance(given, str):
        found = datetime.fromisoformat(given)
        if found.tzinfo is not None:
            return found
    raise ValueError("a moment with its zone is wanted, such as 2026-03-02T09:00:00Z")


class AssignmentBody(Body):
    """Whom a case is meant for."""

    to: Annotated[str, Field(min_length=1, max_length=150, pattern="^[^\\x00]+$")] = Field(description="A user's name.")


class Assignment(Shape):
    """Whom a case is meant for. Others of its queue may still take it."""

    id: str
    assignee: str


class PauseBody(Body):
    """Until when a case is out of sight."""

    until: Annotated[datetime, BeforeValidator(_moment)] = Field(
        description="With a zone; within the next 90 days, and before the case is due."
    )


class Pause(Shape):
    """Until when a case is out of sight. It may still be settled."""

    id: str
    snoozed_until: Moment


class RemarkBody(Body):
    """What is written beside a case."""

    text: Annotated[str, Field(min_length=1, max_length=desk.LONGEST_REMARK)] = Field(
        description="`@name` mentions somebody."
    )


class RemarkRow(Shape):
    """What somebody wrote beside a case."""

    by: str
    at: Moment
    text: str
    mentions: list[str]


class RemarkList(Shape):
    """The newest 200 remarks, the oldest of them first."""

    results: list[RemarkRow]


class RemarkKept(RemarkRow):
    """A remark that was kept; `unknown` are names of nobody who may see the case."""

    unknown: list[str]


class OneCase(Body):
    """A case, and the digest of what was shown to whoever answers."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    digest: Annotated[str, Field(min_length=1, max_length=64)]


class ResolutionsBody(Body):
    """One answer to several cases."""

    cases: Annotated[list[OneCase], Field(min_length=1, max_length=desk.MOST_AT_ONCE)]
    choice: Annotated[str, Field(min_length=1, max_length=200)]
    comment: Annotated[str, Field(max_length=10_000)] = ""
    grace_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = Field(
        0.0, description="For how many seconds the answers can be taken back before the runs go on."
    )


class OneSettled(Shape):
    """What became of one case. `state` is null where the answer was refused, and `code` and `detail` say why."""

    id: str
    state: str | None
    code: str | None = None
    detail: str | None = None


class AllSettled(Shape):
    """What became of each case, in the order in which they were sent."""

    results: list[OneSettled]


class EscalationAssignment(Resource):
    """Whom a case is meant for."""

    @operation(
        Operation(
            "escalations:write",
            {200: Answer(Assignment, "The case is meant for this person.")},
            body=AssignmentBody,
            refuses={409: CONFLICTS, 422: "`no_such_person`: nobody of this name may settle cases of this queue."},
        )
    )
    def put(self, request: Request, id: str, body: AssignmentBody) -> Response:
        """Hand a case over. Saying it twice changes nothing more."""
        done = desk.hand_over(visible_escalation(self.caller(), id).pk, request.user, body.to, timezone.now())
        if isinstance(done, Refused):
            raise refused(done)
        return ok({"id": done.escalation, "assignee": done.to})


class EscalationPause(Resource):
    """The time for which a case is out of sight."""

    @operation(
        Operation(
            "escalations:write",
            {200: Answer(Pause, "The case is out of sight until then.")},
            body=PauseBody,
            refuses={
                409: CONFLICTS,
                422: "`not_then`: the time has passed, is too far ahead, or the case is due before.",
            },
        )
    )
    def put(self, request: Request, id: str, body: PauseBody) -> Response:
        """Put a case aside. It comes back by itself."""
        done = self._paused(request, id, body.until)
        return ok({"id": done.escalation, "snoozed_until": moment(done.until)})

    @operation(Operation("escalations:write", {204: Answer(None, "The case is in sight.")}, refuses={409: CONFLICTS}))
    def delete(self, request: Request, id: str) -> Response:
        """Bring a case back into sight."""
        self._paused(request, id, None)
        return ok(None, 204)

    def _paused(self, request: Request, case_id: str, until: datetime | None) -> desk.Snoozed:
        done = desk.snooze(visible_escalation(self.caller(), case_id).pk, request.user, until, timezone.now())
        if isinstance(done, Refused):
            raise refused(done)
        return done


class EscalationRemarks(Resource):
    """What people wrote beside a case."""

    @operation(Operation("escalations:read", {200: Answer(RemarkList, "The remarks.")}))
    def get(self, _request: Request, id: str) -> Response:
        """Read what people wrote beside a case."""
        rows: QuerySet[Remark] = Remark.objects.filter(escalation=visible_escalation(self.caller(), id).pk)
        found = rows.order_by("-id").prefetch_related("mentions")[:MOST_REMARKS]
        return ok({"results": [_remark(each) for each in reversed(found)]})

    @operation(
        Operation(
            "escalations:write",
            {201: Answer(RemarkKept, "What was written is kept.")},
            body=RemarkBody,
            refuses={422: "`invalid`: there is no text."},
        )
    )
    def post(self, request: Request, id: str, body: RemarkBody) -> Response:
        """Write beside a case, open or settled. Each request writes one remark."""
        now = timezone.now()
        done = desk.remark(visible_escalation(self.caller(), id).pk, request.user, body.text, now)
        if isinstance(done, Refused):
            raise refused(done)
        kept = {"by": request.user.get_username(), "at": moment(now), "text": body.text.strip()}
        return ok({**kept, "mentions": list(done.reached), "unknown": list(done.unknown)}, 201)


class EscalationResolutions(Resource):
    """One answer to several cases."""

    @operation(
        Operation(
            "escalations:write",
            {200: Answer(AllSettled, "What became of each case.")},
            body=ResolutionsBody,
        )
    )
    def post(self, request: Request, body: ResolutionsBody) -> Response:
        """Give several cases one answer, where their designer allows it.

        Each is settled or refused on its own, with the codes of a single resolution, `one_by_one` (its designer wants
        it answered alone) and `not_found`. Sent again, those that were settled are refused as `already_resolved`.
        """
        cases = [(each.id, each.digest) for each in body.cases]
        answer = Given(body.choice, {}, body.comment)
        done = desk.resolve_many(cases, request.user, answer, timezone.now(), body.grace_s)
        if isinstance(done, Refused):
            raise refused(done)
        return ok({"results": [_settled(each.escalation, each.outcome) for each in done]})


def _remark(kept: Remark) -> dict[str, Any]:
    names = sorted(person.get_username() for person in kept.mentions.all())
    return {"by": kept.by, "at": moment(kept.at), "text": kept.text, "mentions": names}


def _settled(case_id: str, outcome: object) -> dict[str, Any]:
    if isinstance(outcome, Refused):
        # What one may not see is not there, as everywhere.
        hidden = outcome.code == "forbidden"
        code, detail = ("not_found", "There is no such case.") if hidden else (outcome.code, outcome.detail)
        return {"id": case_id, "state": None, "code": code, "detail": detail}
    state = "resolved" if isinstance(outcome, Resolved) else "open"
    return {"id": case_id, "state": state, "code": None, "detail": None}
