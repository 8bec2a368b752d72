"""The short title that tells one run from another: who or what it is about, from its input alone. Pure.

Asked by `journal` when a run is written, so that no list ever reads a payload. It is a hint for people, never an
identity: two runs may have the same one, and a run whose input names nobody has none. Nothing that a step of the run
gave can stand in it, and no value whose name says that it is secret.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

type Sort = Literal["subject", "who", "firm", "number", "mail", "text", "secret", ""]

LONGEST = 120
"""Characters of a title, as the column has them."""
LONGEST_PART = 80
SHORT_ID = 6
"""How much of an id's end tells runs apart for people; pages show as much."""
MOST_READ, DEEPEST, LONGEST_NAME = 60, 3, 80
# What is cut anyway is not cleaned first: an input may be megabytes.
_LOOKED_AT = 4 * LONGEST_PART
_NAMES: Mapping[Sort, str] = {
    "secret": "password passwd passphrase pass pwd secret token key apikey credential credentials authorization auth"
    " bearer iban bic card cvc cvv pin otp ssn passport health diagnosis religion birthday birthdate",
    "mail": "email mail",
    "subject": "subject title headline topic",
    "who": "name fullname customer client person contact author applicant candidate guest patient sender employee user"
    " username requester member",
    "firm": "company supplier vendor organisation organization firm business merchant account",
    "number": "number no id reference ref order ticket invoice case sku",
    "text": "message text description body question request comment summary note",
}
_WORDS = {sort: frozenset(names.split()) for sort, names in _NAMES.items()}
_SAYS_NOTHING = frozenset({"unknown", "n/a", "none", "null", "nobody", "test"})
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def title_of(given: Any) -> str:
    """At most `LONGEST` characters on one line, or nothing where no value of the input speaks to people."""
    found: dict[Sort, str] = {}
    for name, value in _values(given):
        sort = sort_of(name)
        if sort != "secret" and sort not in found:
            text = _line(value, sort)
            if text:
                found[sort] = text
    return _cut(" · ".join(dict.fromkeys(_chosen(found))), LONGEST)


def named(title: str, workflow: str, run_id: str) -> str:
    """What lists call a run: its title, or the workflow and the end of its id where its input names nobody."""
    return title or f"{workflow} {run_id[-SHORT_ID:]}"


def _chosen(found: Mapping[Sort, str]) -> Iterator[str]:
    """What it is about and whom; an address or a part of the text where neither is known."""
    named = [found[sort] for sort in ("subject", "who", "firm") if sort in found]
    yield from named or [found[sort] for sort in ("mail", "text", "") if sort in found][:1]
    if "number" in found:
        yield found["number"]


def _values(given: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of the input, those that lie outside first; a bounded number of them."""
    todo: deque[tuple[Any, int]] = deque([(given, 0)])
    if not isinstance(given, Mapping):
        yield "text", given
        return
    left = MOST_READ
    while todo and left:
        inside, depth = todo.popleft()
        for name, value in inside.items():
            if not left:
                return
            left -= 1
            if not isinstance(value, Mapping):
                yield name, value
            elif depth < DEEPEST and sort_of(name) != "secret":
                todo.append((value, depth + 1))


def sort_of(name: str) -> Sort:
    """What a field is likely to hold, by its name: “customer_name” a person, “order_number” a number."""
    return _sort_of(name) if len(name) <= LONGEST_NAME else "secret"


@lru_cache(maxsize=2_048)
def _sort_of(name: str) -> Sort:
    words = [each.lower() for each in _PARTS.findall(name)]
    if not words:
        return ""
    if not _WORDS["secret"].isdisjoint(words):
        return "secret"
    if not _WORDS["mail"].isdisjoint(words):
        return "mail"
    return next((sort for sort, known in _WORDS.items() if words[-1] in known), "")


def _line(value: Any, sort: Sort) -> str:
    """A value as one clean line; nothing for what does not speak by itself, as a bare number, a flag or a list."""
    if isinstance(value, int) and not isinstance(value, bool) and sort == "number":
        return str(value) if abs(value) < 10**18 else ""
    if not isinstance(value, str):
        return ""
    text = value[:_LOOKED_AT]
    if not text.isprintable():
        text = "".join(each if each.isprintable() else " " for each in text)
    text = _cut(" ".join(text.split()), LONGEST_PART)
    speaks = sort in ("number", "mail") or any(map(str.isalpha, text))
    return text if speaks and text.casefold() not in _SAYS_NOTHING else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
