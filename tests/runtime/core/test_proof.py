"""The proof of the proof: a drawing that passes the checks does nothing unsafe, in any simulated run.

Random drawings are mended until the checks have nothing against them (so they lie close to what is refused), then run
with random answers in random order. What the runs show is judged here from their journal alone: which visit led to
which, who saw which text.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

from runtime.core.checks import check
from runtime.core.checks.safety import GATES
from runtime.core.definition import START, parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.problems import Problem
from tests.makers.drawings import node, risky_drawings, sketch
from tests.makers.kinds import KINDS
from tests.makers.simulation import Run, Visit, simulate

thorough = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def errors(raw: dict[str, Any], but: str = "") -> list[Problem]:
    return [problem for problem in check(raw, KINDS) if problem.level == "error" and problem.code != but]


def is_sound(raw: dict[str, Any]) -> bool:
    return not [problem for problem in errors(raw) if problem.code.startswith(("document", "graph"))]


class Mender:
    """Takes from a drawing what the checks refuse, and no more: adds a guard or a gate, or makes an action harmless."""

    def __init__(self, raw: dict[str, Any], seed: int) -> None:
        self.raw = raw
        self.nodes = {each["id"]: each for each in raw["nodes"]}
        self.chance = random.Random(seed)

    def mend(self, but: str = "") -> dict[str, Any]:
        """The drawing without errors, but for those of one code."""
        while found := errors(self.raw, but):
            problem = found[0]
            if problem.code == "data.not_yet":
                self._guard(problem)
            elif not (len(self.nodes) < 60 and self.chance.random() < 0.7 and self._insert_gate(problem)):
                self._calm(problem)
        return self.raw

    def _guard(self, problem: Problem) -> None:
        reads = self.raw["nodes"][int(problem.path[1])]["config"]["reads"]
        step = reads[problem.path[-1]].split(".")[1]
        reads[problem.path[-1]] = f"has(steps.{step}.output) ? steps.{step}.output : null"

    def _calm(self, problem: Problem) -> None:
        action = self.nodes[problem.nodes[-1]]
        if problem.code == "safety.unchecked_output" or action.get("asks"):
            action["kind"] = "execute.work"
            action.pop("asks", None)
        else:
            action["asks"] = True

    def _insert_gate(self, problem: Problem) -> bool:
        """A person (or a check that reads the text) on the last edge of the way, or before the action on every way."""
        action = self.nodes[problem.nodes[-1]]
        incoming = [each for each in self.raw["edges"] if each["to"] == action["id"] and "loop" not in each]
        last = [each for each in incoming if each["id"] == problem.edges[-1]]
        if not last:
            return False
        name = f"g{len(self.nodes)}"
        writes = problem.code == "safety.unchecked_output"
        read = {"r": f"has(steps.{problem.nodes[0]}.output) ? steps.{problem.nodes[0]}.output : null"} if writes else {}
        gate = node(name, "escalate.ask", reads=read, join=action.get("join", "all"))
        everywhere = problem.code == "safety.ungated_action" or self.chance.random() < 0.2
        for edge in incoming if everywhere else last:
            edge["to"] = name
        self.nodes[name] = gate
        self.raw["nodes"].append(gate)
        self.raw["edges"] += [
            {"id": f"{name}{port}", "from": name, "port": port, "to": action["id"]} for port in ("yes", "no")
        ]
        return True


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
            yield from self._unseen(visit)
            if self.drawing.outward(visit[0]):
                yield from self._unread(visit)
            if self.drawing.commits(visit[0]):
                yield from self._ungated(visit)
                yield from self._beside(visit)

    def _unseen(self, visit: Visit) -> Iterator[str]:
        for read in self.drawing.reads.get(visit[0], ()):
            if not read.reference.guarded and read.reference.step not in self.run.seen[visit]:
                yield f"{visit} reads {read.reference.step}, which it cannot see"

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
            person = self.family(each) == "escalate"
            if person and self.port(each) == "overdue":
                yield f"{action} happens because nobody answered {each}"
            if not person and self.port(each) in ("unsure", "fail") and self._goes_on(each, action):
                yield f"{action} happens although {each} doubted"

    def _beside(self, action: Visit) -> Iterator[str]:
        """Guards whose last answer is a doubt that nobody has settled as an action starts on another branch."""
        for guard, port in self._last_answers(action).items():
            person = self.family(guard) == "escalate"
            doubted = port in (("overdue",) if person else ("unsure", "fail", "error"))
            if doubted and action[0] in self.drawing.graph.forward_descendants(guard[0]):
                settling = GATES if port == "error" else ("escalate",)
                if not self._settled(guard, action, settling) and self._forked(guard, action, settling):
                    yield f"{action} happens while {guard} is open: {port}"

    def _last_answers(self, action: Visit) -> dict[Visit, str | None]:
        """The last visit of each node that had finished when a visit began, and its port."""
        began = self.run.events[: self.run.began.get(action, 0)]
        last = {str(event.node): event for event in began if event.type == "step.finished"}
        return {(node, event.visit): event.data["port"] for node, event in last.items()}

    def _settled(self, guard: Visit, action: Visit, settling: tuple[str, ...]) -> bool:
        """Whether what follows from a guard has come to somebody who had answered when the action began."""
        answers = [each for each in self._last_answers(action) if self.family(each) in settling]
        return any(guard in self.run.before(each, lambda _: False) for each in answers)

    def _forked(self, guard: Visit, action: Visit, settling: tuple[str, ...]) -> bool:
        """Whether both hang on one fork, and nobody who settles such a doubt is on the action's branch."""
        branch = self.run.before(action, lambda each: self.family(each) in settling or each[0] == guard[0])
        return bool((branch - {guard}) & self.run.before(guard, lambda _: False))

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
    raw = Mender(raw, seed).mend()
    assume(any(each["kind"] in ("execute.send", "execute.call") for each in raw["nodes"]))
    assert violations(raw, runs=6, seed=seed) == []


WRITTEN = "steps.write.output"
SENT = ("call.error -> send", "send.done -> end")
REFUSED = {
    "safety.uncertain_proceeds": (
        [node("look", "verify.check"), node("send", "execute.send")],
        ("start -> look", "look.pass -> send", "look.fail -> end", "look.unsure -> send", "send.done -> end"),
    ),
    "safety.error_proceeds": (
        [node("look", "verify.check"), node("call", "execute.work"), node("send", "execute.send")],
        ("start -> look", "look.pass -> call", "look.fail -> end", "look.unsure -> end", "call.done -> end", *SENT),
    ),
    "safety.approve_on_timeout": (
        [node("ask", "escalate.ask", due_hours=1.0), node("send", "execute.send")],
        ("start -> ask", "ask.yes -> end", "ask.no -> end", "ask.overdue -> send", "send.done -> end"),
    ),
    "safety.doubt_beside": (
        [node(each, "verify.check") for each in "gab"] + [node("ask", "escalate.ask"), node("send", "execute.send")],
        (
            "start -> g",
            "g.pass -> a",
            "g.pass -> b",
            "g.fail -> end",
            "g.unsure -> end",
            "a.pass -> send",
            "b.pass -> send",
            "a.fail -> ask",
            "a.unsure -> ask",
            "b.fail -> ask",
            "b.unsure -> ask",
            "ask.yes -> end",
            "ask.no -> end",
            "send.done -> end",
        ),
    ),
    "safety.ungated_action": (
        [node("work", "execute.work"), node("send", "execute.send")],
        ("start -> work", "work.done -> send", "send.done -> end"),
    ),
    "safety.unchecked_output": (
        [
            node("write", "execute.write"),
            node("look", "verify.check"),
            node("send", "execute.send", reads={"r": WRITTEN}),
        ],
        (
            "start -> write",
            "write.done -> look",
            "look.pass -> send",
            "look.fail -> end",
            "look.unsure -> end",
            SENT[1],
        ),
    ),
}


@pytest.mark.parametrize("code", REFUSED)
def test_the_runs_of_what_is_refused_are_seen_to_be_unsafe(code: str) -> None:
    nodes, ways = REFUSED[code]
    raw = sketch([*nodes, node("end", "outcome")], *ways)
    assert {problem.code for problem in errors(raw)} == {code}
    assert violations(raw, runs=30)


def test_without_the_check_of_branches_random_drawings_are_seen_to_be_unsafe() -> None:
    """The generator comes often enough to guards side by side: the proof would notice if the check were gone."""

    def unsafe(drawn: tuple[dict[str, Any], int]) -> bool:
        raw = Mender(*drawn).mend(but="safety.doubt_beside")
        return any("is open" in each for each in violations(raw, runs=6, seed=drawn[1]))

    quick = settings(thorough, max_examples=200, database=None, derandomize=True, phases=[Phase.generate])
    assert find(st.tuples(risky_drawings(is_sound), st.integers(0, 2**20)), unsafe, settings=quick)


READ_IF = {"r": f"has({WRITTEN}) ? {WRITTEN} : null"}
DIVERTED = [
    node("first", "verify.check"),
    node("split", "execute.work"),
    node("write", "execute.write"),
    node("way", "decide.way"),
    node("look", "verify.check", reads={"r": WRITTEN}),
    node("send", "execute.send", reads=READ_IF, asks=True),
    node("join", "execute.work"),
    node("end", "outcome"),
]


@pytest.mark.parametrize("join", ["all", "any"])
def test_a_text_that_went_another_way_than_the_check_is_not_seen_by_the_action(join: str) -> None:
    """The branch with the model can leave the check aside, while another branch starts the action."""
    nodes = [{**each, "join": join} if each["id"] == "send" else each for each in DIVERTED]
    raw = sketch(
        nodes, "start -> first", "first.pass -> split", "first.fail -> end", "first.unsure -> end",
        "split.done -> write", "split.done -> send", "write.done -> way", "way.yes -> look", "way.no -> join",
        "way.unsure -> join", "look.pass -> send", "look.fail -> join", "look.unsure -> join", "send.done -> join",
        "join.done -> end",
    )  # fmt: skip
    assert errors(raw) == []
    assert violations(raw, runs=60) == []
