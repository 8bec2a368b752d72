"""Templates: text with `{{ expression }}` in it.

Called by node kinds with mails, prompts and URLs in their configuration, and by the caged worker for templates that are
costly. What stands between the braces is an expression like any other; there are no loops and no filters.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from runtime.core import expressions
from runtime.core.expressions import Expr, Json, Reference, Unknown
from runtime.core.expressions.field import text_schema
from runtime.core.expressions.values import MAX_RESULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

MAX_LENGTH = 20_000
# More holes than this are rendered in the cage: each costs about ten microseconds.
_MAX_HOLES = 100
_TOKEN = re.compile(r'"""|\'\'\'|\{|\}|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hole:
    """An expression between braces."""

    expression: str


type Part = str | Hole


class Template(str):
    """A text whose holes are expressions. Making one from any other text is a ValueError with a sentence."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Checks the braces and every expression."""
        for part in parts(text):
            if isinstance(part, Hole):
                _check(part)
        return super().__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Only a string will do."""
        return text_schema(cls, "A template is a text: put the value in quotes.")

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What forms and other tools need to know."""
        return {"type": "string", "format": "template", "maxLength": MAX_LENGTH}


def _check(hole: Hole) -> None:
    try:
        Expr(hole.expression)
    except ValueError as error:
        raise ValueError(f"In `{{{{ {hole.expression[:60]} }}}}`: {error}") from None


def references(template: str) -> frozenset[Reference]:
    """What all holes together read."""
    return frozenset[Reference]().union(*(expressions.references(each) for each in holes(template)))


def holes(template: str) -> tuple[str, ...]:
    """The expressions of a template; none, if the text is no template."""
    try:
        return tuple(part.expression for part in parts(template) if isinstance(part, Hole))
    except ValueError:
        return ()


def is_costly(template: str, scope: Mapping[str, Json]) -> bool:
    """Whether rendering it here could hold the process for longer than about a millisecond."""
    found = holes(template)
    return len(found) > _MAX_HOLES or any(expressions.is_costly(each, scope) for each in found)


def render(template: str, scope: Mapping[str, Json]) -> str | Unknown:
    """The text with its holes filled, or why one of them cannot be."""
    try:
        found = parts(template)
    except ValueError as error:
        return Unknown(str(error), "error")
    filled, size = [], 0
    for part in found:
        text = part if isinstance(part, str) else _fill(part, scope)
        if isinstance(text, Unknown):
            return text
        size += len(text)
        if size > MAX_RESULT:
            return Unknown(f"The text is longer than {MAX_RESULT:,} characters.", "too_large")
        filled.append(text)
    return "".join(filled)


def _fill(hole: Hole, scope: Mapping[str, Json]) -> str | Unknown:
    value = expressions.evaluate(hole.expression, scope)
    if value is None:
        return Unknown(f"`{hole.expression}` is empty (null).", "missing_field")
    return value if isinstance(value, Unknown) else as_text(value)


def as_text(value: Json) -> str:
    """A value as people write it: 3 and not 3.0, lists and objects as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


@lru_cache(maxsize=1024)
def parts(text: str) -> tuple[Part, ...]:
    """The text cut at its holes. Raises ValueError where braces do not pair."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"A template has at most {MAX_LENGTH:,} characters; this one has {len(text):,}.")
    found: list[Part] = []
    at = depth = 0
    while (opening := text.find("{{", at)) >= 0:
        depth = _check_plain(text, at, opening, depth)
        closing = _closing(text, opening + 2)
        found += [text[at:opening], Hole(text[opening + 2 : closing].strip())]
        at = closing + 2
    _check_plain(text, at, len(text), depth)
    found.append(text[at:])
    return tuple(part for part in found if part)


def _closing(text: str, start: int) -> int:
    """Where the hole that starts here ends. Braces and quotes inside the expression are stepped over."""
    depth, at = 0, start
    while (token := _TOKEN.search(text, at)) is not None:
        at = token.end()
        if token[0] == "}" and depth == 0:
            if text.startswith("}}", token.start()):
                return token.start()
            break
        depth += (token[0] == "{") - (token[0] == "}")
        if token[0] in ('"""', "'''"):
            at = text.find(token[0], at) + 3
            if at < 3:
                break
    raise ValueError(f"The `{{{{` at character {start - 1} is never closed: write `}}}}` after the expression.")


def _check_plain(text: str, start: int, end: int, depth: int) -> int:
    """Finds a `}}` that closes nothing. JSON may stand in a template: its own braces pair, around the holes as well."""
    for brace in re.finditer(r"[{}]", text[start:end]):
        depth += 1 if brace[0] == "{" else -1
        if depth < 0 and text.startswith("}}", start + brace.start()):
            where = start + brace.start() + 1
            raise ValueError(f"The `}}}}` at character {where} closes nothing: write `{{{{` before the expression.")
        depth = max(depth, 0)
    return depth
