"""What a reviewer must not see before the answer: everything that follows from what a promise gate gave. Pure.

A gate with a promise earns trust from answers that were given without knowing its own. Called by the engine when a
case is opened, by `veils` for whoever looks at a run meanwhile, and by the checks while drawing. Followed are values
that are read from the gate, through any number of steps, and branches that are chosen by such values. What a person
answered is never the machine's answer, and neither is what a step gave that read nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from runtime.core.drawing import Drawing, Read
from runtime.core.events import Event
from runtime.core.expressions import Reference
from runtime.core.state import State

UNSURE = "unsure"
OVERDUE = "overdue"
HIDDEN = "What it gave is shown once a person has answered."
_NO_WAYS = frozenset({UNSURE, "error"})


@dataclass(frozen=True, slots=True)
class Promised:
    """A gate with a promise. `ways` are its choices; `tells` the steps whose results tell its answer, itself included.

    `behind` are the questions to people behind its port `unsure`; those of `settles` end its secret when they are
    answered (the ones that offer its ways by name, or all where none does); `given_away` are reached by a way that a
    telling step chose, so that being asked at all says something, or after another workflow was handed what tells.
    """

    node: str
    ways: tuple[str, ...]
    tells: frozenset[str]
    behind: frozenset[str]
    settles: frozenset[str]
    given_away: frozenset[str]


def promised(drawing: Drawing) -> tuple[Promised, ...]:
    """The gates with a promise, in the order of the document. For drawings without a circle that no loop bounds."""
    return tuple(_promised(drawing, node) for node in drawing.params if has_promise(drawing, node))


def has_promise(drawing: Drawing, node: str) -> bool:
    """Whether this is a decision that promises how often it is wrong at most."""
    return drawing.family(node) == "decide" and getattr(drawing.params.get(node), "promise", None) is not None


def secrets(drawing: Drawing, state: State) -> tuple[Promised, ...]:
    """The gates whose answer is a secret just now: they handed the case to people, and nobody has answered yet."""
    if not any(has_promise(drawing, node) for node in drawing.params):
        return ()
    return tuple(gate for gate in promised(drawing) if _is_secret(gate, state))


def told(gates: Iterable[Promised]) -> frozenset[str]:
    """The steps whose results tell the answer of one of these gates."""
    return frozenset[str]().union(*(gate.tells for gate in gates))


def revealing(drawing: Drawing, node: str, gates: Iterable[Promised]) -> Iterator[Read]:
    """What a step reads that tells the answer of one of these gates."""
    known = tuple(gates)
    for read in drawing.reads.get(node, ()):
        if any(tells(read.reference, gate.node, gate.tells) for gate in known):
            yield read


def tells(reference: Reference, gate: str, telling: frozenset[str]) -> bool:
    """Whether a reference tells the answer of a gate: that the gate itself has run, and doubted, tells nothing."""
    if reference.step not in telling:
        return False
    if reference.step != gate:
        return True
    return reference.part == "output" and (not reference.presence or len(reference.path) > 2)


def offered(drawing: Drawing, node: str) -> frozenset[str]:
    """The answers that a question to people offers by name."""
    return frozenset(drawing.ports.get(node, ())) - {OVERDUE, "error"}


def judges(drawing: Drawing, node: str, gate: Promised) -> bool:
    """Whether what a question to people is answered speaks of a gate: it offers one of its ways, and something else.

    Who can say nothing else than what a gate may have said does not judge it.
    """
    answers = offered(drawing, node)
    return len(answers) > 1 and bool(answers & set(gate.ways))


def veiled(event: Event, hidden: frozenset[str]) -> Event:
    """An event without what one of the hidden steps gave or did, and saying so; any other as it is."""
    if event.node not in hidden or event.type not in _TELLING:
        return event
    if event.type == "step.spread":
        # How many items there are is counted from their inputs.
        blank = {
            "inputs": [None] * len(event.data["inputs"]),
            "unfit": dict.fromkeys(event.data.get("unfit", ()), _GONE),
        }
        return replace(event, data={**event.data, **blank, "hidden": True})
    kept = {name: event.data[name] for name in _UNTELLING if name in event.data}
    return replace(event, data={**kept, **_TELLING[event.type], "hidden": True})


_UNTELLING = ("port", "ms", "attempt", "retry_at", "escalation", "index", "run")
_GONE: Mapping[str, Any] = {"code": "hidden", "message": HIDDEN}
_TELLING: Mapping[str, Mapping[str, Any]] = {
    "step.finished": {"output": None},
    "step.failed": {"error": _GONE},
    "step.spread": {},
    "incident.opened": {"error": _GONE},
    "item.ended": {"output": None, "outcome": None, "error": None},
}


def _is_secret(gate: Promised, state: State) -> bool:
    step = state.steps.get(gate.node)
    if step is None or step.result is None or step.result.port != UNSURE:
        return False
    return not any(_is_answered(state, node) for node in gate.settles)


def _is_answered(state: State, node: str) -> bool:
    step = state.steps.get(node)
    finished = step is not None and step.status == "finished" and step.result is not None
    return bool(finished and step and step.result and step.result.port != OVERDUE)


def _promised(drawing: Drawing, node: str) -> Promised:
    ways = tuple(port for port in drawing.ports[node] if port not in _NO_WAYS)
    behind = frozenset(each for each in _behind(drawing, node) if drawing.family(each) == "escalate")
    offering = frozenset(each for each in behind if offered(drawing, each) & set(ways))
    telling = _telling(drawing, node)
    chosen = _chosen(drawing, telling - {node})
    given_away = {each for each in behind if each in chosen or _is_handed_on(drawing, node, telling, each)}
    return Promised(node, ways, telling, behind, offering or behind, frozenset(given_away))


def _is_handed_on(drawing: Drawing, gate: str, telling: frozenset[str], review: str) -> bool:
    """Whether another workflow, which covers nothing, may be handed the gate's answer before this review asks."""
    calls = {each for each in telling - {gate} if (kind := drawing.kind(each)) and kind.calls(drawing.params[each])}
    unsure = [edge for edge in drawing.graph.outgoing.get(gate, ()) if edge.port == UNSURE]
    return bool(calls) and drawing.graph.route(unsure, calls, {review}) is not None


def _behind(drawing: Drawing, node: str) -> set[str]:
    first = {edge.target for edge in drawing.graph.outgoing.get(node, ()) if edge.port == UNSURE}
    return first.union(*(nx.descendants(drawing.graph.whole, each) for each in first))


def _telling(drawing: Drawing, gate: str) -> frozenset[str]:
    """The steps whose results tell the answer of a gate: readers of readers, and what such a reader chose to run."""
    readers = _readers(drawing)
    found, ahead = {gate}, [gate]
    while ahead:
        here = ahead.pop()
        reading = {node for node, reference in readers.get(here, ()) if tells(reference, gate, frozenset(found))}
        if here != gate:
            reading |= _chosen(drawing, [here])
        fresh = {node for node in reading - found if drawing.family(node) != "escalate"}
        found |= fresh
        ahead += fresh
    return frozenset(found)


def _readers(drawing: Drawing) -> Mapping[str, list[tuple[str, Reference]]]:
    """For each step who reads it, and how."""
    found: dict[str, list[tuple[str, Reference]]] = defaultdict(list)
    for node, reads in drawing.reads.items():
        for read in reads:
            if read.reference.step is not None:
                found[read.reference.step].append((node, read.reference))
    return found


def _chosen(drawing: Drawing, steps: Iterable[str]) -> set[str]:
    """The steps that run or not, depending on which way one of these went."""
    found: set[str] = set()
    for step in steps:
        # What went wrong on a way of its own says next to nothing of the value that was read.
        if len({edge.port for edge in drawing.graph.outgoing.get(step, ())} - {"error"}) > 1:
            found |= {
                each for each in drawing.graph.forward_descendants(step) if not drawing.graph.comes_after(step, each)
            }
    return found
