"""What a request says, read strictly: body, query string, headers. Unknown things are refused, with their path.

Called by `operations` for ordinary routes and by `trigger` for the hot one. Shapes are pydantic models: the same ones
that the schema is made from. Every refusal is a `Refuse`; nothing else is raised for bad input.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import IO, Annotated, Any, Final
from urllib.parse import parse_qsl

from django.http import HttpRequest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from rest_framework.parsers import BaseParser

from api import problems
from runtime.json_gate import JsonProblem, clean, read_json

MEDIA_TYPE = "application/json"
MAX_PARAMETERS = 50
MAX_HEADER = 4096
ABSENT: Final = object()
"""Stands for a body that was not sent."""


class Body(BaseModel):
    """A request's body: strict, without unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Body):
    """An empty object, for routes whose path says everything. The body may also be left out."""


class Query(BaseModel):
    """A query string: each parameter at most once, no unknown ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _whole(text: object) -> object:
    if isinstance(text, str) and not (text.isascii() and text.isdigit() and len(text) < 11):
        raise ValueError("a whole number is wanted")
    return text


def _flag(text: object) -> object:
    if isinstance(text, str) and text not in ("true", "false"):
        raise ValueError("true or false is wanted")
    return text


type Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number in a query string, in plain digits."""

type Flag = Annotated[bool, BeforeValidator(_flag)]
"""`true` or `false` in a query string."""

type Word = Annotated[str, Field(min_length=1, max_length=300)]
"""A text in a query string."""


class StrictJSONParser(BaseParser):
    """The one JSON gate in the REST framework's words. The views read by `json_body`, which knows what is absent."""

    media_type = MEDIA_TYPE

    def parse(self, stream: IO[Any], _media_type: str | None = None, _context: Any = None) -> Any:
        """The JSON value of a stream."""
        return _checked(read_json(stream.read()))


def json_body(request: HttpRequest, *, max_bytes: int) -> Any:
    """The JSON value of a request's body, or `ABSENT`."""
    if request.META.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" not in request.META:
        return ABSENT
    if not _says_json(request):
        raise problems.Refuse(problems.WRONG_MEDIA_TYPE)
    return _checked(read_json(request.body, max_bytes=max_bytes)) if request.body else ABSENT


def shaped[B: BaseModel](shape: type[B], value: Any) -> B:
    """A value as this shape. Refuses with 422 and the path of every place that does not fit."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        raise problems.refuse(
            422, "invalid", "The body does not have the shape of this request.", _places(failure)
        ) from None


def query[Q: BaseModel](request: HttpRequest, shape: type[Q]) -> Q:
    """The query string as this shape. Refuses with 400 and the name of every parameter that does not fit."""
    try:
        pairs = parse_qsl(
            request.META.get("QUERY_STRING", ""),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise problems.refuse(400, "bad_query", "The query string cannot be read.") from None
    values = dict(pairs)
    if len(values) != len(pairs):
        raise problems.refuse(400, "bad_query", "A parameter is given twice.", _twice([name for name, _ in pairs]))
    flaw = clean(values)
    if flaw:
        raise problems.refuse(400, "bad_query", flaw.message, [flaw.to_json()])
    try:
        return shape.model_validate(values)
    except ValidationError as failure:
        raise problems.refuse(400, "bad_query", "The query string does not fit.", _places(failure)) from None


def header(request: HttpRequest, name: str) -> str | None:
    """A header that may be sent once; None when it was not."""
    found = request.headers.get(name)
    if found is None:
        return None
    sent = name.lower().encode()
    times = sum(1 for key, _ in getattr(request, "scope", {}).get("headers", ()) if key.lower() == sent)
    if times > 1:
        raise problems.refuse(400, "bad_header", f"The header {name} is sent {times} times.", [_at(name, "repeated")])
    if len(found) > MAX_HEADER:
        raise problems.refuse(400, "bad_header", f"The header {name} is too long.", [_at(name, "too_long")])
    return str(found)


def canonical_digest(value: Any) -> str:
    """SHA-256 of a JSON value's canonical text: the same for bodies that say the same."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _checked(value: Any) -> Any:
    if not isinstance(value, JsonProblem):
        return value
    status = 413 if value.code == "too_large" else 400
    raise problems.refuse(status, value.code, value.message, [value.to_json()])


def _says_json(request: HttpRequest) -> bool:
    if request.content_type != MEDIA_TYPE:
        return False
    return (request.content_params or {}).get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _places(failure: ValidationError) -> list[dict[str, str]]:
    found = failure.errors(include_url=False, include_input=False, include_context=False)
    return [{"code": error["type"], "path": pointer(error["loc"]), "message": error["msg"]} for error in found[:100]]


def pointer(path: Sequence[object]) -> str:
    """A JSON pointer."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _twice(names: list[str]) -> list[dict[str, str]]:
    return [_at(name, "repeated") for name in dict.fromkeys(names) if names.count(name) > 1]


def _at(name: str, code: str) -> dict[str, str]:
    return {"code": code, "path": f"/{name}", "message": f"{name} is {code.replace('_', ' ')}."}
