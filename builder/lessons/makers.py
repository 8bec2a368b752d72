"""The sorts of lessons there are, and what can be asked of them together. Pure.

Called by `store`, `effects` and `lesson_views`. A sort more is a file beside these and a line here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from builder.lessons import examples, rows, rules, sample_cases
from builder.lessons.terms import Change, Facts, Maker, Offer, Posted, Sort, Unfit
from builder.mending import Json
from runtime.core.definition import parse
from runtime.json_gate import write_json

MAKERS: Mapping[Sort, Maker] = {
    "example": examples.MAKER,
    "row": rows.MAKER,
    "rule": rules.MAKER,
    "sample": sample_cases.MAKER,
}


def offers(facts: Facts) -> tuple[Offer, ...]:
    """All that a case can teach; what speaks of the decision itself comes first."""
    return tuple(offer for maker in MAKERS.values() for offer in maker.offers(facts))


def taught(facts: Facts, sort: str, key: str, posted: Posted) -> Change | Unfit:
    """The change that was asked for, if it is one that the case offers and the drawing can take."""
    maker = MAKERS.get(sort)  # type: ignore[call-overload]  # any text; an unknown one has no maker
    if maker is None:
        return Unfit("wrong", "There is no such lesson.")
    change: Change | Unfit = maker.taught(facts, key, posted)
    refused = change if isinstance(change, Unfit) else maker.edited(facts.document, change)
    return refused if isinstance(refused, Unfit) else change


def edited(document: object, sort: Sort, change: Change) -> Json | Unfit:
    """The drawing with the lesson in it: always one that can be read, or why it cannot be taught (any more)."""
    if not isinstance(document, Mapping) or parse(document).document is None:
        return Unfit("changed", "The draft cannot be read as a drawing just now.")
    made = MAKERS[sort].edited({"nodes": [], "edges": [], **document}, change)
    if isinstance(made, Unfit) or parse(made).document is not None:
        return made
    return Unfit("wrong", "The drawing would become too large for it.")


def told(document: object, sort: Sort, change: Change) -> str:
    """The lesson in a sentence, whatever the draft has become."""
    readable = isinstance(document, Mapping) and parse(document).document is not None
    whole = document if isinstance(document, Mapping) and readable else {}
    return MAKERS[sort].told({"nodes": [], "edges": [], **whole}, change)


def print_of(sort: Sort, change: Change) -> str:
    """What the same lesson is known by: SHA-256 of what it says."""
    # A sample case is what came in and where it ends, whatever it is called.
    said = {name: value for name, value in change.items() if sort != "sample" or name != "name"}
    return hashlib.sha256(write_json([sort, dict(sorted(said.items()))]).encode()).hexdigest()
