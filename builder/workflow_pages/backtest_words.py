"""What a backtest found, in words and as bars to draw: honest about what is an estimate, and what nobody knows.

Used by `backtests` beside it. Pure but for the drawings that it reads to name steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime import blueprints, veils
from runtime.backtests.orders import Options
from runtime.backtests.verdicts import FAILED, RANKED, UNKNOWN, WAITS
from runtime.models import Backtest, BacktestCase, Run
from runtime.traces.reading import trace
from runtime.traces.stories import why

VERDICTS: Mapping[str, str] = {
    "contradicts": "Decides otherwise than a person had",
    "automatic": "Becomes automatic",
    "to_person": "Now goes to a person",
    "other": "Ends otherwise",
    "unknown": "Could not be replayed",
    "same": "Stays as it was",
}
HUES: Mapping[str, str] = {"contradicts": "problem", "automatic": "verify", "to_person": "escalate", "other": "decide"}
REASONS: Mapping[str, str] = {
    "over_budget": "the budget for asking models was used up",
    "no_model": "the model did not answer",
    "reads_outside": "a step would have to read from outside again",
    "reads_held": "a step needs the answer of an outward action",
    "calls_workflow": "another workflow would have to run",
    "refused_input": "the drawing would not take the case",
    "unreadable": "what is kept of it can no longer be read",
    "secret": "people are being asked about it just now",
    "under_way": "a step of it had not ended yet",
    "unknown_end": "the end of a step is not recorded",
    "too_long": "it takes too many steps",
}
STATES: Mapping[str, tuple[str, str]] = {
    "queued": ("queued", "waits for its turn"),
    "running": ("running", "under way"),
    "done": ("succeeded", "done"),
    "cancelled": ("cancelled", "stopped"),
    "failed": ("failed", "failed"),
}
HOW: Mapping[str, str] = {
    "recorded": "as it was",
    "person": "a person's answer from then",
    "computed": "worked out anew",
    "model": "a model was asked anew",
    "held": "not done: a backtest does not act",
    "asked": "a person would be asked",
    "failed": "the run failed here",
}
TO = "\N{EN DASH}"
FEWEST = 5
"""Of fewer cases that people had decided no share is told."""
SHOWN = {WAITS: "waits for a person", FAILED: "failed", UNKNOWN: "not known"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A share with its interval, as a bar of 100 units: the value, where the interval begins, how wide it is."""

    label: str
    words: str
    value: float
    low: float
    width: float


def row(one: Backtest) -> dict[str, Any]:
    """A backtest as a list shows it."""
    options = Options.of(one.options)
    status, state = STATES[one.state]
    share = 100.0 * one.done / one.total if one.total else 0.0
    what = f"version {one.version}" if one.version else "the draft"
    return {
        "backtest": one,
        "what": what,
        "status": status,
        "state": state,
        "share": round(share, 1),
        "since": options.since,
        "calls": options.calls,
        "tokens": options.tokens,
        "headline": _headline(one.summary or {}),
    }


def figures(summary: Mapping[str, Any]) -> dict[str, Any]:
    """All figures of one that is over, in words."""
    automatic, people = summary["automatic"], summary["people_a_day"]
    counted = summary["verdicts"]
    return {
        "bars": [_bar("As it was", automatic["before"]), _bar("As it would be", automatic["after"])],
        "people": [about_number(people["before"]), about_number(people["after"])] if summary["a_day"] else None,
        "a_day": summary["a_day"],
        "changed": about(summary["changed"]),
        "wrong": _against(summary["wrong"]),
        "wrong_few": 0 < summary["wrong"]["cases"] < FEWEST,
        "wrong_cases": summary["wrong"]["cases"],
        "more_reviews": summary["wrong"].get("more_reviews", 0),
        "verdicts": [
            {"name": name, "words": VERDICTS[name], "number": counted[name], "hue": HUES.get(name, "")}
            for name in RANKED
            if counted.get(name)
        ],
        "unknown": [
            {"words": REASONS.get(code, code), "number": number}
            for code, number in sorted(summary["not_replayed"].items(), key=lambda pair: -pair[1])
        ],
        "cases": summary["cases"],
        "replayed": summary["replayed"],
        "population": summary["population"],
        "matrix": _matrix(summary["matrix"]),
    }


def case(found: BacktestCase) -> dict[str, Any]:
    """A case as the list shows it."""
    return {
        "row": found,
        "before": shown(found.before),
        "after": shown(found.after),
        "words": VERDICTS[found.verdict],
        "hue": HUES.get(found.verdict, ""),
        "why": REASONS.get(found.code, found.why),
    }


def cells(found: BacktestCase) -> list[str]:
    """A case as a line of the table file."""
    asked = [str(found.asked_before), str(found.asked_after)]
    ends = [shown(found.before), shown(found.after)]
    return [str(found.number), found.run_id, *ends, VERDICTS[found.verdict], *asked, found.why]


def story(one: Backtest, found: BacktestCase) -> dict[str, Any]:
    """Both stories of a case: what its steps did, and what they would do; `new` marks where they part."""
    nodes = {} if _unreadable(one) else blueprints.load(one.blueprint_id).graph.nodes
    after = [_step(nodes, each) for each in found.story or []]
    before = _as_it_was(found.run)
    known = {(step["node"], step["port"]) for step in before}
    for step in after:
        step["new"] = (step["node"], step["port"]) not in known
    return {"case": case(found), "before": before, "after": after, "run": found.run}


def _as_it_was(run: Run) -> list[dict[str, Any]]:
    """What the steps of a run did; nothing while people are asked what they must not be told."""
    if veils.secret(run.pk, run.blueprint_id, run.status):
        return []
    return [
        {
            "title": each.sign.name,
            "family": each.sign.family,
            "port": each.port,
            "why": each.why,
            "node": each.sign.node,
        }
        for each in trace(run).steps
        if each.status not in ("pending", "skipped")
    ]


def about(estimate: Mapping[str, Any]) -> str:
    """About 64 %, and from where to where it may lie; where no case says anything, that."""
    if estimate["value"] is None:
        return "not known"
    low, high = _per_cent(estimate["low"]), _per_cent(estimate["high"])
    return f"about {_per_cent(estimate['value'])} % ({low}{TO}{high} %)"


def _against(wrong: Mapping[str, Any]) -> str:
    """How much would go against people; of very few cases no share, since it could be nearly anything."""
    cases = wrong["cases"]
    if 0 < cases < FEWEST:
        return f"only {cases} past case{'s' if cases > 1 else ''}: too few to say"
    return about(wrong)


def about_number(estimate: Mapping[str, Any]) -> str:
    """The same for a number of cases."""
    if estimate["value"] is None:
        return "not known"
    return f"about {_number(estimate['value'])} ({_number(estimate['low'])}{TO}{_number(estimate['high'])})"


def shown(end: str) -> str:
    """An end as people read it: an outcome, or how a case stands without one."""
    return SHOWN.get(end, end)


def _headline(summary: Mapping[str, Any]) -> str:
    if "verdicts" not in summary:
        return ""
    counted, automatic = summary["verdicts"], summary["automatic"]
    before, after = automatic["before"]["value"], automatic["after"]["value"]
    told = "" if before is None else f"{_per_cent(before)} % → {_per_cent(after)} % automatic"
    against = counted.get("contradicts", 0)
    return f"{told}; {against} against a person" if against and told else told


def _bar(label: str, estimate: Mapping[str, Any]) -> Bar:
    low, high = 100.0 * estimate["low"], 100.0 * estimate["high"]
    return Bar(
        label, about(estimate), round(100.0 * (estimate["value"] or 0.0), 1), round(low, 1), round(high - low, 1)
    )


def _matrix(found: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Ends down the side (as it was) and across (as it would be); those with the most cases first."""
    sides: dict[str, dict[str, int]] = {"before": {}, "after": {}}
    for each in found:
        for side, ends in sides.items():
            ends[each[side]] = ends.get(each[side], 0) + each["cases"]
    across = sorted(sides["after"], key=lambda end: -sides["after"][end])
    number = {(each["before"], each["after"]): each["cases"] for each in found}
    rows = [
        {
            "end": shown(before),
            "cells": [{"number": number.get((before, after), 0), "same": before == after} for after in across],
        }
        for before in sorted(sides["before"], key=lambda end: -sides["before"][end])
    ]
    return {"across": [shown(after) for after in across], "rows": rows}


def _step(nodes: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    node = nodes.get(told["node"])
    output = told.get("output")
    return {
        "node": told["node"],
        "title": node.title if node else told["node"],
        "family": node.kind.partition(".")[0] if node else "",
        "port": told["port"],
        "how": HOW.get(told["how"], told["how"]),
        "why": why(node.kind, told["port"], output, node.config) if node and output is not None else "",
    }


def _unreadable(one: Backtest) -> bool:
    try:
        blueprints.load(one.blueprint_id)
    except blueprints.Unreadable:
        return True
    return False


def _per_cent(share: float) -> str:
    return f"{100.0 * share:.0f}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
