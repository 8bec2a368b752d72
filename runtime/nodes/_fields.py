"""Fields of a record: where they are, and whether anything is in them.

Used by `verify.quality`. A path is written with dots (`contact.phones.0`); a number picks from a list. It knows no
formats.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import Field

from runtime.core.expressions import Json
from runtime.nodes._values import plain

Path = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        pattern=r"^[^.\x00-\x1f]+(\.[^.\x00-\x1f]+)*$",
        description="A field, written with dots: contact.email.",
    ),
]

PLACEHOLDERS = frozenset(
    {
        *("n/a", "n.a", "na", "n/k", "nil", "nan", "none", "null", "undefined", "#ref!"),
        *("unknown", "unspecified", "not known", "not specified", "not given", "not provided", "no answer", "no data"),
        *("not available", "not_available", "not applicable", "not_applicable"),
        *("tbd", "tba", "tbc", "todo", "pending", "to be determined", "to be confirmed", "to be announced"),
        *("blank", "empty", "missing", "xx", "xxx", "xxxx"),
    }
)
"""What people and forms write where they have nothing to say; compared without regard to case and white space."""


def look_up(record: Json, path: str) -> Json:
    """The value at a path; None where there is none."""
    value = record
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and len(part) < 10:
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return value


def is_missing(value: Json) -> bool:
    """Whether nothing is there: null, an empty list or object, or a text of blanks, punctuation or a placeholder."""
    if isinstance(value, str):
        return _is_void(value)
    return value is None or value == [] or value == {}


def _is_void(text: str) -> bool:
    if not any(_says_something(character) for character in text):
        return True
    return len(text) <= 40 and plain(text).strip("<>[](){}*\"'.-_ ") in _BARE


_BARE = frozenset(placeholder.strip("<>[](){}*\"'.-_ ") for placeholder in PLACEHOLDERS)


def _says_something(character: str) -> bool:
    """Letters, digits and symbols do; blanks, invisible and control characters and punctuation do not."""
    return unicodedata.category(character)[0] in "LNS"
