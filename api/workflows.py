"""Workflows: the list, one workflow, its name. What is drawn in them is `drafts`, what runs is `versions`."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import Answer, Operation
from api.lookups import refused, workflow_of
from api.operations import Resource, ok, operation
from api.pagination import PageQuery, page
from api.reading import Body, Flag
from api.shapes import Moment, Page, Shape
from builder import workflows
from builder.models import Workflow
from runtime.core.definition import MAX_BYTES
from runtime.refused import Refused
from runtime.traces.reading import moment


class WorkflowQuery(PageQuery):
    """Which workflows."""

    archived: Flag | None = Field(None, description="Only archived ones (true) or only the others (false).")


class WorkflowRow(Shape):
    """A workflow. `published` is the number of its newest version."""

    slug: str
    name: str
    description: str
    published: int | None
    draft_revision: int
    archived_at: Moment | None
    created_at: Moment
    updated_at: Moment


class WorkflowBody(Body):
    """A new workflow. Without a slug, one is made from the name; `document` is its first draft."""

    name: Annotated[str, Field(min_length=1, max_length=workflows.MAX_NAME)]
    slug: Annotated[str, Field(max_length=workflows.MAX_SLUG, pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")] | None = None
    description: Annotated[str, Field(max_length=workflows.MAX_DESCRIPTION)] = ""
    document: dict[str, Any] | None = Field(None, description="A drawing; it may have problems.")


class WorkflowChange(Body):
    """What to change. `archived`: false takes a workflow out of the archive again."""

    name: Annotated[str, Field(min_length=1, max_length=workflows.MAX_NAME)] | None = None
    description: Annotated[str, Field(max_length=workflows.MAX_DESCRIPTION)] | None = None
    archived: bool | None = None


class Workflows(Resource):
    """All workflows."""

    @operation(Operation("workflows:read", {200: Answer(Page[WorkflowRow], "One page.")}, query=WorkflowQuery))
    def get(self, request: Request, query: WorkflowQuery) -> Response:
        """List workflows, oldest first."""
        rows = _rows()
        if query.archived is not None:
            rows = rows.filter(archived_at__isnull=not query.archived)
        return ok(page(request._request, rows, query, _as_json, newest_first=False))

    @operation(
        Operation(
            "workflows:write",
            {201: Answer(WorkflowRow, "The workflow.", {"Location": "Where the workflow can be read."})},
            body=WorkflowBody,
            max_bytes=MAX_BYTES + 65_536,
            refuses={409: "`slug_taken`: there is such a workflow already, perhaps an archived one."},
        )
    )
    def post(self, request: Request, body: WorkflowBody) -> Response:
        """Make a workflow."""
        document = workflows.EMPTY if body.document is None else body.document
        made = workflows.create(
            body.name,
            request.user,
            timezone.now(),
            slug=body.slug or "",
            description=body.description,
            document=dict(document),
        )
        if isinstance(made, Refused):
            raise refused(made)
        slug = made.workflow.slug
        return ok(_read(slug), 201, {"Location": f"/api/v1/workflows/{slug}/"})


class WorkflowItem(Resource):
    """One workflow."""

    @operation(Operation("workflows:read", {200: Answer(WorkflowRow, "The workflow.")}))
    def get(self, _request: Request, slug: str) -> Response:
        """Read a workflow."""
        return ok(_read(workflow_of(slug).slug))

    @operation(
        Operation("workflows:write", {200: Answer(WorkflowRow, "The workflow as it is now.")}, body=WorkflowChange)
    )
    def patch(self, request: Request, slug: str, body: WorkflowChange) -> Response:
        """Change a workflow's name or description, or take it in or out of the archive. The slug stays."""
        workflow, now = workflow_of(slug), timezone.now()
        if body.name is not None or body.description is not None:
            _done(workflows.rename(workflow, request.user, now, name=body.name, description=body.description))
        if body.archived is not None:
            change = workflows.archive if body.archived else workflows.unarchive
            _done(change(workflow, request.user, now))
        return ok(_read(slug))

    @operation(Operation("workflows:write", {204: Answer(None, "The workflow is archived.")}))
    def delete(self, request: Request, slug: str) -> Response:
        """Archive a workflow: it starts no more runs, and those under way go on. Nothing is lost."""
        _done(workflows.archive(workflow_of(slug), request.user, timezone.now()))
        return ok(None, 204)


def _done(made: workflows.Made | Refused) -> None:
    if isinstance(made, Refused):
        raise refused(made)


def _rows() -> QuerySet[Workflow]:
    return Workflow.objects.defer("draft").annotate(newest=Max("versions__number"))


def _read(slug: str) -> dict[str, Any]:
    return _as_json(_rows().get(slug=slug))


def _as_json(workflow: Any) -> dict[str, Any]:
    return {
        "slug": workflow.slug,
        "name": workflow.name,
        "description": workflow.description,
        "published": workflow.newest,
        "draft_revision": workflow.draft_revision,
        "archived_at": moment(workflow.archived_at),
        "created_at": moment(workflow.created_at),
        "updated_at": moment(workflow.updated_at),
    }
