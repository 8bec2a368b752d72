"""Leading a port to people: what the menders of ways and of tables share. Pure."""

from __future__ import annotations

from typing import Any

from builder import mending
from builder.menders.proposals import Proposal, Proposals, Wrong
from builder.mending import Json

DOUBTS = ("unsure", "fail", "error", "overdue")


def to_people(wrong: Wrong, document: Json, source: str, port: str, **marks: Any) -> Proposals:
    """To the reviews that are there already, the nearest first; then to a new one."""
    known = [each for each in mending.people(document) if each["id"] != source]
    for each in sorted(known, key=lambda one: mending.distance(document, one["id"], source)):
        joined = mending.joined(document, source, port, each["id"], **marks)
        yield Proposal(f"Lead “{port}” to “{mending.title_of(each)}”", joined, alone=True)
    yield Proposal(f"Lead “{port}” to a new review", to_new(wrong, document, source, port, **marks), alone=True)


def to_new(wrong: Wrong, document: Json, source: str, port: str, **marks: Any) -> Json:
    """The drawing with a new review behind a port."""
    x, y = mending.place_of(document, source)
    fresh, review = mending.reviewed(document, (x + mending.GAP, y + 160), "", queue=wrong.queue())
    return mending.joined(fresh, source, port, review, **marks)
