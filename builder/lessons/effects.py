"""What a lesson would change, told before anybody accepts it: in words, in the proof, for gates, on past cases.

Called by `store` and `lesson_views`. The drawing with the lesson is checked like any other; it is tried on past cases
by a backtest, and what that finds is kept with the lesson for as long as the draft is the one that it was tried with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from builder import backtests
from builder.differences import Change as Difference
from builder.differences import diff
from builder.lessons.makers import edited
from builder.lessons.terms import Sort, Unfit
from builder.mending import Json
from builder.models import Lesson, Workflow
from builder.publishing import NotPublishable, problems_of
from runtime.backtests.orders import Options
from runtime.core.definition import Document, parse
from runtime.core.drawing import compile_drawing
from runtime.core.problems import Problem
from runtime.core.sources import begin_anew
from runtime.models import Backtest, Gate
from runtime.nodes import discover
from runtime.permissions import Person, may
from runtime.refused import Refused


@dataclass(frozen=True, slots=True)
class GateAnew:
    """A gate that begins its proof anew with the lesson; `state` is how far it is trusted now, empty without a case."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a lesson would do to the draft as it is: `unfit` says why it cannot be taught (any more).

    `problems` are those that the drawing has with it and not without it.
    """

    unfit: Unfit | None = None
    document: Json | None = None
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()
    gates: tuple[GateAnew, ...] = ()

    @property
    def error(self) -> Problem | None:
        """What would keep the draft from being published because of the lesson."""
        return next((each for each in self.problems if each.level == "error"), None)


def fit(lesson: Lesson, workflow: Workflow) -> Json | Unfit:
    """The draft with the lesson, or why it cannot be taught (any more)."""
    sort = cast("Sort", lesson.sort)
    if sort == "sample" and any(each == lesson.change["input"] for each in _samples(workflow)):
        return Unfit("known", "There is a sample case with this very input already.")
    return edited(workflow.draft, sort, lesson.change)


def prospect(lesson: Lesson, workflow: Workflow) -> Prospect:
    """Everything that can be told without past cases."""
    made = fit(lesson, workflow)
    if isinstance(made, Unfit):
        return Prospect(unfit=made)
    before, after = parse(workflow.draft).document, parse(made).document
    if lesson.sort == "sample" or before is None or after is None:
        return Prospect(document=made)
    kinds = discover()
    return Prospect(
        document=made,
        # Which gates begin anew is told apart, with how far they are trusted now.
        differences=tuple(each for each in diff(before, after, kinds) if each.mark != "anew"),
        problems=_new_problems(workflow.draft, made),
        gates=_gates(workflow.slug, before, after),
    )


def try_on(lesson: Lesson, workflow: Workflow, cases: int, user: Person, now: datetime) -> Backtest | Refused:
    """Have the draft with the lesson tried on the newest past cases.

    Refused: forbidden, decided, unfit (no longer to be taught, or nothing to try), what a backtest refuses.
    """
    if not may(user, "workflows:write"):
        return Refused("forbidden", "You may not change workflows.")
    if lesson.state != "open":
        return Refused("decided", "This lesson has been decided already.")
    made = fit(lesson, workflow)
    if isinstance(made, Unfit):
        return Refused("unfit", made.detail)
    if lesson.sort == "sample":
        return Refused("unfit", "A sample case changes nothing in the drawing.")
    begun = backtests.start(workflow, Options(cases), user, now, document=made)
    if isinstance(begun, NotPublishable):
        return Refused("unfit", f"The draft cannot run as it is: {begun.problems[0].message}")
    if isinstance(begun, Backtest):
        Lesson.objects.filter(pk=lesson.pk).update(backtest=begun, tried_revision=workflow.draft_revision)
    return begun


def is_shown(lesson: Lesson, workflow: Workflow) -> bool:
    """Whether its effect on past cases was worked out for the draft as it is; a sample case has none."""
    tried = lesson.backtest is not None and lesson.backtest.state == "done"
    return lesson.sort == "sample" or (tried and lesson.tried_revision == workflow.draft_revision)


def _samples(workflow: Workflow) -> list[object]:
    return list(workflow.sample_cases.values_list("input", flat=True))


def _new_problems(before: object, after: Json) -> tuple[Problem, ...]:
    known = {_known_by(each) for each in problems_of(before)}
    return tuple(each for each in problems_of(after) if _known_by(each) not in known)


def _known_by(problem: Problem) -> tuple[object, ...]:
    return problem.code, problem.nodes, problem.edges, problem.message


def _gates(slug: str, before: Document, after: Document) -> tuple[GateAnew, ...]:
    old, new = (compile_drawing(each, discover())[0] for each in (before, after))
    anew = begin_anew(old, new)
    current = Gate.objects.filter(workflow=slug, node__in=[gate.node for gate in anew], current=True)
    states: Mapping[str, str] = dict(current.values_list("node", "state")) if anew else {}
    return tuple(GateAnew(gate.title, states.get(gate.node, "")) for gate in anew)
