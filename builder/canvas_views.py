"""What the canvas asks the server while somebody draws: the inspector's form of a node, and a drawing tried out.

Routed by `urls`, for people with a session. Bodies and answers are JSON but for the form, which is a partial that the
canvas puts beside the drawing. No drawing is kept here: the canvas saves through the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from builder import completions, drafts, tryouts
from builder.inspector import Inspected, inspect
from builder.models import Workflow
from builder.publishing import NotPublishable
from runtime import launch
from runtime.cases.answers import Answer
from runtime.core.definition import MAX_BYTES
from runtime.json_gate import JsonProblem, read_json, write_json
from runtime.permissions import may, visible_runs
from runtime.refused import FieldError, Refused
from runtime.tryouts import answer as answer_tryout
from runtime.views.access import needs

MAX_BODY = MAX_BYTES + 1_048_576
_STATUS = {
    "not_found": 404,
    "unknown_node": 404,
    "unknown_run": 404,
    "malformed_json": 400,
    "too_large": 413,
    "forbidden": 403,
    "archived": 409,
    "name_taken": 409,
    "too_many": 409,
    "ended": 409,
    "not_asked": 409,
    "in_inbox": 409,
    "not_a_tryout": 409,
    "unavailable": 503,
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("workflows:read")
def inspector(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a node: GET `?node=` of the draft, POST `{document, node, readonly?}` of a drawing under work.

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
    readonly = asked.get("readonly") is True or workflow.archived_at is not None
    html = _form(request, found, readonly=readonly or not may(request.user, "workflows:write"))
    if request.accepts("text/html") and "application/json" not in request.headers.get("Accept", ""):
        return HttpResponse(html, headers={"Vary": "Accept"})
    return answer({**found.to_json(), "html": html})


@require_POST
@needs("workflows:read")
def completion(request: HttpRequest, slug: str) -> HttpResponse:
    """What may be written: `{document, node, text, cursor, language?}`; `{offers: [{text, start, end, sort, …}]}`."""
    get_object_or_404(Workflow.objects.only("pk"), slug=slug)
    asked = _written(body_of(request))
    if isinstance(asked, Refused):
        return refusal(asked)
    cursor = asked.get("cursor", len(asked["text"]))
    if not isinstance(cursor, int):
        return refusal(Refused("invalid", "`cursor` is a number of characters."))
    found = completions.complete(asked.get("document"), asked["node"], asked["text"], cursor, asked["language"])
    if isinstance(found, Refused):
        return refusal(found)
    return answer({"offers": [each.to_json() for each in found]})


@require_POST
@needs("workflows:read")
async def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What a text gives: `{document, node, text, language?, input?, steps?, run?}`; `{value}` or `{reason, code}`."""
    workflow = await sync_to_async(get_object_or_404)(Workflow, slug=slug)
    asked = _written(body_of(request))
    if isinstance(asked, Refused):
        return refusal(asked)
    steps = asked.get("steps") or {}
    if not isinstance(steps, Mapping):
        return refusal(Refused("invalid", "`steps` is an object of outputs by node."))
    sample = completions.Sample(asked.get("input"), "input" in asked, steps, str(asked.get("run") or ""))
    cage = launch.current().cage if launch.is_running() else None
    given = (asked.get("document"), asked["node"], asked["text"], asked["language"])
    found = await completions.preview(workflow, *given, sample, request.user, cage)
    return refusal(found) if isinstance(found, Refused) else answer(found.to_json())


@require_POST
@needs("runs:write")
async def tryout(request: HttpRequest, slug: str) -> HttpResponse:
    """Try a drawing out: `{document, input?, pins?, from?: {run, node}, insist?}`; 202 `{run, pinned}`.

    The run is followed like any other: by its trace and its websocket. 422 `not_runnable` comes with the problems.
    """
    workflow = await sync_to_async(get_object_or_404)(Workflow, slug=slug)
    trial = _trial(body_of(request))
    if isinstance(trial, Refused):
        return refusal(trial)
    if not launch.is_running():
        return refusal(Refused("unavailable", "Nothing can be tried just now: no worker is up in this process."))
    done = await tryouts.start(launch.current().runner, workflow, trial, request.user, timezone.now())
    if isinstance(done, Refused):
        return refusal(done)
    if isinstance(done, NotPublishable):
        problems = [problem.to_json() for problem in done.problems]
        detail = "The drawing has errors that keep it from being tried."
        return answer({"code": "not_runnable", "detail": detail, "errors": [], "problems": problems}, 422)
    return answer({"run": done.run_id, "pinned": list(done.pinned)}, 202)


@require_POST
@needs("runs:write")
def tryout_answer(request: HttpRequest, slug: str, run_id: str) -> HttpResponse:
    """Answer what a step of a try-out waits for: `{node, choice, edits?, comment?, answers?}`; 202 `{run}`."""
    run = visible_runs(request.user, tryouts=True).filter(pk=run_id, workflow=slug).first()
    if run is None:
        raise Http404("There is no such try-out.")
    asked = body_of(request)
    if isinstance(asked, Refused):
        return refusal(asked)
    given = Answer(
        choice=asked.get("choice", ""),
        edits=asked.get("edits") or {},
        comment=asked.get("comment", ""),
        answers=asked.get("answers"),
    )
    done = answer_tryout(run, str(asked.get("node", "")), given, request.user, timezone.now())
    return refusal(done) if isinstance(done, Refused) else answer({"run": done.run_id}, 202)


def _written(asked: dict[str, Any] | Refused) -> dict[str, Any] | Refused:
    """What is asked about a text: `node` and `text` are texts, `language` is expression or template."""
    if isinstance(asked, Refused):
        return asked
    whole = {"language": "expression", **asked}
    if not isinstance(whole.get("node"), str) or not isinstance(whole.get("text"), str):
        return Refused("invalid", "`node` and `text` are texts.")
    if whole["language"] not in ("expression", "template"):
        return Refused("invalid", "`language` is expression or template.")
    return whole


def _trial(asked: dict[str, Any] | Refused) -> tryouts.Trial | Refused:
    if isinstance(asked, Refused):
        return asked
    pins, past, insist = asked.get("pins") or {}, asked.get("from") or {}, asked.get("insist", False)
    if not isinstance(pins, Mapping) or not isinstance(past, Mapping) or not isinstance(insist, bool):
        return Refused("invalid", "`pins` and `from` are objects, `insist` is true or false.")
    return tryouts.Trial(
        document=asked.get("document"),
        input=asked.get("input"),
        has_input="input" in asked,
        pins=pins,
        from_run=str(past.get("run", "")),
        from_node=str(past.get("node", "")),
        insist=insist,
    )


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
    try:
        body = request.body
    except RawPostDataException:  # A form with a file, in which the token against forged requests was looked for.
        return Refused("malformed_json", "The body must be a JSON object.")
    read = read_json(body, max_bytes=MAX_BODY)
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
