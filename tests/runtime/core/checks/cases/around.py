"""Cases of tables, people and connections."""

from __future__ import annotations

import random
from typing import Any

from runtime.core.checks import Called, Surroundings
from tests.runtime.core.checks.cases.parts import Case, check_, node, outcome, prompt, review, sketch

WON = outcome("won")


def table(*rows: tuple[str, str, str], hit: str = "UNIQUE") -> dict[str, Any]:
    """A table over a number and a country: cell, cell, choice."""
    inputs = [{"name": "seats", "expr": "input.seats", "type": "integer"}]
    inputs += [{"name": "country", "expr": "input.country", "type": "string"}]
    listed = [{"when": [seats, country], "choice": choice} for seats, country, choice in rows]
    config = {"inputs": inputs, "hit": hit, "choices": ["sales", "partner"], "rows": listed}
    ways = ("start -> way", "way.sales -> won", "way.partner -> won", "way.unsure -> won")
    return sketch([node("way", "decide.table", **config), WON], *ways)


def tangled(rows: int) -> dict[str, Any]:
    """Thirty columns of yes and no, and rows that each look at four of them: which cases are left is hard to tell."""
    chance = random.Random(0)
    inputs = [{"name": f"c{column}", "expr": "input.x", "type": "boolean"} for column in range(30)]
    looks = [{column: chance.choice(("true", "false")) for column in chance.sample(range(30), 4)} for _ in range(rows)]
    listed = [{"when": [look.get(column, "-") for column in range(30)], "choice": "sales"} for look in looks]
    config = {"inputs": inputs, "hit": "FIRST", "choices": ["sales"], "rows": listed}
    return sketch([node("way", "decide.table", **config), WON], "start -> way", "way.sales -> won", "way.unsure -> won")


def picking(kind: str, *ports: str, **config: Any) -> dict[str, Any]:
    """One step that learns, whose ways all end."""
    ways = (f"pick.{port} -> won" for port in (*ports, "unsure"))
    return sketch([node("pick", kind, **config), WON], "start -> pick", *ways)


def choosing(examples: dict[str, list[str]], connection: str = "embedded") -> dict[str, Any]:
    """A model that chooses between small and large, by these examples."""
    choices = [{"name": name, "examples": examples.get(name, [])} for name in ("small", "large")]
    return picking("decide.model", "small", "large", connection=connection, question="How large?", choices=choices)


def matching(examples: list[str]) -> dict[str, Any]:
    return picking("decide.match", "late", value="input.x", playbooks=[{"name": "late", "examples": examples}])


def judging(*examples: dict[str, Any]) -> dict[str, Any]:
    limits = {"pass_at": 0.8, "fail_below": 0.3}
    rubric = {"connection": "embedded", "value": "input.x", "rubric": "It is polite."}
    return picking("verify.judge", "pass", "fail", examples=[*examples], **rubric, **limits)


FULL = table((">= 50", "-", "sales"), ("< 50", "-", "partner"))
ASK = ("start -> ask", "ask.yes -> won", "ask.no -> won")
KNOWN = Surroundings(queues=("sales",), workflows={"tell": Called(frozenset({1, 2}), frozenset({1}))})


def running(*, workflow: str = "tell", asks: bool = False, **version: int) -> dict[str, Any]:
    """A drawing that runs another workflow behind a check."""
    run = node("run", "execute.workflow", workflow=workflow, **version, **({"asks": True} if asks else {}))
    ways = ("start -> look", "look.pass -> run", "look.fail -> won", "look.unsure -> won", "run.done -> won")
    return sketch([check_("look"), run, WON], *ways)


CASES = [
    Case(
        "table.gap",
        table((">= 50", "-", "sales"), ("< 50", '"DE"', "partner")),
        FULL,
        'No row of “way” covers seats = 49, country = "anything else"',
        nodes=("way",),
        path="/nodes/0/config/rows",
        level="warning",
    ),
    Case(
        "table.gap",
        table((">= 50", "-", "sales"), ("< 49", "-", "partner")),
        FULL,
        "seats = 49",
        nodes=("way",),
        path="/nodes/0/config/rows",
        level="warning",
        about="whole numbers",
    ),
    Case(
        "table.unreached",
        table(("-", "-", "sales"), (">= 50", "-", "partner"), hit="FIRST"),
        table((">= 50", "-", "partner"), ("-", "-", "sales"), hit="FIRST"),
        "Row 1 of “way” fits every case and comes first, so row 2 is never reached.",
        nodes=("way",),
        path="/nodes/0/config/rows/1",
        level="warning",
    ),
    Case(
        "table.unreached",
        table(
            (">= 50", "-", "sales"),
            *((f">= {seats}", '"DE"', "partner") for seats in range(51, 56)),
            ("-", "-", "sales"),
            hit="FIRST",
        ),
        table((">= 50", '"DE"', "sales"), (">= 50", "-", "partner"), ("-", "-", "sales"), hit="FIRST"),
        "Row 1 of “way” fits wherever the rows 2, 3, 4 and 2 more do and comes first, so they are never reached.",
        nodes=("way",),
        path="/nodes/0/config/rows/1",
        level="warning",
        about="by a row that asks for less",
    ),
    Case(
        "table.too_large_to_prove",
        tangled(350),
        tangled(3),
        "too large to prove",
        nodes=("way",),
        path="/nodes/0/config/rows",
        level="warning",
    ),
    Case(
        "table.overlap",
        table((">= 50", "-", "sales"), ("<= 50", "-", "partner")),
        FULL,
        "The rows 1 and 2 of “way” contradict each other for seats = 50",
        nodes=("way",),
        path="/nodes/0/config/rows/1",
    ),
    Case(
        "table.overlap",
        table((">= 50", "-", "sales"), ("<= 50", "-", "partner"), hit="ANY"),
        table((">= 50", "-", "sales"), ("<= 50", "-", "sales"), hit="ANY"),
        "contradict",
        nodes=("way",),
        path="/nodes/0/config/rows/1",
        about="any, that agree",
    ),
    Case(
        "table.overlap",
        table((">= 50", "-", "sales"), ("<= 50", "-", "partner")),
        table((">= 50", "-", "sales"), ("<= 50", "-", "partner"), hit="FIRST"),
        "contradict",
        nodes=("way",),
        path="/nodes/0/config/rows/1",
        about="the first decides",
    ),
    Case(
        "table.overlap",
        table((">= 50", "-", "sales"), ("<= 50", "-", "partner"), hit="COLLECT"),
        table((">= 50", "-", "sales"), ("<= 50", "-", "sales"), hit="COLLECT"),
        "contradict",
        nodes=("way",),
        path="/nodes/0/config/rows/1",
        level="warning",
        about="collected",
    ),
    Case(
        "teaching.no_examples",
        choosing({"small": ["five seats"]}),
        choosing({"small": ["five seats"], "large": ["a thousand seats"]}),
        "“pick” learns from examples and has too few, so every case goes to “unsure”.",
        nodes=("pick",),
        path="/nodes/0/config/choices",
        level="warning",
    ),
    Case(
        "teaching.no_examples",
        choosing({"small": [" "], "large": [" "]}),
        choosing({}, connection="gpt"),
        "has too few",
        nodes=("pick",),
        path="/nodes/0/config/choices",
        level="warning",
        about="blank ones",
    ),
    Case(
        "teaching.no_examples",
        matching([]),
        matching(["late delivery"]),
        "“pick” learns from examples",
        nodes=("pick",),
        path="/nodes/0/config/playbooks",
        level="warning",
        about="playbooks",
    ),
    Case(
        "teaching.no_examples",
        judging({"text": "Polite.", "good": True}),
        judging({"text": "Polite.", "good": True}, {"text": "Rude.", "good": False}),
        "“pick” learns from examples",
        nodes=("pick",),
        path="/nodes/0/config/examples",
        level="warning",
        about="good ones alone",
    ),
    Case(
        "people.no_owner",
        sketch([review("ask", queue=""), WON], *ASK),
        sketch([review("ask"), WON], *ASK),
        "belongs to no queue",
        nodes=("ask",),
        path="/nodes/0/config/queue",
        level="warning",
    ),
    Case(
        "people.no_due",
        sketch([review("ask"), WON], *ASK),
        sketch([review("ask", due=True), WON], *ASK, "ask.overdue -> won"),
        "no due time",
        nodes=("ask",),
        path="/nodes/0/config/due_hours",
        level="warning",
    ),
    Case(
        "connection.missing",
        sketch([prompt("write", connection="gone"), WON], "start -> write", "write.done -> won"),
        sketch([prompt("write", connection="mine"), WON], "start -> write", "write.done -> won"),
        "uses the connection “gone”",
        nodes=("write",),
        path="/nodes/0/config/connection",
        level="warning",
        around=Surroundings(connections=("mine",)),
    ),
    Case(
        "connection.missing",
        sketch([prompt("write", connection="gone"), WON], "start -> write", "write.done -> won"),
        sketch([prompt("write", connection="embedded"), WON], "start -> write", "write.done -> won"),
        "uses the connection “gone”",
        nodes=("write",),
        path="/nodes/0/config/connection",
        level="warning",
        around=Surroundings(connections=()),
        about="reserved names",
    ),
    Case(
        "queue.missing",
        sketch([review("ask", queue="salez"), WON], *ASK),
        sketch([review("ask"), WON], *ASK),
        "“ask” asks the queue “salez”, which does not exist",
        nodes=("ask",),
        path="/nodes/0/config/queue",
        level="warning",
        around=KNOWN,
    ),
    Case(
        "workflow.missing",
        running(workflow="gone"),
        running(),
        "“run” runs the workflow “gone”, which is not published here",
        nodes=("run",),
        path="/nodes/1/config/workflow",
        level="warning",
        around=KNOWN,
    ),
    Case(
        "workflow.missing",
        running(version=9),
        running(version=2),
        "version 9 of “tell”",
        nodes=("run",),
        path="/nodes/1/config/workflow",
        level="warning",
        about="a version",
        around=KNOWN,
    ),
    Case(
        "safety.asks_but_acts",
        running(asks=True, version=2),
        running(asks=True, version=1),
        "“run” is marked as only asking, but it runs version 2 of “tell”",
        nodes=("run",),
        path="/nodes/1/asks",
        around=KNOWN,
    ),
    Case(
        "safety.asks_but_acts",
        running(asks=True),
        running(asks=True, version=1),
        "the newest version of “tell”, which may do more",
        nodes=("run",),
        path="/nodes/1/asks",
        about="whatever is newest",
        around=KNOWN,
    ),
]
