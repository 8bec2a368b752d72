"""A page of a list whose ids are ordered by time: newest first.

Used by pages that list. A page is found by an id, so that page 10,000 costs what page 1 costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import QueryDict

from runtime.ids import is_id

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page[M: Model]:
    """Rows, and the query strings of the pages before and behind; empty where there is none."""

    rows: list[M]
    newer: str
    older: str


def page_of[M: Model](rows: QuerySet[M], query: QueryDict, size: int = PAGE) -> Page[M]:
    """The page that `before` or `since` (ids) in the query asks for. Raises BadRequest for a cursor that is no id."""
    before, since = _cursor(query, "before"), _cursor(query, "since")
    if since:
        found = list(rows.filter(pk__gt=since).order_by("pk")[: size + 1])
        more, found = len(found) > size, found[:size][::-1]
        newer = _link(query, since=found[0].pk) if more else ""
        return Page(found, newer, _link(query, before=found[-1].pk) if found else "")
    ordered = rows.order_by("-pk")
    found = list((ordered.filter(pk__lt=before) if before else ordered)[: size + 1])
    more, found = len(found) > size, found[:size]
    newer = _link(query, since=found[0].pk) if before and found else ""
    return Page(found, newer, _link(query, before=found[-1].pk) if more else "")


def _cursor(query: Mapping[str, str], name: str) -> str:
    given = query.get(name, "")
    if given and not is_id(given):
        raise BadRequest(f"“{name}” is no place in this list.")
    return given


def _link(query: QueryDict, **cursor: Any) -> str:
    link = query.copy()
    for name in ("before", "since"):
        link.pop(name, None)
    link.update(cursor)
    return f"?{link.urlencode()}"
