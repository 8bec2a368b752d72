"""The API's own documents: the OpenAPI schema, and a page to read it and try it. Both are for everybody."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.generators import SchemaGenerator
from rest_framework.renderers import StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.declarations import PUBLIC, Answer, Operation
from api.operations import Resource, ok, operation


class OpenApi(Resource):
    """The schema."""

    authentication_classes = ()

    @operation(Operation(PUBLIC, {200: Answer({"type": "object"}, "An OpenAPI 3.1 document.")}))
    def get(self, _request: Request) -> Response:
        """Read the description of this API (OpenAPI 3.1)."""
        return ok(document())


@method_decorator(ensure_csrf_cookie, name="dispatch")
class Docs(Resource):
    """A page to try the API."""

    authentication_classes = ()
    renderer_classes = (StaticHTMLRenderer,)

    @operation(Operation(PUBLIC, {200: Answer({"type": "string"}, "A page.", media_type="text/html")}))
    def get(self, request: Request) -> HttpResponse:
        """Open the page on which every route can be tried, signed in or with a token."""
        return render(request._request, "api/docs.html")


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document. The routes do not change while a process lives."""
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    return found
