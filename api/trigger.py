"""Starting a run: the hot path of the API.

`TriggerRun` is a `Resource` for the schema's sake, but its view is a plain coroutine: a request with a token that was
seen within the last second passes neither a thread nor the REST framework. It does by itself what the framework does
for the other routes: caller, permission, throttle, strict body, problem documents.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from pydantic import AfterValidator, Field, StringConstraints
from rest_framework.utils.mediatypes import media_type_matches

from api import problems, reading
from api.authentication import Caller, bearer_of, caller_of_session, caller_of_token
from api.declarations import Answer, Operation
from api.descriptions import describe
from api.lookups import refused
from api.operations import Resource, operation
from api.permissions import authorise
from api.shapes import RunDetail
from api.throttles import wait_of
from runtime import launch, runs
from runtime.json_gate import MAX_BYTES, write_json
from runtime.refused import Refused
from runtime.signing.posting import is_postable

KEY = re.compile(r"[\x21-\x7e]{1,255}")
ALLOWED = ("POST", "OPTIONS")
LOCATION = {"Location": "Where the run can be read."}
REPLAY = {"Idempotent-Replay": "`true` when the key had got this run before.", **LOCATION}


def _https(url: str) -> str:
    if not is_postable(url):
        raise ValueError("an https address without user name is wanted; http only within the allowed networks")
    return url


type Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
type LabelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,50}$")]


class TriggerBody(reading.Body):
    """What a run is started with."""

    input: Any = Field(default_factory=dict, description="Must fit the schema of the workflow's input.")
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(None, description="Without it, the newest.")
    wait_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = Field(
        0, description="How long to wait for the run to end or to park, in seconds."
    )
    labels: Annotated[dict[LabelName, Label], Field(max_length=20)] = Field(
        default_factory=dict, description="To filter by, as `key:value`."
    )
    callback_url: Annotated[str, Field(max_length=2000), AfterValidator(_https)] | None = Field(
        None,
        description="An https address (http only within the networks that the administrator allows). When the run has"
        " ended, the run is posted there, signed as Standard Webhooks says; it is tried again for about a day. A run"
        " that waits for a person is not told of. Redirects are not followed.",
    )


class TriggerRun(Resource):
    """The runs of one workflow."""

    @operation(
        Operation(
            "runs:write",
            {
                200: Answer(RunDetail, "The run has ended or parked, or the key had got it before.", REPLAY),
                202: Answer(RunDetail, "The run goes on.", LOCATION),
            },
            body=TriggerBody,
            headers={
                "Idempotency-Key": "1 to 255 visible ASCII characters. Same key and body: the same run. Kept 30 days."
            },
            refuses={
                404: "`not_published`: there is no such workflow, or no such published version.",
                409: "`idempotency_conflict`: this key came with another body before. `archived`: no more runs here.",
                422: "`invalid_input`: the input does not fit the workflow's schema. `invalid`: the body's shape.",
            },
        )
    )
    def post(self, request: Any, slug: str) -> HttpResponseBase:
        """Start a run.

        With `wait_s`, the answer comes when the run has ended or parked, or when the time is over.
        """
        raise NotImplementedError  # Never called: `as_view` answers by `trigger_run`.

    @classmethod
    def as_view(cls, **_initkwargs: Any) -> Any:
        """The coroutine that answers, marked as this class for the schema."""
        view: Any = csrf_exempt(trigger_run)
        view.cls, view.initkwargs, view.stands_alone = cls, {}, True
        return view


async def trigger_run(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer one request."""
    return await problems.told(_answered(request, slug))


async def _answered(request: HttpRequest, slug: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(ALLOWED)})
    _check_accept(request)
    caller = await _caller(request)
    if request.method != "POST":
        return problems.respond(problems.method_not_allowed(request.method, ALLOWED))
    authorise(caller, "runs:write")
    wait = wait_of(caller.key)
    if wait:
        return problems.respond(problems.throttled(wait))
    asked = _asked(request, slug, caller)
    if not launch.is_running():
        raise problems.Refuse(problems.NOT_RUNNING)
    done = await runs.trigger(launch.current().runner, asked)
    if isinstance(done, Refused):
        raise refused(done)
    return await _told(done, caller)


def _check_accept(request: HttpRequest) -> None:
    accept = request.META.get("HTTP_ACCEPT", "*/*")
    if accept in ("*/*", "application/json"):
        return
    wanted = [part.strip() for part in accept.split(",")]
    if not any(media_type_matches(part, reading.MEDIA_TYPE) for part in wanted if "/" in part):
        raise problems.Refuse(problems.NOT_ACCEPTABLE)


async def _caller(request: HttpRequest) -> Caller:
    plain = bearer_of(request.META)
    if plain is None:
        caller = await sync_to_async(caller_of_session)(request)
        if caller is None:
            raise problems.Refuse(problems.UNAUTHENTICATED)
        return caller
    caller = await caller_of_token(plain)
    if caller is None:
        raise problems.Refuse(problems.BAD_TOKEN)
    return caller


def _asked(request: HttpRequest, slug: str, caller: Caller) -> runs.Trigger:
    if request.META.get("QUERY_STRING"):
        reading.query(request, reading.Query)
    value = reading.json_body(request, max_bytes=MAX_BYTES)
    if value is reading.ABSENT:
        raise problems.refuse(400, "missing_body", "This request needs a JSON body.")
    body = reading.shaped(TriggerBody, value)
    key = _key(request)
    return runs.Trigger(
        workflow=slug,
        input=body.input,
        version=body.version,
        requester=caller.name,
        labels=body.labels,
        callback_url=body.callback_url or "",
        key=key,
        body_digest=reading.canonical_digest(value) if key else "",
        wait_s=body.wait_s,
    )


def _key(request: HttpRequest) -> str | None:
    key = reading.header(request, "Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        place = {"code": "bad_header", "path": "/Idempotency-Key", "message": "1 to 255 visible ASCII characters."}
        raise problems.refuse(400, "bad_header", "The Idempotency-Key cannot be used.", [place])
    return key


async def _told(done: runs.Triggered, caller: Caller) -> HttpResponse:
    run = await sync_to_async(describe)(done.run_id, caller)
    headers = {"Location": f"/api/v1/runs/{done.run_id}/", "Cache-Control": "no-store"}
    if done.replay:
        headers["Idempotent-Replay"] = "true"
    status = 200 if done.settled or done.replay else 202
    return HttpResponse(write_json(run), content_type=reading.MEDIA_TYPE, status=status, headers=headers)
