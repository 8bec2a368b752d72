"""Steps that run a workflow for each item, match playbooks and know past cases, in drawings that are safe and not."""

from __future__ import annotations

from typing import Any

from runtime.core.checks import check
from runtime.nodes import discover
from tests.runtime.core.checks.cases.parts import check_, mail, node, outcome, review, sketch

KINDS = discover()
FAMILIAR = node("seen", "verify.familiar", value="input.message")
MATCH = node(
    "sort",
    "decide.match",
    value="input.message",
    playbooks=[{"name": "a", "examples": ["x"]}, {"name": "b", "examples": ["y"]}],
)
EACH = node("each", "execute.each", workflow="line", items="input.lines", input={"n": "item.n + index"})
ENDS = (outcome("won"), outcome("lost"))


def errors(document: dict[str, Any]) -> set[str]:
    return {problem.code for problem in check(document, KINDS) if problem.level == "error"}


def test_a_strange_case_may_not_reach_an_action_without_a_person() -> None:
    ways = ("start -> seen", "seen.pass -> send", "send.done -> won")
    bad = sketch([FAMILIAR, mail("send"), *ENDS[:1]], *ways, "seen.unsure -> send")
    assert errors(bad) == {"safety.uncertain_proceeds"}
    good = sketch(
        [FAMILIAR, mail("send"), review("ask"), *ENDS], *ways, "seen.unsure -> ask", "ask.yes -> send", "ask.no -> lost"
    )
    assert errors(good) == set()


def test_a_case_that_fits_no_playbook_may_not_reach_an_action_without_a_person() -> None:
    ways = ("start -> sort", "sort.a -> send", "sort.b -> lost", "send.done -> won")
    bad = sketch([MATCH, mail("send"), *ENDS], *ways, "sort.unsure -> send")
    assert errors(bad) == {"safety.uncertain_proceeds"}
    good = sketch(
        [MATCH, mail("send"), review("ask"), *ENDS], *ways, "sort.unsure -> ask", "ask.yes -> send", "ask.no -> lost"
    )
    assert errors(good) == set()


def test_a_playbook_and_the_doubt_are_ports_that_must_lead_somewhere() -> None:
    assert errors(sketch([MATCH, *ENDS], "start -> sort", "sort.a -> won", "sort.b -> lost")) == {"graph.open_port"}


def test_running_a_workflow_for_each_item_is_an_action_that_needs_a_gate() -> None:
    bare = sketch([EACH, *ENDS[:1]], "start -> each", "each.done -> won")
    assert "safety.ungated_action" in errors(bare)
    gated = sketch(
        [check_("look"), EACH, *ENDS],
        "start -> look",
        "look.pass -> each",
        "look.fail -> lost",
        "look.unsure -> lost",
        "each.done -> won",
    )
    assert errors(gated) == set()


def test_what_the_items_gave_does_not_leave_unchecked() -> None:
    told = mail("send", body="{{ steps.each.output.results }}")
    ways = ("start -> look", "look.pass -> each", "look.fail -> lost", "look.unsure -> lost", "send.done -> won")
    document = sketch([check_("look"), EACH, told, *ENDS], *ways, "each.done -> send")
    assert errors(document) == {"safety.unchecked_output"}
