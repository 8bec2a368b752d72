"""Whose words the values of a case are: the case's own, a model's, a person's, another system's, or what a step found.

Called by the pages of cases, which show each in a frame of its own: what somebody else wrote is never mistaken for
Interlock, and what Interlock found is never said to be somebody else's. It follows what a value reads in the drawing,
through steps that only carry values on; in doubt a value is somebody else's. It looks at no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runtime import blueprints
from runtime.core.drawing import Drawing
from runtime.core.expressions import Reference
from runtime.models import Escalation

type Whose = Literal["case", "model", "people", "both", "outside", "found"]
"""`both`: from the case and from people, such as a record that somebody may have completed."""

_PARTS = ("show", "editable", "start")
_CARRIES = frozenset({"execute.transform", "execute.select"})
_MOST_FOREIGN_FIRST: tuple[Whose, ...] = ("model", "outside", "both", "case", "people", "found")


@dataclass(frozen=True, slots=True)
class Said:
    """Values by their labels that are all of the same origin."""

    whose: Whose
    values: Mapping[str, Any]


def apart(case: Escalation, values: Mapping[str, Any]) -> tuple[Said, ...]:
    """The values of a case by whose words they are, in the order in which each kind comes first."""
    if not values:
        return ()
    origins = _origins(case)
    found: dict[Whose, dict[str, Any]] = {}
    for label, value in values.items():
        found.setdefault(origins.get(label, "case"), {})[label] = value
    return tuple(Said(whose, told) for whose, told in found.items())


def origin(drawing: Drawing, node: str, part: tuple[str, ...]) -> Whose:
    """Whose words a part of a step's configuration gives; what reads nothing is taken for the case's."""
    reads = drawing.reads.get(node, ())
    return _of(drawing, [read.reference for read in reads if read.path[: len(part)] == part])


def _origins(case: Escalation) -> Mapping[str, Whose]:
    try:
        drawing = blueprints.load(case.run.blueprint_id)
    except blueprints.Unreadable:
        return {}
    places = {read.path[:2] for read in drawing.reads.get(case.node, ()) if read.path[0] in _PARTS}
    return {place[1]: origin(drawing, case.node, place) for place in places if len(place) == 2}


def _of(drawing: Drawing, references: Iterable[Reference]) -> Whose:
    kinds: set[Whose] = set()
    ahead, seen = [each for each in references if not each.presence], set[str]()
    while ahead:
        reference = ahead.pop()
        step = reference.step
        if step is None:
            kinds.add("case")
        elif step not in seen:
            seen.add(step)
            whose, carried = _wrote(drawing, step)
            kinds |= {whose} if whose else set()
            ahead += carried
    if {"case", "people"} <= kinds:
        kinds.add("both")
    return next((each for each in _MOST_FOREIGN_FIRST if each in kinds), "case")


def _wrote(drawing: Drawing, step: str) -> tuple[Whose | None, list[Reference]]:
    """Whose words a step gives; None: those of what it reads."""
    kind = drawing.kind(step)
    if kind is None:
        return "case", []
    if kind.writes_freely or kind.own_words:
        return "model", []
    if kind.name in _CARRIES:
        return None, [read.reference for read in drawing.reads.get(step, ()) if not read.reference.presence]
    by_family: Mapping[str, Whose] = {"verify": "found", "decide": "found", "escalate": "people"}
    return by_family.get(kind.family, "outside"), []
