"""What will happen next when a step goes on through a port, in sentences: what stands behind a reviewer's buttons.

Called by `forecasts` for the stop card. It reads the drawing alone, follows the way as far as it is certain, and says
what may come after that; it promises nothing that a check or a decision could still turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runtime.core.definition import Edge, Node
from runtime.core.drawing import Drawing

type Recipient = Callable[[str], str]
"""Whom the mail of a step (its id) goes to, as far as that is known already; else the empty text."""

MOST_STEPS = 30
MOST_TOLD = 4


@dataclass(frozen=True, slots=True)
class Forecast:
    """What follows a choice. `ends` is the outcome that it leads to without anything else being decided, else empty.

    `acts` says that something is seen outside before anybody is asked again.
    """

    port: str
    sentences: tuple[str, ...]
    ends: str = ""
    acts: bool = False


def forecast(drawing: Drawing, node: str, port: str, recipient: Recipient = lambda _node: "") -> Forecast:
    """What follows when `node` goes on through `port`. Never raises; a port that leads nowhere ends the way."""
    told: list[str] = []
    ends, acts = "", False
    for way in _ways(drawing, node, port):
        walked = list(_certain(drawing, way))
        said = [_said(drawing, each, recipient) for each in walked]
        acts = acts or any(drawing.outward(each) for each in walked)
        last = walked[-1]
        ends = ends or _outcome(drawing.graph.nodes[last])
        after = _after(drawing, last)
        acts = acts or bool(after)
        told += [sentence for sentence in (*said, *after) if sentence]
    return Forecast(port, tuple(_shortened(told)) or ("This way is at its end.",), ends, acts)


def _ways(drawing: Drawing, node: str, port: str) -> Iterator[str]:
    """Where the port leads. A way after a used-up loop is left out: the loop itself is the likelier one."""
    edges: list[Edge] = [edge for edge in drawing.graph.outgoing.get(node, ()) if edge.port == port]
    for edge in edges:
        if not edge.after_loop:
            yield edge.target


def _certain(drawing: Drawing, node: str) -> Iterator[str]:
    """The steps that come in any case: along plain work, up to what checks, decides, asks or ends."""
    seen: set[str] = set()
    while node not in seen and len(seen) < MOST_STEPS:
        seen.add(node)
        yield node
        if drawing.family(node) != "execute":
            return
        onward = [edge for edge in drawing.graph.outgoing.get(node, ()) if edge.port != "error"]
        if len(onward) != 1 or onward[0].loop:
            return
        node = onward[0].target


def _said(drawing: Drawing, node: str, recipient: Recipient) -> str:
    """A step in words; plain work without an effect is not worth any."""
    title, kind = drawing.title(node), drawing.graph.nodes[node].kind
    if drawing.outward(node):
        return _action(title, kind, recipient(node))
    match drawing.family(node):
        case "verify":
            return f"“{title}” checks it."
        case "decide":
            return f"“{title}” decides."
        case "escalate":
            return f"A person is asked again: “{title}”."
        case "outcome":
            return f"The run ends as “{title}”."
    return {
        "execute.wait": f"“{title}” waits for its time.",
        "execute.workflow": f"“{title}” runs another workflow.",
        "execute.prompt": f"A model writes: “{title}”.",
    }.get(kind, "")


def _action(title: str, kind: str, to: str) -> str:
    if kind == "execute.email":
        return f"“{title}” sends a mail{f' to {to}' if to else ''}."
    if kind == "execute.http":
        return f"“{title}” sends something to another system."
    return f"“{title}” does something that is seen outside."


def _after(drawing: Drawing, node: str) -> list[str]:
    """What may follow a check or a decision before a person is asked again."""
    if drawing.family(node) not in ("verify", "decide"):
        return []
    outward = {each for each in drawing.graph.nodes if drawing.outward(each)}
    people = {each for each in drawing.graph.nodes if drawing.family(each) == "escalate"}
    found = [
        drawing.title(goal)
        for goal in sorted(outward, key=lambda each: drawing.place[each])
        if drawing.graph.route(drawing.graph.outgoing.get(node, ()), {goal}, people)
    ]
    return [f"If all goes well, {_joined(found)} follows without a person being asked again."] if found else []


def _outcome(node: Node) -> str:
    return node.title if node.kind == "outcome" else ""


def _joined(titles: list[str]) -> str:
    shown = [f"“{title}”" for title in titles[:MOST_TOLD]]
    return " or ".join(shown) + (" or another step" if len(titles) > MOST_TOLD else "")


def _shortened(told: list[str]) -> list[str]:
    once = list(dict.fromkeys(told))
    return once if len(once) <= MOST_TOLD + 1 else [*once[:MOST_TOLD], f"And {len(once) - MOST_TOLD} steps more."]
