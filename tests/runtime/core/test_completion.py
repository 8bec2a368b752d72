"""What is offered in an expression: only what is there, with its type, and nothing that would be a problem."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core import expressions
from runtime.core.checks import data
from runtime.core.completion import Offer, in_template, offers, sample_of
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.json_schemas import errors_of
from runtime.nodes import discover
from tests.makers.drawings import node, sketch

SCHEMA = {
    "type": "object",
    "properties": {
        "email": {"type": "string", "description": "Where to write to"},
        "seats": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "first name": {"type": "string"},
        "contact": {"$ref": "#/$defs/contact"},
        "tags": {"type": "array", "items": {"type": "object", "properties": {"key": {"type": "string"}}}},
    },
    "required": ["email"],
    "$defs": {"contact": {"type": "object", "properties": {"phone": {"type": "string"}}}},
}
SMALL = sketch(
    [
        node("size", "decide.rule", choices=[{"name": "big", "when": "input.seats > 3"}]),
        node("note", "execute.transform", output={"x": "1"}),
        node("call", "execute.http", method="GET", url="https://there.example/"),
        node("won", "outcome"),
    ],
    "start -> size", "size.big -> note", "size.unsure -> call", "note.done -> call", "call.done -> won",
    input=SCHEMA,
)  # fmt: skip
EXAMPLE = json.loads((Path(__file__).parents[3] / "builder" / "gallery" / "lead_qualification.json").read_text())


def drawing(document: dict[str, Any]) -> Drawing:
    read = parse(document).document
    assert read is not None
    return compile_drawing(read, discover())[0]


def offered(text: str, at: str = "call", cursor: int | None = None) -> dict[str, Offer]:
    found = offers(drawing(SMALL), at, text, len(text) if cursor is None else cursor)
    return {each.text: each for each in found}


def written(text: str, offer: Offer) -> str:
    return text[: offer.start] + offer.text + text[offer.end :]


def test_the_fields_of_the_input_are_offered_with_their_types() -> None:
    found = offered("input.")
    assert (found["email"].type, found["email"].help) == ("text", "Where to write to")
    assert (found["seats"].type, found["seats"].help) == ("whole number", "(may be missing)")
    assert found["tags"].type == "list"


def test_what_was_begun_is_replaced_up_to_the_end_of_the_word() -> None:
    found = offers(drawing(SMALL), "call", "1 + input.se > 3", 12)
    assert [written("1 + input.se > 3", each) for each in found] == ["1 + input.seats > 3"]
    found = offers(drawing(SMALL), "call", "input.seats", 8)
    assert "input.seats" in {written("input.seats", each) for each in found}


def test_a_name_that_is_no_word_is_written_in_brackets() -> None:
    [found] = [each for each in offered("input.fi").values() if "name" in each.text]
    assert written("input.fi", found) == 'input["first name"]'
    assert not isinstance(
        expressions.evaluate(written("input.fi", found), {"input": {"first name": "x"}}), expressions.Unknown
    )


def test_references_and_lists_inside_a_schema_are_followed() -> None:
    assert "phone" in offered("input.contact.")
    assert "key" in offered("input.tags[0].")
    assert "key" in offered('input["tags"][0].k')


def test_only_steps_that_have_certainly_run_are_offered() -> None:
    assert set(offered("steps.")) == {"size"}
    assert "steps.size.output" in offered("")
    assert "steps.note.output" not in offered("")
    assert set(offered("steps.", "won")) == {"size", "call"}
    assert offered("steps.note.") == {}


def test_a_step_has_an_output_and_a_port_and_the_output_its_fields() -> None:
    assert set(offered("steps.size.")) == {"output", "port"}
    assert {"choice", "reason"} <= set(offered("steps.size.output."))
    assert offered("steps.call.output.", "won")["status"].type == "whole number"


def test_texts_and_lists_offer_what_can_be_asked_of_them() -> None:
    assert "contains(" in offered("input.email.")
    assert "exists(" in offered("input.tags.")


def test_functions_are_offered_where_a_value_begins() -> None:
    assert set(offered("input.seats > si")) == {"size("} | {text for text in offered("si") if text != "size("}
    assert {"round(", "greatest("} <= set(offered("math."))


def test_nothing_is_offered_inside_a_text() -> None:
    assert offered('input.email == "in') == {}
    assert offered("input.email == 'it\\'s in") == {}
    assert "input" in offered('input.email == "in" + in')


def test_in_a_template_only_the_braces_are_an_expression() -> None:
    text = "Dear {{ input.e }}, you {{ input.x }}"
    assert in_template(text, 3) is None
    assert in_template(text, 22) is None
    assert in_template(text, 15) == (" input.e ", 8, 7)
    assert in_template("Dear {{ inp", 11) == (" inp", 4, 7)


def reading(document: dict[str, Any], node_id: str, expression: str) -> list[str]:
    """What the checks say of a step in this place that reads the expression."""
    nodes = [
        {**each, "kind": "execute.transform", "config": {"output": {"v": expression}}}
        if each["id"] == node_id
        else each
        for each in document["nodes"]
    ]
    found = data.problems(drawing({**document, "nodes": nodes}))
    return [
        each.code for each in found if node_id in each.nodes and each.path[:2] == ("nodes", str(place(nodes, node_id)))
    ]


def place(nodes: list[dict[str, Any]], node_id: str) -> int:
    return next(number for number, each in enumerate(nodes) if each["id"] == node_id)


@pytest.mark.parametrize("document", [SMALL, EXAMPLE], ids=["small", "example"])
def test_what_is_offered_is_no_problem_and_what_is_not_offered_is_one(document: dict[str, Any]) -> None:
    whole = drawing(document)
    for each in document["nodes"]:
        found = {offer.text for offer in offers(whole, each["id"], "steps.", 6)}
        for step in whole.graph.nodes:
            problems = reading(document, each["id"], f"steps.{step}.output")
            assert (problems == []) == (step in found), (each["id"], step)


@given(st.text(max_size=40), st.integers(-5, 50))
def test_anything_may_stand_in_the_field(text: str, cursor: int) -> None:
    for each in offers(drawing(SMALL), "call", text, cursor):
        assert 0 <= each.start <= each.end <= len(text)
    in_template(text, min(max(cursor, 0), len(text)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "anyOf", "$ref", "enum", "required", "a"]), inner
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_schema_has_a_sample_and_offers(schema: Any) -> None:
    sample_of(schema)
    if isinstance(schema, dict):
        document = {**SMALL, "input": schema}
        for text in ("input.", "input.a.", "input.a[0]."):
            offers(drawing(document), "call", text, len(text))


def test_a_sample_fits_its_schema_where_that_is_plain() -> None:
    assert errors_of(SCHEMA, sample_of(SCHEMA)) == []
    assert sample_of(EXAMPLE["input"])
