"""What comes in where a page shows how a workflow is started: one of its sample cases, else an example of its schema.

Called by the pages of triggers. Sample cases belong to who draws, so `runtime` is told where they are (`samples_from`).
A program to paste starts a case of its own: in a field that a duplicate would share stands a value of its own, since a
second one would be taken for the first one once more and wait for a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runtime.blueprints import Sealed
from runtime.core.examples import example
from runtime.core.expressions import Json
from runtime.json_schemas import errors_of
from runtime.triggers.tables import schema_of

LONGEST = 4_000

type Samples = Callable[[str], Iterable[tuple[str, Json]]]
"""Names and inputs of the sample cases of a workflow, the oldest first; not many."""


@dataclass(frozen=True, slots=True)
class Given:
    """An input to start from: where it is from (empty: made from the schema), and whether it fits.

    `anew` is the title of the field by which each program's case is one of its own; empty: there is none.
    """

    value: Json
    name: str
    fits: bool
    anew: str = ""


_SAMPLES: list[Samples] = []


def samples_from(read: Samples) -> None:
    """Say where sample cases are; once, when the program starts."""
    _SAMPLES[:] = [read]


def given_for(sealed: Sealed | None, workflow: str) -> Given:
    """The first sample case that fits and is not too long to read; else an example that is made up."""
    schema = schema_of(sealed) if sealed else {}
    for read in _SAMPLES:
        for name, value in read(workflow):
            if len(json.dumps(value)) <= LONGEST and not errors_of(schema, value):
                return Given(value, name, fits=True, anew=_title(schema, _field(sealed, schema, value)))
    made = example(schema)
    return Given(made, "", not errors_of(schema, made), _title(schema, _field(sealed, schema, made)))


def each_its_own(sealed: Sealed | None, given: Given, marks: Iterable[str]) -> list[Json]:
    """The input once for each mark (a few letters and digits), each a case of its own where fields tell cases apart."""
    schema = schema_of(sealed) if sealed else {}
    field = _field(sealed, schema, given.value)
    return [_marked(given.value, field, mark) if field else given.value for mark in marks]


def _field(sealed: Sealed | None, schema: Mapping[str, Any], value: Json) -> str:
    """The field in which another text makes another case; empty where there is none, or no other text fits."""
    if not isinstance(value, Mapping):
        return ""
    names = [name for name in _identifying(sealed) if isinstance(value.get(name), str) and value[name]]
    # A number is what tells most; a supplier with another name would be another supplier.
    names.sort(key=lambda name: not any(letter.isdigit() for letter in str(value[name])))
    return next((name for name in names if not errors_of(dict(schema), _marked(value, name, "0a0a"))), "")


def _identifying(sealed: Sealed | None) -> list[str]:
    """Fields of the input that duplicates have in common and that may hold any text, or a mail address."""
    found: list[str] = []
    for node in sealed.drawing.document.nodes if sealed else ():
        config: Mapping[str, Any] = node.config
        by = (config.get("duplicates") or {}).get("by") or () if node.kind == "verify.quality" else ()
        formats = config.get("formats") or {}
        found += [name for name in by if formats.get(name, "email") == "email"]
    return found


def _marked(value: Json, name: str, mark: str) -> Json:
    fields: Mapping[str, Json] = value if isinstance(value, Mapping) else {}
    text = str(fields[name])
    return {**fields, name: text.replace("@", f"+{mark}@", 1) if "@" in text else f"{text}-{mark}"}


def _title(schema: Mapping[str, Any], name: str) -> str:
    field: Any = (schema.get("properties") or {}).get(name) if name else None
    return str(field.get("title") or name) if isinstance(field, Mapping) else name
