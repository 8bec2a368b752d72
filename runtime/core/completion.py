"""What can be written next in an expression: the fields, steps and functions that are available at a place. Pure.

Called by the canvas while somebody types. A step is offered only where it has certainly run, so that no offer leads to
a problem; its fields and their types come from what its kind says it gives. It evaluates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from runtime.core.checks.data import readable
from runtime.core.drawing import Drawing

MOST = 200
_CHAIN = re.compile(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*|\[\s*(?:\"[^\"\\]*\"|'[^'\\]*')\s*\]|\[\d+\])*\s*\.?\s*$")
_PART = re.compile(r"\.?\s*([A-Za-z_]\w*)\s*|\[\s*(?:\"([^\"\\]*)\"|'([^'\\]*)')\s*\]|\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z_]\w*")
_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "array": "list",
    "object": "object",
    "null": "nothing",
}
_DEEPEST = 20
_DEEPEST_SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that may be written: `text` goes in place of the characters from `start` to `end`.

    `sort` is input, step, field, fact, function or method; `type` says in words what it is of, `help` what it means.
    """

    text: str
    start: int
    end: int
    sort: str
    type: str = ""
    help: str = ""

    def to_json(self) -> dict[str, Any]:
        """The shape that the canvas reads."""
        names = ("text", "start", "end", "sort", "type", "help")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class _Word:
    """Something known, before it is placed: the fields of Offer but for the place."""

    text: str
    sort: str
    type: str = ""
    help: str = ""


_FUNCTIONS = (
    _Word("has(", "function", "yes or no", "Whether a field is there: has(input.email)"),
    _Word("size(", "function", "whole number", "How long a text is, how many entries a list or object has"),
    _Word("string(", "function", "text", "A value as text"),
    _Word("int(", "function", "whole number", "A text or number as a whole number"),
    _Word("double(", "function", "number", "A text or number as a number"),
    _Word("timestamp(", "function", "time", 'A moment: timestamp("2026-01-31T09:00:00Z")'),
    _Word("duration(", "function", "duration", 'A span of time: duration("90m")'),
    _Word("math.round(", "function", "number", "The nearest whole number"),
    _Word("math.greatest(", "function", "number", "The largest of several numbers"),
    _Word("math.least(", "function", "number", "The smallest of several numbers"),
    _Word("math.abs(", "function", "number", "A number without its sign"),
    _Word("true", "function", "yes or no"),
    _Word("false", "function", "yes or no"),
    _Word("null", "function", "nothing"),
)
_METHODS = {
    "string": (
        _Word("contains(", "method", "yes or no", 'Whether another text is in it: .contains("@")'),
        _Word("startsWith(", "method", "yes or no", "Whether it begins with another text"),
        _Word("endsWith(", "method", "yes or no", "Whether it ends with another text"),
        _Word("matches(", "method", "yes or no", "Whether a regular expression is found in it"),
        _Word("lowerAscii()", "method", "text", "With small letters"),
        _Word("upperAscii()", "method", "text", "With capital letters"),
        _Word("trim()", "method", "text", "Without spaces around it"),
        _Word("split(", "method", "list", 'Cut at another text: .split(",")'),
        _Word("size()", "method", "whole number", "How many characters it has"),
    ),
    "array": (
        _Word("size()", "method", "whole number", "How many entries it has"),
        _Word("all(", "method", "yes or no", "Whether something is true of each: .all(x, x > 0)"),
        _Word("exists(", "method", "yes or no", "Whether something is true of one: .exists(x, x > 0)"),
        _Word("filter(", "method", "list", "Those of which something is true: .filter(x, x > 0)"),
        _Word("map(", "method", "list", "Something computed of each: .map(x, x.name)"),
        _Word("join(", "method", "text", 'A list of texts as one text: .join(", ")'),
    ),
}
_RUN = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The run's own id"},
        "started_at": {"type": "string", "description": "When the run was started"},
    },
}


def offers(drawing: Drawing, node: str, text: str, cursor: int) -> tuple[Offer, ...]:
    """What fits at the cursor of an expression of this node, at most 200; inside a text nothing does. Never raises."""
    cursor = min(max(cursor, 0), len(text))
    if _in_text(text[:cursor]):
        return ()
    behind = _NAME.match(text, cursor) if cursor and _is_word(text[cursor - 1]) else None
    end = behind.end() if behind else cursor
    chain = _CHAIN.search(text[:cursor])
    if chain is None:
        typed, known = "", _roots(drawing, node)
    else:
        *path, typed = _path(chain[0])
        known = _inside(drawing, node, path) if path else _roots(drawing, node)
    return tuple(_placed(known, text, cursor - len(typed), end, typed))[:MOST]


def in_template(text: str, cursor: int) -> tuple[str, int, int] | None:
    """The expression of a template that the cursor stands in: its text, the cursor inside it, and where it begins."""
    opening = text.rfind("{{", 0, cursor)
    if opening < 0 or text.find("}}", opening, cursor) >= 0:
        return None
    closing = text.find("}}", cursor)
    following = text.find("{{", cursor)
    whole = closing if closing >= 0 and not 0 <= following < closing else cursor
    return text[opening + 2 : whole], cursor - opening - 2, opening + 2


def sample_of(schema: object, depth: int = 0) -> Any:
    """A value that looks like what a schema describes: its default or first example, else something plain."""
    found = resolved(schema, schema) if depth < _DEEPEST_SAMPLE else {}
    for given in ("default", "const"):
        if given in found:
            return found[given]
    for several in ("examples", "enum"):
        if isinstance(found.get(several), list) and found[several]:
            return found[several][0]
    fields = found.get("properties")
    if isinstance(fields, Mapping):
        return {name: sample_of(_with_definitions(each, schema), depth + 1) for name, each in fields.items()}
    plain = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}
    return plain.get(_type(found))


def resolved(schema: object, root: object) -> Mapping[str, Any]:
    """A schema without references, and without the alternative that there is nothing; empty where it says nothing."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, Mapping):
            return {}
        several = schema.get("anyOf")
        listed = several if isinstance(several, list) else ()
        others = [each for each in listed if isinstance(each, Mapping) and each.get("type") != "null"]
        if isinstance(schema.get("$ref"), str):
            schema = _at(root, schema["$ref"])
        elif len(others) == 1:
            schema = others[0]
        else:
            return schema
    return {}


def _roots(drawing: Drawing, node: str) -> Iterator[_Word]:
    yield _Word("input", "input", "object", "What the run was started with")
    for step in readable(drawing, node):
        yield _Word(f"steps.{step}.output", "step", _said(_output(drawing, step)), drawing.title(step))
    yield _Word("steps", "step", "object", "The steps before this one")
    yield _Word("run", "fact", "object", "The run itself")
    if node in drawing.graph.nodes and drawing.graph.nodes[node].kind == "execute.each":
        yield _Word("item", "fact", "", "The item that is being run, in what each is given")
        yield _Word("index", "fact", "whole number", "Its place in the list, from 0")
    yield from _FUNCTIONS


def _inside(drawing: Drawing, node: str, path: list[str]) -> Iterator[_Word]:
    root, *rest = path
    if root == "input":
        yield from _fields(drawing.document.input, rest)
    elif root == "run":
        yield from _fields(_RUN, rest)
    elif root == "math" and not rest:
        yield from (replace(each, text=each.text[5:]) for each in _FUNCTIONS if each.text.startswith("math."))
    elif root == "steps":
        yield from _of_steps(drawing, node, rest)


def _of_steps(drawing: Drawing, node: str, path: list[str]) -> Iterator[_Word]:
    known = readable(drawing, node)
    if not path:
        yield from (_Word(step, "step", "step", drawing.title(step)) for step in known)
    elif path[0] in known and len(path) == 1:
        yield _Word("output", "field", _said(_output(drawing, path[0])), "What the step gave")
        ports = ", ".join(drawing.ports.get(path[0], ()))
        yield _Word("port", "field", "text", f"Which way it took: {ports}" if ports else "Which way it took")
    elif path[0] in known and path[1] == "output":
        yield from _fields(_output(drawing, path[0]), path[2:])
    elif path[0] in known and path[1:] == ["port"]:
        yield from _METHODS["string"]


def _output(drawing: Drawing, step: str) -> Mapping[str, Any]:
    kind, params = drawing.kind(step), drawing.params.get(step)
    return kind.output(params) if kind and params is not None else {}


def _fields(root: Mapping[str, Any], path: list[str]) -> Iterator[_Word]:
    schema = resolved(root, root)
    for name in path:
        fields = schema.get("properties")
        inside = fields.get(name) if isinstance(fields, Mapping) else None
        schema = resolved(schema.get("items") if name.isdigit() and inside is None else inside, root)
    required = schema.get("required")
    fields = schema.get("properties")
    for name, each in fields.items() if isinstance(fields, Mapping) else ():
        found = resolved(each, root)
        kept = "" if isinstance(required, list) and name in required else " (may be missing)"
        said = found.get("description") or (each.get("description") if isinstance(each, Mapping) else "") or ""
        yield _Word(str(name), "field", _said(found), f"{said}{kept}".strip())
    yield from _METHODS.get(_type(schema), ())


def _placed(known: Iterator[_Word], text: str, start: int, end: int, typed: str) -> Iterator[Offer]:
    """The words that begin as what was typed, or hold it; those that begin so come first."""
    wanted = typed.casefold()
    fitting = [word for word in known if wanted in word.text.casefold()]
    for word in sorted(fitting, key=lambda each: not each.text.casefold().startswith(wanted)):
        named = word.sort == "field" and not _NAME.fullmatch(word.text)
        dot = text.rfind(".", 0, start) if named else -1
        if named and ('"' in word.text or "\\" in word.text or not word.text.isprintable()):
            continue
        written = f'["{word.text}"]' if named else word.text
        yield Offer(written, dot if dot >= 0 else start, end, word.sort, word.type, word.help)


def _path(chain: str) -> list[str]:
    """The parts of a chain; the last one is what is being typed, empty behind a dot."""
    parts = [next(part for part in found.groups() if part is not None) for found in _PART.finditer(chain)]
    return [*parts, ""] if chain.rstrip().endswith((".", "]")) else parts


def _in_text(before: str) -> bool:
    """Whether the cursor stands inside quotes."""
    quote = ""
    skip = False
    for character in before:
        if skip:
            skip = False
        elif quote:
            skip = character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return bool(quote)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _type(schema: Mapping[str, Any]) -> str:
    listed = schema.get("type")
    types = [each for each in (listed if isinstance(listed, list) else [listed]) if each != "null"]
    return str(types[0]) if len(types) == 1 else ("object" if schema.get("properties") else "")


def _said(schema: Mapping[str, Any]) -> str:
    options = schema.get("enum")
    if isinstance(options, list) and options:
        return "one of " + ", ".join(str(each) for each in options[:6])
    return _TYPES.get(_type(schema), "any value")


def _at(root: object, reference: str) -> object:
    found: object = root
    for part in reference.removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _with_definitions(schema: object, root: object) -> object:
    """A part of a schema that still finds what the whole defines."""
    if not isinstance(schema, Mapping) or not isinstance(root, Mapping):
        return schema
    return {**{key: root[key] for key in ("$defs", "definitions") if key in root}, **schema}
