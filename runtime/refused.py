"""What a domain function answers when it does not do what it was asked: data, never an exception.

Returned by `escalations`, `connections` and the builder; the API turns it into a problem document, pages into a notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FieldError:
    """One faulty place of what was handed in; `path` is a JSON pointer into it."""

    path: str
    message: str
    code: str = "invalid"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed. `code` is stable, `detail` a sentence for the person who asked.

    `who` and `at` name the person and the moment that stand in the way, where there are such: who holds a claim and
    until when, who settled a case and when.
    """

    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    who: str = ""
    at: datetime | None = None
