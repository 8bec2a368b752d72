"""Cases of what nodes read."""

from __future__ import annotations

from tests.runtime.core.checks.cases.parts import Case, decide_, node, outcome, prompt, sketch, transform

WON = outcome("won")
INPUT = {"type": "object", "properties": {"email": {"type": "string"}}, "additionalProperties": False}


def reading(text: str, **document: object) -> dict[str, object]:
    """A branch that only some cases take, and a step after it that reads."""
    nodes = [decide_("way", "input.email != ''"), transform("a"), transform("b", text), WON]
    ways = ("start -> way", "way.large -> a", "way.small -> b", "way.unsure -> b", "a.done -> b", "b.done -> won")
    return sketch(nodes, *ways, **document)


def model(context: str) -> dict[str, object]:
    return sketch(
        [transform("a"), prompt("write", context=context), WON], "start -> a", "a.done -> write", "write.done -> won"
    )


READS = "/nodes/2/config/output/value"


def each(**config: object) -> dict[str, object]:
    step = node("each", "execute.each", asks=True, **{"workflow": "child", "items": "input.lines", **config})
    return sketch([step, WON], "start -> each", "each.done -> won")


CASES = [
    Case(
        "data.no_item",
        reading("item.email"),
        reading("[1, 2].map(item, item + 1)"),
        "which is there only in what each item of a list is given",
        nodes=("b",),
        path=READS,
    ),
    Case(
        "data.no_item",
        each(items="[index]", input={"n": "item"}),
        each(input={"n": "item", "at": "index + 1"}),
        "reads `index`",
        nodes=("each",),
        path="/nodes/0/config/items",
        about="list",
    ),
    Case(
        "data.unknown_step",
        reading("steps.nobody.output.x"),
        reading("steps.way.output.index"),
        "reads a step “nobody”, which does not exist",
        nodes=("b",),
        path=READS,
    ),
    Case(
        "data.unknown_step",
        reading("has(steps.nobody.output) ? 1 : 2"),
        reading("has(steps.a.output) ? 1 : 2"),
        "which does not exist",
        nodes=("b",),
        path=READS,
        about="guarded",
    ),
    Case(
        "data.unknown_step",
        reading("steps.start.output.email"),
        reading("input.email"),
        "read `input` instead",
        nodes=("b",),
        path=READS,
        about="start",
    ),
    Case(
        "data.unknown_step",
        model("nobody"),
        model("a"),
        "reads a step “nobody”",
        nodes=("write",),
        path="/nodes/1/config/context",
        about="context",
    ),
    Case(
        "data.not_yet",
        reading("steps.a.output.value"),
        reading("has(steps.a.output) ? steps.a.output.value : ''"),
        "“b” reads “a”, which may not have run",
        nodes=("start", "way", "b"),
        edges=("e1", "e3"),
        path=READS,
    ),
    Case(
        "data.not_yet",
        reading("steps.b.output.value"),
        reading("input.email"),
        "“b” reads “b”",
        path=READS,
        nodes=("start", "way", "b"),
        edges=("e1", "e3"),
        about="itself",
    ),
    Case(
        "data.unknown_field",
        reading("input.mail", input=INPUT),
        reading("input.email", input=INPUT),
        "reads “mail” from the input",
        nodes=("b",),
        path=READS,
        level="warning",
    ),
    Case(
        "data.unknown_field",
        reading("has(steps.a.output) ? steps.a.output.valu : ''"),
        reading("has(steps.a.output) ? steps.a.output.value : ''"),
        "reads “valu” from “a”",
        nodes=("b",),
        path=READS,
        level="warning",
        about="of a step",
    ),
]
