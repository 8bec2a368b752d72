"""Turns the tree that a designer wrote into the tree that is run: the same meaning without CEL's sharp edges.

Called by `language`. It decides
- that `has(a.b.c)` is false, not an error, when `a.b` is missing or is no object;
- that `/` gives the exact quotient (`4 / 5` is 0.8), because JSON does not tell 4 from 4.0;
- that no number on the way may be infinite or NaN, because `!(0.0 / 0.0 < 0.8)` would be true;
- that a macro sees at most 1,000 items.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from cel_expr_python import cel

from runtime.core.expressions.messages import ODD_NUMBER, TOO_MANY
from runtime.core.expressions.rules import name_of
from runtime.core.expressions.syntax import (
    BOOL,
    INT,
    STRING,
    Call,
    Const,
    Fold,
    Ident,
    Items,
    Node,
    Object,
    Select,
)

MAX_ITEMS = 1000
_FALSE, _LIMIT = Const(BOOL, False), Const(INT, MAX_ITEMS)
_ARITHMETIC = frozenset({"_+_", "_-_", "_*_"})
_MAY_BE_ODD = frozenset({"_+_", "_-_", "_*_", "_%_", "double", "math.sqrt"})


def rewrite(node: Node, checked: bool = False) -> Node:
    """The tree to run. `checked`: the number that this node makes is looked at further up."""
    match node:
        case Select(operand, field, True):
            return _present(rewrite(operand), field)
        case Select(operand, field, False):
            return Select(rewrite(operand), field)
        case Call():
            return _rewrite_call(node, checked)
        case Items(items):
            return Items(tuple(map(rewrite, items)))
        case Object(entries, message):
            return Object(tuple((rewrite(key), rewrite(value)) for key, value in entries), message)
        case Fold():
            return _rewrite_macro(node)
        case _:
            return node


def _present(operand: Node, field: str) -> Node:
    """`has(a.b.c)` as `has(a.b) && type(a.b) == map && has(a.b.c)`."""
    test: Node = Select(operand, field, True)
    match operand:
        case Select(inner, name, False):
            before = _present(inner, name)
        case Call("_[_]", (inner, Const(kind, str()) as key), None) if kind == STRING:
            before = _listed(inner, key)
        case _:
            return test
    return _both(_both(before, _is_object(operand)), test)


def _listed(operand: Node, key: Const) -> Node:
    test = Call("@in", (key, operand))
    match operand:
        case Select(inner, name, False):
            return _both(_both(_present(inner, name), _is_object(operand)), test)
        case _:
            return test


def _is_object(node: Node) -> Node:
    return Call("_==_", (Call("type", (node,)), Ident("map")))


def _both(left: Node, right: Node) -> Node:
    return Call("_&&_", (left, right))


def _rewrite_call(node: Call, checked: bool) -> Node:
    name = name_of(node)
    passes_on = name in _ARITHMETIC
    target = None if node.target is None else rewrite(node.target)
    call = Call(node.function, tuple(rewrite(arg, passes_on) for arg in node.args), target)
    if name == "_/_":
        return Call("quotient", call.args)
    if name in _MAY_BE_ODD and not checked:
        return _looked_at(call)
    return call


def _rewrite_macro(node: Fold) -> Node:
    inner = (rewrite(part) for part in (node.start, node.condition, node.step, node.result))
    start, condition, step, result = inner
    return Fold(node.variable, _short(rewrite(node.over)), node.result_variable, start, condition, step, result)


def _short(over: Node) -> Node:
    """The list, or an error if it is too long."""
    name = Ident("@over")
    fits = Call("_<=_", (Call("size", (name,)), _LIMIT))
    return _let(name, over, Call("_?_:_", (fits, name, Call("too_many", ()))))


def _looked_at(number: Node) -> Node:
    """The value, or an error if it is a number that is infinite or NaN. Other values never leave the library."""
    name = Ident("@value")
    is_number = Call("_==_", (Call("type", (name,)), Ident("double")))
    return _let(name, number, Call("_?_:_", (is_number, Call("finite", (name,)), name)))


def _let(name: Ident, value: Node, then: Node) -> Node:
    """A fold over nothing is CEL's way to give a value a name."""
    return Fold("@unused", Items(()), name.name, value, _FALSE, name, then)


# The functions that rewritten trees call


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ArithmeticError(ODD_NUMBER)
    return value


def _quotient(left: float, right: float) -> float:
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return _finite(left / right)


def _too_many() -> object:
    raise OverflowError(TOO_MANY)


def functions() -> cel.CelExtension:
    """What the library must know to run rewritten trees, and to mix whole numbers with others."""
    dyn, double, whole = cel.Type.DYN, cel.Type.DOUBLE, cel.Type.INT
    mixed = ((double, whole), (whole, double))
    every = (*mixed, (double, double), (whole, whole))
    return cel.CelExtension(
        "interlock",
        [
            *(_declare(name, double, mixed, run) for name, run in _MIXED.items()),
            _declare("_%_", double, every[:3], math.fmod),
            _declare("quotient", dyn, every, _quotient),
            _declare("finite", double, ((double,),), _finite),
            _declare("too_many", dyn, ((),), _too_many),
        ],
    )


_MIXED: dict[str, Callable[[float, float], float]] = {"_+_": operator.add, "_-_": operator.sub, "_*_": operator.mul}


def _declare(
    name: str, returns: cel.Type, parameters: tuple[tuple[cel.Type, ...], ...], run: Callable[..., object]
) -> cel.FunctionDecl:
    overloads = [
        cel.Overload(f"interlock_{name.strip('_')}_{number}", returns, list(types), False, run)
        for number, types in enumerate(parameters)
    ]
    return cel.FunctionDecl(name, overloads)
