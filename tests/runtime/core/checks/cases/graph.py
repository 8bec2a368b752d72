"""Cases of the shape of a drawing."""

from __future__ import annotations

from tests.runtime.core.checks.cases.parts import Case, check_, decide_, outcome, review, sketch, transform

WON, LOST = outcome("won"), outcome("lost")
LINE = sketch([transform("a"), WON], "start -> a", "a.done -> won")


def loop(*ways: str) -> dict[str, object]:
    nodes = [transform("a"), check_("look"), WON, LOST]
    return sketch(nodes, "start -> a", "a.done -> look", "look.pass -> won", "look.unsure -> lost", *ways)


def split(*ways: str, join: str = "all") -> dict[str, object]:
    nodes = [transform("a"), transform("b"), transform("c"), transform("both", join=join), WON, LOST]
    return sketch(nodes, "start -> a", "a.done -> b", "a.done -> c", "both.done -> won", *ways)


BOUNDED = loop("look.fail -> a loop 3", "look.fail -> lost after e5")
JOINED = split("b.done -> both", "c.done -> both", "c.error -> both")
JOINED["nodes"].remove(LOST)  # type: ignore[attr-defined]  # a list
CROOKED = [decide_("way"), transform("a"), transform("b"), check_("look"), WON]
ALONE = frozenset({"graph.unreachable"})

CASES = [
    Case(
        "graph.unreachable",
        sketch([transform("a"), transform("b"), WON], "start -> a", "a.done -> won", "b.done -> won"),
        sketch([transform("a"), transform("b"), WON], "start -> a", "a.done -> b", "b.done -> won"),
        "No case ever comes to “b”",
        nodes=("b",),
    ),
    Case(
        "graph.open_port",
        sketch([check_("look"), WON], "start -> look", "look.pass -> won", "look.fail -> won"),
        sketch([check_("look"), WON], "start -> look", "look.pass -> won", "look.fail -> won", "look.unsure -> won"),
        "The way out “unsure” of “look” leads nowhere",
        nodes=("look",),
    ),
    Case(
        "graph.open_port",
        sketch([]),
        sketch([WON], "start -> won"),
        "The way out “out” of “Start” leads nowhere",
        nodes=("start",),
        also=frozenset({"graph.no_outcome"}),
        about="nothing drawn",
    ),
    Case(
        "graph.no_outcome",
        sketch(
            [decide_("way"), transform("a"), WON],
            "start -> way",
            "way.large -> won",
            "way.small -> a",
            "way.unsure -> won",
        ),
        sketch(
            [decide_("way"), transform("a"), WON],
            "start -> way",
            "way.large -> won",
            "way.small -> a",
            "way.unsure -> won",
            "a.done -> won",
        ),
        "From “a” a case can never come to an end",
        nodes=("a",),
        also=frozenset({"graph.open_port"}),
    ),
    Case(
        "graph.unbounded_loop",
        loop("look.fail -> a"),
        BOUNDED,
        "without end",
        nodes=("a", "look", "a"),
        edges=("e2", "e5"),
        also=frozenset({"graph.open_port"}),
    ),
    Case(
        "graph.unbounded_loop",
        sketch([transform("a"), WON], "start -> a", "a.done -> a", "a.done -> won"),
        LINE,
        "without end",
        nodes=("a", "a"),
        edges=("e2",),
        about="itself",
    ),
    Case(
        "graph.crooked_loop",
        sketch(
            CROOKED,
            "start -> way",
            "way.large -> a",
            "way.small -> b",
            "way.unsure -> b",
            "a.done -> b",
            "b.done -> look",
            "look.pass -> won",
            "look.unsure -> won",
            "look.fail -> a loop 2",
            "look.fail -> won after e9",
        ),
        sketch(
            CROOKED,
            "start -> way",
            "way.large -> a",
            "way.small -> b",
            "way.unsure -> b",
            "a.done -> b",
            "b.done -> look",
            "look.pass -> won",
            "look.unsure -> won",
            "look.fail -> b loop 2",
            "look.fail -> won after e9",
        ),
        "a case can come to “look” without it",
        nodes=("start", "way", "b", "look", "a"),
        edges=("e1", "e3", "e6", "e9"),
    ),
    Case(
        "graph.loop_without_exit",
        loop("look.fail -> a loop 3"),
        BOUNDED,
        "After 3 turns",
        nodes=("look", "a"),
        edges=("e5",),
    ),
    Case(
        "graph.split_without_join",
        split("b.done -> both", "c.done -> lost"),
        JOINED,
        "never come together",
        nodes=("a", "b", "both", "won", "c", "lost"),
        edges=("e2", "e5", "e4", "e3", "e6"),
    ),
    Case(
        "graph.split_without_join",
        split("b.done -> both", "c.done -> both", "c.error -> lost"),
        JOINED,
        "never come together",
        about="an error leaves the branch",
        nodes=("a", "b", "both", "won", "c", "lost"),
        edges=("e2", "e5", "e4", "e3", "e7"),
    ),
    Case(
        "graph.split_without_join",
        sketch([WON, LOST], "start -> won", "start -> lost"),
        sketch([WON], "start -> won"),
        "The branches that leave “Start”",
        nodes=("start", "won", "lost"),
        edges=("e1", "e2"),
        about="at the start",
    ),
    Case(
        "graph.split_without_join",
        sketch([review("ask"), WON, LOST], "start -> ask", "ask.yes -> won", "ask.yes -> lost", "ask.no -> lost"),
        sketch([review("ask"), WON, LOST], "start -> ask", "ask.yes -> won", "ask.no -> lost"),
        "leave “ask” by “yes”",
        nodes=("ask", "won", "lost"),
        edges=("e2", "e3"),
        about="ports are told apart",
    ),
]
