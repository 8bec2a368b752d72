"""The document: strict in, plain out, known by a digest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.core.definition import MAX_PROBLEMS, Document, digest, document_schema, parse
from tests.makers.drawings import node, sketch, sound_drawings

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
SMALL = sketch([node("won", "outcome")], "start -> won")


def read(raw: object) -> Document:
    document = parse(raw).document
    assert document is not None
    return document


@given(sound_drawings())
@settings(deadline=None, max_examples=30)
def test_a_document_comes_out_as_it_went_in(raw: dict[str, Any]) -> None:
    document = read(raw)
    assert read(document.to_json()) == document
    assert digest(read(json.loads(json.dumps(document.to_json())))) == digest(document)


def test_the_digest_does_not_depend_on_the_order_of_keys_or_on_defaults_written_out() -> None:
    turned = {**dict(reversed(SMALL.items())), "nodes": [{"kind": "outcome", "id": "won", "asks": False, "config": {}}]}
    assert digest(read(turned)) == digest(read(SMALL))


def test_the_digest_depends_on_everything_that_is_drawn() -> None:
    moved = {**SMALL, "nodes": [{**SMALL["nodes"][0], "at": [1, 2]}]}
    assert digest(read(moved)) != digest(read(SMALL))


def test_notes_for_people_are_kept_and_need_not_be_there() -> None:
    note = {"id": "note1", "text": "Ask Ann first.", "at": [10.0, 20.0], "size": [240.0, 120.0]}
    assert read({**SMALL, "notes": [note]}).to_json()["notes"] == [note]
    assert "notes" not in read(SMALL).to_json()
    assert digest(read({**SMALL, "notes": []})) == digest(read(SMALL))


def test_a_note_with_a_colour_is_a_group_and_others_are_as_they_were() -> None:
    group = {"id": "note1", "text": "Before we write", "at": [0, 0], "size": [400, 300], "group": "teal"}
    plain = {each: value for each, value in group.items() if each != "group"}
    assert read({**SMALL, "notes": [group]}).to_json()["notes"] == [group]
    assert "group" not in read({**SMALL, "notes": [{**plain, "group": None}]}).to_json()["notes"][0]


@pytest.mark.parametrize(
    "wrong", [{"group": "pink"}, {"size": [0, 9]}, {"at": [1]}, {"text": None}, {"color": "red"}, {"id": "Note 1"}]
)
def test_a_note_of_another_shape_is_malformed(wrong: dict[str, Any]) -> None:
    note = {"id": "note1", "text": "", "at": [0, 0], "size": [9, 9], **wrong}
    assert parse({**SMALL, "notes": [note]}).document is None


@given(JSON)
@settings(deadline=None, max_examples=200)
def test_no_json_raises(raw: object) -> None:
    found = parse(raw)
    assert (found.document is None) == bool(found.problems)
    assert all(problem.code.startswith("document.") for problem in found.problems)


@pytest.mark.parametrize("place", [(), ("nodes",), ("nodes", 0), ("edges",), ("edges", 0), ("input",)])
@given(junk=JSON)
@settings(deadline=None, max_examples=25)
def test_junk_at_any_place_does_not_raise(place: tuple[str | int, ...], junk: object) -> None:
    raw: Any = json.loads(json.dumps(SMALL))
    if not place:
        raw = junk
    else:
        spot = raw
        for part in place[:-1]:
            spot = spot[part]
        spot[place[-1]] = junk
    parse(raw)


def test_numbers_and_yes_or_no_are_not_taken_for_each_other() -> None:
    for wrong in ({"asks": 1}, {"timeout_s": "3"}, {"timeout_s": True}, {"retry": {"attempts": 3.0}}, {"name": 3}):
        found = parse({**SMALL, "nodes": [{**SMALL["nodes"][0], **wrong}]})
        assert [problem.code for problem in found.problems] == ["document.malformed"], wrong


def test_a_flood_of_problems_is_cut() -> None:
    assert len(parse({**SMALL, "nodes": [3] * 2000}).problems) == MAX_PROBLEMS


def test_too_many_nodes_are_refused() -> None:
    found = parse({**SMALL, "nodes": [node(f"n{number}", "x") for number in range(2001)]})
    assert [problem.path for problem in found.problems] == [("nodes",)]


def test_a_problem_names_the_node_or_the_edge_it_belongs_to() -> None:
    raw = sketch([node("a", "x", join="some")], "start -> a")
    raw["edges"][0]["loop"] = {"max": 5000}
    assert [(problem.nodes, problem.edges) for problem in parse(raw).problems] == [(("a",), ()), ((), ("e1",))]


def test_the_schema_says_how_edges_are_written() -> None:
    schema = document_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema["$defs"]["Edge"]["required"]) == {"id", "from", "port", "to"}
    assert schema["additionalProperties"] is False
