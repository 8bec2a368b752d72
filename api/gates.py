"""Gates: what each decision with a promise promises, how far it is trusted, and what people can do about it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api import problems, reading
from api.declarations import Answer, Operation
from api.lookups import gate_of, refused
from api.operations import Resource, ok, operation
from api.pagination import PageQuery, page
from api.reading import Body, Flag, Word
from api.shapes import Moment, Page, Shape
from runtime.gates import hands, reports
from runtime.models import Gate
from runtime.refused import Refused
from runtime.traces.reading import moment

ETAG = {"ETag": "The gate as you see it; send it as `If-Match` when you change it."}
_ETAG = re.compile(r'"r(\d{1,9})"')


class GateQuery(PageQuery):
    """Which gates."""

    workflow: Word | None = None
    ended: Flag = Field(False, description="Whether epochs that are over are listed too.")


class GatePromise(Shape):
    """At most `max_error` of the automatic decisions are wrong, with this confidence. It stands in the drawing."""

    max_error: float
    confidence: float


class GateEvidence(Shape):
    """Counts of the epoch. `automatic` decisions were the machine's, `audited` of them went to a person all the same;
    `answered` by people, `wrong` of these; `given_up` by everybody, which counts as wrong.
    """

    decisions: int
    automatic: int
    audited: int
    answered: int
    wrong: int
    open: int
    given_up: int


class GateBound(Shape):
    """Of `automatic` decisions at most `at_most` were wrong, with this confidence."""

    automatic: int
    at_most: int
    confidence: float


class GateBudget(Shape):
    """About how many more answers until it is proven, and how many days that takes; else why that cannot be said."""

    labels: int | None
    likely: int | None
    days: float | None
    reason: str


class GateRow(Shape):
    """One epoch of a gate. From `cutoff` on it decides by itself; null: every case goes to a person."""

    id: str
    workflow: str
    node: str
    epoch: int
    current: bool
    version: int
    state: Literal["probation", "proven", "broken"]
    closed_because: str = Field(description="Why it was closed, where not by its own alarm; else empty.")
    promise: GatePromise
    cutoff: float | None
    audit: float = Field(description="The share of automatic decisions that people check.")
    choices: list[str]
    evidence: GateEvidence
    begun_at: Moment
    begun_by: str
    proven_at: Moment | None
    broken_at: Moment | None
    ended_at: Moment | None


class GateDetail(GateRow):
    """The same with what takes longer to say."""

    bound: GateBound | None
    budget: GateBudget | None = Field(description="Null also where it cannot be computed just now.")


class GateChange(Body):
    """What is to become of a gate. Its promise and its share of checks stand in the drawing: publish to change them."""

    state: Literal["probation", "broken"] = Field(
        description="`broken` closes it: every case goes to a person. `probation` starts it anew, as a new epoch."
    )
    reason: Annotated[str, Field(max_length=hands.LONGEST_REASON)] = ""


class Gates(Resource):
    """The gates."""

    @operation(Operation("gates:read", {200: Answer(Page[GateRow], "One page.")}, query=GateQuery))
    def get(self, request: Request, query: GateQuery) -> Response:
        """List gates, the newest epochs first."""
        rows = Gate.objects.all() if query.ended else Gate.objects.filter(current=True)
        rows = rows.filter(workflow=query.workflow) if query.workflow else rows
        told = page(request._request, rows, query, lambda gate: {"gate": gate})
        found = [each["gate"] for each in told["results"]]
        known = reports.evidence(found)
        return ok({**told, "results": [_row(gate, known[gate.pk]) for gate in found]})


class GateItem(Resource):
    """One epoch of a gate."""

    @operation(Operation("gates:read", {200: Answer(GateDetail, "The gate.", ETAG)}))
    def get(self, _request: Request, id: str) -> Response:
        """Read a gate: its promise, its state, what is known, and how far it is."""
        return _told(gate_of(id))

    @operation(
        Operation(
            "gates:write",
            {200: Answer(GateDetail, "The gate as it is now; started anew, it has another id.", ETAG)},
            body=GateChange,
            headers={"If-Match": "The ETag of the gate that you looked at. Without it, whatever it is now is changed."},
            refuses={
                409: "`ended` (it was changed since: another epoch is current), `unchanged` (it is closed already).",
                412: "`overtaken`: it has changed since you looked at it.",
            },
        )
    )
    def patch(self, request: Request, id: str, body: GateChange) -> Response:
        """Close a gate, or start it anew on probation.

        Starting anew is done by whoever is signed in, or by the owner of the token, who is named in the audit log.
        """
        gate, revision = gate_of(id), _revision(reading.header(request._request, "If-Match"))
        now = timezone.now()
        if body.state == "broken":
            done = hands.close(gate.pk, request.user, body.reason, now, revision)
        else:
            done = hands.start_anew(gate.pk, request.user, now, revision)
        if isinstance(done, Refused):
            raise refused(done)
        return _told(done)


def _revision(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise problems.refuse(412, "overtaken", "If-Match is not an ETag that this gate ever had.")
    return int(found[1])


def _told(gate: Gate) -> Response:
    known = reports.evidence([gate])[gate.pk]
    bound, budget = reports.bound(gate), reports.budget(gate, timezone.now())
    more = {"bound": bound and _plain(bound), "budget": budget and _plain(budget)}
    return ok({**_row(gate, known), **more}, headers={"ETag": f'"r{gate.revision}"'})


def _plain(known: Any) -> dict[str, Any]:
    return {name: getattr(known, name) for name in known.__dataclass_fields__}


def _row(gate: Gate, known: reports.Evidence) -> dict[str, Any]:
    return {
        "id": str(gate.pk),
        "workflow": gate.workflow,
        "node": gate.node,
        "epoch": gate.epoch,
        "current": gate.current,
        "version": gate.version,
        "state": gate.state,
        "closed_because": gate.flaw,
        "promise": {"max_error": gate.max_error, "confidence": gate.confidence},
        "cutoff": gate.cutoff,
        "audit": gate.audit,
        "choices": gate.choices,
        "evidence": _plain(known),
        "begun_at": moment(gate.begun_at),
        "begun_by": gate.begun_by,
        "proven_at": moment(gate.proven_at),
        "broken_at": moment(gate.broken_at),
        "ended_at": moment(gate.ended_at),
    }
