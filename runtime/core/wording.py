"""What pydantic finds wrong with a document or a configuration, in words for people who do not program.

Called by `definition` (the shape of a document) and by `drawing` (the configuration of a node). It finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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


def sentence(error: Mapping[str, Any], whole: str) -> str:
    """One sentence for one of pydantic's errors; `whole` names what is meant when the error has no place inside it."""
    name = spoken(error["loc"]) or whole
    template = _IDENTIFIER if name.endswith("id") and error["type"] in _MISSPELT else _SENTENCES.get(error["type"])
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


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
