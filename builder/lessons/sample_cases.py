"""A case becomes a sample case: what came in, and where it should end. Pure.

Used by `makers`. It changes nothing in the drawing: whoever tries the drawing on it sees whether it still ends there.
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.lessons.terms import Ask, Change, Facts, Maker, Offer, Posted, Unfit, shown
from builder.mending import Json
from builder.samples import MAX_BYTES
from runtime.json_gate import clean
from runtime.triggers.batches import LONGEST_NAME


def _offers(facts: Facts) -> Iterator[Offer]:
    if facts.outcome and clean(facts.input, max_bytes=MAX_BYTES) is None:
        help_ = f"Kept to try the drawing on, with how it should end: “{facts.outcome}”."
        yield Offer("sample", "case", "A sample case", help_, (Ask("name", "Call it", chosen=_name(facts)),))


def _taught(facts: Facts, _key: str, posted: Posted) -> Change | Unfit:
    if next(_offers(facts), None) is None:
        return Unfit("gone", "The run has not ended, or holds too much for a sample.")
    name = " ".join(posted.get("name", "").split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return Unfit("wrong", f"A name has 1 to {LONGEST_NAME} printable characters.")
    return {"name": name, "input": facts.input, "expected": facts.outcome}


def _edited(document: Json, _change: Change) -> Json | Unfit:
    return document


def _told(_document: Json, change: Change) -> str:
    return f"{shown(change['name'])} becomes a sample case that should end at “{change['expected']}”."


def _name(facts: Facts) -> str:
    title = "".join(each for each in facts.title if each.isprintable())
    return title[:LONGEST_NAME].strip() or "A case that a person decided"


MAKER = Maker(_offers, _taught, _edited, _told)
