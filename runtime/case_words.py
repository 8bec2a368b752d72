"""The words that a case is found by: kept beside it when it is opened, small and folded, so that ten thousand are read
at once.

Written by `journal` in the transaction that opens the case; asked by `inbox`; deleted by `forgetting` within the hour
after the case was settled. It is no second copy of what is shown: it holds no answer and no proposal, and nothing is
decided by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

LONGEST, DEEPEST, MOST_TERMS = 6_000, 12, 8


def keep(
    cursor: CursorWrapper, case_id: str, run_id: str, requester: str, question: str, asked: Mapping[str, Any]
) -> None:
    """Keep the words of a case that was written just now, with the labels of its run."""
    cursor.execute("SELECT labels FROM runtime_run WHERE id = %s", [run_id])
    row = cursor.fetchone()
    labels = json.loads(row[0]) if row and row[0] else {}
    text = words_of(case_id, run_id, requester, labels, question, asked)
    cursor.execute(
        "INSERT INTO runtime_casewords (case_id, text) VALUES (%s, %s) ON CONFLICT DO NOTHING", [case_id, text]
    )


def words_of(
    case_id: str, run_id: str, requester: str, labels: Mapping[str, str], question: str, asked: Mapping[str, Any]
) -> str:
    """Question, who asked for it, labels, the values that are shown, ids; folded, at most `LONGEST` characters."""
    named = (f"{name}:{value}" for name, value in labels.items())
    parts = [case_id, run_id, question, requester, *named, *_texts(asked.get("show"), DEEPEST)]
    return _kept("\n".join(parts)).casefold()[:LONGEST]


def terms_of(given: str) -> list[str]:
    """The words of a search, each of which has to be there; folded like what is kept."""
    return list(dict.fromkeys(_kept(given).casefold().split()))[:MOST_TERMS]


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:LONGEST]
    elif isinstance(value, Mapping | list) and depth:
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each, depth - 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _kept(text: str) -> str:
    """Without what a database cannot keep: NUL, and halves of a character."""
    return text.replace("\0", " ").encode("utf-8", "ignore").decode()
