"""Which expressions are allowed: the bars of the language's cage that can be checked by reading.

Called by `language` on every tree before it becomes a program. Raises `Refused` with a sentence for the designer. What
can only be seen while evaluating (long lists, odd numbers, time, memory) is not here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from runtime.core.expressions.messages import operator
from runtime.core.expressions.references import ROOTS
from runtime.core.expressions.syntax import BYTES, UINT, Call, Const, Fold, Ident, Node, Object, children
from runtime.core.expressions.values import Refused

_OPERATORS = {
    "_&&_", "_||_", "!_", "-_", "_?_:_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_",
    "_+_", "_-_", "_*_", "_/_", "_%_", "_[_]", "@in", "@not_strictly_false", "math.@max", "math.@min",
}  # fmt: skip
_FUNCTIONS = {
    "size": (1,), "string": (1,), "int": (1,), "double": (1,), "bool": (1,), "dyn": (1,),
    "timestamp": (1,), "duration": (1,), "matches": (2,), "math.round": (1,), "math.ceil": (1,), "math.floor": (1,),
    "math.trunc": (1,), "math.abs": (1,), "math.sign": (1,), "math.sqrt": (1,),
}  # fmt: skip
_DATES = (
    "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
    "getHours", "getMinutes", "getSeconds", "getMilliseconds",
)  # fmt: skip
_METHODS = {
    "size": (0,), "contains": (1,), "startsWith": (1,), "endsWith": (1,), "matches": (1,), "charAt": (1,),
    "indexOf": (1, 2), "lastIndexOf": (1, 2), "lowerAscii": (0,), "upperAscii": (0,), "trim": (0,), "reverse": (0,),
    "replace": (2, 3), "split": (1, 2), "join": (0, 1), "substring": (1, 2), "format": (1,),
    **dict.fromkeys(_DATES, (0, 1)),
}  # fmt: skip
_MACROS = {"has", "all", "exists", "exists_one", "map", "filter", "greatest", "least"}

# What can take more than a little time on a little data, and therefore never runs inside the server's process.
COSTLY = frozenset({"matches", "replace", "join", "format", "split"})
# What may compare every character with every other.
SEARCHING = frozenset({"contains", "indexOf", "lastIndexOf"})


def name_of(call: Call) -> str:
    """`math.round`, `trim`, `_+_`: the parser leaves the namespace in the target."""
    return f"math.{call.function}" if call.target == Ident("math") else call.function


def check(node: Node, bound: frozenset[str] = frozenset(), in_macro: bool = False) -> None:
    """Refuses what the language of the drawings does not have."""
    match node:
        case Const():
            _check_literal(node)
        case Ident(name):
            _check_name(name, bound)
        case Object(_, message) if message:
            raise Refused("error", f"Objects are written without a name before the brace: remove `{message}`.")
        case Call():
            _check_call(node, bound, in_macro)
        case Fold():
            _check_macro(node, bound, in_macro)
        case _:
            _check_parts(children(node), bound, in_macro)


def _check_parts(parts: tuple[Node, ...], bound: frozenset[str], in_macro: bool) -> None:
    for part in parts:
        check(part, bound, in_macro)


def _check_literal(node: Const) -> None:
    if node.kind in (UINT, BYTES):
        raise Refused("error", "Write numbers without `u` and texts without `b`.")
    if isinstance(node.value, float) and not math.isfinite(node.value):
        raise Refused("not_finite", "A number in the expression is too large.")


def _check_name(name: str, bound: frozenset[str]) -> None:
    if name not in bound and name not in ROOTS:
        quoted = f"There is nothing called `{name}`: start with `input`, `steps.<id>` or `run`"
        raise Refused("error", f"{quoted}, or put a text in quotes: '{name}'.")


def _check_call(node: Call, bound: frozenset[str], in_macro: bool) -> None:
    name, target = name_of(node), node.target
    if name.startswith("math.") and target is not None:
        target = None
    if target is None:
        _check_function(name, len(node.args), _FUNCTIONS, name in _OPERATORS)
    else:
        _check_function(name, len(node.args), _METHODS, False)
        check(target, bound, in_macro)
    _check_parts(node.args, bound, in_macro)


def _check_function(name: str, given: int, table: Mapping[str, tuple[int, ...]], is_operator: bool) -> None:
    if is_operator:
        return
    if name in _MACROS:
        raise Refused("error", f"`{name}` is not used like this: see the examples of `{name}` in the documentation.")
    if name not in table:
        hint = " (it follows a dot: `value." + name + "(…)`)" if name in _METHODS else ""
        raise Refused("error", f"There is no function `{operator(name)}`{hint}.")
    if given not in table[name]:
        wanted = " or ".join(map(str, table[name]))
        values = "value" if wanted == "1" else "values"
        raise Refused("error", f"`{name}` takes {wanted} {values} in its brackets, not {given}.")


def _check_macro(node: Fold, bound: frozenset[str], in_macro: bool) -> None:
    if in_macro:
        raise Refused("error", "`all`, `exists`, `map` and `filter` may not stand inside each other: use two steps.")
    check(node.over, bound, in_macro)
    inside = bound | {node.variable, node.result_variable}
    _check_parts((node.start, node.condition, node.step, node.result), inside, True)
