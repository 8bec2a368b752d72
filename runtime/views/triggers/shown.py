"""What the pages of triggers share: which workflow it is, what its input asks for, and what is wrong in a form.

Used by the pages beside it. A page knows a workflow by what is published of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from runtime import runs
from runtime.core.expressions import Json
from runtime.fields import Field, fields_of, read_fields
from runtime.json_gate import JsonProblem, read_json
from runtime.models import Blueprint
from runtime.permissions import permissions_of
from runtime.refused import FieldError, Refused
from runtime.triggers.tables import schema_of


@dataclass(frozen=True, slots=True)
class Place:
    """A workflow as its triggers see it; `lacks` says why it cannot be started just now."""

    slug: str
    name: str
    schema: Mapping[str, Any]
    lacks: str
    may_change: bool
    may_start: bool


def place_of(request: HttpRequest, slug: str) -> Place:
    """The workflow of a page."""
    sealed = runs.sealed_for(slug)
    held = permissions_of(request.user)
    found = Blueprint.objects.filter(workflow=slug).order_by("-version").values_list("name", flat=True).first()
    lacks = sealed.detail if isinstance(sealed, Refused) else ""
    schema = {} if isinstance(sealed, Refused) else schema_of(sealed)
    return Place(slug, found or slug, schema, lacks, "workflows:write" in held, "runs:write" in held)


def input_of(request: HttpRequest, schema: Mapping[str, Any]) -> Json | Refused:
    """The input that was typed: the JSON where there is some, else the fields."""
    text = request.POST.get("json", "").strip()
    if not text:
        return read_fields(schema, request.POST)
    read = read_json(text)
    if isinstance(read, JsonProblem):
        return Refused("invalid", "", (FieldError("/json", f"The JSON could not be read: {read.message}"),))
    return read


def input_fields(
    request: HttpRequest, schema: Mapping[str, Any], values: Json, errors: Mapping[str, str]
) -> list[Field]:
    """The fields of an input, filled with what was typed, else with what is kept."""
    posted = request.POST if request.method == "POST" else None
    return fields_of(schema, values if isinstance(values, Mapping) else None, posted, errors)


def errors_by_name(refused: Refused | None) -> tuple[dict[str, str], dict[str, str]]:
    """What is wrong with the page's own fields, and with those of the input; the name of the whole is empty."""
    own: dict[str, str] = {}
    inside: dict[str, str] = {}
    for error in refused.errors if refused else ():
        first, _, rest = error.path.lstrip("/").partition("/")
        found, name = (inside, rest.split("/")[0]) if first == "input" else (own, first)
        found.setdefault(name.replace("~1", "/").replace("~0", "~"), error.message)
    if refused and not refused.errors:
        own[""] = refused.detail
    return own, inside
