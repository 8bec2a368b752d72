"""What pydantic finds wrong with a document or a configuration, in words for people who do not program.

Called by `definition` (the shape of a document) and by `drawing` (the configuration of a node); the form of a step asks
it what a field is called. It finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

type JsonSchema = Mapping[str, Any]

_SENTENCES = {
    "missing": "“{name}” is missing",
    "extra_forbidden": "“{name}” is no field that exists here",
    "string_type": "“{name}” must be a text",
    "bool_type": "“{name}” must be yes or no (true or false)",
    "int_type": "“{name}” must be a whole number",
    "int_from_float": "“{name}” must be a whole number",
    "float_type": "“{name}” must be a number",
    "finite_number": "“{name}” must be an ordinary number",
    "dict_type": "“{name}” must be an object with named values",
    "model_type": "“{name}” must be an object with named values",
    "model_attributes_type": "“{name}” must be an object with named values",
    "tuple_type": "“{name}” must be a list",
    "list_type": "“{name}” must be a list",
    "string_too_short": "“{name}” must not be empty",
    "string_too_long": "“{name}” is too long: at most {max_length} characters",
    "too_short": "“{name}” has too few entries: at least {min_length}",
    "too_long": "“{name}” has too many entries: at most {max_length}",
    "greater_than": "“{name}” must be more than {gt}",
    "greater_than_equal": "“{name}” must be at least {ge}",
    "less_than": "“{name}” must be less than {lt}",
    "less_than_equal": "“{name}” must be at most {le}",
    "literal_error": "“{name}” must be one of these: {expected}",
    "string_pattern_mismatch": "“{name}” contains characters that are not allowed here",
    "string_unicode": "“{name}” contains characters that are no text",
}

_MISSPELT = ("string_pattern_mismatch", "string_too_long", "string_too_short")
_IDENTIFIER = "“{name}” must begin with a small letter, and be at most 40 small letters, digits and _"
_LONGEST = 60
_DEEPEST = 12


def sentence(error: Mapping[str, Any], whole: str) -> str:
    """One sentence for one of pydantic's errors; `whole` names what is meant when the error has no place inside it."""
    name = spoken(error["loc"]) or whole
    is_empty = error["type"] == "too_short" and error.get("ctx", {}).get("min_length") == 1
    is_identifier = error["loc"][-1:] == ("id",) and error["type"] in _MISSPELT
    template = _IDENTIFIER if is_identifier else _SENTENCES.get("string_too_short" if is_empty else error["type"])
    if template:
        return _ended(template.format(name=name, **error.get("ctx", {})))
    message = str(error["msg"]).removeprefix("Value error, ")
    return _ended(message if not error["loc"] else f"“{name}”: {message}")


def spoken(place: Sequence[int | str]) -> str:
    """A place as people say it: `rules 1, assert` for ("rules", 0, "assert"). People count from 1."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part)[:_LONGEST])
    return ", ".join(words)


def labelled(place: Sequence[int | str], schema: JsonSchema) -> tuple[int | str, ...]:
    """A place in a value with the words that a form has for its fields; what `schema` does not know stays as it is."""
    words: list[int | str] = []
    inside = schema
    for part in place:
        inside = resolved(inside, schema)
        fields = inside.get("properties", {})
        known = isinstance(part, str) and part in fields
        words.append(label(str(part), fields[part]) if known else part)
        inside = fields[part] if known else item_of(inside)
    return tuple(words)


def label(name: str, schema: JsonSchema) -> str:
    """What a field is called: its kind's own word for it, else its name. Pydantic's titles are names as well."""
    given = str(schema.get("title", ""))
    return given if given and given != name.replace("_", " ").title() else name.replace("_", " ").capitalize()


def item_of(schema: JsonSchema) -> JsonSchema:
    """The schema of what a list or map holds; empty where that may be anything or the schema is neither."""
    patterns: JsonSchema = schema.get("patternProperties") or {}
    found: Any = schema.get("items") or schema.get("additionalProperties") or next(iter(patterns.values()), {})
    return found if isinstance(found, Mapping) else {}


def resolved(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    """A schema without references into `root`, and without the alternative that there is nothing."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        others = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        found: JsonSchema
        if isinstance(reference, str):
            found = root.get("$defs", {}).get(reference.rpartition("/")[2], {})
        elif len(others) == 1:
            found = others[0]
        else:
            break
        schema = {**found, **{key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}}
    return schema


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
