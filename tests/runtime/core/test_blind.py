"""What tells a gate's answer is found along values and branches, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.core.blind import promised, revealing, secrets
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.events import Event
from runtime.core.state import fold
from runtime.nodes import discover
from tests.makers import blind
from tests.makers.engine import drawn, node, outcome, review


def compiled(document: dict[str, Any]) -> Drawing:
    parsed = parse(document).document
    assert parsed
    drawing, problems = compile_drawing(parsed, discover())
    assert problems == ()
    return drawing


def transform(name: str, expression: str) -> dict[str, Any]:
    return node(name, "execute.transform", {"output": {"x": expression}})


def behind_a_gate(*steps: dict[str, Any], ways: tuple[str, ...]) -> Drawing:
    """A promise gate whose doubts go through these steps to reviews."""
    nodes = [node("gate", "decide.model", blind.GATE), *steps, outcome("done")]
    return compiled(drawn(nodes, "start > gate", "gate.horse > done", f"gate.{blind.SECRET} > done", *ways))


def test_readers_of_readers_tell_and_others_do_not() -> None:
    drawing = behind_a_gate(
        transform("a", "steps.gate.output.choice"),
        transform("b", "steps.a.output.x"),
        transform("c", "steps.gate.port"),
        transform("d", "has(steps.gate.output) ? 'y' : 'n'"),
        transform("e", "has(steps.gate.output.choice) ? 'y' : 'n'"),
        review("ask", "horse"),
        ways=("gate.unsure > a", "a > b", "b > c", "c > d", "d > e", "e > ask", "ask.horse > done"),
    )
    assert promised(drawing)[0].tells == {"gate", "a", "b", "e"}


def test_what_a_telling_step_chose_to_run_tells_too_and_gives_the_question_away() -> None:
    rule = {"choices": [{"name": "striped", "when": "steps.gate.output.choice == 'zebra'"}], "otherwise": "plain"}
    drawing = behind_a_gate(
        node("rule", "decide.rule", rule),
        transform("left", "1"),
        transform("right", "2"),
        review("one", "horse"),
        review("both", "horse"),
        ways=(
            "gate.unsure > rule", "rule.striped > left", "rule.plain > right", "rule.unsure > both", "left > one",
            "one.horse > both", "right > both", "both.horse > done",
        ),
    )  # fmt: skip
    (gate,) = promised(drawing)
    assert gate.tells == {"gate", "rule", "left", "right"}
    assert gate.given_away == {"one"}


def test_a_persons_answer_is_never_the_machines() -> None:
    drawing = behind_a_gate(
        review("ask", "horse", show={"Guess": "steps.gate.output"}),
        transform("after", "steps.ask.output.choice"),
        ways=("gate.unsure > ask", "ask.horse > after", "after > done"),
    )
    assert promised(drawing)[0].tells == {"gate"}


def test_a_gate_without_a_promise_has_no_secret() -> None:
    plain = {**blind.GATE, "promise": None, "cutoff": 0.5}
    document = blind.document()
    document["nodes"][0]["config"] = plain
    assert promised(compiled(document)) == ()


@pytest.mark.parametrize(
    ("ports", "secret"),
    [
        ([("gate", "horse")], False),
        ([("gate", "unsure")], True),
        ([("gate", "unsure"), ("first", "overdue")], True),
        ([("gate", "unsure"), ("first", "horse")], False),
        ([("gate", "unsure"), ("form", "answered")], True),
    ],
)
def test_it_is_a_secret_from_the_doubt_to_an_answer_that_names_a_way(
    ports: list[tuple[str, str]], secret: bool
) -> None:
    form = {"question": "More?", "form": {"type": "object", "properties": {"x": {"type": "string"}}}}
    drawing = behind_a_gate(
        node("form", "escalate.form", form),
        review("first", "horse", "zebra", due_hours=1),
        review("second", "horse", "zebra"),
        ways=(
            "gate.unsure > form", "form.answered > first", "first.overdue > second", "first.horse > done",
            "first.zebra > done", "second.horse > done", "second.zebra > done",
        ),
    )  # fmt: skip
    happened = [Event("run.started", None, 0, {"input": {}}, 1)]
    for seq, (name, port) in enumerate(ports, 2):
        happened.append(Event("step.finished", name, 1, {"port": port, "output": {}}, seq))
    assert bool(secrets(drawing, fold(drawing.graph, happened))) is secret


def test_each_place_that_would_tell_is_named() -> None:
    drawing = compiled(blind.document())
    places = {read.path for read in revealing(drawing, "ask", promised(drawing))}
    assert places == {
        ("question",), ("show", "The machine's guess"), ("show", "In capitals"), ("editable", "animal", "expr"),
    }  # fmt: skip
