"""What a route is: one declaration that the request is held against, and that the schema is made from.

Used by every resource. `@operation` says which permission a method needs, what it reads and what it may answer; a
method without it refuses everybody. So the document cannot say one thing and the server do another.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import problems, reading
from api.authentication import Caller
from api.declarations import Operation

type Handler = Callable[..., HttpResponseBase]


def operation(declared: Operation) -> Callable[[Handler], Handler]:
    """Declare a method of a `Resource`. The method gets `query` and `body` as keywords where they are declared."""

    def wrap(method: Handler) -> Handler:
        @functools.wraps(method)
        def handler(self: Resource, request: Request, **kwargs: Any) -> HttpResponseBase:
            return method(self, request, **kwargs, **_read(declared, request._request))

        handler.operation = declared  # type: ignore[attr-defined]  # functions take attributes; mypy does not say so
        return handler

    return wrap


class Resource(APIView):
    """A route: its methods are declared by `@operation`, and what is not declared is refused.

    Who is asking, what he may, how often, and how errors look are the framework's settings (`REST_FRAMEWORK`).
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let OPTIONS through: it says what the schema says to everybody."""
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002  # the framework's own
        """Which methods there are, in the header Allow."""
        return Response(status=204)

    def caller(self) -> Caller:
        """Who asks. Only for operations that are not public."""
        return cast("Caller", self.request.auth)


def ok(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(value, status=status, headers=dict(headers or {}))


def _read(declared: Operation, request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if declared.query is not None:
        found["query"] = reading.query(request, declared.query)
    else:
        reading.query(request, reading.Query)
    if declared.body is not None:
        found["body"] = _body(declared, request)
    return found


def _body(declared: Operation, request: HttpRequest) -> Any:
    value = reading.json_body(request, max_bytes=declared.max_bytes)
    if value is reading.ABSENT and not declared.body_optional:
        raise problems.refuse(400, "missing_body", "This request needs a JSON body.")
    if not isinstance(declared.body, type) or not issubclass(declared.body, reading.Body):
        return value
    return reading.shaped(declared.body, {} if value is reading.ABSENT else value)
