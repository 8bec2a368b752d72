"""Cases of what may reach the outside."""

from __future__ import annotations

from typing import Any

from tests.runtime.core.checks.cases.parts import (
    Case,
    check_,
    decide_,
    mail,
    node,
    outcome,
    prompt,
    review,
    sketch,
    transform,
)

WON, LOST = outcome("won"), outcome("lost")
TEXT = "{{ steps.write.output.text }}"
READ = "steps.write.output.text != ''"


def doubt(*ways: str, more: tuple[dict[str, Any], ...] = (), **send: Any) -> dict[str, Any]:
    """A check before a mail; where its doubts go is told."""
    nodes = [check_("look"), mail("send", **send), WON, *more]
    return sketch(nodes, "start -> look", "look.pass -> send", "send.done -> won", *ways)


def error(*ways: str, more: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A check, a call, a mail; where the call's error goes is told."""
    nodes = [check_("look"), node("call", "execute.http", method="GET", url="https://example.org", reads_only=True)]
    nodes += [mail("send"), WON, LOST, *more]
    return sketch(
        nodes,
        "start -> look",
        "look.pass -> call",
        "look.fail -> lost",
        "look.unsure -> lost",
        "call.done -> send",
        "send.done -> won",
        *ways,
    )


def written(*nodes: dict[str, Any], ways: tuple[str, ...]) -> dict[str, Any]:
    """A model writes; what happens to it is told."""
    return sketch(
        [check_("first"), prompt("write"), *nodes, WON, LOST],
        "start -> first",
        "first.pass -> write",
        "first.fail -> lost",
        "first.unsure -> lost",
        *ways,
    )


SENT = ("write.done -> send", "send.done -> won")
CHECKED = ("write.done -> look", "look.pass -> send", "look.fail -> lost", "look.unsure -> lost", "send.done -> won")
COPIED = ("write.done -> copy", "copy.done -> look", *CHECKED[1:])
PARALLEL = (
    "write.done -> b",
    "write.done -> look",
    "look.pass -> both",
    "look.fail -> both",
    "look.unsure -> both",
    "b.done -> both",
    "both.done -> send",
    "send.done -> won",
)
OVERDUE = [review("ask", due=True), mail("send"), WON, LOST]
ASKED = ("start -> ask", "ask.yes -> send", "ask.no -> lost", "send.done -> won")
JUDGE = {"rubric": "Is it polite?", "pass_at": 0.8, "fail_below": 0.4, "value": "steps.write.output.text"}


def judge(connection: str, **more: Any) -> dict[str, Any]:
    return node("look", "verify.judge", connection=connection, **JUDGE, **more)


def said(claim: str, copied: str) -> dict[str, Any]:
    """A judge; something of its output is copied, a check looks at something, and the copy is sent."""
    look = node("look", "verify.judge", connection="judge", **{**JUDGE, "value": "input.message"})
    send = mail("send", "{{ steps.copy.output.value }}")
    doubts = [f"{gate}.{port} -> lost" for gate in ("look", "more") for port in ("fail", "unsure")]
    return sketch(
        [look, transform("copy", copied), check_("more", claim), send, WON, LOST],
        "start -> look",
        "look.pass -> copy",
        "copy.done -> more",
        "more.pass -> send",
        "send.done -> won",
        *doubts,
    )


CASES = [
    Case(
        "safety.uncertain_proceeds",
        doubt("look.fail -> won", "look.unsure -> send"),
        doubt("look.fail -> won", "look.unsure -> ask", "ask.yes -> send", "ask.no -> won", more=(review("ask"),)),
        "When “look” is not sure, a case can go on to “send”",
        nodes=("look", "send"),
        edges=("e5",),
    ),
    Case(
        "safety.uncertain_proceeds",
        doubt("look.unsure -> won", "look.fail -> a", "a.done -> send", more=(transform("a"),)),
        doubt("look.unsure -> won", "look.fail -> a", "a.done -> send", more=(transform("a"),), asks=True),
        "When “look” fails",
        nodes=("look", "a", "send"),
        edges=("e5", "e6"),
        about="only asking is allowed",
    ),
    Case(
        "safety.uncertain_proceeds",
        doubt(
            "look.unsure -> won",
            "look.fail -> way",
            "way.large -> send",
            "way.small -> won",
            "way.unsure -> won",
            more=(decide_("way"),),
        ),
        doubt(
            "look.unsure -> won",
            "look.fail -> way",
            "way.large -> won",
            "way.small -> won",
            "way.unsure -> won",
            more=(decide_("way"),),
        ),
        "without a person",
        nodes=("look", "way", "send"),
        edges=("e5", "e6"),
        about="a decision is no person",
    ),
    Case(
        "safety.uncertain_proceeds",
        sketch(
            [check_("gate"), transform("a"), check_("look"), mail("send"), WON],
            "start -> gate",
            "gate.pass -> a",
            "gate.fail -> won",
            "gate.unsure -> won",
            "a.done -> look",
            "look.pass -> send",
            "look.unsure -> won",
            "look.fail -> a loop 2",
            "look.fail -> send after e8",
            "send.done -> won",
        ),
        sketch(
            [check_("gate"), transform("a"), check_("look"), mail("send"), WON],
            "start -> gate",
            "gate.pass -> a",
            "gate.fail -> won",
            "gate.unsure -> won",
            "a.done -> look",
            "look.pass -> send",
            "look.unsure -> won",
            "look.fail -> a loop 2",
            "look.fail -> won after e8",
            "send.done -> won",
        ),
        "When “look” fails",
        nodes=("look", "send"),
        edges=("e9",),
        about="redraft and judge again",
    ),
    Case(
        "safety.error_proceeds",
        error("call.error -> send"),
        error("call.error -> lost"),
        "When “call” goes wrong, a case can go on to “send”",
        nodes=("call", "send"),
        edges=("e7",),
    ),
    Case(
        "safety.error_proceeds",
        error("call.error -> a", "a.done -> send", more=(transform("a"),)),
        error(
            "call.error -> again",
            "again.large -> send",
            "again.small -> lost",
            "again.unsure -> lost",
            more=(decide_("again"),),
        ),
        "with nobody having looked",
        nodes=("call", "a", "send"),
        edges=("e7", "e8"),
        about="a decision will do",
    ),
    Case(
        "safety.unchecked_output",
        said("steps.look.output.score > 0.9", copied="steps.look.output.reasons"),
        said("steps.look.output.score > 0.9", copied="steps.look.output.score"),
        "What “look” writes",
        nodes=("look", "copy", "more", "send"),
        edges=("e2", "e3", "e4"),
        about="a judge's own words",
    ),
    Case(
        "safety.unchecked_output",
        said("steps.look.output.score > 0.9", copied="steps.look.output"),
        said("steps.look.output.reasons.size() < 3", copied="steps.look.output"),
        "What “look” writes",
        nodes=("look", "copy", "more", "send"),
        edges=("e2", "e3", "e4"),
        about="a gate that reads a judge's score has not read its words",
    ),
    Case(
        "safety.unchecked_output",
        written(mail("send", TEXT), ways=SENT),
        written(check_("look", READ), mail("send", TEXT), ways=CHECKED),
        "What “write” writes can leave through “send”",
        nodes=("write", "send"),
        edges=("e5",),
    ),
    Case(
        "safety.unchecked_output",
        written(mail("send", TEXT, asks=True), ways=SENT),
        written(mail("send", "Please call us.", asks=True), ways=SENT),
        "can leave through “send”",
        nodes=("write", "send"),
        edges=("e5",),
        about="asking is no excuse",
    ),
    Case(
        "safety.unchecked_output",
        written(check_("look"), mail("send", TEXT), ways=CHECKED),
        written(check_("look", READ), mail("send", TEXT), ways=CHECKED),
        "nothing having checked it",
        nodes=("write", "look", "send"),
        edges=("e5", "e6"),
        about="a check that does not read it",
    ),
    Case(
        "safety.unchecked_output",
        written(
            transform("copy", "steps.write.output.text"),
            check_("look"),
            mail("send", "{{ steps.copy.output.value }}"),
            ways=COPIED,
        ),
        written(
            transform("copy", "steps.write.output.text"),
            check_("look", "steps.copy.output.value != ''"),
            mail("send", "{{ steps.copy.output.value }}"),
            ways=COPIED,
        ),
        "What “write” writes",
        nodes=("write", "copy", "look", "send"),
        edges=("e5", "e6", "e7"),
        about="through a copy",
    ),
    Case(
        "safety.unchecked_output",
        written(transform("b"), check_("look", READ), transform("both"), mail("send", TEXT, asks=True), ways=PARALLEL),
        written(transform("b"), check_("look", READ), transform("both"), mail("send", asks=True), ways=PARALLEL),
        "What “write” writes",
        nodes=("write", "b", "both", "send"),
        edges=("e5", "e10", "e11"),
        about="a way beside the check",
    ),
    Case(
        "safety.unchecked_output",
        written(
            review("ask", due=True, show={"mail": "steps.write.output.text"}),
            mail("send", TEXT, asks=True),
            ways=("write.done -> ask", "ask.yes -> send", "ask.no -> lost", "ask.overdue -> send", "send.done -> won"),
        ),
        written(
            review("ask", due=True, show={"mail": "steps.write.output.text"}),
            mail("send", TEXT, asks=True),
            ways=("write.done -> ask", "ask.yes -> send", "ask.no -> lost", "ask.overdue -> lost", "send.done -> won"),
        ),
        "What “write” writes",
        nodes=("write", "ask", "send"),
        edges=("e5", "e8"),
        about="nobody looked in time",
    ),
    Case(
        "safety.ungated_action",
        sketch([transform("a"), mail("send"), WON], "start -> a", "a.done -> send", "send.done -> won"),
        sketch(
            [check_("a"), mail("send"), WON],
            "start -> a",
            "a.pass -> send",
            "a.fail -> won",
            "a.unsure -> won",
            "send.done -> won",
        ),
        "A case can come to “send” past every check",
        nodes=("start", "a", "send"),
        edges=("e1", "e2"),
    ),
    Case(
        "safety.ungated_action",
        sketch([mail("send"), WON], "start -> send", "send.done -> won"),
        sketch([mail("send", asks=True), WON], "start -> send", "send.done -> won"),
        "A case can come to “send” past every check",
        nodes=("start", "send"),
        edges=("e1",),
        about="only asking is allowed",
    ),
    Case(
        "safety.approve_on_timeout",
        sketch(OVERDUE, *ASKED, "ask.overdue -> send"),
        sketch(OVERDUE, *ASKED, "ask.overdue -> lost"),
        "When nobody answers “ask” in time",
        nodes=("ask", "send"),
        edges=("e5",),
    ),
    Case(
        "safety.approve_on_timeout",
        sketch(
            [*OVERDUE, check_("look")],
            *ASKED,
            "ask.overdue -> look",
            "look.pass -> send",
            "look.fail -> lost",
            "look.unsure -> lost",
        ),
        sketch([*OVERDUE, review("boss")], *ASKED, "ask.overdue -> boss", "boss.yes -> send", "boss.no -> lost"),
        "all the same",
        nodes=("ask", "look", "send"),
        edges=("e5", "e6"),
        about="a check is no person",
    ),
    Case(
        "safety.self_grading",
        written(judge("writer"), mail("send", TEXT), ways=CHECKED),
        written(judge("judge"), mail("send", TEXT), ways=CHECKED),
        "by the same model, and nothing else does",
        nodes=("write", "look"),
        edges=("e5",),
        level="warning",
    ),
    Case(
        "safety.self_grading",
        written(judge("writer"), mail("send", TEXT), ways=CHECKED),
        written(judge("writer", model="other"), mail("send", TEXT), ways=CHECKED),
        "by the same model",
        nodes=("write", "look"),
        edges=("e5",),
        level="warning",
        about="another model of one connection",
    ),
]
