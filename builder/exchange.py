"""Workflows as files: written out to be kept or handed on, read in from a file or from the clipboard.

Called by the API, the pages and the commands. A file is a drawing alone, or one with its name around it. Reading one in
runs nothing: it is held against the same checks as a draft, and its problems come back with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from builder import workflows
from builder.models import Workflow
from builder.publishing import problems_of
from runtime.core.definition import FORMAT, MAX_BYTES
from runtime.core.problems import Problem
from runtime.json_gate import JsonProblem, read_json
from runtime.permissions import Person
from runtime.refused import FieldError, Refused

FILE_FORMAT = "interlock-workflow/1"
_FILE_KEYS = frozenset({"file", "slug", "name", "description", "document"})


@dataclass(frozen=True, slots=True)
class Imported:
    """The new workflow, and what is wrong with its drawing: it is a draft, so it may have problems."""

    workflow: Workflow
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a file holds. The document may have problems."""

    document: Any
    name: str = ""
    slug: str = ""
    description: str = ""


def export(workflow: Workflow, document: Any | None = None) -> dict[str, Any]:
    """A workflow as a file: its draft, or the document of one of its versions."""
    return {
        "file": FILE_FORMAT,
        "slug": workflow.slug,
        "name": workflow.name,
        "description": workflow.description,
        "document": workflow.draft if document is None else document,
    }


def unpack(raw: bytes | str) -> Parcel | Refused:
    """Read a file or a paste. Refused: malformed (with errors), unknown_format."""
    value = read_json(raw, max_bytes=MAX_BYTES + 64 * 1024)
    if isinstance(value, JsonProblem):
        return Refused("malformed", "This is no JSON.", (FieldError(value.path, value.message, value.code),))
    if not isinstance(value, dict):
        return Refused("malformed", "This is no drawing: a drawing is a JSON object.")
    return _wrapped(value) if "file" in value else _bare(value, "")


def import_workflow(
    raw: bytes | str, user: Person, now: datetime, *, name: str = "", slug: str = ""
) -> Imported | Refused:
    """Make a workflow from a file or a paste; `name` and `slug` go before the file's own.

    Refused: what `unpack` and `workflows.create` refuse.
    """
    parcel = unpack(raw)
    if isinstance(parcel, Refused):
        return parcel
    made = workflows.create(
        name or parcel.name or "Imported workflow",
        user,
        now,
        slug=slug or parcel.slug,
        description=parcel.description,
        document=parcel.document,
    )
    return made if isinstance(made, Refused) else Imported(made.workflow, problems_of(parcel.document))


def _wrapped(value: dict[str, Any]) -> Parcel | Refused:
    if value["file"] != FILE_FORMAT:
        return _unknown_format("/file", value["file"], FILE_FORMAT)
    errors = [FieldError(f"/{key}", "This field is not known here.") for key in sorted(set(value) - _FILE_KEYS)]
    texts = {key: value.get(key, "") for key in ("name", "slug", "description")}
    errors += [
        FieldError(f"/{key}", "This must be a text.") for key, text in texts.items() if not isinstance(text, str)
    ]
    document = value.get("document")
    if errors or not isinstance(document, dict):
        missing = [] if isinstance(document, dict) else [FieldError("/document", "The drawing is missing.")]
        return Refused("malformed", "This is no workflow's file.", (*errors, *missing))
    bare = _bare(document, "/document")
    return bare if isinstance(bare, Refused) else Parcel(document, **texts)


def _bare(document: dict[str, Any], place: str) -> Parcel | Refused:
    if document.get("format") != FORMAT:
        return _unknown_format(f"{place}/format", document.get("format"), FORMAT)
    malformed = workflows.unreadable(document)
    if malformed is None:
        return Parcel(document)
    errors = tuple(FieldError(place + error.path, error.message, error.code) for error in malformed.errors)
    return Refused(malformed.code, malformed.detail, errors)


def _unknown_format(path: str, found: object, known: str) -> Refused:
    said = f"of the format “{found[:40]}”" if isinstance(found, str) else "of no known format"
    detail = f"This file is {said}; this release reads “{known}”."
    return Refused("unknown_format", detail, (FieldError(path, detail, "unknown_format"),))
