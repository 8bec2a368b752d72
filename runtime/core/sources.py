"""What a gate with a promise stands on besides its own step: all steps whose output can reach it as data. Pure.

A gate was proven on what these steps gave; with one that gives something else it is another gate. Followed are values:
what its question and its context read, the checks whose numbers it scores by, what all of these read, and so on, around
loops too. A step that only comes before it, or only chooses the way of a case, is no part. Called by the engine for
each decision (the drawing's answer is kept), and by whoever compares two drawings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from runtime.core.blind import has_promise
from runtime.core.definition import Edge
from runtime.core.drawing import Drawing

type Call = tuple[str, int | None]
"""Another workflow, and its version; None: the newest."""

_HELD_APART = frozenset({"audit", "cutoff"})
"""What a promise does not rest on: how many of its decisions people check, and a cut-off that it does not use."""


@dataclass(frozen=True, slots=True)
class Sources:
    """`steps`: a digest of what each step does, by its id; `titles`: what people call them. `checks`: those of them
    whose numbers are signals. `connections` are the names that the steps use, `calls` the workflows that they run, by
    the step that does.

    `digest` sums up steps and checks; it is empty where there are none. Names and places of steps, how often they are
    tried and how long they may take are no part of it.
    """

    steps: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    calls: Mapping[str, Call] = field(default_factory=dict)
    digest: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)


NONE = Sources()


@dataclass(frozen=True, slots=True)
class Anew:
    """A gate that is on probation again once another drawing is published; `why` as parts of a sentence."""

    node: str
    title: str
    why: tuple[str, ...]


def sources(drawing: Drawing, gate: str) -> Sources:
    """What a step stands on if it is a gate with a promise, worked out once for a drawing; else nothing."""
    if not has_promise(drawing, gate):
        return NONE
    known = _known.setdefault(drawing, {})
    found = known.get(gate)
    if found is None:
        found = known[gate] = _sources(drawing, gate)
    return found


def whole(drawing: Drawing) -> Sources:
    """What a workflow that is called stands on: all of its steps, their ways, and the names of its ends."""
    known = _known.setdefault(drawing, {})
    found = known.get("")
    if found is None:
        steps = {node: _defined(drawing, node) for node in drawing.graph.nodes}
        ends = {node: drawing.title(node) for node in drawing.graph.nodes if drawing.family(node) == "outcome"}
        joins = {node.id: node.join for node in drawing.document.nodes if node.join != "all"}
        summed = _digest([steps, ends, joins, sorted(_ways(drawing)), drawing.document.input])
        found = known[""] = Sources(steps, (), _connections(drawing, steps), _calls(drawing, steps), summed)
    return found


def begin_anew(before: Drawing, after: Drawing) -> tuple[Anew, ...]:
    """The gates whose promise stands in both drawings and that are on probation again with `after`."""
    kept = (node for node in after.params if has_promise(after, node))
    both = (node for node in kept if node in before.params and has_promise(before, node))
    found = (Anew(node, after.title(node), _why(before, after, node)) for node in both)
    return tuple(each for each in found if each.why)


def told(before: Sources, after: Sources) -> tuple[str, ...]:
    """What of the steps that a gate reads is different, as parts of a sentence."""
    titles = {**before.titles, **after.titles}
    named = {node: f"“{titles.get(node, node)}”" for node in (*before.steps, *after.steps)}
    fresh = [node for node in after.steps if node not in before.steps]
    gone = [node for node in before.steps if node not in after.steps]
    changed = [node for node, was in before.steps.items() if after.steps.get(node, was) != was]
    said = (
        *(f"the step {named[node]}, which this gate reads, was changed" for node in changed),
        *(f"this gate now reads the step {named[node]}" for node in fresh),
        *(f"this gate no longer reads the step {named[node]}" for node in gone),
    )
    if not said and before.checks != after.checks:
        return ("which checks every case passes before it was changed",)
    return said


_known: WeakKeyDictionary[Drawing, dict[str, Sources]] = WeakKeyDictionary()


def _why(before: Drawing, after: Drawing, node: str) -> tuple[str, ...]:
    own = () if _defined(before, node) == _defined(after, node) else ("its own step was changed",)
    return (*own, *told(sources(before, node), sources(after, node)))


def _sources(drawing: Drawing, gate: str) -> Sources:
    ids = _reached(drawing, gate)
    if not ids:
        return NONE
    steps = {node: _defined(drawing, node) for node in sorted(ids)}
    checks = tuple(sorted(signalling(drawing, gate)))
    titles = {node: drawing.title(node) for node in steps}
    digest = _digest([steps, checks])
    return Sources(steps, checks, _connections(drawing, steps), _calls(drawing, steps), digest, titles)


def signalling(drawing: Drawing, gate: str) -> tuple[str, ...]:
    """The checks that every way to a gate passes and whose numbers are its signals."""
    above = drawing.graph.dominators(gate)
    return tuple(node for node in above if (kind := drawing.kind(node)) is not None and kind.signals)


def _reached(drawing: Drawing, gate: str) -> set[str]:
    found: set[str] = set()
    ahead = _read_by(drawing, gate)
    while ahead:
        node = ahead.pop()
        if node not in found and node != gate and node in drawing.graph.nodes:
            found.add(node)
            ahead += _read_by(drawing, node)
    return found


def _read_by(drawing: Drawing, node: str) -> list[str]:
    """The steps whose values a step takes in: those that it names, and for another gate its checks too."""
    checks = signalling(drawing, node) if has_promise(drawing, node) else ()
    return [*checks, *(step for read in drawing.reads.get(node, ()) if (step := read.reference.step) is not None)]


def _defined(drawing: Drawing, node: str) -> str:
    """A digest of what a step does: its kind, and what its configuration says beyond what goes without saying."""
    params = drawing.params.get(node)
    apart = set(_HELD_APART) if has_promise(drawing, node) else set()
    config = drawing.graph.nodes[node].config if params is None else _said(params, apart)
    return _digest([drawing.graph.nodes[node].kind, config])


def _said(params: BaseModel, apart: set[str]) -> Any:
    return params.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=apart)


def _connections(drawing: Drawing, nodes: Iterable[str]) -> tuple[str, ...]:
    named = {name for node in nodes if node in drawing.params for name in _connections_in(drawing.params[node])}
    return tuple(sorted(named))


def _connections_in(params: BaseModel) -> Iterator[str]:
    """The connections of a configuration, a second view's too."""
    for name in type(params).model_fields:
        value = getattr(params, name)
        if isinstance(value, BaseModel):
            yield from _connections_in(value)
        elif name == "connection" and isinstance(value, str) and value:
            yield value


def _calls(drawing: Drawing, nodes: Iterable[str]) -> Mapping[str, Call]:
    found: dict[str, Call] = {}
    for node in nodes:
        kind, params = drawing.kind(node), drawing.params.get(node)
        call = kind.calls(params) if kind and params is not None else None
        if call:
            found[node] = call
    return found


def _ways(drawing: Drawing) -> Iterator[list[Any]]:
    """The ways of a drawing as JSON, whatever their ids."""
    for edge in drawing.document.edges:
        loop = drawing.graph.edges.get(edge.after_loop) if edge.after_loop else None
        yield [*_ends(edge), edge.loop.max if edge.loop else 0, _ends(loop) if loop else []]


def _ends(edge: Edge) -> list[str]:
    return [edge.source, edge.port, edge.target]


def _digest(value: Any) -> str:
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(plain.encode()).hexdigest()
