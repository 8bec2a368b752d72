"""Cases of actions that go ahead on one branch while their guard on another is in doubt."""

from __future__ import annotations

from typing import Any

from tests.runtime.core.checks.cases.parts import Case, check_, decide_, mail, node, outcome, review, sketch, transform

CODE = "safety.doubt_beside"
FORK = ("start -> g", "g.pass -> a", "g.pass -> b", "g.fail -> won", "g.unsure -> won")
PASSED = ("a.pass -> send", "b.pass -> send", "send.done -> won")
DOUBTS = ("a.fail -> ask", "a.unsure -> ask", "b.fail -> ask", "b.unsure -> ask")
ANSWERED = ("ask.yes -> won", "ask.no -> won")
TO_MEET = ("a.pass -> meet", "b.pass -> meet", "meet.done -> send", "send.done -> won")
WAITED_FOR = ("ask.yes -> meet", "ask.no -> meet")


def two(*ways: str, more: tuple[dict[str, Any], ...] = (), **send: Any) -> dict[str, Any]:
    """Two checks, a question to a person, a mail; how they hang together is told."""
    return sketch(
        [check_("g"), check_("a"), check_("b"), review("ask"), mail("send", **send), outcome("won"), *more], *ways
    )


def met(*ways: str, **beside: Any) -> dict[str, Any]:
    """Two checks side by side whose branches meet before the mail; where the doubts' answers go is told."""
    return two(*FORK, *TO_MEET, *DOUBTS, *ways, more=(transform("meet", **beside),))


def called(*ways: str, more: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A check, then a call and a step beside it, both before a mail; where the call's error goes is told."""
    call = node("call", "execute.http", method="GET", url="https://example.org", reads_only=True)
    nodes = [check_("a"), transform("split"), call, transform("b"), mail("send"), outcome("won"), *more]
    begin = ("start -> a", "a.pass -> split", "a.fail -> won", "a.unsure -> won", "send.done -> won")
    return sketch(nodes, *begin, "split.done -> call", "split.done -> b", "call.done -> send", "b.done -> send", *ways)


def silent(*ways: str) -> dict[str, Any]:
    """A person who may not answer, a check, a mail; how they hang together is told."""
    nodes = [check_("g"), review("ask", due=True), check_("b"), mail("send"), outcome("won")]
    late = ("ask.no -> won", "ask.overdue -> won", "b.fail -> won", "b.unsure -> won", "send.done -> won")
    begin = ("start -> g", "g.fail -> won", "g.unsure -> won")
    return sketch(nodes, *begin, *ways, "ask.yes -> send", *late)


def redrafted(*ways: str) -> dict[str, Any]:
    """Two branches; one is done again, up to twice, where its check fails. Where its doubts are answered is told."""
    nodes = [check_("g"), transform("h"), check_("a"), check_("b"), review("ask"), transform("meet"), mail("send")]
    begin = ("start -> g", "g.fail -> won", "g.unsure -> won", "g.pass -> h", "g.pass -> b", "h.done -> a")
    passed = ("a.pass -> meet", "b.pass -> meet", "meet.done -> send", "send.done -> won")
    again = ("a.fail -> h loop 2", "a.fail -> ask after e11", "a.unsure -> ask", "b.fail -> ask", "b.unsure -> ask")
    return sketch([*nodes, outcome("won")], *begin, *passed, *again, *ways)


def skipping(*ways: str) -> dict[str, Any]:
    """A loop whose next turn may skip the check that was made in the one before; where its doubts go is told."""
    nodes = [check_("g"), decide_("way"), transform("s"), check_("a"), transform("z"), decide_("y")]
    nodes += [review("ask"), review("boss")]
    begin = ("start -> g", "g.pass -> way", "g.fail -> won", "g.unsure -> won", "way.large -> send", "way.small -> s")
    split = ("way.unsure -> won", "s.done -> a", "s.done -> z", "a.pass -> y", "z.done -> y")
    again = ("y.large -> way loop 2", "y.large -> ask after e12", "y.unsure -> ask", "y.small -> ask")
    answered = ("ask.yes -> send", "ask.no -> won", "send.done -> won")
    return sketch([*nodes, mail("send"), outcome("won")], *begin, *split, *again, *answered, *ways)


CASES = [
    Case(
        CODE,
        two(*FORK, *PASSED, *DOUBTS, *ANSWERED),
        two("start -> g", "g.pass -> a", *FORK[3:], "a.pass -> b", *PASSED[1:], *DOUBTS, *ANSWERED),
        "While “a” is in doubt and a person is asked, “send” goes ahead on the other branch.",
        nodes=("g", "a", "b", "send"),
        edges=("e2", "e3", "e7"),
    ),
    Case(
        CODE,
        two(*FORK, *PASSED, *DOUBTS, *ANSWERED),
        two(*FORK, *PASSED, *DOUBTS, *ANSWERED, asks=True),
        "While “a” is in doubt",
        nodes=("g", "a", "b", "send"),
        edges=("e2", "e3", "e7"),
        about="only asking is allowed",
    ),
    Case(
        CODE,
        two(*FORK, *PASSED, *(f"{way.partition(' ')[0]} -> won" for way in DOUBTS), "send.error -> ask", *ANSWERED),
        two(*FORK, "a.pass -> ask", "b.pass -> ask", "send.done -> won", *DOUBTS, "ask.yes -> send", "ask.no -> won"),
        "While “a” is in doubt, “send” goes ahead",
        nodes=("g", "a", "b", "send"),
        edges=("e2", "e3", "e7"),
        about="nobody is asked, against a review between",
    ),
    Case(
        CODE,
        met(*ANSWERED),
        met(*WAITED_FOR),
        "While “a” is in doubt",
        nodes=("g", "a", "b", "meet", "send"),
        edges=("e2", "e3", "e7", "e8"),
        about="a join waits only for what leads to it",
    ),
    Case(
        CODE,
        met(*WAITED_FOR, join="any"),
        met(*WAITED_FOR, join="all"),
        "While “a” is in doubt",
        nodes=("g", "a", "b", "meet", "send"),
        edges=("e2", "e3", "e7", "e8"),
        about="a join of the first arrival does not wait",
    ),
    Case(
        CODE,
        two(*FORK, *PASSED, *DOUBTS, *ANSWERED),
        two(
            "start -> g",
            "g.pass -> way",
            *FORK[3:],
            "way.large -> a",
            "way.small -> b",
            "way.unsure -> ask",
            *PASSED,
            *DOUBTS,
            *ANSWERED,
            more=(decide_("way"),),
        ),
        "While “a” is in doubt",
        nodes=("g", "a", "b", "send"),
        edges=("e2", "e3", "e7"),
        about="branches of a decision exclude each other",
    ),
    Case(
        CODE,
        called("call.error -> ask", *ANSWERED, more=(review("ask"),)),
        called("call.error -> ask", "ask.yes -> send", "ask.no -> send", more=(review("ask"),)),
        "While “call” has gone wrong and a person is asked",
        nodes=("split", "call", "b", "send"),
        edges=("e6", "e7", "e9"),
        about="an error",
    ),
    Case(
        CODE,
        silent("g.pass -> ask", "g.pass -> b", "b.pass -> send"),
        silent("g.pass -> b", "b.pass -> ask"),
        "While “ask” has had no answer in time, “send” goes ahead",
        nodes=("g", "ask", "b", "send"),
        edges=("e4", "e5", "e6"),
        about="nobody answers",
    ),
    Case(
        CODE,
        redrafted(*ANSWERED),
        redrafted(*WAITED_FOR),
        "While “a” is in doubt",
        nodes=("g", "h", "a", "b", "meet", "send"),
        edges=("e4", "e6", "e5", "e8", "e9"),
        about="after the last redraft",
    ),
    Case(
        CODE,
        skipping("a.fail -> boss", "a.unsure -> boss", "boss.yes -> ask", "boss.no -> ask"),
        skipping("a.fail -> boss", "a.unsure -> boss", "boss.yes -> y", "boss.no -> y"),
        "While “a” is in doubt",
        nodes=("s", "a", "z", "y", "way", "send"),
        edges=("e8", "e9", "e11", "e12", "e5"),
        about="a redraft leaves the doubt behind",
    ),
]
