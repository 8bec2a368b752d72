"""A workflow's versions: published from the draft, never changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api import problems, reading
from api.declarations import Answer, Operation
from api.lookups import refused, version_number, workflow_of
from api.operations import Resource, ok, operation
from api.pagination import PageQuery, page
from api.reading import Body
from api.shapes import Moment, Page, Shape
from builder import drafts, publishing
from builder.differences import diff
from builder.loosening import CODE, Unmeant, loosenings
from builder.models import Version
from runtime.core.definition import MAX_NODES, Document, parse
from runtime.core.drawing import compile_drawing
from runtime.nodes import discover
from runtime.refused import Refused
from runtime.traces.reading import moment

UNREADABLE = "`unreadable`: a version of an earlier format that this release does not know."


class VersionRow(Shape):
    """A version as lists show it."""

    number: int
    digest: str
    note: str
    published_by: str
    published_at: Moment


class VersionDetail(VersionRow):
    """A version with its document."""

    document: dict[str, Any]


class PublishedVersion(Shape):
    """The version that holds the draft."""

    number: int
    digest: str


class DrawingChange(Shape):
    """One difference; `path` is a place inside the node, `before` and `after` its values."""

    kind: Literal["added", "removed", "changed", "rewired"]
    sentence: str
    nodes: list[str]
    edges: list[str]
    path: str
    before: Any
    after: Any


class Differences(Shape):
    """What changed between two versions."""

    before: int = Field(alias="from")
    after: int = Field(alias="to")
    changes: list[DrawingChange]


class LoosenedPromise(Shape):
    """A step whose promise publishing would loosen; `promise` where it is taken away."""

    node: str
    title: str
    what: list[Literal["max_error", "confidence", "audit", "promise"]]
    sentence: str


class DraftDifferences(Shape):
    """What changed between a version and the draft, and the promises that the draft loosens against it."""

    before: int = Field(alias="from")
    changes: list[DrawingChange]
    loosened: list[LoosenedPromise]


class PublishBody(Body):
    """What is published is the draft; a note says why. `loosens` are the ids of the steps whose promise it knowingly
    loosens against the newest version; the name of whoever publishes is kept with it."""

    note: Annotated[str, Field(max_length=publishing.MAX_NOTE)] = ""
    loosens: Annotated[list[str], Field(max_length=MAX_NODES)] = []


class Versions(Resource):
    """The versions of one workflow."""

    @operation(Operation("workflows:read", {200: Answer(Page[VersionRow], "One page.")}, query=PageQuery))
    def get(self, request: Request, slug: str, query: PageQuery) -> Response:
        """List versions, newest first."""
        rows = workflow_of(slug).versions.select_related("blueprint").defer("blueprint__document")
        return ok(page(request._request, rows, query, _row))

    @operation(
        Operation(
            "workflows:write",
            {
                201: Answer(
                    PublishedVersion,
                    "The new version, which holds the draft.",
                    {"Location": "Where the version can be read."},
                ),
                200: Answer(
                    PublishedVersion,
                    "Nothing has changed since the newest version: it holds the draft already. No note is kept.",
                    {"Location": "Where the version can be read."},
                ),
            },
            body=PublishBody,
            body_optional=True,
            headers={"If-Match": "The ETag of the draft that was looked at. Without it, whatever there is."},
            refuses={
                409: "`archived`; `stale`: the draft is being changed all the time; `promise_loosened`: it asks less "
                "of a gate than the newest version does, and `loosens` does not name it. `gates` are all of these, and "
                "nothing is published.",
                412: "`overtaken`: somebody has saved the draft since (who, at). Nothing is published.",
                422: "`not_publishable`: the problems of the drawing stand under `errors`.",
            },
        )
    )
    def post(self, request: Request, slug: str, body: PublishBody) -> Response:
        """Publish the draft."""
        seen = drafts.revisions(reading.header(request._request, "If-Match"))
        now, meant = timezone.now(), body.loosens
        done = publishing.publish(workflow_of(slug), request.user, now, body.note, seen=seen, loosens=meant)
        match done:
            case publishing.NotPublishable():
                detail = "The drawing has problems that keep it from being published."
                raise problems.refuse(422, "not_publishable", detail, [each.to_json() for each in done.problems])
            case Unmeant():
                raise problems.refuse(409, CODE, done.detail, gates=[gate.to_json() for gate in done.gates])
            case Refused():
                raise refused(done)
        made = {"number": done.number, "digest": done.digest}
        return ok(made, 201 if done.new else 200, {"Location": f"/api/v1/workflows/{slug}/versions/{done.number}/"})


class VersionItem(Resource):
    """One version."""

    @operation(Operation("workflows:read", {200: Answer(VersionDetail, "The version.")}))
    def get(self, _request: Request, slug: str, number: int) -> Response:
        """Read a version with its document."""
        version = version_of(slug, number)
        return ok({**_row(version), "document": version.blueprint.document})


class VersionDiff(Resource):
    """The difference between two versions."""

    @operation(Operation("workflows:read", {200: Answer(Differences, "What changed.")}, refuses={409: UNREADABLE}))
    def get(self, _request: Request, slug: str, number: int, other: int) -> Response:
        """Read what changed from one version to another, in words and as places to paint."""
        before, after = (_document(version_of(slug, each)) for each in (number, other))
        changes = diff(before, after, discover())
        return ok({"from": number, "to": other, "changes": [change.to_json() for change in changes]})


class DraftDiff(Resource):
    """The difference between a version and the draft: what publishing would change."""

    @operation(Operation("workflows:read", {200: Answer(DraftDifferences, "What changed.")}, refuses={409: UNREADABLE}))
    def get(self, _request: Request, slug: str, number: int) -> Response:
        """Read what changed from a version to the draft, in words and as places to paint."""
        before, draft = _document(version_of(slug, number)), parse(drafts.read(workflow_of(slug)).document).document
        if draft is None:
            raise problems.refuse(409, "unreadable", "This release cannot read the draft any more.")
        kinds = discover()
        loosened = loosenings(compile_drawing(before, kinds)[0], compile_drawing(draft, kinds)[0])
        changes = [change.to_json() for change in diff(before, draft, kinds)]
        return ok({"from": number, "changes": changes, "loosened": [gate.to_json() for gate in loosened]})


def version_of(slug: str, number: int) -> Version:
    """The version with this number."""
    found = publishing.version_of(workflow_of(slug), version_number(number))
    if found is None:
        raise problems.Refuse(problems.NOT_FOUND)
    return found


def _document(version: Version) -> Document:
    found = parse(version.blueprint.document).document
    if found is None:
        raise problems.refuse(409, "unreadable", f"This release cannot read version {version.number} any more.")
    return found


def _row(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "digest": version.blueprint.digest,
        "note": version.note,
        "published_by": version.published_by,
        "published_at": moment(version.published_at),
    }
