"""What changed between two drawings, in words that a manager understands. Pure.

Called by the publish dialog, the list of versions and the API. It compares meaning: an edge that only got another id
has not changed, and steps that were only moved on the canvas are told in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from builder.wordings import field_change, loosens, said
from runtime.core.definition import START, Document, Edge, Node
from runtime.core.drawing import Drawing, compile_drawing
from runtime.core.node import Kinds
from runtime.core.sources import begin_anew

type Sort = Literal["added", "removed", "changed", "rewired"]
type Mark = Literal["", "loosened", "asks", "outward", "anew"]

EPOCH = "/epoch"
"""The path of a change that is none of the drawing: a gate begins anew."""
_MOST_REASONS = 5
_MISSING: Any = object()
_NAMING = ("id", "name")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `nodes` and `edges` are the ids to paint; `path` is the JSON pointer of a field inside the node
    (or inside the document where there is no node); `before` and `after` are its values, None where there is none.
    """

    kind: Sort
    sentence: str
    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    path: str = ""
    before: Any = None
    after: Any = None

    @property
    def mark(self) -> Mark:
        """What nobody may miss: a promise is loosened, a step is said to ask only, a step now acts outside; a
        gate begins anew."""
        parts = tuple(self.path.split("/")[1:])
        if parts == ("asks",):
            return "asks" if self.after else ""
        if parts == ("epoch",):
            return "anew"
        if parts == ("effect",):
            return "outward" if self.after == "outward" else ""
        return "loosened" if loosens(parts, self.before, self.after) else ""

    def to_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "kind": self.kind,
            "sentence": self.sentence,
            "nodes": list(self.nodes),
            "edges": list(self.edges),
            "path": self.path,
            "before": self.before,
            "after": self.after,
        }


def diff(before: Document, after: Document, kinds: Kinds) -> tuple[Change, ...]:
    """Every difference: the input, steps removed, added and changed, the ways between them, the gates that begin anew,
    the layout."""
    old, new = compile_drawing(before, kinds)[0], compile_drawing(after, kinds)[0]
    return (
        *_input(before, after),
        *(_removed(old, node) for node in before.nodes if node.id not in new.graph.nodes),
        *(_added(new, node) for node in after.nodes if node.id not in old.graph.nodes),
        *(change for node in after.nodes if node.id in old.place for change in _node(old, new, node)),
        *_edges(old, new),
        *_anew(old, new),
        *_moved(old, new),
        *_notes(before, after),
    )


def _input(before: Document, after: Document) -> Iterator[Change]:
    for path, old, new in _leaves(before.input, after.input, ("input",)):
        yield _field("What the workflow is started with", path, old, new)


def _removed(drawing: Drawing, node: Node) -> Change:
    was = f" It {_outside(drawing, node.id)}." if drawing.outward(node.id) else ""
    return Change("removed", f"“{node.title}” ({_kind(drawing, node)}) was removed.{was}", (node.id,))


def _added(drawing: Drawing, node: Node) -> Change:
    promise = node.config.get("promise")
    notes = [f" It {_outside(drawing, node.id)}."] if drawing.outward(node.id) else []
    notes += [f" It promises: {said(promise)}."] if promise else []
    return Change("added", f"“{node.title}” ({_kind(drawing, node)}) was added.{''.join(notes)}", (node.id,))


def _node(old: Drawing, new: Drawing, after: Node) -> Iterator[Change]:
    before = old.document.nodes[old.place[after.id]]
    yield from _marks(old, new, before, after)
    for name in ("name", "kind", "join", "retry", "timeout_s", "note"):
        one, other = _plain(getattr(before, name)), _plain(getattr(after, name))
        if one != other:
            yield _field(f"“{before.title}”", (name,), one, other, (after.id,))
    for path, one, other in _leaves(before.config, after.config, ("config",)):
        yield _field(f"“{after.title}”", path, one, other, (after.id,))


def _marks(old: Drawing, new: Drawing, before: Node, after: Node) -> Iterator[Change]:
    """What a manager must not miss: whether a step acts outside, and whether it commits."""
    if before.asks != after.asks:
        now = "only asks or tells, and promises nothing" if after.asks else "commits: it is no mere question any more"
        sentence = f"“{after.title}” now {now}."
        yield Change("changed", sentence, (after.id,), path="/asks", before=before.asks, after=after.asks)
    if old.outward(after.id) != new.outward(after.id):
        now = f"now {_outside(new, after.id)}" if new.outward(after.id) else "does nothing outside any more"
        effects = old.effects.get(after.id), new.effects.get(after.id)
        yield Change("changed", f"“{after.title}” {now}.", (after.id,), (), "/effect", *effects)


def _edges(old: Drawing, new: Drawing) -> Iterator[Change]:
    """Ways that are the same in both are left out, whatever their ids; what remains is paired by id, then by origin."""
    one, other = ({edge.id: _way(drawing, edge) for edge in drawing.document.edges} for drawing in (old, new))
    same = set(one.values()) & set(other.values())
    gone = {edge.id: edge for edge in old.document.edges if one[edge.id] not in same}
    come = {edge.id: edge for edge in new.document.edges if other[edge.id] not in same}
    for before, after in _pairs(gone, come):
        if before is None and after is not None:
            yield Change("added", f"New: {_told(new, after)}.", _ends(after), (after.id,))
        elif before is not None and after is None:
            yield Change("removed", f"No more: {_told(old, before)}.", _ends(before), (before.id,))
        elif before is not None and after is not None:
            yield _rewired(old, new, before, after)


def _pairs(gone: dict[str, Edge], come: dict[str, Edge]) -> Iterator[tuple[Edge | None, Edge | None]]:
    by_origin: dict[tuple[str, str], list[Edge]] = {}
    for edge in come.values():
        if edge.id not in gone:
            by_origin.setdefault((edge.source, edge.port), []).append(edge)
    met: set[str | None] = set()
    for edge in gone.values():
        candidates = by_origin.get((edge.source, edge.port))
        partner = come.get(edge.id) or (candidates.pop() if candidates else None)
        met.add(partner.id if partner else None)
        yield edge, partner
    yield from ((None, edge) for edge in come.values() if edge.id not in met)


def _rewired(old: Drawing, new: Drawing, before: Edge, after: Edge) -> Change:
    origin_stays = (before.source, before.port) == (after.source, after.port)
    ends_stay = origin_stays and before.target == after.target
    sentence = f"{_told(new, after)}; before: {_told(old, before)}."
    if ends_stay and before.loop and after.loop:
        turns = f"may now turn {after.loop.max} times instead of {before.loop.max}"
        sentence = f"The loop from {_port(new, after)} back to “{new.title(after.target)}” {turns}."
    elif origin_stays and not ends_stay and not (before.loop or after.loop):
        target, instead = new.title(after.target), old.title(before.target)
        sentence = f"{_port(new, after)} now leads to “{target}” instead of “{instead}”."
    nodes = tuple(dict.fromkeys((*_ends(before), *_ends(after))))
    return Change("rewired", sentence, nodes, (after.id,), before=_json(before), after=_json(after))


def _anew(old: Drawing, new: Drawing) -> Iterator[Change]:
    """The gates whose proof does not hold for the new drawing."""
    for gate in begin_anew(old, new):
        more = f", and {len(gate.why) - _MOST_REASONS} more" if len(gate.why) > _MOST_REASONS else ""
        why = "; ".join(gate.why[:_MOST_REASONS])
        sentence = f"“{gate.title}” is on probation again with this: {why}{more}."
        yield Change("changed", sentence, (gate.node,), path=EPOCH)


def _moved(old: Drawing, new: Drawing) -> Iterator[Change]:
    places = {node.id: node.at for node in old.document.nodes}
    moved = tuple(node.id for node in new.document.nodes if places.get(node.id, node.at) != node.at)
    if moved:
        steps = "One step was" if len(moved) == 1 else f"{len(moved)} steps were"
        yield Change("changed", f"{steps} moved on the canvas; nothing else follows from that.", moved, path="/at")


def _notes(before: Document, after: Document) -> Iterator[Change]:
    if before.notes != after.notes:
        yield Change(
            "changed", "The notes for people on the canvas were changed; nothing follows from that.", path="/notes"
        )


def _field(whose: str, path: tuple[str, ...], before: Any, after: Any, nodes: tuple[str, ...] = ()) -> Change:
    sort: Sort = "added" if before is _MISSING else "removed" if after is _MISSING else "changed"
    one, other = (None if value is _MISSING else value for value in (before, after))
    return Change(sort, field_change(whose, path, sort, one, other), nodes, (), _pointer(path), one, other)


def _leaves(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """The smallest parts that differ. Lists of named things are compared by name, so that one more is one change."""
    old, new = _named_parts(before, after)
    if old is None or new is None:
        if not _same(before, after):
            yield path, before, after
        return
    for key in dict.fromkeys((*old, *new)):
        if not _same(old.get(key, _MISSING), new.get(key, _MISSING)):
            yield from _leaves(old.get(key, _MISSING), new.get(key, _MISSING), (*path, key))


def _named_parts(before: Any, after: Any) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before, after
    if isinstance(before, list) and isinstance(after, list):
        for naming in _NAMING:
            old, new = _by(naming, before), _by(naming, after)
            # In another order, the first that holds may be another one: then the whole list has changed.
            if (
                old is not None
                and new is not None
                and [key for key in old if key in new] == [k for k in new if k in old]
            ):
                return old, new
    return None, None


def _by(naming: str, items: list[Any]) -> dict[str, Any] | None:
    names = [item.get(naming) for item in items if isinstance(item, Mapping)]
    texts = [name for name in names if isinstance(name, str)]
    return dict(zip(texts, items, strict=True)) if len(set(texts)) == len(items) else None


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: Python holds True == 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _way(drawing: Drawing, edge: Edge) -> tuple[Any, ...]:
    """What an edge means, without its id."""
    loop = drawing.graph.edges.get(edge.after_loop) if edge.after_loop else None
    after = (loop.source, loop.port, loop.target) if loop else edge.after_loop
    return (edge.source, edge.port, edge.target, edge.loop and edge.loop.max, after)


def _ends(edge: Edge) -> tuple[str, ...]:
    return tuple(end for end in (edge.source, edge.target) if end != START)


def _told(drawing: Drawing, edge: Edge) -> str:
    how = f", at most {edge.loop.max} times" if edge.loop else " when the loop is used up" if edge.after_loop else ""
    return f"{_port(drawing, edge)} leads to “{drawing.title(edge.target)}”{how}"


def _port(drawing: Drawing, edge: Edge) -> str:
    return f"“{drawing.title(edge.source)}” ({edge.port})" if edge.source != START else "The start"


def _kind(drawing: Drawing, node: Node) -> str:
    kind = drawing.kinds.get(node.kind)
    return kind.title if kind else node.kind


def _outside(drawing: Drawing, node: str) -> str:
    asks = drawing.graph.nodes[node].asks
    return "asks or tells somebody outside" if asks else "acts outside, where others see it"


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _json(edge: Edge) -> dict[str, Any]:
    return edge.model_dump(by_alias=True, exclude_none=True, mode="json")


def _pointer(path: tuple[str, ...]) -> str:
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
