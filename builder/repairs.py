"""Repairs: for a problem of a drawing, the drawings in which it is mended. Pure.

Called by `canvas_views`. A mender proposes, the check decides: a proposal is offered only if the problem is gone in it
and no error has come instead. So a click on a repair never makes a drawing worse, whatever a mender thinks of.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from builder.menders import MENDERS, Proposal, Wrong
from builder.mending import Json
from runtime.core.checks import NOWHERE, Surroundings
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.node import Kinds
from runtime.core.problems import Problem

type Check = Callable[[object], Sequence[Problem]]

MOST = 3
"""Repairs for one problem."""
MOST_ROUNDS = 60
PATIENCE_S = 2.0
"""How long all that can be mended is mended; what is left then is mended at the next click."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What a click would do: `label` says it, `document` is the drawing as it would be then.

    `steps` are the labels of what was done, where one click does several things.
    """

    label: str
    document: Json
    steps: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The shape that the canvas reads."""
        several = {"steps": list(self.steps)} if self.steps else {}
        return {"label": self.label, "document": self.document, **several}


@dataclass(frozen=True, slots=True)
class Workshop:
    """What repairs are made with: the kinds, the check that has the last word, and the names that are there."""

    kinds: Kinds
    check: Check
    around: Surroundings = NOWHERE


def repairs_of(document: Json, problem: Problem, shop: Workshop) -> tuple[Repair, ...]:
    """The repairs of a problem that the check found in this drawing, at most three; often none.

    `document` is one that `parse` could read.
    """
    whole = _whole(document)
    drawing = _compiled(whole, shop.kinds)
    if problem.code not in MENDERS or drawing is None:
        return ()
    before, sound = shop.check(whole), dict[str, Repair]()
    for proposed in MENDERS[problem.code](Wrong(drawing, whole, problem, shop.around)):
        if proposed.label not in sound and _mends(problem, before, shop.check(proposed.document)):
            sound[proposed.label] = Repair(proposed.label, proposed.document)
        if len(sound) == MOST:
            break
    return tuple(sound.values())


def mended(document: Json, shop: Workshop, clock: Callable[[], float] = time.monotonic) -> Repair | None:
    """All that needs no choice, one after the other; None where there is nothing of the sort."""
    whole, done, until = _whole(document), list[str](), clock() + PATIENCE_S
    while len(done) < MOST_ROUNDS and clock() < until:
        better = next(_better(whole, shop), None)
        if better is None:
            break
        whole = better.document
        done.append(better.label)
    return Repair(_counted(len(done)), whole, tuple(done)) if done else None


def _counted(number: int) -> str:
    return "Mend one problem" if number == 1 else f"Mend {number} problems"


def _better(document: Json, shop: Workshop) -> Iterator[Proposal]:
    """What needs no choice, errors first."""
    problems, drawing = shop.check(document), _compiled(document, shop.kinds)
    for problem in sorted(problems, key=lambda each: each.level != "error"):
        mender = MENDERS.get(problem.code)
        if mender and drawing:
            proposals = (each for each in mender(Wrong(drawing, document, problem, shop.around)) if each.alone)
            yield from (each for each in proposals if _mends(problem, problems, shop.check(each.document)))


def _whole(document: Json) -> Json:
    # As it was sent, so that a repair changes nothing that it does not mean to change.
    return {"nodes": [], "edges": [], **document}


def _compiled(document: Json, kinds: Kinds) -> Drawing | None:
    read = parse(document).document
    return compile_drawing(read, kinds)[0] if read else None


def _mends(problem: Problem, before: Sequence[Problem], after: Sequence[Problem]) -> bool:
    """Whether the problem is gone, and not just told of another way or place, and no error has come."""
    fewer = _count(problem.code, after) < _count(problem.code, before)
    return fewer and _errors(after) <= _errors(before)


def _count(code: str, problems: Sequence[Problem]) -> int:
    return sum(each.code == code for each in problems)


def _errors(problems: Sequence[Problem]) -> Counter[str]:
    return Counter(each.code for each in problems if each.level == "error")
