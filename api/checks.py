"""The proof before publishing, on demand: what is wrong with a drawing."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.declarations import Answer, Operation
from api.lookups import workflow_of
from api.operations import Resource, ok, operation
from api.shapes import DrawingProblem, Shape
from builder import drafts
from builder.publishing import problems_of
from runtime.core.definition import MAX_BYTES


class CheckedDrawing(Shape):
    """What is wrong with a drawing: errors refuse publishing, warnings do not."""

    problems: list[DrawingProblem]


class Check(Resource):
    """A check of a drawing."""

    @operation(
        Operation(
            "workflows:read",
            {200: Answer(CheckedDrawing, "The problems; none is good.")},
            body={},
            body_optional=True,
            max_bytes=MAX_BYTES,
        )
    )
    def post(self, _request: Request, slug: str, body: Any) -> Response:
        """Check a drawing, or the draft when there is no body. Nothing is kept.

        Whatever is sent is checked: what is no drawing has the problem `document.malformed`.
        """
        workflow = workflow_of(slug)
        document = drafts.read(workflow).document if body is reading.ABSENT else body
        return ok({"problems": [problem.to_json() for problem in problems_of(document)]})
