"""The tree of an expression, read from and written to the bytes the CEL library exchanges.

Called by `language`, which judges and rewrites trees. The library shows its parsed form only as a serialised
`cel.expr.ParsedExpr`; this is the little of the protocol buffer format that those messages use, so that no library for
it is needed. It gives no meaning to what it reads.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

_PARSED = b"type.googleapis.com/cel.expr.ParsedExpr"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

# The field numbers of `Constant`: they double as the kinds of a literal.
NULL, BOOL, INT, UINT, DOUBLE, STRING, BYTES = range(1, 8)


@dataclass(frozen=True, slots=True)
class Const:
    """A literal. `kind` tells 3 from 3u and "a" from b"a"."""

    kind: int
    value: bool | int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Ident:
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`, or `has(operand.field)` when `test` is set."""

    operand: Node
    field: str
    test: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """`function(args)`, `target.function(args)`, and every operator, under names such as `_+_`."""

    function: str
    args: tuple[Node, ...]
    target: Node | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list literal."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """A map literal, or a protocol buffer message when `message` is named."""

    entries: tuple[tuple[Node, Node], ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """A macro (`all`, `exists`, `map`, `filter`, …) as the parser expands it."""

    variable: str
    over: Node
    result_variable: str
    start: Node
    condition: Node
    step: Node
    result: Node


type Node = Const | Ident | Select | Call | Items | Object | Fold
type _Value = int | bytes
type _Fields = dict[int, list[_Value]]
type _Put = Callable[[int, Node], bytes]


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in the order in which they stand in the text."""
    match node:
        case Select():
            return (node.operand,)
        case Call():
            return (node.target, *node.args) if node.target is not None else node.args
        case Items():
            return node.items
        case Object():
            return tuple(part for entry in node.entries for part in entry)
        case Fold():
            return (node.over, node.start, node.condition, node.step, node.result)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))


# Reading


def read(data: bytes) -> Node:
    """The tree of a serialised `ParsedExpr`."""
    return _node(_message(_message(_fields(data), 2), 2))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> _Fields:
    found: _Fields = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _value(data, at, key & 7)
        found.setdefault(key >> 3, []).append(value)
    return found


def _value(data: bytes, at: int, wire: int) -> tuple[_Value, int]:
    if wire == _VARINT:
        return _varint(data, at)
    size, at = _varint(data, at) if wire == _BYTES else ({_FIXED64: 8, _FIXED32: 4}[wire], at)
    return data[at : at + size], at + size


def _raw(fields: _Fields, number: int) -> bytes:
    value = fields[number][-1] if number in fields else b""
    return value if isinstance(value, bytes) else b""


def _text(fields: _Fields, number: int) -> str:
    return _raw(fields, number).decode()


def _message(fields: _Fields, number: int) -> _Fields:
    return _fields(_raw(fields, number))


def _one(fields: _Fields, number: int) -> Node:
    return _node(_message(fields, number))


def _many(fields: _Fields, number: int) -> tuple[Node, ...]:
    return tuple(_node(_fields(raw)) for raw in fields.get(number, ()) if isinstance(raw, bytes))


def _node(fields: _Fields) -> Node:
    for number, build in ((3, _const), (4, _ident), (5, _select), (6, _call), (7, _items), (8, _object), (9, _fold)):
        if number in fields:
            return build(_message(fields, number))
    raise ValueError("a node of an unknown shape")


def _const(fields: _Fields) -> Const:
    kind, values = next(iter(fields.items()))
    raw = values[-1]
    if isinstance(raw, bytes):
        unpacked: str | bytes | float = raw if kind == BYTES else raw.decode() if kind == STRING else _double(raw)
        return Const(kind, unpacked)
    if kind in (NULL, BOOL):
        return Const(kind, None if kind == NULL else bool(raw))
    return Const(kind, raw - (1 << 64) if kind == INT and raw >> 63 else raw)


def _double(raw: bytes) -> float:
    value: float = struct.unpack("<d", raw)[0]
    return value


def _ident(fields: _Fields) -> Ident:
    return Ident(_text(fields, 1))


def _select(fields: _Fields) -> Select:
    return Select(_one(fields, 1), _text(fields, 2), 3 in fields)


def _call(fields: _Fields) -> Call:
    return Call(_text(fields, 2), _many(fields, 3), _one(fields, 1) if 1 in fields else None)


def _items(fields: _Fields) -> Items:
    return Items(_many(fields, 1))


def _object(fields: _Fields) -> Object:
    entries = [_fields(raw) for raw in fields.get(2, ()) if isinstance(raw, bytes)]
    return Object(tuple((_key(entry), _one(entry, 4)) for entry in entries), _text(fields, 1))


def _key(entry: _Fields) -> Node:
    return _one(entry, 3) if 3 in entry else Const(STRING, _text(entry, 2))


def _fold(fields: _Fields) -> Fold:
    over, start, condition, step, result = (_one(fields, number) for number in (2, 4, 5, 6, 7))
    return Fold(_text(fields, 1), over, _text(fields, 3), start, condition, step, result)


# Writing


def write(node: Node) -> bytes:
    """The bytes from which the library makes a program."""
    return _put(1, _PARSED) + _put(2, _put(2, _bytes(node, count(1))))


def _number(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _put(number: int, payload: bytes | str) -> bytes:
    raw = payload.encode() if isinstance(payload, str) else payload
    return _number(number << 3 | _BYTES) + _number(len(raw)) + raw


def _put_number(number: int, value: int) -> bytes:
    return _number(number << 3 | _VARINT) + _number(value)


def _bytes(node: Node, ids: Iterator[int]) -> bytes:
    def put(number: int, part: Node) -> bytes:
        return _put(number, _bytes(part, ids))

    return _put_number(2, next(ids)) + _shape(node, put, ids)


def _shape(node: Node, put: _Put, ids: Iterator[int]) -> bytes:
    match node:
        case Const():
            return _put(3, _constant(node))
        case Ident():
            return _put(4, _put(1, node.name))
        case Select():
            return _put(5, put(1, node.operand) + _put(2, node.field) + (_put_number(3, 1) if node.test else b""))
        case Call():
            target = put(1, node.target) if node.target is not None else b""
            return _put(6, target + _put(2, node.function) + b"".join(put(3, arg) for arg in node.args))
        case Items():
            return _put(7, b"".join(put(1, item) for item in node.items))
        case Object():
            entries = (_put_number(1, next(ids)) + put(3, key) + put(4, value) for key, value in node.entries)
            return _put(8, b"".join(_put(2, entry) for entry in entries))
        case Fold():
            head = _put(1, node.variable) + put(2, node.over) + _put(3, node.result_variable)
            tail = enumerate((node.start, node.condition, node.step, node.result), start=4)
            return _put(9, head + b"".join(put(number, part) for number, part in tail))


def _constant(node: Const) -> bytes:
    value = node.value
    if isinstance(value, str | bytes):
        return _put(node.kind, value)
    if isinstance(value, float):
        return _number(node.kind << 3 | _FIXED64) + struct.pack("<d", value)
    return _put_number(node.kind, int(value or 0))
