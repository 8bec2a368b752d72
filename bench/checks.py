"""How long it takes to check a drawing of 500 nodes with real kinds and expressions, cold and warm.

`python -m bench.checks [NODES]`. *Cold*: the first check in a process, every expression compiled. *Warm*: what the
canvas asks for as one draws: the same drawing with one expression changed each time. Milliseconds of CPU, so that other
work on the machine does not show.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.bounds import Bound
from runtime.core.checks import check
from runtime.nodes import discover

BLOCK = 12
BOUND_MS = 100.0


def drawing(size: int) -> dict[str, Any]:
    """Blocks in a row: check, parallel look-ups, a redraft loop judged by a model, a review, a mail."""
    nodes: list[dict[str, Any]] = [{"id": "won", "kind": "outcome"}, {"id": "lost", "kind": "outcome"}]
    edges: list[dict[str, Any]] = []
    last = ("start", "out")
    for number in range(max(1, size // BLOCK)):
        last = _block(nodes, edges, f"b{number}", last)
    edges.append({"id": "end", "from": last[0], "port": last[1], "to": "won"})
    return {"format": "interlock/1", "input": {"type": "object"}, "nodes": nodes, "edges": edges}


def _block(
    nodes: list[dict[str, Any]], edges: list[dict[str, Any]], name: str, last: tuple[str, str]
) -> tuple[str, str]:
    def node(part: str, kind: str, **config: Any) -> None:
        nodes.append({"id": f"{name}_{part}", "kind": kind, "config": config})

    def edge(source: str, port: str, target: str, **marks: Any) -> None:
        ends = {"from": f"{name}_{source}", "to": target if target in ("won", "lost") else f"{name}_{target}"}
        edges.append({"id": f"{name}_{source}_{port}_{target}", "port": port, **ends, **marks})

    text = f"steps.{name}_draft.output.text"
    who = f"steps.{name}_prepare.output.who"
    buttons = [{"name": "yes"}, {"name": "no"}]
    node("rules", "verify.rules", rules=[{"name": "mail", "assert": "input.email.contains('@')", "else": "fail"}])
    node("prepare", "execute.transform", output={"who": "input.first + ' ' + input.last"})
    node("crm", "execute.http", method="GET", url="https://crm/{{ input.email }}", reads_only=True)
    node("web", "execute.http", method="GET", url="https://web/{{ input.domain }}", reads_only=True)
    node("known", "execute.select", fields={"crm": f"steps.{name}_crm.output.body", "who": who})
    node("draft", "execute.prompt", connection="writer", prompt=f"To {{{{ {who} }}}}.", context=f"{name}_known")
    node("judge", "verify.judge", connection="judge", value=text, rubric="Polite?", pass_at=0.8, fail_below=0.4)
    node("way", "decide.rule", choices=[{"name": "large", "when": "input.seats > 50"}], otherwise="small")
    node(
        "ask", "escalate.review", queue="sales", question="Send?", show={"mail": text}, choices=buttons, due_hours=24.0
    )
    node("send", "execute.email", to="{{ input.email }}", subject="Hello", body=f"{{{{ {text} }}}}")
    node("note", "execute.transform", output={"sent": f"steps.{name}_send.output.message_id"})
    node("doubt", "escalate.review", queue="sales", question="Go on?", choices=buttons)
    edges.append({"id": f"{name}_in", "from": last[0], "port": last[1], "to": f"{name}_rules"})
    for way in (
        ("rules", "pass", "prepare"), ("rules", "fail", "doubt"), ("rules", "unsure", "doubt"), ("doubt", "no", "lost"),
        ("doubt", "yes", "prepare"), ("prepare", "done", "crm"), ("prepare", "done", "web"), ("crm", "done", "known"),
        ("web", "done", "known"), ("known", "done", "draft"), ("draft", "done", "judge"), ("judge", "pass", "way"),
        ("judge", "unsure", "ask"), ("way", "large", "ask"), ("way", "small", "send"), ("way", "unsure", "ask"),
        ("ask", "yes", "send"), ("ask", "no", "lost"), ("ask", "overdue", "lost"), ("send", "done", "note"),
    ):  # fmt: skip
        edge(*way)
    edge("judge", "fail", "draft", loop={"max": 3})
    edge("judge", "fail", "ask", after_loop=f"{name}_judge_fail_draft")
    return f"{name}_note", "done"


def _ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def main(size: int) -> None:
    """Print the times."""
    raw, kinds = drawing(size), discover()
    cold = _ms(lambda: check(raw, kinds))
    same = median(_ms(lambda: check(raw, kinds)) for _ in range(20))
    changed = []
    for turn in range(20):
        raw["nodes"][3]["config"]["output"]["who"] = f"input.first + ' ' + input.last + '{turn}'"
        changed.append(_ms(lambda: check(raw, kinds)))
    errors = sorted({problem.code for problem in check(raw, kinds) if problem.level == "error"})
    print(f"{len(raw['nodes'])} nodes, {len(raw['edges'])} edges; errors: {', '.join(errors) or 'none'}")
    print(Bound("checking, cold", cold, "ms", BOUND_MS))
    print(Bound("checking, the same again", same, "ms", BOUND_MS))
    print(Bound("checking, one expression changed", median(changed), "ms", BOUND_MS))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
