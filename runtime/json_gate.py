"""The one strict gate for JSON: what comes in as text, what is already parsed, and what goes out.

Called wherever JSON crosses a border: request bodies, websocket frames, answers of models and of other people's
services, results of registered functions. It knows JSON and nothing of what it means: the callers check schemas.

`json.loads` alone lets duplicate keys, NaN, 1e999, lone surrogates and NUL pass, and gives up on deep nesting with an
exception. Here each of these is a `JsonProblem` that names the place; nothing is raised for bad input.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json.decoder import JSONDecodeError
from json.encoder import JSONEncoder
from typing import Any, Literal, NoReturn

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type ProblemCode = Literal[
    "too_large",
    "too_deep",
    "not_utf8",
    "malformed",
    "duplicate_key",
    "not_finite",
    "number_too_large",
    "lone_surrogate",
    "nul_character",
    "not_json",
]

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
INT_MIN, INT_MAX = -(2**63), 2**63 - 1
MAX_DIGITS = 400

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NOT_A_BRACKET = re.compile(r"[^\[\]{}]+")
_ODD_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_ODD_CHARACTER = re.compile("[\x00\ud800-\udfff]")
_TOO_LONG = "The integer does not fit into 64 bits."
_ROUND = str.maketrans("[]{}", "()()")

type _Hook = Callable[[Any], Any]
type _Path = tuple[_Path, str | int] | None


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """Why a text or a value was refused: `path` is a JSON pointer ("" is the whole), `message` a sentence."""

    code: ProblemCode
    path: str
    message: str

    def to_json(self) -> dict[str, Json]:
        """One entry of a problem document's `errors`."""
        return {"code": self.code, "path": self.path, "message": self.message}


def read_json(raw: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Json | JsonProblem:
    """The value of a JSON text (UTF-8; a byte order mark is skipped), or why it is refused. Never raises.

    Numbers are finite doubles, or integers of 64 bits. `max_depth` counts nested arrays and objects.
    """
    text = _decoded(raw, max_bytes)
    if isinstance(text, JsonProblem):
        return text
    if _deeper_than(text, max_depth):
        return JsonProblem("too_deep", "", f"The JSON is nested more than {max_depth} levels deep.")
    try:
        value: Json = _strict(text)
    except JSONDecodeError as error:
        return JsonProblem("malformed", "", f"No valid JSON at line {error.lineno}, column {error.colno}: {error.msg}.")
    except (_RefusedError, RecursionError):
        return _first_flaw(text, max_bytes, max_depth)
    if _ODD_ESCAPE.search(text):
        return clean(value, max_bytes=max_bytes, max_depth=max_depth) or value
    return value


def clean(value: object, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> JsonProblem | None:
    """What keeps a value that is already parsed from being strict JSON, or None. Never raises, also for cyclic values.

    `max_bytes` bounds the number of characters and items together, which is close to the size when written.
    """
    if _is_plainly_clean(value, max_bytes, max_depth):
        return None
    left = max_bytes
    for item, path, depth in _walk(value):
        if depth > max_depth:
            return JsonProblem("too_deep", _pointer(path), f"The value is nested more than {max_depth} levels deep.")
        left -= 1 + (len(item) if isinstance(item, str) else 0)
        if left < 0:
            return JsonProblem("too_large", "", f"The value is larger than {max_bytes} bytes.")
        flaw = _flaw(item)
        if flaw:
            return JsonProblem(flaw[0], _pointer(path), flaw[1])
    return None


def write_json(value: object) -> str:
    """The compact JSON text of a clean value. Raises ValueError for what is not strict JSON: ask `clean` first where
    the value comes from outside; a value that came through `read_json` never raises."""
    try:
        text = _ENCODER.encode(value)
        text.encode()
    except (TypeError, RecursionError, UnicodeEncodeError) as error:
        raise ValueError(f"The value is not strict JSON: {error}") from error
    return text


_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class _RefusedError(Exception):
    """Something that the JSON grammar (or Python's reading of it) lets pass and the gate does not."""


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in a parsed value for what was refused there, so that its path can be told."""

    code: ProblemCode
    message: str
    key: str | None = None


def _decoded(raw: bytes | str, max_bytes: int) -> str | JsonProblem:
    too_large = JsonProblem("too_large", "", f"The JSON is larger than {max_bytes} bytes.")
    if len(raw) > max_bytes:
        return too_large
    try:
        if isinstance(raw, str):
            text = raw
            if not raw.isascii() and len(raw.encode()) > max_bytes:
                return too_large
        else:
            text = bytes(raw).decode()
    except UnicodeDecodeError as error:
        return JsonProblem("not_utf8", "", f"The text is not UTF-8: byte {error.start} does not fit.")
    except UnicodeEncodeError as error:
        return JsonProblem("lone_surrogate", "", f"Character {error.start} is half a surrogate pair.")
    return text[1:] if text.startswith("\ufeff") else text


def _deeper_than(text: str, limit: int) -> bool:
    """Whether brackets outside of strings nest deeper than `limit`; measured without recursion."""
    if text.count("[") + text.count("{") <= limit:
        return False
    brackets = _NOT_A_BRACKET.sub("", _STRING.sub("", text)).translate(_ROUND)
    for _ in range(limit):
        if not brackets:
            return False
        brackets = brackets.replace("()", "")
    # What is left is too deep, or unbalanced; the parser words the latter better.
    return "()" in brackets or brackets.count("(") > limit


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _RefusedError
    return made


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0.0 or len(text) > MAX_DIGITS:
        raise _RefusedError
    return number


def _small(text: str) -> int:
    if len(text) < 19:
        return int(text)
    if len(text) > 20 or not INT_MIN <= int(text) <= INT_MAX:
        raise _RefusedError
    return int(text)


def _refuse(_text: str) -> NoReturn:
    raise _RefusedError


def _decoder(pairs: _Hook, number: _Hook, whole: _Hook, constant: _Hook) -> _Hook:
    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_float=number, parse_int=whole, parse_constant=constant
    ).decode


_strict = _decoder(_no_duplicates, _finite, _small, _refuse)


def _first_flaw(text: str, max_bytes: int, max_depth: int) -> JsonProblem:
    """Read a refused text once more with stand-ins for its flaws, to say where the first one is."""
    try:
        value = _forgiving(text)
    except JSONDecodeError as error:
        return JsonProblem("malformed", "", f"No valid JSON at line {error.lineno}, column {error.colno}: {error.msg}.")
    except RecursionError:
        return JsonProblem("too_deep", "", f"The JSON is nested more than {max_depth} levels deep.")
    found = clean(value, max_bytes=max_bytes, max_depth=max_depth)
    return found or JsonProblem("malformed", "", "The text is not strict JSON.")


def _marked_pairs(pairs: list[tuple[str, Any]]) -> Any:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add gives None, which reads as "not seen"
    return _Flaw("duplicate_key", "The object has the same key twice.", twice)


def _marked_float(text: str) -> Any:
    if len(text) > MAX_DIGITS:
        return _Flaw("number_too_large", f"The number has more than {MAX_DIGITS} digits.")
    number = float(text)
    return number if math.isfinite(number) else _Flaw("not_finite", "The number is too large to be a finite double.")


def _marked_int(text: str) -> Any:
    try:
        return _small(text)
    except _RefusedError:
        return _Flaw("number_too_large", _TOO_LONG)


def _marked_constant(text: str) -> Any:
    return _Flaw("not_finite", f"{text} is no JSON number.")


_forgiving = _decoder(_marked_pairs, _marked_float, _marked_int, _marked_constant)


def _is_plainly_clean(value: object, max_bytes: int, max_depth: int) -> bool:
    """Whether a value is clean, seen quickly and level by level; False says only that one must look closer."""
    level, texts, seen = [value], [""], 0
    for depth in range(max_depth + 1):
        below: list[object] = []
        for item in level:
            if type(item) is dict:
                texts.extend(key if type(key) is str else "\x00" for key in item)
                below.extend(item.values())
            elif type(item) is list:
                below.extend(item)
            elif type(item) is str:
                texts.append(item)
            elif not _is_plain_scalar(item):
                return False
        seen += len(level)
        if depth == max_depth and any(isinstance(item, dict | list) for item in level):
            return False
        if not below or seen + len(below) > max_bytes:
            break
        level = below
    if below:
        return False
    whole = "".join(texts)
    return seen + len(whole) <= max_bytes and not _ODD_CHARACTER.search(whole)


def _is_plain_scalar(item: object) -> bool:
    if type(item) is int:
        return INT_MIN <= item <= INT_MAX
    if type(item) is float:
        return item - item == 0.0
    return item is None or item is True or item is False


def _walk(value: object) -> Iterator[tuple[object, _Path, int]]:
    """Every value and key inside, in reading order, with its path and depth, without recursion."""
    work: list[tuple[object, _Path, int]] = [(value, None, 0)]
    while work:
        item, path, depth = work.pop()
        if isinstance(item, _Flaw) and item.key is not None:
            path = (path, item.key)
        inside = depth + isinstance(item, dict | list)
        yield item, path, inside
        if isinstance(item, dict):
            yield from ((_Key(key), (path, key) if isinstance(key, str) else path, inside) for key in item)
            work.extend((item[key], (path, key), inside) for key in reversed(item))
        elif isinstance(item, list):
            work.extend((item[index], (path, index), inside) for index in range(len(item) - 1, -1, -1))


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of an object, told from a value."""

    key: object


def _flaw(item: object) -> tuple[ProblemCode, str] | None:
    match item:
        case None | bool() | dict() | list():
            return None
        case _Key(key):
            return _flaw(key) if isinstance(key, str) else ("not_json", "A key of this object is not a text.")
        case str():
            return _text_flaw(item)
        case int():
            return None if INT_MIN <= item <= INT_MAX else ("number_too_large", _TOO_LONG)
        case float():
            return None if math.isfinite(item) else ("not_finite", "The number is not finite.")
        case _Flaw():
            return item.code, item.message
        case _:
            return "not_json", f"A value of type {type(item).__name__} is not JSON."


def _text_flaw(text: str) -> tuple[ProblemCode, str] | None:
    found = _ODD_CHARACTER.search(text)
    if not found:
        return None
    if found.group() == "\x00":
        return "nul_character", "The text contains the character NUL."
    return "lone_surrogate", "The text contains half a surrogate pair."


def _pointer(path: _Path) -> str:
    parts: list[str] = []
    while path:
        path, key = path
        parts.append(_ODD_CHARACTER.sub("\ufffd", str(key)).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in reversed(parts))
