from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.differences import Change, diff
from runtime.core.definition import Document, digest, parse
from runtime.json_gate import write_json
from runtime.nodes import discover
from tests.makers.workflows import node_of, sound_document

CRM: dict[str, Any] = {
    "id": "crm",
    "kind": "execute.http",
    "name": "Call CRM",
    "config": {"method": "POST", "url": "https://a.example"},
}
PROMISE = {"max_error": 0.02, "confidence": 0.95}
LOOSER = "the promise was loosened from at most 2 in 100 wrong to at most 5 in 100 wrong"
TIGHTER = "the promise was tightened from at most 5 in 100 wrong to at most 2 in 100 wrong"
JUDGE: dict[str, Any] = {
    "id": "judge",
    "kind": "decide.model",
    "name": "Qualify",
    "config": {"connection": "embedded", "question": "?", "choices": [{"name": "a"}, {"name": "b"}], "cutoff": 0.9},
}


def read(raw: dict[str, Any]) -> Document:
    document = parse(raw).document
    assert document, parse(raw).problems
    return document


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    return diff(read(before), read(after), discover())


def sentences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [change.sentence for change in changes(before, after)]


@pytest.fixture
def old() -> dict[str, Any]:
    return sound_document()


@pytest.fixture
def new() -> dict[str, Any]:
    return sound_document()


def test_nothing_changed_is_no_change(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changes(old, new) == ()


def test_a_new_step_says_what_it_is_and_that_it_acts_outside(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["nodes"].append(CRM)
    assert sentences(old, new) == [
        "“Call CRM” (Call a web service) was added. It acts outside, where others see it.",
    ]


def test_a_step_that_was_removed_says_what_is_no_longer_done(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["nodes"] = [node for node in new["nodes"] if node["id"] != "send"]
    [change] = [change for change in changes(old, new) if change.kind == "removed"]
    assert change.sentence == "“Send outreach” (Send a mail) was removed. It acts outside, where others see it."
    assert change.nodes == ("send",)


def test_a_field_is_told_with_its_values_and_its_place(old: dict[str, Any], new: dict[str, Any]) -> None:
    node_of(new, "ask")["config"]["due_hours"] = 48
    [change] = changes(old, new)
    assert change.sentence == "“May we write?”: the hours within which an answer is due was changed from 24 to 48."
    assert (change.kind, change.nodes, change.path) == ("changed", ("ask",), "/config/due_hours")
    assert (change.before, change.after) == (24, 48)


def test_a_field_that_comes_or_goes_is_added_or_removed(old: dict[str, Any], new: dict[str, Any]) -> None:
    node_of(new, "ask")["config"]["reviewers"] = 2
    assert sentences(old, new) == ["“May we write?”: the number of reviewers was added (2)."]
    assert sentences(new, old) == ["“May we write?”: the number of reviewers was taken away (2)."]


def test_one_more_choice_is_one_change(old: dict[str, Any], new: dict[str, Any]) -> None:
    node_of(new, "ask")["config"]["choices"].insert(0, {"name": "later"})
    [change] = changes(old, new)
    assert (change.kind, change.path, change.after) == ("added", "/config/choices/later", {"name": "later"})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (["a"], ["a", "What is it?"], "one was added to the examples of the choice “no interest”: “What is it?”"),
        (["a", "b", "c"], ["a"], "2 were taken out of the examples of the choice “no interest”"),
        (["a"], ["b"], "the examples of the choice “no interest” were changed"),
        (["a", "a"], ["a"], "the examples of the choice “no interest” were changed"),
        ([], ["x" * 1000], f"one was added to the examples of the choice “no interest”: “{'x' * 59}…”"),
    ],
)
def test_examples_that_come_or_go_are_told_without_the_names_of_programs(
    old: dict[str, Any], new: dict[str, Any], before: list[str], after: list[str], told: str
) -> None:
    for document, examples in ((old, before), (new, after)):
        node_of(document, "ask")["config"]["choices"][0] = {"name": "no_interest", "examples": examples}
    assert sentences(old, new)[0] == f"“May we write?”: {told}."


def test_choices_in_another_order_are_a_change(old: dict[str, Any], new: dict[str, Any]) -> None:
    node_of(new, "ask")["config"]["choices"].reverse()
    [change] = changes(old, new)
    assert change.path == "/config/choices"


def test_a_long_text_is_not_repeated_in_the_sentence(old: dict[str, Any], new: dict[str, Any]) -> None:
    node_of(new, "send")["config"]["body"] = "x" * 1000
    assert sentences(old, new) == ["“Send outreach”: “body” was changed."]


def test_true_is_not_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    old["input"]["default"], new["input"]["default"] = 1, True
    assert [change.after for change in changes(old, new)] == [True]


def test_marking_a_step_as_only_asking_is_told_first(old: dict[str, Any], new: dict[str, Any]) -> None:
    node_of(new, "send")["asks"] = True
    assert sentences(old, new) == ["“Send outreach” now only asks or tells, and promises nothing."]
    assert sentences(new, old) == ["“Send outreach” now commits: it is no mere question any more."]


def test_a_step_that_begins_to_act_outside_says_so(old: dict[str, Any], new: dict[str, Any]) -> None:
    reading = copy.deepcopy(CRM)
    reading["config"]["reads_only"] = True
    old["nodes"].append(reading)
    new["nodes"].append(CRM)
    assert "“Call CRM” now acts outside, where others see it." in sentences(old, new)
    assert "“Call CRM” does nothing outside any more." in sentences(new, old)


@pytest.mark.parametrize(
    ("field", "before", "after", "told"),
    [
        ("cutoff", 0.9, 0.8, "the cut-off was loosened from 0.9 to 0.8"),
        ("cutoff", 0.8, 0.9, "the cut-off was tightened from 0.8 to 0.9"),
        ("promise", PROMISE, {**PROMISE, "max_error": 0.05}, LOOSER),
        (
            "promise",
            PROMISE,
            {**PROMISE, "confidence": 0.9},
            "how sure its proof has to be was loosened from 95 % to 90 %",
        ),
        ("promise", {**PROMISE, "max_error": 0.05}, PROMISE, TIGHTER),
    ],
)
def test_a_looser_promise_is_called_so(
    old: dict[str, Any], new: dict[str, Any], field: str, before: Any, after: Any, told: str
) -> None:
    for document, value in ((old, before), (new, after)):
        judge = copy.deepcopy(JUDGE)
        judge["config"][field] = value
        document["nodes"].append(judge)
    anew = "“Qualify” is on probation again with this: its own step was changed."
    assert sentences(old, new) == [f"“Qualify”: {told}.", *([anew] if field == "promise" else [])]


def test_a_gate_that_reads_a_changed_step_is_said_to_begin_anew(old: dict[str, Any], new: dict[str, Any]) -> None:
    draft = {"id": "draft", "kind": "execute.transform", "name": "Draft reply", "config": {"output": {"text": "'a'"}}}
    gate = copy.deepcopy(JUDGE)
    gate["config"] |= {"promise": PROMISE, "question": "{{ steps.draft.output.text }}"}
    old["nodes"] += [draft, gate]
    new["nodes"] += [{**draft, "config": {"output": {"text": "'b'"}}}, gate]
    told = changes(old, new)[-1]
    assert told.sentence == (
        "“Qualify” is on probation again with this: the step “Draft reply”, which this gate reads, was changed."
    )
    assert (told.mark, told.nodes, told.path) == ("anew", ("judge",), "/epoch")
    new["nodes"][-2] = {**draft, "name": "Write a draft", "at": [4, 4]}
    assert "anew" not in [change.mark for change in changes(old, new)]


def test_a_promise_is_told_in_words(old: dict[str, Any], new: dict[str, Any]) -> None:
    promising = copy.deepcopy(JUDGE)
    promising["config"]["promise"] = PROMISE
    new["nodes"].append(promising)
    [sentence] = sentences(old, new)
    assert sentence.endswith("It promises: at most 2 % wrong, 95 % sure.")


def test_an_edge_that_leads_elsewhere_is_rewired(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["edges"][2]["to"] = "won"
    [change] = changes(old, new)
    assert change.sentence == "“May we write?” (reject) now leads to “contacted” instead of “left alone”."
    assert (change.kind, change.edges, change.nodes) == ("rewired", ("e3",), ("ask", "lost", "won"))


def test_an_edge_drawn_anew_elsewhere_is_rewired_too(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["edges"][2] |= {"id": "other", "to": "won"}
    assert [change.kind for change in changes(old, new)] == ["rewired"]


def test_an_edge_that_only_got_another_id_has_not_changed(old: dict[str, Any], new: dict[str, Any]) -> None:
    for number, edge in enumerate(new["edges"]):
        edge["id"] = f"x{number}"
    new["edges"].reverse()
    assert changes(old, new) == ()


def test_a_new_way_and_one_that_is_gone_are_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["edges"].append({"id": "e6", "from": "start", "port": "out", "to": "send"})
    assert sentences(old, new) == ["New: The start leads to “Send outreach”."]
    assert sentences(new, old) == ["No more: The start leads to “Send outreach”."]


def test_a_loop_that_may_turn_more_often_is_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    for document, turns in ((old, 3), (new, 5)):
        document["edges"] += [
            {"id": "back", "from": "send", "port": "error", "to": "ask", "loop": {"max": turns}},
            {"id": "out", "from": "send", "port": "error", "to": "lost", "after_loop": "back"},
        ]
    told = "The loop from “Send outreach” (error) back to “May we write?” may now turn 5 times instead of 3."
    assert sentences(old, new) == [told]
    for edge in new["edges"]:
        edge["id"] = f"n_{edge['id']}"
        if "after_loop" in edge:
            edge["after_loop"] = "n_back"
    assert sentences(old, new) == [told]


def test_a_changed_input_is_told_by_its_fields(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["input"]["properties"]["phone"] = {"type": "string"}
    new["input"]["required"] = ["email", "phone"]
    found = changes(old, new)
    assert [change.path for change in found] == ["/input/properties/phone", "/input/required"]
    assert found[0].sentence == "What the workflow is started with: the field “phone” was added."


def test_steps_that_were_only_moved_are_one_last_sentence(old: dict[str, Any], new: dict[str, Any]) -> None:
    node_of(new, "ask")["at"] = [0, 0]
    node_of(new, "send")["at"] = [1, 1]
    [change] = changes(old, new)
    assert change.nodes == ("ask", "send")
    assert change.sentence == "2 steps were moved on the canvas; nothing else follows from that."


def test_an_unknown_kind_or_a_faulty_configuration_is_compared_all_the_same(old: dict[str, Any]) -> None:
    broken = sound_document()
    node_of(broken, "send")["kind"] = "execute.telepathy"
    node_of(broken, "ask")["config"] = {"choices": 3}
    assert changes(old, broken)
    assert changes(broken, old)


SMALL: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "name", "id"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def drawings(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True))
    ends = st.sampled_from(["start", "a", "b", "c", "gone"])
    nodes = [
        {
            "id": name,
            "kind": draw(st.sampled_from(["execute.email", "execute.wait", "none.such"])),
            "config": draw(st.dictionaries(st.sampled_from(["to", "seconds", "promise", "cutoff"]), SMALL)),
            "asks": draw(st.booleans()),
            "at": [draw(st.integers(0, 1)), 0],
        }
        for name in names
    ]
    edges = [
        {"id": f"e{number}", "from": draw(ends), "port": draw(st.sampled_from(["out", "done"])), "to": draw(ends)}
        | draw(st.sampled_from([{}, {"loop": {"max": 1}}, {"loop": {"max": 2}}, {"after_loop": "e0"}]))
        for number in range(draw(st.integers(0, 4)))
    ]
    return {"format": "interlock/1", "input": {"x": draw(SMALL)}, "nodes": nodes, "edges": edges}


@settings(max_examples=200, deadline=None)
@given(drawings())
def test_a_drawing_never_differs_from_itself(raw: dict[str, Any]) -> None:
    assert changes(raw, copy.deepcopy(raw)) == ()


@settings(max_examples=300, deadline=None)
@given(drawings(), drawings())
def test_whatever_changes_the_digest_and_is_no_mere_id_is_told(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = changes(one, other)
    assert all(change.sentence.endswith(".") for change in found)
    write_json([change.to_json() for change in found])
    if not found:
        aside: dict[str, Any] = {"edges": [], "nodes": []}
        assert digest(read({**one, **aside})) == digest(read({**other, **aside}))
        by_id = [sorted(raw["nodes"], key=lambda node: node["id"]) for raw in (one, other)]
        assert write_json(by_id[0]) == write_json(by_id[1])


def test_notes_for_people_are_told_in_one_sentence(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["notes"] = [{"id": "note1", "text": "Mind this.", "at": [0, 0], "size": [240, 120]}]
    assert [(change.path, change.nodes) for change in changes(old, new)] == [("/notes", ())]
