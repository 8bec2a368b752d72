"""What is different between two JSON values, as a tree in which what is the same is counted and left out. Pure.

Called by `pairs`; a tag draws it. It is bounded: a budget, shared by all trees of a page, says how many differences are
told, and texts are cut around the place where they part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

type Sort = Literal["changed", "added", "removed"]
type Part = Branch | Leaf

DEEPEST = 12
LONGEST = 240
_MISSING: Any = object()


@dataclass(slots=True)
class Budget:
    """How many differences may still be told."""

    left: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that differs: both as texts to read, empty where there is none."""

    key: str
    sort: Sort
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A value in which something differs. `same` parts of it do not; `cut`: there are differences that are not told."""

    key: str
    parts: tuple[Part, ...]
    same: int
    cut: bool


def paired(before: Any, after: Any, budget: Budget) -> Part | None:
    """The differences, or None where there are none."""
    return None if _same(before, after) else _part("", before, after, budget, 0)


def _part(key: str, before: Any, after: Any, budget: Budget, depth: int) -> Part:
    old, new = _parts(before), _parts(after)
    if old is None or new is None or depth >= DEEPEST or type(before) is not type(after):
        budget.left -= 1
        return _leaf(key, before, after)
    names = list(dict.fromkeys((*old, *new)))
    differing = [name for name in names if not _same(old.get(name, _MISSING), new.get(name, _MISSING))]
    told = tuple(_told(differing, old, new, budget, depth))
    return Branch(key, told, len(names) - len(differing), len(told) < len(differing))


def _told(
    names: list[str], old: Mapping[str, Any], new: Mapping[str, Any], budget: Budget, depth: int
) -> Iterator[Part]:
    for name in names:
        if budget.left <= 0:
            return
        yield _part(name, old.get(name, _MISSING), new.get(name, _MISSING), budget, depth + 1)


def _parts(value: Any) -> Mapping[str, Any] | None:
    """The parts of an object by name, of a list by number; None for what has none."""
    if isinstance(value, Mapping):
        return {str(name): each for name, each in value.items()}
    return {str(place): each for place, each in enumerate(value, 1)} if isinstance(value, list) else None


def _leaf(key: str, before: Any, after: Any) -> Leaf:
    sort: Sort = "added" if before is _MISSING else "removed" if after is _MISSING else "changed"
    one, other = _text(before), _text(after)
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return Leaf(key, sort, _window(one, start), _window(other, start))


def _text(value: Any) -> str:
    if value is _MISSING:
        return ""
    return value or "“”" if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _window(text: str, start: int) -> str:
    """The text around the place where it parts from the other one."""
    if len(text) <= LONGEST:
        return text
    begin = max(0, min(start - LONGEST // 4, len(text) - LONGEST))
    end = begin + LONGEST
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: Python holds True == 1."""
    if one is other:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
