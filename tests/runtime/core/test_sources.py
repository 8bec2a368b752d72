"""What a gate stands on: the steps whose output reaches it as data, whatever they are called, wherever they stand."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.sources import begin_anew, sources, whole
from runtime.nodes import discover
from tests.makers.engine import drawn, node, outcome, review

PROMISE = {"max_error": 0.05, "confidence": 0.95}
STORY = drawn(
    [
        node("complete", "verify.quality", {"required": ["text"]}),
        node("shape", "verify.schema", {"value": "input", "schema": {"type": "object"}}),
        node("facts", "execute.select", {"fields": {"text": "input.text"}}),
        node("draft", "execute.prompt", {"connection": "writer", "prompt": "Answer {{ steps.facts.output.text }}"}),
        node("side", "execute.transform", {"output": {"size": "1"}}),
        node("rule", "decide.rule", {"choices": [{"name": "big", "when": "steps.side.output.size > 3"}]}),
        node(
            "gate",
            "decide.model",
            {
                "connection": "embedded",
                "question": "Is this right? {{ steps.draft.output.text }}",
                "context": "facts",
                "choices": [{"name": "yes"}, {"name": "no"}],
                "promise": PROMISE,
                "confidence": ["logprob", "judge"],
                "judge": {"connection": "judge"},
            },
        ),
        review("ask", "yes", "no"),
        outcome("done"),
    ],
    "start > complete", "complete.pass > shape", "complete.fail > done", "complete.unsure > done", "shape.pass > facts",
    "shape.fail > done", "facts > draft", "draft > side", "side > rule", "rule.big > gate", "rule.unsure > gate",
    "gate.yes > done", "gate.no > done", "gate.unsure > ask", "ask.yes > done", "ask.no > done",
)  # fmt: skip


def compiled(document: Mapping[str, Any]) -> Drawing:
    parsed = parse(document)
    assert parsed.document, parsed.problems
    drawing, problems = compile_drawing(parsed.document, discover())
    assert problems == ()
    return drawing


def changed(node_id: str, **config: Any) -> Drawing:
    """The story with other settings of one step."""
    document = copy.deepcopy(STORY)
    next(each for each in document["nodes"] if each["id"] == node_id)["config"] |= config
    return compiled(document)


def test_what_is_read_counts_and_what_only_comes_before_does_not() -> None:
    found = sources(compiled(STORY), "gate")
    assert set(found.steps) == {"complete", "facts", "draft"}
    assert (found.checks, found.connections, dict(found.calls)) == (("complete",), ("writer",), {})


def test_a_step_that_promises_nothing_stands_on_nothing_and_neither_does_a_gate_that_reads_the_input_alone() -> None:
    assert sources(compiled(STORY), "draft").digest == ""
    assert sources(compiled(STORY), "nobody").digest == ""
    gate = {"connection": "embedded", "question": "{{ input.text }}", "choices": [{"name": "a"}, {"name": "b"}]}
    alone = drawn([node("gate", "decide.model", {**gate, "promise": PROMISE}), outcome()], "start > gate")
    assert sources(compiled(alone), "gate").digest == ""


@pytest.mark.parametrize(
    ("node_id", "config", "why"),
    [
        ("draft", {"prompt": "Answer kindly {{ steps.facts.output.text }}"}, "the step “draft”, which this gate reads"),
        ("draft", {"model": "another"}, "the step “draft”, which this gate reads"),
        ("facts", {"fields": {"text": "input.text", "more": "input.more"}}, "the step “facts”, which this gate reads"),
        ("complete", {"required": ["text", "email"]}, "the step “complete”, which this gate reads"),
        ("draft", {"prompt": "Answer {{ steps.side.output.size }}"}, "this gate now reads the step “side”"),
        ("gate", {"question": "Is it? {{ steps.draft.output.text }}"}, "its own step was changed"),
        ("gate", {"promise": {"max_error": 0.1, "confidence": 0.95}}, "its own step was changed"),
        ("side", {"output": {"size": "2"}}, ""),
        ("rule", {"choices": [{"name": "big", "when": "steps.side.output.size > 9"}]}, ""),
        ("shape", {"schema": {"type": "object", "required": ["text"]}}, ""),
        ("ask", {"question": "Is it so?"}, ""),
        ("gate", {"audit": 0.5}, ""),
        ("gate", {"cutoff": 0.5}, ""),
        ("gate", {"samples": 3}, ""),
    ],
)
def test_a_gate_begins_anew_with_what_it_reads_and_the_reason_is_told(
    node_id: str, config: dict[str, Any], why: str
) -> None:
    found = begin_anew(compiled(STORY), changed(node_id, **config))
    assert [each.node for each in found] == (["gate"] if why else [])
    assert any(why in reason for each in found for reason in each.why) == bool(why)


def test_a_gate_that_is_new_or_promises_nothing_any_more_does_not_begin_anew() -> None:
    bare = changed("gate", promise=None, cutoff=0.5)
    assert begin_anew(compiled(STORY), bare) == begin_anew(bare, compiled(STORY)) == ()


def test_another_gate_counts_without_the_share_that_people_check() -> None:
    second = {"connection": "embedded", "question": "{{ steps.gate.output.choice }}", "promise": PROMISE}
    document = copy.deepcopy(STORY)
    document["nodes"].append(node("second", "decide.model", {**second, "choices": [{"name": "a"}, {"name": "b"}]}))
    found = sources(compiled(document), "second")
    assert set(found.steps) == {"gate", "complete", "facts", "draft"}
    assert found.connections == ("embedded", "judge", "writer")
    document["nodes"][6]["config"]["audit"] = 0.5
    assert sources(compiled(document), "second").digest == found.digest


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
ids = [each["id"] for each in STORY["nodes"]]


@given(st.data())
def test_names_places_patience_and_the_ids_of_ways_never_change_what_a_gate_stands_on(data: st.DataObject) -> None:
    document = copy.deepcopy(STORY)
    for each in document["nodes"]:
        each["name"] = data.draw(names)
        each["at"] = [data.draw(st.integers(-1000, 1000)), data.draw(st.integers(-1000, 1000))]
        each["note"] = data.draw(names)
        if each["kind"] != "outcome" and data.draw(st.booleans()):
            each |= {"retry": {"attempts": data.draw(st.integers(1, 5))}, "timeout_s": data.draw(st.integers(1, 60))}
    for number, edge in enumerate(data.draw(st.permutations(document["edges"]))):
        edge["id"] = f"other{number}"
    document["nodes"] = data.draw(st.permutations(document["nodes"]))
    before, after = compiled(STORY), compiled(document)
    assert sources(after, "gate").digest == sources(before, "gate").digest
    assert begin_anew(before, after) == ()


@given(st.data())
def test_exactly_the_steps_that_values_come_from_count_around_circles_too(data: st.DataObject) -> None:
    number = data.draw(st.integers(1, 7))
    steps = [f"s{each}" for each in range(number)]
    some = st.lists(st.sampled_from(steps), unique=True, max_size=4)
    reads = {step: data.draw(some) for step in steps}
    wanted = data.draw(some)

    def made(extra: Mapping[str, str]) -> Drawing:
        given = {step: {**_read(reads[step]), **({"x": extra[step]} if step in extra else {})} for step in steps}
        nodes = [node(step, "execute.transform", {"output": given[step]}) for step in steps]
        question = " ".join(f"{{{{ steps.{step}.output }}}}" for step in wanted) or "What?"
        choices = [{"name": "a"}, {"name": "b"}]
        gate = {"connection": "embedded", "question": question, "choices": choices, "promise": PROMISE}
        return compiled(drawn([*nodes, node("gate", "decide.model", gate)], "start > gate"))

    flow = nx.DiGraph([(source, step) for step in steps for source in reads[step]])
    flow.add_nodes_from([*steps, "gate"])
    flow.add_edges_from((step, "gate") for step in wanted)
    above = nx.ancestors(flow, "gate")
    before = sources(made({}), "gate")
    assert set(before.steps) == above
    which = data.draw(st.sampled_from(steps))
    after = sources(made({which: "'another'"}), "gate")
    assert (after.digest != before.digest) == (which in above)


def _read(steps: list[str]) -> dict[str, str]:
    return {step: f"steps.{step}.output" for step in steps} or {"own": "1"}


def test_what_a_called_workflow_means_is_its_steps_its_ways_and_the_names_of_its_ends() -> None:
    before = whole(compiled(STORY)).digest
    moved, renamed, rewired = (copy.deepcopy(STORY) for _ in range(3))
    moved["nodes"][0] |= {"at": [5, 5], "name": "Complete?"}
    renamed["nodes"][-1]["name"] = "finished"
    del rewired["edges"][-1]
    assert whole(compiled(moved)).digest == before
    assert len({before, *(whole(compiled(each)).digest for each in (renamed, rewired))}) == 3
    assert whole(changed("side", output={"size": "2"})).digest != before
