"""The proof of the proof: a drawing that passes the checks does nothing unsafe, in any simulated run.

Random drawings are mended until the checks have nothing against them (so they lie close to what is refused), then run with
random answers in random order. What the runs show is judged here from their journal alone: which visit led to which, who
saw which text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from runtime.core.checks import check
from runtime.core.checks.safety import GATES
from runtime.core.definition import START, parse
from runtime.core.drawing import Drawing, compile_drawing
from tests.makers.drawings import node, risky_drawings, sketch
from tests.makers.kinds import KINDS
from tests.makers.simulation import Run, Visit, simulate

thorough = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def errors(raw: dict[str, Any], but: str = "") -> list[Any]:
    return [problem for problem in check(raw, KINDS) if problem.level == "error" and problem.code != but]


def is_sound(raw: dict[str, Any]) -> bool:
    return not [problem for problem in errors(raw) if problem.code.startswith(("document", "graph"))]


def mended(raw: dict[str, Any], but: str = "") -> dict[str, Any]:
    """The document with the least taken away that the checks refuse: a guard added, or an action made harmless."""
    nodes = {each["id"]: each for each in raw["nodes"]}
    while found := errors(raw, but):
        problem = found[0]
        last = nodes[problem.nodes[-1]]
        if problem.code == "data.not_yet":
            last = nodes[raw["nodes"][int(problem.path[1])]["id"]]
            name = problem.path[-1]
            text = last["config"]["reads"][name]
            step = re.sub(r"^steps\.(\w+)\.output$", r"\1", text)
            last["config"]["reads"][name] = f"has(steps.{step}.output) ? steps.{step}.output : null"
        elif problem.code == "safety.unchecked_output" or last.get("asks"):
            last["kind"] = "execute.work"
            last.pop("asks", None)
        else:
            last["asks"] = True
    return raw


@dataclass
class Witness:
    """What a run shows of itself."""

    run: Run
    drawing: Drawing

    def family(self, visit: Visit) -> str:
        return self.drawing.graph.nodes[visit[0]].kind.partition(".")[0] if visit[0] != START else "start"

    def port(self, visit: Visit) -> str | None:
        return self.run.finished[visit][0] if visit in self.run.finished else None

    def read(self, visit: Visit) -> frozenset[Visit]:
        """The texts (by the visit that wrote them) in what a visit reads."""
        seen = self.run.seen.get(visit, {})
        steps = {each.reference.step for each in self.drawing.reads.get(visit[0], ()) if each.is_of_output}
        return frozenset[Visit]().union(*(self.texts((str(step), seen[str(step)])) for step in steps if step in seen))

    def texts(self, visit: Visit) -> frozenset[Visit]:
        """The texts in what a visit hands on."""
        if self.drawing.graph.nodes[visit[0]].kind in ("execute.write", "execute.call"):
            return frozenset([visit])
        return frozenset() if self.family(visit) in GATES else self.read(visit)

    def violations(self) -> Iterator[str]:
        for visit in self.run.causes:
            if self.drawing.outward(visit[0]):
                yield from self._unread(visit)
            if self.drawing.commits(visit[0]):
                yield from self._ungated(visit)

    def _unread(self, action: Visit) -> Iterator[str]:
        before = self.run.before(action, lambda _: False)
        looked = [each for each in before if self.family(each) in GATES and self.port(each) != "overdue"]
        checked = frozenset[Visit]().union(*(self.read(each) for each in looked))
        yield from (f"{action} sends {text}, which nothing has looked at" for text in self.read(action) - checked)

    def _ungated(self, action: Visit) -> Iterator[str]:
        past_gates = self.run.before(action, lambda each: self.family(each) in GATES)
        if any(name == START for name, _ in past_gates):
            yield f"{action} happens with no gate before it"
        yield from (f"{action} follows the error of {each}" for each in past_gates if self.port(each) == "error")
        past_people = self.run.before(action, lambda each: self.family(each) == "escalate")
        for each in past_people:
            if self.family(each) == "escalate" and self.port(each) == "overdue":
                yield f"{action} happens because nobody answered {each}"
            if self.family(each) != "escalate" and self.port(each) in ("unsure", "fail") and self._goes_on(each, action):
                yield f"{action} happens although {each} doubted"

    def _goes_on(self, doubt: Visit, action: Visit) -> bool:
        def answered(each: Visit) -> bool:
            return self.family(each) == "escalate" or (each[0] == doubt[0] and each != doubt)

        return doubt in self.run.before(action, answered)


def compiled(raw: dict[str, Any]) -> Drawing:
    document = parse(raw).document
    assert document is not None
    return compile_drawing(document, KINDS)[0]


def violations(raw: dict[str, Any], runs: int, seed: int = 0) -> list[str]:
    drawing = compiled(raw)
    return [
        violation
        for number in range(runs)
        for violation in Witness(simulate(drawing, seed + number, number), drawing).violations()
    ]


@given(risky_drawings(is_sound), st.integers(0, 2**20))
@thorough
def test_a_drawing_that_passes_the_checks_does_nothing_unsafe(raw: dict[str, Any], seed: int) -> None:
    raw = mended(raw)
    assume(any(each["kind"] in ("execute.send", "execute.call") for each in raw["nodes"]))
    assert violations(raw, runs=6, seed=seed) == []
