"""Pages of lists: keyset on the primary key, behind an opaque and signed cursor.

Used by every list. A page costs the same wherever it is, and rows that are added meanwhile shift nothing.
"""

from __future__ import annotations

import json
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
    part: Callable[[bool, Any], tuple[QuerySet[M], Any]] | None = None,
) -> dict[str, Any]:
    """One page of `rows`, which must not be ordered yet. Refuses a cursor that is not of this list with 400.

    `by` is what to order by where the primary key stands in a joined table too. `part` gives, of a list that is looked
    through bit by bit, what lies behind a key (or before it, when asked to look back) and where that bit ends (None: it
    is all there is): a page that ends with it has fewer results, perhaps none, and still leads on.
    """
    back, key = _opened(request.path, rows, query.cursor)
    rows, end = part(back, key) if part else (rows, None)
    descending = newest_first != back
    if key is not None:
        rows = rows.filter(**{"pk__lt" if descending else "pk__gt": key})
    found = list(rows.order_by(f"-{by}" if descending else by)[: query.limit + 1])
    more, found = len(found) > query.limit, found[: query.limit]
    ahead = found[-1].pk if more else end
    behind = found[0].pk if found else end if back else key
    after, before = (behind, ahead) if back else (ahead, None if key is None else behind)
    return {
        "next": None if after is None else _address(request, query, "after", after),
        "previous": None if before is None else _address(request, query, "before", before),
        "results": [to_json(row) for row in (reversed(found) if back else found)],
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
    given |= {name: json.dumps(value) for name, value in given.items() if isinstance(value, bool)}
    given["cursor"] = Signer(salt=SALT + request.path).sign(f"{way}:{key}")
    return request.build_absolute_uri(f"{request.path}?{urlencode(given)}")
