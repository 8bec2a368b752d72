"""What the canvas asks the server while somebody draws: the inspector's form of a node.

Routed by `urls`, for people with a session. Bodies and answers are JSON but for the form, which is a partial that the
canvas puts beside the drawing. Nothing is kept here: the canvas saves through the API.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from builder import drafts
from builder.inspector import Inspected, inspect
from builder.models import Workflow
from runtime.core.definition import MAX_BYTES
from runtime.json_gate import JsonProblem, read_json, write_json
from runtime.permissions import may
from runtime.refused import FieldError, Refused
from runtime.views.access import needs

MAX_BODY = MAX_BYTES + 1_048_576
_STATUS = {"unknown_node": 404, "malformed_json": 400, "too_large": 413}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("workflows:read")
def inspector(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a node: GET `?node=` of the draft as it is kept, POST `{document, node}` of a drawing under work.

    Answers the partial, or, where JSON is accepted, `{node, config, valid, problems, html}`.
    """
    workflow = get_object_or_404(Workflow, slug=slug)
    if request.method == "POST":
        asked = body_of(request)
    else:
        asked = {"document": drafts.read(workflow).document, "node": request.GET.get("node", "")}
    if isinstance(asked, Refused):
        return refusal(asked)
    found = inspect(asked.get("document"), str(asked.get("node", "")))
    if isinstance(found, Refused):
        return refusal(found)
    html = _form(request, found, readonly=workflow.archived_at is not None or not may(request.user, "workflows:write"))
    if request.accepts("text/html") and "application/json" not in request.headers.get("Accept", ""):
        return HttpResponse(html, headers={"Vary": "Accept"})
    return answer({**found.to_json(), "html": html})


def _form(request: HttpRequest, found: Inspected, *, readonly: bool) -> str:
    context = {
        "node": found.node,
        "kind": found.kind,
        "form": found.form,
        "controls": found.controls,
        "grid": found.grid,
        "valid": found.valid,
        "readonly": readonly,
    }
    return render_to_string("builder/inspector/_form.html", context, request)


def body_of(request: HttpRequest) -> dict[str, Any] | Refused:
    """The JSON object that was sent."""
    read = read_json(request.body, max_bytes=MAX_BODY)
    if isinstance(read, JsonProblem):
        code = "too_large" if read.code == "too_large" else "malformed_json"
        return Refused(code, "The request could not be read.", (FieldError(read.path, read.message, read.code),))
    return read if isinstance(read, dict) else Refused("malformed_json", "The body must be a JSON object.")


def answer(value: Any, status: int = 200) -> HttpResponse:
    """A JSON answer that nobody keeps."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    return HttpResponse(write_json(value), content_type="application/json", status=status, headers=headers)


def refusal(refused: Refused) -> HttpResponse:
    """Why the canvas is not answered."""
    errors = [{"code": each.code, "path": each.path, "message": each.message} for each in refused.errors]
    said = {"code": refused.code, "detail": refused.detail, "errors": errors}
    return answer(said, _STATUS.get(refused.code, 422))
