"""Pages of lists: keyset on the primary key, behind an opaque and signed cursor.

Used by every list. A page costs the same wherever it is, and rows that are added meanwhile shift nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from pydantic import Field

from api import problems
from api.reading import Query, Whole

MOST = 200
SALT = "interlock.api.cursor"


class PageQuery(Query):
    """What every list takes."""

    cursor: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Where the page starts; only from `next` or `previous`."
    )
    limit: Annotated[Whole, Field(ge=1, le=MOST)] = Field(50, description="How many results a page has.")


def page[M: Model](
    request: HttpRequest,
    rows: QuerySet[M],
    query: PageQuery,
    to_json: Callable[[M], Mapping[str, Any]],
    *,
    newest_first: bool = True,
    by: str = "pk",
) -> dict[str, Any]:
    """One page of `rows`, which must not be ordered yet. Refuses a cursor that is not of this list with 400.

    `by` is what to order by where the primary key stands in a joined table too.
    """
    back, key = _opened(request.path, rows, query.cursor)
    descending = newest_first != back
    if key is not None:
        rows = rows.filter(**{"pk__lt" if descending else "pk__gt": key})
    found = list(rows.order_by(f"-{by}" if descending else by)[: query.limit + 1])
    more, found = len(found) > query.limit, found[: query.limit]
    if back:
        found.reverse()
    has_next, has_previous = (bool(found) or more, more) if back else (more, key is not None)
    return {
        "next": _address(request, query, "after", found[-1].pk if found else key) if has_next else None,
        "previous": _address(request, query, "before", found[0].pk if found else key) if has_previous else None,
        "results": [to_json(row) for row in found],
    }


def _opened(path: str, rows: QuerySet[Any], cursor: str | None) -> tuple[bool, Any]:
    """Whether the cursor looks back, and the key it starts at."""
    if cursor is None:
        return False, None
    try:
        way, _, key = Signer(salt=SALT + path).unsign(cursor).partition(":")
        return way == "before", rows.model._meta.pk.to_python(key)
    except (BadSignature, ValueError):
        place = {"code": "bad_cursor", "path": "/cursor", "message": "This is no cursor of this list."}
        raise problems.refuse(400, "bad_cursor", "The cursor is not one that this list gave.", [place]) from None


def _address(request: HttpRequest, query: PageQuery, way: str, key: Any) -> str:
    given = query.model_dump(exclude_unset=True, exclude={"cursor"})
    given["cursor"] = Signer(salt=SALT + request.path).sign(f"{way}:{key}")
    return request.build_absolute_uri(f"{request.path}?{urlencode(given)}")
