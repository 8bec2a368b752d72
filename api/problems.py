"""Errors as the API says them: RFC 9457 problem documents, for every refusal and every failure.

Every other module of the API refuses by raising `Refuse`, or builds a response with `respond`; Django's own error pages
are replaced below `/api` by the handlers at the end. Nothing of a request is echoed but what is JSON-encoded.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

from runtime.json_gate import write_json
from runtime.views import out_of_date

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was refused. `errors` name the places; `members` are extension members (who claimed it, when)."""

    status: int
    code: str
    detail: str
    errors: tuple[Mapping[str, Any], ...] = ()
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The problem document of the contract."""
        return {
            **self.members,
            "type": f"urn:interlock:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "errors": [dict(error) for error in self.errors],
        }


class Refuse(exceptions.APIException):
    """Ends a request with a problem document. Raised inside the API only."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail, problem.code)
        self.problem = problem
        self.status_code = problem.status


def refuse(status: int, code: str, detail: str, errors: Iterable[Mapping[str, Any]] = (), **members: object) -> Refuse:
    """A refusal, written the way the views read best: `raise refuse(409, "claimed", …, by=…)`."""
    return Refuse(Problem(status, code, detail, tuple(errors), members))


def respond(problem: Problem) -> HttpResponse:
    """The response of a problem."""
    body = write_json(problem.to_json())
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **problem.headers}
    return HttpResponse(body, content_type=MEDIA_TYPE, status=problem.status, headers=headers)


def problem_of(error: BaseException) -> Problem | None:
    """What an exception means to the caller; None for a defect of ours."""
    match error:
        case Refuse():
            return error.problem
        case Http404() | exceptions.NotFound():
            return NOT_FOUND
        case RequestDataTooBig():
            return TOO_LARGE
        case SuspiciousOperation() | UnreadablePostError():
            return unreadable()
        case PermissionDenied():
            return FORBIDDEN
        case DatabaseError():
            _log.exception("The database could not answer a request.")
            return UNAVAILABLE
        case exceptions.APIException():
            return _of_framework(error)
    return None


async def told(answer: Awaitable[HttpResponse]) -> HttpResponse:
    """The answer of a view that stands alone, or the problem that it ran into. Raises what is a defect of ours."""
    try:
        return await answer
    except Exception as error:
        if isinstance(error, DatabaseError):
            # Other routes get this from Django's signals, at the start of the next request.
            await sync_to_async(close_old_connections)()
        problem = problem_of(error)
        if problem is None:
            raise
        return respond(problem)


def handle(error: Exception, _context: Mapping[str, Any]) -> HttpResponse | None:
    """The exception handler of the REST framework's settings."""
    problem = problem_of(error)
    return None if problem is None else respond(problem)


NOT_FOUND = Problem(404, "not_found", "There is nothing here, or nothing that you may see.")
FORBIDDEN = Problem(403, "forbidden", "Your role does not allow this.")
TOO_LARGE = Problem(413, "too_large", "The request's body is too large.")
UNAVAILABLE = Problem(
    503, "unavailable", "The database cannot answer now. Nothing was changed; try again.", headers={"Retry-After": "1"}
)
OUT_OF_DATE = Problem(
    403,
    out_of_date.CODE,
    "This page was out of date: nothing was sent. Load it again, then try once more.",
    headers={out_of_date.MARK: out_of_date.CODE},
)
NOT_RUNNING = Problem(
    503, "unavailable", "No worker is up in this process. Nothing was started; try again.", headers={"Retry-After": "1"}
)
FAILED = Problem(500, "internal_error", "Something went wrong on our side. It is in the log.")
UNAUTHENTICATED = Problem(
    401,
    "unauthenticated",
    "Send a token: 'Authorization: Bearer …', or sign in.",
    headers={"WWW-Authenticate": 'Bearer realm="interlock"'},
)
BAD_TOKEN = Problem(
    401,
    "invalid_token",
    "The token is unknown, expired or revoked.",
    headers={"WWW-Authenticate": 'Bearer realm="interlock", error="invalid_token"'},
)
NOT_ACCEPTABLE = Problem(406, "not_acceptable", "Answers are application/json; the Accept header allows none of that.")
WRONG_MEDIA_TYPE = Problem(415, "unsupported_media_type", "Bodies are application/json in UTF-8.")


def unreadable(status: int = 400) -> Problem:
    """The answer to a request that is no request."""
    return TOO_LARGE if status == 413 else Problem(400, "bad_request", "The request could not be read.")


def method_not_allowed(method: str | None, allowed: Iterable[str]) -> Problem:
    """The answer to a method that a route does not have."""
    detail = f"This route does not answer {method}."
    return Problem(405, "method_not_allowed", detail, headers={"Allow": ", ".join(allowed)})


def throttled(wait_s: float | None) -> Problem:
    """The answer to too many requests."""
    headers = {"Retry-After": str(max(1, round(wait_s or 1)))}
    return Problem(429, "throttled", "Too many requests with this token.", headers=headers)


def _of_framework(error: exceptions.APIException) -> Problem:
    match error:
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return UNAUTHENTICATED
        case exceptions.PermissionDenied():
            return FORBIDDEN
        case exceptions.NotAcceptable():
            return NOT_ACCEPTABLE
        case exceptions.UnsupportedMediaType():
            return WRONG_MEDIA_TYPE
        case exceptions.MethodNotAllowed():
            return Problem(405, "method_not_allowed", str(error.detail))
        case exceptions.Throttled():
            return throttled(getattr(error, "wait", None))
    return Problem(error.status_code, "bad_request", str(error.detail))


@csrf_exempt
def unknown_route(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """The last route below `/api/`."""
    ends = "" if request.path.endswith("/") else " Paths of this API end with a slash."
    return respond(Problem(404, "not_found", f"The API has no such route.{ends}"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`."""
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return respond(problem_of(exception) or unreadable())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler403`."""
    return respond(FORBIDDEN) if _is_api(request) else defaults.permission_denied(request, exception)


def csrf_failed(request: HttpRequest, **_reason: str) -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`; what a script asks for outside the API is told as the API tells it."""
    wants_json = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    return respond(OUT_OF_DATE) if _is_api(request) or wants_json else out_of_date.answer(request)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler404`."""
    return unknown_route(request) if _is_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`; a database that cannot answer just now is no defect, and passes."""
    gone = isinstance(sys.exception(), OperationalError | InterfaceError)
    if _is_api(request):
        return respond(UNAVAILABLE if gone else FAILED)
    if not gone:
        return defaults.server_error(request)
    # Without the request: who is signed in would be asked of the database.
    return HttpResponse(render_to_string("503.html"), status=UNAVAILABLE.status, headers=UNAVAILABLE.headers)


def _is_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")
