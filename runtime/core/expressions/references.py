"""What an expression refers to, and which of it is guarded.

Called by `language` when a text is compiled; the checks and the planner read the result through `references()`. A
reference is *guarded* when it cannot be evaluated while its step has not run: `has(steps.x.output) && …` and its
relatives. It looks at trees, never at data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from runtime.core.expressions.syntax import STRING, Call, Const, Fold, Ident, Node, Select, children
from runtime.core.expressions.values import Refused

type Part = Literal["output", "port"]
type Path = tuple[str, ...]
type Facts = frozenset[Path]

ROOTS = ("input", "steps", "run", "item", "index")
_NOTHING: Facts = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """One place that an expression reads. For a step, `path` starts with its id and `part` says what is read of it."""

    root: str
    path: Path
    guarded: bool = False
    part: Part | None = None
    # Set where only the presence matters (`has(…)`, `"x" in steps`): the value itself is not needed.
    presence: bool = False

    @property
    def step(self) -> str | None:
        """The id of the step that is read, if one is."""
        return self.path[0] if self.root == "steps" and self.path else None


def find(tree: Node) -> frozenset[Reference]:
    """All references of a tree. Raises `Refused` where `steps` is addressed in a way that cannot be checked."""
    finder = _Finder()
    finder.visit(tree, _NOTHING, frozenset())
    return frozenset(finder.found)


def chain(node: Node, hidden: frozenset[str] = frozenset()) -> Path | None:
    """(`root`, `field`, …) if the node is a plain way into the scope: `input.a["b"].c`."""
    match node:
        case Ident(name) if name in ROOTS and name not in hidden:
            return (name,)
        case Select(operand, field, False):
            before = chain(operand, hidden)
            return (*before, field) if before else None
        case Call("_[_]", (operand, Const(kind, str(key))), None) if kind == STRING:
            before = chain(operand, hidden)
            return (*before, key) if before else None
        case _:
            return None


def _tested(node: Node, hidden: frozenset[str]) -> Path | None:
    """The way whose presence the node asks for, if that is what it does."""
    match node:
        case Select(operand, field, True):
            before = chain(operand, hidden)
            return (*before, field) if before else None
        case Call("@in", (Const(kind, str(key)), Ident("steps")), None) if kind == STRING and "steps" not in hidden:
            return ("steps", key)
        case _:
            return None


def _present_if(node: Node, outcome: bool, hidden: frozenset[str]) -> Facts:
    """What is certainly there once the node has come out as `outcome`."""
    if (path := _tested(node, hidden)) is not None:
        return frozenset([path]) if outcome else _NOTHING
    match node:
        case Call("!_", (inner,), None):
            return _present_if(inner, not outcome, hidden)
        case Call("_&&_" | "_||_" as name, (left, right), None):
            both = _present_if(left, outcome, hidden), _present_if(right, outcome, hidden)
            return both[0] | both[1] if (name == "_&&_") == outcome else both[0] & both[1]
        case Call("_?_:_", (test, yes, no), None):
            when_yes = _present_if(test, True, hidden) | _present_if(yes, outcome, hidden)
            return when_yes & (_present_if(test, False, hidden) | _present_if(no, outcome, hidden))
        case _:
            return _NOTHING


class _Finder:
    """Walks a tree with what is known to be present (`facts`) and the names a macro has taken over (`hidden`)."""

    def __init__(self) -> None:
        self.found: set[Reference] = set()

    def visit(self, node: Node, facts: Facts, hidden: frozenset[str]) -> None:
        if (path := _tested(node, hidden)) is not None:
            self._add(path, facts, presence=True)
        elif (path := chain(node, hidden)) is not None:
            self._add(path, facts)
        else:
            self._visit_parts(node, facts, hidden)

    def _visit_parts(self, node: Node, facts: Facts, hidden: frozenset[str]) -> None:
        match node:
            case Call("_&&_" | "_||_" as name, (left, right), None):
                self.visit(left, facts, hidden)
                self.visit(right, facts | _present_if(left, name == "_&&_", hidden), hidden)
            case Call("_?_:_", (test, yes, no), None):
                self.visit(test, facts, hidden)
                self.visit(yes, facts | _present_if(test, True, hidden), hidden)
                self.visit(no, facts | _present_if(test, False, hidden), hidden)
            case Fold():
                self._visit_fold(node, facts, hidden)
            case _:
                for part in children(node):
                    self.visit(part, facts, hidden)

    def _visit_fold(self, node: Fold, facts: Facts, hidden: frozenset[str]) -> None:
        self.visit(node.over, facts, hidden)
        inside = hidden | {node.variable, node.result_variable}
        known = frozenset(fact for fact in facts if fact[0] not in inside)
        for part in (node.start, node.condition, node.step, node.result):
            self.visit(part, known, inside)

    def _add(self, path: Path, facts: Facts, presence: bool = False) -> None:
        root, rest = path[0], path[1:]
        if root == "steps":
            self.found.add(_step_reference(rest, facts, presence))
        else:
            guarded = presence or any(path[: len(fact)] == fact for fact in facts)
            self.found.add(Reference(root, rest, guarded, None, presence))


def _step_reference(path: Path, facts: Facts, presence: bool) -> Reference:
    if not path:
        raise Refused("error", "Name the step: write `steps.<id>.output` or `steps.<id>.port`.")
    part = path[1] if len(path) > 1 else None
    if part is None and not presence:
        raise Refused("error", f"Write `steps.{path[0]}.output` or `steps.{path[0]}.port`: a step has these two parts.")
    if part not in (None, "output", "port"):
        raise Refused("error", f"A step has `output` and `port`, not `{part}`: write `steps.{path[0]}.output.{part}`.")
    guarded = presence or any(fact[:2] == ("steps", path[0]) for fact in facts)
    return Reference("steps", path, guarded, part, presence)  # type: ignore[arg-type]  # refused above if it is no part
