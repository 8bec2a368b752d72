"""Drawings for tests: written by hand in few words, or generated at random and sound by composition.

`sketch` makes a document from short lines. `sound_drawings` is a Hypothesis strategy over sequences, exclusive branches
that come together again, parallel blocks with joins, bounded loops, people, timers and errors, nested in each other;
`risky_drawings` adds actions, model output, readers and crossing edges at random. What is generated uses the small
kinds of `tests.makers.kinds`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

type End = tuple[str, str, str | None]
"""A port that is not wired yet: node, port, and the loop edge after which it is taken."""


def node(node_id: str, kind: str, /, **config: Any) -> dict[str, Any]:
    """A node in few words; `asks`, `join` and `name` go beside the configuration."""
    beside: dict[str, Any] = {key: config.pop(key) for key in ("asks", "join", "name", "retry") if key in config}
    return {"id": node_id, "kind": kind, "config": config, **beside}


def edges(*lines: str) -> list[dict[str, Any]]:
    """Edges in few words: `a.port -> b`, `a.port -> b loop 3`, `a.port -> b after e1`. Ids are e1, e2, … in order."""
    return [_edge(f"e{number}", line) for number, line in enumerate(lines, 1)]


def _edge(name: str, line: str) -> dict[str, Any]:
    way, _, rest = line.partition(" -> ")
    source, _, port = way.partition(".")
    target, *mark = rest.split()
    edge: dict[str, Any] = {"id": name, "from": source, "port": port or "out", "to": target}
    if mark:
        edge |= {"loop": {"max": int(mark[1])}} if mark[0] == "loop" else {"after_loop": mark[1]}
    return edge


def sketch(nodes: list[dict[str, Any]], *lines: str, **document: Any) -> dict[str, Any]:
    """A document of these nodes and of edges in few words."""
    return {"format": "interlock/1", "input": {}, "nodes": nodes, "edges": edges(*lines), **document}


class Builder:
    """Composes a sound drawing. A part takes the open ends that lead into it, and gives those that leave it."""

    def __init__(self, draw: Any, *, joins: tuple[str, ...] = ("all",), doing: tuple[str, ...] = ("work",)) -> None:
        self.draw = draw
        self.joins = joins
        self.doing = doing
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []

    def document(self) -> dict[str, Any]:
        """What has been drawn."""
        return {"format": "interlock/1", "input": {}, "nodes": self.nodes, "edges": self.edges}

    def add(self, kind: str, ends: list[End], **beside: Any) -> str:
        """A node that all these ends lead into."""
        name = f"n{len(self.nodes)}"
        self.nodes.append({"id": name, "kind": kind, "config": beside.pop("config", {}), **beside})
        for end in ends:
            self.wire(end, name)
        return name

    def wire(self, end: End, target: str, loop: int | None = None) -> str:
        """An edge from an open end; gives its id."""
        edge: dict[str, Any] = {"id": f"e{len(self.edges)}", "from": end[0], "port": end[1], "to": target}
        if loop:
            edge["loop"] = {"max": loop}
        if end[2]:
            edge["after_loop"] = end[2]
        self.edges.append(edge)
        return str(edge["id"])

    def part(self, ends: list[End], depth: int, alone: bool) -> list[End]:
        """One or several parts in a row. `alone`: no other branch runs beside, so an end of its own is allowed."""
        for _ in range(self.draw(st.integers(1, 2))):
            # Where there is room for them, most parts hold others: drawings would be too small to go wrong.
            kinds = ["loop", "parallel", "choice"] * 2 if depth > 0 else []
            kinds += ["step", "check", "person", "timer"]
            make = getattr(self, f"_{self.draw(st.sampled_from(kinds))}")
            ends = self._stop_some(make(ends, depth, alone), alone)
        return ends

    def _stop_some(self, ends: list[End], alone: bool) -> list[End]:
        if alone and len(ends) > 1 and self.draw(st.integers(0, 4)) == 0:
            self.add("outcome", [ends.pop()])
        return ends

    def _step(self, ends: list[End], _depth: int, _alone: bool) -> list[End]:
        step = self.add(f"execute.{self.draw(st.sampled_from(self.doing))}", ends)
        onward: list[End] = [(step, "done", None)]
        if self.draw(st.booleans()):
            onward.append((step, "error", None))
        return onward

    def _timer(self, ends: list[End], _depth: int, _alone: bool) -> list[End]:
        return [(self.add("execute.wait", ends), "done", None)]

    def _person(self, ends: list[End], _depth: int, _alone: bool) -> list[End]:
        due = self.draw(st.booleans())
        person = self.add("escalate.ask", ends, config={"due_hours": 1.0} if due else {})
        return [(person, port, None) for port in (("yes", "no", "overdue") if due else ("yes", "no"))]

    def _check(self, ends: list[End], depth: int, alone: bool) -> list[End]:
        check = self.add("verify.check", ends)
        doubts: list[End] = [(check, "fail", None), (check, "unsure", None)]
        if self.draw(st.booleans()):
            doubts = self._person(doubts, depth, alone)
        return [(check, "pass", None), *doubts]

    def _choice(self, ends: list[End], depth: int, alone: bool) -> list[End]:
        choice = self.add("decide.way", ends)
        onward: list[End] = []
        for port in ("yes", "no", "unsure"):
            end: list[End] = [(choice, port, None)]
            onward += self.part(end, depth - 1, alone) if self.draw(st.booleans()) else end
        return onward

    def _parallel(self, ends: list[End], depth: int, _alone: bool) -> list[End]:
        split = self.add("execute.work", ends)
        onward: list[End] = []
        for _ in range(self.draw(st.integers(2, 3))):
            onward += self.part([(split, "done", None)], depth - 1, alone=False)
        join = self.draw(st.sampled_from(self.joins))
        return [(self.add("execute.work", onward, join=join), "done", None)]

    def guards(self, ends: list[End], depth: int, alone: bool) -> list[End]:
        """Checks side by side before one action. A doubt goes to a person, or past the action."""
        split = self.add("verify.check", ends)
        passed: list[End] = []
        past: list[End] = [(split, "fail", None), (split, "unsure", None)]
        for _ in range(self.draw(st.integers(2, 3))):
            check = self.add("verify.check", [(split, "pass", None)])
            doubts: list[End] = [(check, "fail", None), (check, "unsure", None)]
            passed.append((check, "pass", None))
            for end in self._person(doubts, depth, alone) if self.draw(st.booleans()) else doubts:
                (past if end[0] == check or self.draw(st.booleans()) else passed).append(end)
        send = self.add("execute.send", passed)
        return [(self.add("execute.work", [(send, "done", None), *past]), "done", None)]

    def _loop(self, ends: list[End], depth: int, alone: bool) -> list[End]:
        header = self.add(f"execute.{self.draw(st.sampled_from(self.doing))}", ends)
        onward = self.part([(header, "done", None)], depth - 1, alone)
        check = self.add("verify.check", onward)
        back = self.wire((check, "fail", None), header, self.draw(st.integers(1, 2)))
        return [(check, "pass", None), (check, "unsure", None), (check, "fail", back)]


@st.composite
def sound_drawings(draw: st.DrawFn, /, depth: int = 3, guarded: bool = False, **options: Any) -> dict[str, Any]:
    """A document that has no `document.*` and no `graph.*` problem. `guarded`: ends in guards and their action."""
    builder = Builder(draw, **options)
    ends = builder.part([("start", "out", None)], depth, alone=not guarded)
    ends = builder.guards(ends, depth, alone=False) if guarded else ends
    builder.add("outcome", ends)
    return builder.document()


@st.composite
def risky_drawings(draw: st.DrawFn, /, sound: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """A document whose steps write, read and act at random. Crossing edges are kept where `sound` still says yes."""
    guarded = draw(st.booleans())
    doing = ("work", "write") if guarded else ("work", "work", "write", "write", "send", "send", "call")
    depth = draw(st.integers(0, 1)) if guarded else 3
    raw: dict[str, Any] = draw(sound_drawings(depth, guarded, joins=("all", "any"), doing=doing))
    names = [each["id"] for each in raw["nodes"]]
    writers = [each["id"] for each in raw["nodes"] if each["kind"] in ("execute.write", "execute.call")]
    for each in raw["nodes"]:
        if each["kind"] != "outcome":
            read = draw(st.lists(st.sampled_from(writers * 3 + names), max_size=1 if guarded else 2))
            each["config"]["reads"] = {f"r{number}": f"steps.{step}.output" for number, step in enumerate(read)}
            each["join"] = draw(st.sampled_from(("all", each.get("join", "all"), "any")))
    for number in range(draw(st.integers(0, 3))):
        way = draw(st.sampled_from(raw["edges"]))
        crossing = {"id": f"x{number}", "from": way["from"], "port": way["port"], "to": draw(st.sampled_from(names))}
        wider = {**raw, "edges": [*raw["edges"], crossing]}
        raw = wider if sound(wider) else raw
    return raw
