"""What can be said of a route, as data: its permission, what it reads, what it may answer.

Declared by every resource; `operations` holds requests against it, `schema` makes the document from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from runtime.json_gate import MAX_BYTES
from runtime.permissions import Permission

PUBLIC = "public"
"""Stands for the permission of a route that needs none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that a route gives: what its body is, and the headers that come along (name → meaning)."""

    shape: type[BaseModel] | Mapping[str, Any] | None
    description: str
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route. `also` are permissions that it needs beside the first.

    `body` is a `reading.Body`, or what the schema says of bodies that the domain checks itself. `refuses` are the
    refusals of its own, by status, beside those that every route has.
    """

    permission: Permission | str
    answers: Mapping[int, Answer]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | Mapping[str, Any] | None = None
    body_optional: bool = False
    max_bytes: int = MAX_BYTES
    headers: Mapping[str, str] = field(default_factory=dict)
    refuses: Mapping[int, str] = field(default_factory=dict)
    also: tuple[Permission, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """All permissions that it needs; none where it is public."""
        return () if self.is_public else (self.permission, *self.also)

    @property
    def is_public(self) -> bool:
        """Whether anybody may ask."""
        return self.permission == PUBLIC


def operation_of(view: object, method: str | None) -> Operation | None:
    """What a view declares for an HTTP method."""
    return getattr(getattr(view, (method or "").lower(), None), "operation", None)
