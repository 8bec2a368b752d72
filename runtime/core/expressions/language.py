"""From a text to a program that may be run: parse, check, find references, rewrite.

Called by `evaluation` and by `field`. Programs are cached by their text. It evaluates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_strings

from runtime.core.expressions import messages, syntax
from runtime.core.expressions.references import ROOTS, Path, Reference, chain, find
from runtime.core.expressions.rewriting import functions, rewrite
from runtime.core.expressions.rules import COSTLY, SEARCHING, check
from runtime.core.expressions.syntax import Call, Fold, Node
from runtime.core.expressions.values import Refused, Unknown

MAX_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Program:
    """A text that is an expression, and what is known of it before it meets data."""

    text: str
    runnable: cel.Expression
    references: frozenset[Reference]
    # The same as ways into the scope, a whole before its parts; True where a mere presence is asked.
    reads: tuple[tuple[Path, bool], ...]
    # Set if the expression only names a value: then no library is needed to find it.
    plain: Path | None
    nodes: int
    costly: bool
    searches: bool


@lru_cache(maxsize=4096)
def program(text: str) -> Program | Unknown:
    """The program of a text, or why it is none."""
    try:
        return _program(text)
    except Refused as refusal:
        return refusal.unknown


def _program(text: str) -> Program:
    _check_text(text)
    tree = _parse(text)
    check(tree)
    references = find(tree)
    _check_types(text)
    return Program(
        text=text,
        runnable=_environment().deserialize(syntax.write(rewrite(tree))),
        references=references,
        reads=in_order(references),
        plain=chain(tree),
        nodes=sum(1 for _ in syntax.walk(tree)),
        costly=any(_is_costly(node) for node in syntax.walk(tree)),
        searches=any(isinstance(node, Call) and node.function in SEARCHING for node in syntax.walk(tree)),
    )


def in_order(references: Iterable[Reference]) -> tuple[tuple[Path, bool], ...]:
    """Values first, a whole before its parts; then what must merely be present, the deepest first."""
    paths = {((each.root, *each.path), each.presence) for each in references}
    values = sorted((path for path, presence in paths if not presence), key=len)
    present = sorted((path for path, presence in paths if presence), key=len, reverse=True)
    return (*((path, False) for path in values), *((path, True) for path in present))


def _is_costly(node: Node) -> bool:
    return isinstance(node, Fold) or (isinstance(node, Call) and node.function in COSTLY)


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refused("error", "The expression is empty.")
    if len(text) > MAX_LENGTH:
        raise Refused("too_large", f"An expression has at most {MAX_LENGTH:,} characters; this one has {len(text):,}.")
    if re.search("[\ud800-\udfff\0]", text):
        raise Refused("error", "The expression contains a character that is not text.")


def _parse(text: str) -> Node:
    try:
        return syntax.read(_environment().compile(text, disable_check=True).serialize())
    except RuntimeError as error:
        raise Refused("error", messages.uncompilable(str(error))) from None


def _check_types(text: str) -> None:
    """Objects to what can be seen to fail without data. What the library's checker knows less of is let through."""
    try:
        _environment().compile(text)
    except RuntimeError as error:
        for function, types in messages.mismatches(str(error)) or ():
            if not _works(function, types):
                raise Refused("type", messages.mismatch(function, types)) from None


def _works(function: str, types: list[str]) -> bool:
    """Whether an operator that the checker refuses runs all the same, because the values decide and not their types."""
    if function == "_?_:_":
        return types[:1] in (["bool"], ["dyn"])
    alike = [re.sub(r"\bdouble\b|\buint\b", "int", name) for name in types]
    if function == "@in":
        return alike[1:] in ([f"list({alike[0]})"], ["list(dyn)"]) or alike[1].startswith("map(")
    if function in ("_==_", "_!=_"):
        return len(set(alike)) == 1 or any(name.startswith("null") for name in alike)
    return set(alike) <= {"int", "dyn"} or (function == "_+_" and all(name.startswith("list(") for name in alike))


@lru_cache(maxsize=1)
def _environment() -> cel.Env:
    return cel.NewEnv(
        variables=dict.fromkeys(ROOTS, cel.Type.DYN),
        extensions=[functions(), ext_strings.ExtStrings(), ext_math.ExtMath()],
    )
