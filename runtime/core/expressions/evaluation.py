"""Computes expressions over data, in this process.

Called by the node kinds and the tables for what is cheap, and by the engine's caged worker for the rest; `is_costly`
tells the two apart. It never raises, and holds no time limit: that is the cage's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from cel_expr_python import cel

from runtime.core.expressions import messages
from runtime.core.expressions.language import Program, in_order, program
from runtime.core.expressions.references import Path, Reference
from runtime.core.expressions.values import MAX_COPY, MAX_RESULT, Json, Refused, Unknown, admit, bounded, export, weigh

# About a millisecond of work, measured: converting 1,000 items, or comparing 5,000 characters with each other.
_MAX_WEIGHT = 50_000
_MAX_SEARCHED = 5_000
_MAX_WORK = 1_000_000

type Scope = Mapping[str, Json]


def references(text: str) -> frozenset[Reference]:
    """What an expression reads; nothing, if the text is no expression."""
    found = program(text)
    return frozenset() if isinstance(found, Unknown) else found.references


def evaluate(text: str, scope: Scope) -> Json | Unknown:
    """The value of an expression, or why it has none. What is only named, not computed, is not copied."""
    try:
        found = program(text)
        if isinstance(found, Unknown):
            return found
        return _follow(found.plain, scope) if found.plain else _compute(found, scope)
    except Refused as refusal:
        return refusal.unknown
    except RecursionError:
        return Unknown("The data is nested too deeply for an expression.", "too_large")
    except MemoryError:
        return Unknown("The expression needs too much memory.", "memory")
    except Exception as error:
        return Unknown(f"The expression failed ({type(error).__name__}).", "error")


def is_costly(text: str, scope: Scope) -> bool:
    """Whether computing it here could hold the process for longer than about a millisecond."""
    found = program(text)
    if isinstance(found, Unknown) or found.plain:
        return False
    if found.costly:
        return True
    weight = weigh(_narrowed(found.reads, scope), _MAX_WEIGHT)
    return weight > (_MAX_SEARCHED if found.searches else _MAX_WEIGHT) or weight * found.nodes > _MAX_WORK


def narrow(texts: Iterable[str], scope: Scope) -> dict[str, Json]:
    """The part of the scope that these expressions read: the rest need not travel."""
    return _narrowed(in_order(each for text in texts for each in references(text)), scope)


# Finding


@dataclass(frozen=True, slots=True)
class _Gap:
    """Where a way into the scope ends too early."""

    path: Path
    depth: int
    # What stands there instead of an object: nothing at all, null, or a value without fields.
    found: Literal["nothing", "null", "value"]

    @property
    def key(self) -> str:
        return self.path[self.depth]

    def unknown(self) -> Unknown:
        whole, parent = ".".join(self.path[: self.depth + 1]), ".".join(self.path[: self.depth])
        if self.found == "value":
            return Unknown(f"`{parent}` is no object, so it has no field `{self.key}`.", "type")
        if self.found == "null":
            return Unknown(f"`{whole}` is missing: `{parent}` is empty (null).", "missing_field")
        if self.path[0] == "steps" and self.depth == 1:
            return Unknown(f"`{'.'.join(self.path)}` is missing: the step `{self.key}` has not run.", "missing_field")
        return Unknown(f"`{whole}` is missing.", "missing_field")


def _follow(path: Path, scope: Scope) -> Json:
    value = _find(path, scope)
    if isinstance(value, _Gap):
        unknown = value.unknown()
        raise Refused(unknown.code, unknown.reason)
    return bounded(value, MAX_COPY)


def _find(path: Path, scope: Scope) -> Json | _Gap:
    value: Json | Scope = scope
    for depth, key in enumerate(path):
        if not isinstance(value, Mapping):
            return _Gap(path, depth, "null" if value is None else "value")
        if key in value:
            value = value[key]
        elif (depth, key) == (0, "steps"):
            value = {}
        else:
            return _Gap(path, depth, "nothing")
    return cast("Json", value)


def _narrowed(reads: Iterable[tuple[Path, bool]], scope: Scope) -> dict[str, Json]:
    """Each value at its place, and nothing else. The reads come in `in_order`."""
    narrowed: dict[str, Json] = {"steps": {}}
    for path, presence in reads:
        _graft(path, presence, scope, narrowed)
    return narrowed


def _graft(path: Path, presence: bool, scope: Scope, narrowed: dict[str, Json]) -> None:
    source: Json | Scope = scope
    target = narrowed
    last = len(path) - 1
    for depth, key in enumerate(path):
        if not isinstance(source, Mapping) or key not in source:
            return
        source = source[key]
        if depth == last:
            target.setdefault(key, None if presence else source)
            return
        if not isinstance(source, Mapping):
            # Any value without fields fails alike here, and this one is small and finite.
            target.setdefault(key, None if source is None else False)
            return
        below = target.setdefault(key, {})
        if not isinstance(below, dict) or below is source:
            return
        target = below


# Computing


def _compute(found: Program, scope: Scope) -> Json:
    data = {root: admit(value) for root, value in _narrowed(found.reads, scope).items()}
    result = found.runnable.eval(data=data)
    if result.type() == cel.Type.ERROR:
        unknown = _explain(found, scope, messages.incomputable(str(result.plain_value())))
        raise Refused(unknown.code, unknown.reason)
    return bounded(export(result.plain_value()), MAX_RESULT)


def _explain(found: Program, scope: Scope, unknown: Unknown) -> Unknown:
    """The same with the full name of the missing field, which the library does not tell."""
    gaps = [_find((each.root, *each.path), scope) for each in sorted(found.references, key=str) if not each.guarded]
    for gap in gaps:
        if isinstance(gap, _Gap) and (f"`{gap.key}`" in unknown.reason or unknown.reason == messages.NO_FIELDS):
            return gap.unknown()
    return unknown
