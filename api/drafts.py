"""A workflow's draft: its document, and the revision that a save has to name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.declarations import Answer, Operation
from api.lookups import refused, workflow_of
from api.operations import Resource, ok, operation
from builder import drafts
from runtime.core.definition import MAX_BYTES, Document
from runtime.refused import Refused

ETAG: Mapping[str, str] = {"ETag": "The draft's revision; send it as `If-Match` when you save."}
STALE = "`stale`: somebody else saved meanwhile (who, at, current: the ETag there is now)."


class DraftItem(Resource):
    """The draft of one workflow."""

    @operation(Operation("workflows:read", {200: Answer(Document, "The document.", ETAG)}))
    def get(self, _request: Request, slug: str) -> Response:
        """Read a draft."""
        draft = drafts.read(workflow_of(slug))
        return ok(draft.document, headers={"ETag": draft.etag})

    @operation(
        Operation(
            "workflows:write",
            {200: Answer(Document, "The document as it is kept.", ETAG)},
            body=Document,
            max_bytes=MAX_BYTES,
            headers={"If-Match": "The ETag of the draft that was changed. Without it, whatever is there is replaced."},
            refuses={409: "`archived`.", 412: STALE, 422: "`malformed`: this is no document."},
        )
    )
    def put(self, request: Request, slug: str, body: Any) -> Response:
        """Save a draft.

        A draft may have problems; only what is no document at all is refused. With `If-Match`, nobody's work is
        overwritten unseen.
        """
        if_match = reading.header(request._request, "If-Match")
        saved = drafts.save(workflow_of(slug), body, if_match, request.user, timezone.now())
        if isinstance(saved, drafts.Stale):
            raise refused(saved, current=drafts.etag(saved.current))
        if isinstance(saved, Refused):
            raise refused(saved)
        return ok(body, headers={"ETag": saved.etag})
