"""`POST /hooks/{id}/`: a message of another service starts a run. Outside `/api/v1`, and without a token.

It stands alone like the trigger: the signature is all that counts. An address that does not exist answers like one
whose message is not signed. What is checked, and in which order, is `runtime.triggers.webhooks`.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from api import problems
from api.lookups import refused
from api.throttles import wait_of
from runtime import launch
from runtime.json_gate import MAX_BYTES, write_json
from runtime.refused import Refused
from runtime.signing.signatures import Headers
from runtime.triggers import webhooks

ALLOWED = ("POST",)
LONGEST_HEADER = 4_096
_NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")
STATUS_OF = {"unsigned": 401, "stale": 401, "replayed": 401, "bad_json": 400}


async def receive(request: HttpRequest, id: str) -> HttpResponse:
    """Answer one message: 202 with the run's id, or a problem document and no run."""
    return await problems.told(_answered(request, id))


async def _answered(request: HttpRequest, webhook_id: str) -> HttpResponse:
    if request.method != "POST":
        return problems.respond(problems.method_not_allowed(request.method, ALLOWED))
    webhook = await sync_to_async(webhooks.known)(webhook_id)
    if webhook is None:
        return _refused(webhooks.UNSIGNED)
    wait = wait_of(f"hook:{webhook.pk}")
    if wait:
        return problems.respond(problems.throttled(wait))
    body = request.body
    if len(body) > MAX_BYTES:
        raise problems.Refuse(problems.TOO_LARGE)
    if not launch.is_running():
        return problems.respond(problems.NOT_RUNNING)
    done = await webhooks.receive(launch.current().runner, webhook, _headers(request), body)
    if isinstance(done, Refused):
        return _refused(done)
    answer = HttpResponse(write_json({"id": done.run_id}), content_type="application/json", status=202)
    answer["Cache-Control"] = "no-store"
    return answer


def _headers(request: HttpRequest) -> Headers:
    found = [request.headers.get(name, "") for name in _NAMES]
    return Headers(*(each if len(each) <= LONGEST_HEADER else "" for each in found))


def _refused(done: Refused) -> HttpResponse:
    status = STATUS_OF.get(done.code)
    if status is None:
        return problems.respond(refused(done).problem)
    places = [{"code": done.code, "path": each.path, "message": each.message} for each in done.errors]
    return problems.respond(problems.Problem(status, done.code, done.detail, tuple(places)))


view: Any = csrf_exempt(receive)
view.stands_alone = True
