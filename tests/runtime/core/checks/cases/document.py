"""Cases of the document itself."""

from __future__ import annotations

from typing import Any

from tests.runtime.core.checks.cases.parts import Case, mail, node, outcome, review, sketch, transform

DONE = outcome("won")
SMALL = sketch([DONE], "start -> won")


def changed(raw: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**raw, **fields}


def with_edge(**fields: Any) -> dict[str, Any]:
    """A check whose failure goes to a review; the second edge is changed."""
    raw = sketch([transform("a"), DONE], "start -> a", "a.done -> won")
    raw["edges"][1] |= fields
    return raw


def deep(levels: int) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for _ in range(levels):
        config = {"a": config}
    return {"format": "interlock/1", "input": {"$defs": config}, "nodes": SMALL["nodes"], "edges": SMALL["edges"]}


def gated(*, asks: bool) -> dict[str, Any]:
    action = mail("send", asks=asks) if asks else mail("send")
    return sketch([review("ask"), action, DONE], "start -> ask", "ask.yes -> send", "ask.no -> won", "send.done -> won")


def looping(back: str, out: str) -> dict[str, Any]:
    nodes = [
        transform("a"),
        node("check", "verify.rules", rules=[{"name": "r", "assert": "true", "else": "fail"}]),
        DONE,
    ]
    ways = ("start -> a", "a.done -> check", "check.pass -> won", "check.unsure -> won", back, out)
    return sketch(nodes, *ways)


UNKNOWN = sketch([node("a", "execute.teleport"), DONE], "start -> a", "a.done -> won")
RULES = sketch(
    [node("a", "verify.rules", rules=[{"name": "r", "assert": "input.x +", "else": "fail"}]), DONE],
    "start -> a",
    "a.pass -> won",
    "a.fail -> won",
    "a.unsure -> won",
)
GOOD_RULES = sketch(
    [node("a", "verify.rules", rules=[{"name": "r", "assert": "input.x > 1", "else": "fail"}]), DONE],
    "start -> a",
    "a.pass -> won",
    "a.fail -> won",
    "a.unsure -> won",
)
OPEN = frozenset({"graph.open_port", "graph.no_outcome", "graph.unreachable"})

CASES = [
    Case("document.malformed", [], SMALL, "the document", about="no object"),
    Case(
        "document.malformed",
        changed(SMALL, nodes=[{"id": "Won!", "kind": "outcome"}]),
        SMALL,
        "must begin with a small letter",
        nodes=("Won!",),
        path="/nodes/0/id",
        about="id",
    ),
    Case(
        "document.malformed",
        changed(SMALL, format="interlock/9"),
        SMALL,
        "must be one of these",
        path="/format",
        about="format",
    ),
    Case(
        "document.malformed",
        with_edge(loop={"max": 0}),
        with_edge(),
        "at least 1",
        edges=("e2",),
        path="/edges/1/loop/max",
        about="no turns",
    ),
    Case("document.unknown_field", changed(SMALL, colour="red"), SMALL, "“colour” is no field", path="/colour"),
    Case(
        "document.unknown_field",
        with_edge(label="x"),
        with_edge(),
        "label",
        edges=("e2",),
        path="/edges/1/label",
        about="of an edge",
    ),
    Case("document.too_large", deep(70), deep(3), "nested more than 64 levels"),
    Case(
        "document.too_large",
        changed(SMALL, input={"description": "x" * 3_000_000}),
        SMALL,
        "larger than 2 MiB",
        about="bytes",
    ),
    Case(
        "document.duplicate_id",
        sketch([DONE, outcome("won")], "start -> won"),
        SMALL,
        "Two steps have the id “won”",
        nodes=("won",),
        path="/nodes/1/id",
    ),
    Case(
        "document.duplicate_id",
        with_edge(id="e1"),
        with_edge(),
        "Two ways have the id “e1”",
        edges=("e1",),
        path="/edges/1/id",
        also=OPEN,
        about="of edges",
    ),
    Case(
        "document.reserved_id",
        sketch([outcome("start"), DONE], "start -> won"),
        SMALL,
        "start",
        nodes=("start",),
        path="/nodes/0/id",
        also=frozenset({"graph.unreachable"}),
    ),
    Case(
        "document.unknown_kind", UNKNOWN, with_edge(), "which is not installed here", nodes=("a",), path="/nodes/0/kind"
    ),
    Case(
        "document.bad_config",
        RULES,
        GOOD_RULES,
        "Rules 1, Must be true",
        nodes=("a",),
        path="/nodes/0/config/rules/0/assert",
    ),
    Case(
        "document.bad_config",
        sketch([outcome("won", colour="red")], "start -> won"),
        SMALL,
        "“colour” is no field",
        nodes=("won",),
        path="/nodes/0/config/colour",
        about="unknown field",
    ),
    Case(
        "document.edge_from_nowhere",
        with_edge(**{"from": "b"}),
        with_edge(),
        "begins at the step “b”",
        edges=("e2",),
        path="/edges/1/from",
        also=OPEN,
    ),
    Case(
        "document.edge_to_nowhere",
        with_edge(to="b"),
        with_edge(),
        "leads to the step “b”",
        edges=("e2",),
        path="/edges/1/to",
        also=OPEN,
    ),
    Case(
        "document.edge_into_start",
        with_edge(to="start"),
        with_edge(),
        "leads into the start",
        edges=("e2",),
        path="/edges/1/to",
        also=OPEN,
    ),
    Case(
        "document.unknown_port",
        with_edge(port="finished"),
        with_edge(),
        "has no way out “finished”",
        edges=("e2",),
        path="/edges/1/port",
        also=OPEN,
    ),
    Case(
        "document.unknown_port",
        sketch([DONE], "start.go -> won"),
        SMALL,
        "“Start” has no way out “go”",
        edges=("e1",),
        path="/edges/0/port",
        also=OPEN,
        about="of start",
    ),
    Case(
        "document.bad_after_loop",
        looping("check.fail -> a loop 2", "check.pass -> won after e5"),
        looping("check.fail -> a loop 2", "check.fail -> won after e5"),
        "begins elsewhere",
        edges=("e6",),
        path="/edges/5/after_loop",
        also=frozenset({"graph.loop_without_exit", "graph.split_without_join"}),
    ),
    Case(
        "document.bad_after_loop",
        looping("check.fail -> a loop 2", "check.fail -> won after e1"),
        looping("check.fail -> a loop 2", "check.fail -> won after e5"),
        "a loop that does not exist",
        edges=("e6",),
        path="/edges/5/after_loop",
        also=frozenset({"graph.loop_without_exit"}),
        about="no loop",
    ),
    Case(
        "document.asks_without_effect",
        sketch([transform("a", asks=True), DONE], "start -> a", "a.done -> won"),
        with_edge(),
        "sends nothing outside",
        nodes=("a",),
        path="/nodes/0/asks",
    ),
    Case(
        "document.asks_without_effect",
        sketch([transform("a", asks=True), DONE], "start -> a", "a.done -> won"),
        gated(asks=True),
        "sends nothing outside",
        nodes=("a",),
        path="/nodes/0/asks",
        about="the twin sends",
    ),
    Case(
        "document.bad_input_schema",
        changed(SMALL, input={"type": "text"}),
        changed(SMALL, input={"type": "string"}),
        "cannot be used",
        path="/input",
    ),
    Case(
        "document.bad_input_schema",
        changed(SMALL, input={"$ref": "http://elsewhere/schema.json"}),
        changed(SMALL, input={"$ref": "#/$defs/a", "$defs": {"a": {}}}),
        "cannot be used",
        path="/input",
        about="reaches out",
    ),
]
