"""The door of the checks: half-drawn and hostile documents, order, what is told to the designer first."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.core.checks import CODES, check
from runtime.core.checks.schemas import schema_problem
from runtime.nodes import discover
from tests.makers.drawings import node, risky_drawings, sketch
from tests.makers.kinds import KINDS
from tests.runtime.core.checks.cases.parts import check_, mail, outcome, prompt, review

GALLERY = Path(__file__).parents[4] / "builder" / "gallery"


def codes(raw: object, **more: Any) -> list[str]:
    return [problem.code for problem in check(raw, discover(), **more)]


def test_a_half_drawn_drawing_still_gets_its_safety_problems() -> None:
    nodes = [check_("look"), mail("send")]
    found = codes(sketch(nodes, "start -> look", "look.unsure -> send"))
    assert {"safety.uncertain_proceeds", "graph.open_port", "graph.no_outcome"} <= set(found)


def test_a_node_of_an_unknown_kind_hides_nothing_of_the_others() -> None:
    nodes = [node("odd", "execute.teleport"), check_("look"), mail("send"), outcome("won")]
    found = codes(sketch(nodes, "start -> odd", "odd.done -> look", "look.fail -> send", "send.done -> won"))
    assert {"document.unknown_kind", "safety.uncertain_proceeds", "graph.open_port"} == set(found)


def test_an_unmarked_circle_does_not_silence_the_rest() -> None:
    nodes = [check_("look"), mail("send"), outcome("won")]
    ways = ("start -> look", "look.pass -> won", "look.fail -> look", "look.unsure -> send", "send.done -> won")
    assert {"graph.unbounded_loop", "safety.uncertain_proceeds"} == set(codes(sketch(nodes, *ways)))


def test_after_a_join_of_all_both_branches_may_be_read() -> None:
    def meeting(join: str) -> dict[str, Any]:
        nodes = [node(each, "execute.transform", output={"v": "1"}) for each in ("a", "b", "c")]
        both = node("d", "execute.transform", join=join, output={"v": "steps.b.output.v + steps.c.output.v"})
        ways = ("start -> a", "a.done -> b", "a.done -> c", "b.done -> d", "c.done -> d", "d.done -> won")
        return sketch([*nodes, both, outcome("won")], *ways)

    assert codes(meeting("all")) == []
    assert codes(meeting("any")) == ["data.not_yet", "data.not_yet"]


def test_a_loop_edge_counts_as_a_way() -> None:
    """The text of the turn before leaves at the beginning of the next turn."""
    text = "has(steps.write.output) ? steps.write.output.text : ''"
    nodes = [review("ask"), mail("send", f"{{{{ {text} }}}}"), prompt("write"), check_("look"), outcome("won")]
    ways = ("start -> ask", "ask.yes -> send", "ask.no -> won", "send.done -> write", "write.done -> look",
            "look.pass -> won", "look.unsure -> won", "look.fail -> send loop 2",
            "look.fail -> won after e8")  # fmt: skip
    found = [problem for problem in check(sketch(nodes, *ways), discover()) if problem.level == "error"]
    assert [problem.code for problem in found] == ["safety.uncertain_proceeds", "safety.unchecked_output"]
    assert found[1].nodes == ("write", "look", "send")


def test_a_text_read_as_the_context_of_a_decision_has_been_looked_at() -> None:
    def deciding(**context: str) -> dict[str, Any]:
        options = [{"name": "good", "description": "good"}, {"name": "bad", "description": "bad"}]
        way = node("way", "decide.model", connection="judge", question="Good?", choices=options, cutoff=0.9, **context)
        nodes = [prompt("write"), way, mail("send", "{{ steps.write.output.text }}"), outcome("won")]
        ways = ("start -> write", "write.done -> way", "way.good -> send", "way.bad -> won", "way.unsure -> won")
        return sketch(nodes, *ways, "send.done -> won")

    assert "safety.unchecked_output" in codes(deciding())
    assert "safety.unchecked_output" not in codes(deciding(context="write"))


def test_a_stricter_judge_of_schemas_may_be_given() -> None:
    raw = sketch([outcome("won")], "start -> won")
    raw["input"] = {"type": "object"}
    assert codes(raw, judge_schema=lambda _: "It is Tuesday.") == ["document.bad_input_schema"]


@pytest.mark.parametrize(
    "schema",
    [[], {"type": "text"}, {"type": []}, {"properties": []}, {"properties": {"a": 3}}, {"required": "a"},
     {"pattern": "("}, {"anyOf": []}, {"anyOf": [3]}, {"minLength": -1}, {"minimum": "1"}, {"multipleOf": 0}, {"$ref": "https://x"},
     {"items": {"enum": 3}}, {"additionalProperties": "no"}, {"title": 3}],
)  # fmt: skip
def test_what_is_no_schema_is_said_with_its_place(schema: object) -> None:
    assert schema_problem(schema).endswith(".")


@pytest.mark.parametrize("schema", [True, {}, {"type": ["string", "null"]}, {"$ref": "#/$defs/a"}, {"x-own": 3}])
def test_what_is_a_schema_is_left_alone(schema: object) -> None:
    assert schema_problem(schema) == ""


@given(risky_drawings(lambda _: True), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_nothing_that_can_be_drawn_raises_and_the_order_is_always_the_same(raw: dict[str, Any], chance: Any) -> None:
    for edge in raw["edges"]:
        if chance.random() < 0.1:
            edge[chance.choice(["from", "to"])] = chance.choice([*(each["id"] for each in raw["nodes"]), "start", "x"])
        if chance.random() < 0.1:
            edge["loop"] = {"max": 2}
    raw["nodes"] = [each for each in raw["nodes"] if chance.random() > 0.05]
    found = check(raw, KINDS)
    assert found == check(copy.deepcopy(raw), KINDS)
    assert {problem.code for problem in found} <= set(CODES)
    assert json.dumps([problem.to_json() for problem in found])


@pytest.mark.parametrize("file", sorted(GALLERY.glob("*.json")), ids=lambda file: file.stem)
def test_the_examples_that_ship_have_no_error(file: Path) -> None:
    raw = json.loads(file.read_text())
    found = check(raw.get("document", raw), discover())
    assert [problem for problem in found if problem.level == "error"] == []
