"""Two drawings side by side: what differs in words, and which steps and ways to mark on the picture of each. Pure.

Used by the page of versions. What differs is found by `differences`; how a drawing looks is `runtime.traces.pictures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from builder.differences import EPOCH, Change, Mark, diff
from runtime.core.definition import Document
from runtime.core.node import Kinds
from runtime.traces.pictures import Box, Picture, Way, picture

MOST_TOLD = 200
_SIGNS = {"added": "+", "removed": "\N{MINUS SIGN}", "changed": "✎"}
_WORDS = {"added": "new", "removed": "removed", "changed": "changed"}


@dataclass(frozen=True, slots=True)
class Told:
    """A difference as a sentence. `mark` names what must not be missed; empty for all else."""

    kind: str
    sentence: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class MarkedBox:
    """A step of a picture; `look` is added, removed, changed or empty, `sign` and `label` say so without colour."""

    box: Box
    look: str
    sign: str
    label: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with what differs marked on it."""

    picture: Picture
    boxes: tuple[MarkedBox, ...]
    ways: tuple[tuple[Way, str], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """All of it: `told` has the marked differences first and at most `MOST_TOLD` in all; `more` were left out."""

    told: tuple[Told, ...]
    more: int
    before: Marked
    after: Marked

    @property
    def alarming(self) -> int:
        """How many of the differences let more through, or reach further, than before."""
        return sum(each.mark not in ("", "anew") for each in self.told)


def compared(before: Document, after: Document, kinds: Kinds) -> Compared:
    """What lies between two drawings of one workflow."""
    changes = diff(before, after, kinds)
    asking = {node.id for node in after.nodes if node.asks}
    told = sorted((_told(change, asking) for change in changes), key=lambda each: not each.mark)
    nodes, edges = _nodes(changes), _edges(changes)
    return Compared(
        tuple(told[:MOST_TOLD]),
        max(0, len(told) - MOST_TOLD),
        _marked(picture(before, kinds), nodes, edges, "added"),
        _marked(picture(after, kinds), nodes, edges, "removed"),
    )


def _told(change: Change, asking: set[str]) -> Told:
    is_new = change.kind == "added" and not change.edges and not change.path
    return Told(change.kind, change.sentence, "asks" if is_new and asking & {*change.nodes} else change.mark)


def _nodes(changes: tuple[Change, ...]) -> dict[str, str]:
    """How each step looks; that it was only moved, or has to prove itself again, changes nothing of it."""
    found: dict[str, str] = {}
    for change in changes:
        if not change.edges and change.path not in ("/at", EPOCH) and change.kind != "rewired":
            whole = change.kind if change.kind in ("added", "removed") and not change.path else "changed"
            found |= {node: whole for node in change.nodes if found.get(node) not in ("added", "removed")}
    return found


def _edges(changes: tuple[Change, ...]) -> dict[str, str]:
    return {edge: "changed" if change.kind == "rewired" else change.kind for change in changes for edge in change.edges}


def _marked(whole: Picture, nodes: Mapping[str, str], edges: Mapping[str, str], absent: str) -> Marked:
    """The picture of one side; what is `absent` there is marked on the other one alone."""
    boxes = tuple(_box(box, nodes.get(box.id, ""), absent) for box in whole.boxes)
    looks = ((way, edges.get(way.id, "")) for way in whole.ways)
    return Marked(whole, boxes, tuple((way, "" if look == absent else look) for way, look in looks))


def _box(box: Box, look: str, absent: str) -> MarkedBox:
    shown = "" if look == absent else look
    return MarkedBox(box, shown, _SIGNS.get(shown, ""), f"{box.title}: {_WORDS.get(shown, 'the same')}")
