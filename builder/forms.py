"""A kind's JSON Schema and a configuration as the controls of a form: what the inspector draws. Pure.

Called by `inspector`. It knows schemas and values, no kind and no page; whether a value fits is for the kind's own
model to say, and its complaints are handed in as `errors`. What has no control of its own is asked for as JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from runtime.core.wording import item_of, label, resolved
from runtime.json_gate import write_json

type Errors = Mapping[str, Sequence[str]]
"""Sentences by the JSON pointer of the place they belong to."""
type Schema = Mapping[str, Any]

PROSE = 300
MOST_ITEMS = 1_000
_DEEPEST = 12
_LANGUAGES = {"cel": "expression", "template": "template", "json-schema": "schema", "json-form": "fields"}
_AS_JSON = ("json", "schema", "fields")
_BLANKS: Mapping[str, Any] = {"object": {}, "array": [], "boolean": False, "number": 0, "integer": 0}


@dataclass(frozen=True, slots=True)
class Control:
    """One place of a configuration.

    `sort` is text, long, expression, template, number, integer, choice, flag, json (these hold a `value`), schema or
    fields (JSON as well: a JSON Schema of any value, or of a record), set (its
    `value` is a list of `options`), or group, list, map (these hold `parts`; an optional group that is not there has
    none). `path` is its JSON pointer, `id` names it in the page, `key` is its name in a map. `default` is what holds
    where nothing is set, `words` says in words what options mean, `lines` is how many a text has room for at first.
    `blank` is the JSON of what a click on “add” puts there, `least` and `most` bound the parts of a list or map.
    """

    sort: str
    path: str
    id: str
    title: str = ""
    help: str = ""
    value: str = ""
    default: str = ""
    key: str = ""
    options: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    required: bool = False
    present: bool = True
    errors: tuple[str, ...] = ()
    parts: tuple[Control, ...] = ()
    blank: str = ""
    lines: int = 0
    least: int = 0
    most: int = MOST_ITEMS

    @property
    def choices(self) -> tuple[tuple[str, str, bool], ...]:
        """The options with what they are called, and whether it holds."""
        held = self.value or self.default
        chosen = held_in(held) if self.sort == "set" else (held,)
        return tuple((each, self.words.get(each, each), each in chosen) for each in self.options)

    @property
    def checked(self) -> bool:
        """Whether a flag is set."""
        return (self.value if self.present else self.default) == "on"

    @property
    def adds(self) -> str:
        """What a click on “add” adds, in words."""
        return singular(self.title.lower()) or "entry"

    @property
    def full(self) -> bool:
        """Whether nothing more may be added."""
        return len(self.parts) >= self.most

    @property
    def fewest(self) -> bool:
        """Whether nothing more may be taken away."""
        return len(self.parts) <= self.least

    @property
    def described_by(self) -> str:
        """The ids of what explains this control."""
        told = ((self.help, "help"), (self.errors, "error"))
        return " ".join(f"{self.id}-{what}" for there, what in told if there)

    def all(self) -> Iterator[Control]:
        """This control and everything inside it."""
        yield self
        for part in self.parts:
            yield from part.all()


@dataclass(frozen=True, slots=True)
class Form:
    """The controls of a configuration, and the complaints that belong to none of them."""

    controls: tuple[Control, ...]
    errors: tuple[str, ...] = ()

    def control(self, name: str) -> Control | None:
        """The control of a field."""
        return next((each for each in self.controls if each.path == f"/{escaped(name)}"), None)


@dataclass(slots=True)
class _Maker:
    root: Schema
    errors: Errors
    suggestions: Mapping[str, Sequence[str]]
    shown: set[str] = field(default_factory=set)

    def group(self, schema: Schema, value: object, path: str, id_: str, depth: int) -> tuple[Control, ...]:
        values = value if isinstance(value, Mapping) else {}
        needed = schema.get("required", ())
        return tuple(
            self.control(name, part, values, path, id_, name in needed, depth + 1)
            for name, part in schema.get("properties", {}).items()
        )

    def control(
        self, name: str, schema: Schema, values: Mapping[str, Any], above: str, id_: str, required: bool, depth: int
    ) -> Control:
        """A field of an object."""
        present, found = name in values and values[name] is not None, self.resolved(schema)
        place, inside = f"{above}/{escaped(name)}", f"{id_}-{name}"
        title, help_ = label(name, schema), help_of(schema, found)
        told = "" if help_.rstrip(".") == title else help_
        about = {"title": title, "help": told, "required": required}
        return self.made(found, values.get(name), place, inside, depth, name=name, present=present, **about)

    def made(
        self,
        schema: Schema,
        value: object,
        path: str,
        id_: str,
        depth: int,
        *,
        name: str = "",
        present: bool = True,
        **about: Any,
    ) -> Control:
        sort = sort_of(schema) if depth < _DEEPEST else "json"
        if sort == "list" and self.resolved(item_of(schema)).get("enum"):
            sort = "set"
        about = {**about, "path": path, "id": id_, "present": present}
        if sort == "group":
            about["blank"] = write_json(blank_of(schema, self.resolved))
            if not present and not about.get("required"):
                return Control("group", **about, errors=self.below(path))
            return Control("group", **about, errors=self.at(path), parts=self.group(schema, value, path, id_, depth))
        if sort in ("list", "map"):
            about |= {"default": "" if present or not schema.get("default") else write_json(schema["default"])}
            return self.several(sort, schema, value if present else schema.get("default"), about, depth)
        listed = self.resolved(item_of(schema)) if sort == "set" else schema
        about |= {"options": tuple(str(each) for each in listed.get("enum", ()) if each is not None)}
        about |= {"words": _words(listed), "suggestions": tuple(self.suggestions.get(name, ()))}
        about |= {"lines": int(schema.get("lines", 3 if sort == "template" and not about.get("key") else 1))}
        about |= {"value": text_of(value, sort), "default": text_of(schema.get("default"), sort)}
        return Control(sort, **about, errors=self.below(path))

    def several(self, sort: str, schema: Schema, value: object, about: dict[str, Any], depth: int) -> Control:
        item = self.resolved(item_of(schema))
        path, id_ = about["path"], about["id"]
        about |= {"blank": write_json(blank_of(item, self.resolved)), "errors": self.at(path)}
        about |= {"least": int(schema.get("minItems", schema.get("minProperties", 0)))}
        about |= {"most": int(schema.get("maxItems", schema.get("maxProperties", MOST_ITEMS)))}
        parts = tuple(
            self.made(item, each, f"{path}/{escaped(key)}", f"{id_}-{number}", depth + 1, required=True)
            if sort == "list"
            else self.entry(item, each, key, f"{path}/{escaped(key)}", f"{id_}-{number}", depth)
            for number, (key, each) in enumerate(islice(_items(value, sort), MOST_ITEMS))
        )
        # What has been said beside the first entry need not be said beside every other one.
        return Control(sort, **about, parts=(*parts[:1], *(_untold(part) for part in parts[1:])))

    def entry(self, item: Schema, value: object, key: str, path: str, id_: str, depth: int) -> Control:
        return self.made(item, value, path, id_, depth + 1, required=True, key=key, title=key)

    def resolved(self, schema: Schema) -> Schema:
        return resolved(schema, self.root)

    def at(self, path: str) -> tuple[str, ...]:
        """The complaints about this very place."""
        self.shown.add(path)
        return tuple(self.errors.get(path, ()))

    def below(self, path: str) -> tuple[str, ...]:
        """The complaints about this place and everything inside it."""
        inside = [each for each in self.errors if each == path or each.startswith(f"{path}/")]
        self.shown.update(inside)
        return tuple(message for each in inside for message in self.errors[each])


def form_of(
    schema: Schema, config: Mapping[str, Any], errors: Errors, suggestions: Mapping[str, Sequence[str]] | None = None
) -> Form:
    """The form of a configuration that may be anything. `suggestions`: known values by the name of the field."""
    maker = _Maker(schema, errors, suggestions or {})
    controls = maker.group(schema, config, "", "config", 0)
    rest = tuple(message for path, told in errors.items() if path not in maker.shown for message in told)
    return Form(controls, rest)


def sort_of(schema: Schema) -> str:
    """Which control suits a schema that has been resolved."""
    if schema.get("format") in _LANGUAGES:
        return _LANGUAGES[schema["format"]]
    if all(isinstance(each, str) for each in schema.get("enum", (None,))):
        return "choice"
    match schema.get("type"):
        case "string":
            return "long" if schema.get("maxLength", 0) > PROSE else "text"
        case "boolean":
            return "flag"
        case "integer" | "number" as number:
            return str(number)
        case "array" if isinstance(schema.get("items"), Mapping):
            return "list"
        case "object" if schema.get("properties"):
            return "group"
        case "object" if item_of(schema):
            return "map"
    return "json"


def blank_of(schema: Schema, found: Callable[[Schema], Schema]) -> Any:
    """What a new item begins as: every field that it must have, as empty as can be."""
    if schema.get("enum"):
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    needed = schema.get("required", ())
    if schema.get("properties") and needed:
        return {name: blank_of(found(schema["properties"][name]), found) for name in needed}
    return _BLANKS.get(schema.get("type", "string"), "")


def text_of(value: object, sort: str) -> str:
    """What stands in a control; a value of another sort than expected is shown as it is, to be corrected."""
    if value is None:
        return ""
    if sort == "flag":
        return "on" if value is True else ""
    if sort == "set":
        return write_json([each for each in value if isinstance(each, str)]) if isinstance(value, list | tuple) else ""
    if isinstance(value, str) and sort not in _AS_JSON:
        return value
    return json.dumps(value, ensure_ascii=False, indent=2) if sort in _AS_JSON else write_json(value)


def held_in(text: str) -> tuple[str, ...]:
    """The options that the value of a set holds, out of what `text_of` wrote."""
    return tuple(json.loads(text or "[]"))


def singular(words: str) -> str:
    """One of what a title names: “choices” are added one “choice” at a time."""
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    return words[:-1] if words.endswith("s") and not words.endswith("ss") else words


def help_of(schema: Schema, resolved: Schema) -> str:
    """The help beside a control."""
    return str(schema.get("description") or resolved.get("description") or "")


def escaped(part: object) -> str:
    """One part of a JSON pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _untold(control: Control) -> Control:
    return replace(control, help="", parts=tuple(_untold(part) for part in control.parts))


def _words(schema: Schema) -> Mapping[str, str]:
    """What options mean, where the kind says so: `json_schema_extra={"words": {…}}`."""
    words = schema.get("words", {})
    return words if isinstance(words, Mapping) else {}


def _items(value: object, sort: str) -> Iterator[tuple[str, Any]]:
    if sort == "list" and isinstance(value, list | tuple):
        yield from ((str(number), each) for number, each in enumerate(value))
    elif sort == "map" and isinstance(value, Mapping):
        yield from ((str(key), each) for key, each in value.items())
