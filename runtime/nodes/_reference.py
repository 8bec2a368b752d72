"""The reference page of the node kinds, written from the kinds themselves: `docs/nodes.md`.

Run by `make docs` after a kind was added or changed; a test compares the page with what this file would write. It reads
kinds and their JSON Schemas, and writes nothing itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from runtime.core.node import JsonSchema, Kinds, NodeKind
from runtime.nodes import discover

FAMILIES = {
    "execute": "Execute: do it",
    "verify": "Verify: can it be relied on?",
    "decide": "Decide: which way?",
    "escalate": "Escalate: a person says",
    "outcome": "Outcome: the end",
}
_WORDS = {
    "cel": "expression",
    "template": "template",
    "json-schema": "JSON Schema",
    "json-form": "JSON Schema",
    "boolean": "true or false",
    "string": "text",
}
_EFFECTS = {"none": "has no effect outside", "reads": "reads from outside", "outward": "acts on the outside"}
_HEAD = """# The node kinds

This page is written from the kinds themselves. After a change of a kind, write it anew: `make docs`.

An *expression* is text in CEL over `input`, `steps.<id>.output`, `steps.<id>.port` and `run`; a constant is written as
an expression too (`"'text'"`, `"3"`). A *template* is text with `{{ expression }}` in it. A field without a default is
required.
"""


def page(kinds: Kinds) -> str:
    """The whole page in Markdown, family by family."""
    parts = [_HEAD]
    for family, heading in FAMILIES.items():
        members = [kind for kind in kinds.values() if kind.family == family]
        if members:
            parts += [f"## {heading}\n", *map(section, members)]
    return "\n".join(parts)


def section(kind: NodeKind[Any]) -> str:
    """What there is to know of one kind."""
    params = kind.params.model_validate(kind.example)
    ports = ", ".join(f"`{port}`" for port in kind.ports(params)) or "none"
    example = json.dumps(kind.example, indent=2, ensure_ascii=False)
    return "\n".join(
        [
            f"### `{kind.name}`: {kind.title}\n",
            f"{kind.help.strip()}\n",
            "| field | type | default | what it is |",
            "|---|---|---|---|",
            *_rows(kind.params.model_json_schema(by_alias=True)),
            f"\nFor example, with the ports {ports}; it {_EFFECTS[kind.effect(params)]}:\n",
            f"```json\n{example}\n```\n",
        ]
    )


def _rows(schema: JsonSchema) -> Iterator[str]:
    for name, field, required in _fields(schema, schema.get("$defs", {})):
        default = "" if required else _default(field.get("default"))
        kind = _cell(_type(field, schema.get("$defs", {})))
        yield f"| `{name}` | {kind} | {default} | {_cell(field.get('description', ''))} |"


def _default(value: object) -> str:
    return "empty" if value is None or value in ("", [], {}) else f"`{json.dumps(value)}`"


def _fields(schema: JsonSchema, defs: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, JsonSchema, bool]]:
    """Every field with those inside it: `rules[].name` in a list, `editable.*.expr` in an object by names."""
    for name, field in schema.get("properties", {}).items():
        yield prefix + name, field, name in schema.get("required", ())
        inner, suffix = _inside(_plain(field, defs), defs)
        yield from _fields(inner, defs, f"{prefix}{name}{suffix}.")


def _inside(field: JsonSchema, defs: Mapping[str, Any]) -> tuple[JsonSchema, str]:
    if "items" in field:
        return _plain(field["items"], defs), "[]"
    named = _named(field)
    return (field, "") if named is None else (_plain(named, defs), ".*")


def _named(field: JsonSchema) -> JsonSchema | None:
    """The schema of the values of an object whose names the designer chooses; None for any other."""
    candidates = [field.get("additionalProperties"), *field.get("patternProperties", {}).values()]
    return next((found for found in candidates if isinstance(found, dict)), None)


def _plain(field: JsonSchema, defs: Mapping[str, Any]) -> JsonSchema:
    """A field's schema without references, and without the null that an optional field may be."""
    options = [option for option in field.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        return _plain(options[0], defs)
    reference = field.get("$ref", "").rpartition("/")[2]
    return defs[reference] if reference else field


def _type(field: JsonSchema, defs: Mapping[str, Any]) -> str:
    plain = _plain(field, defs)
    if "enum" in plain:
        return ", ".join(f"`{value}`" for value in plain["enum"])
    if "items" in plain:
        return f"list of {_type(plain['items'], defs)}"
    if (named := _named(plain)) is not None:
        return f"{{name: {_type(named, defs)}}}"
    kind = str(plain.get("type", "any value"))
    return (_WORDS.get(plain.get("format", "")) or _WORDS.get(kind, kind)) + _bounds(plain)


def _bounds(field: JsonSchema) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "exclusiveMaximum": "<", "maximum": "≤"}
    bounds = [f"{sign} {_number(field[key])}" for key, sign in signs.items() if key in field]
    return f" {', '.join(bounds)}" if bounds else ""


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    print(page(discover()), end="")
