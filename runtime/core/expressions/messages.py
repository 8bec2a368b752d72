"""What the CEL library says, in sentences for people who do not program.

Called by `language` for texts that do not compile and by `evaluation` for values that could not be computed. It reads
the library's messages and nothing else.
"""

from __future__ import annotations

import re

from runtime.core.expressions.values import Unknown

TOO_MANY = "too many items"
ODD_NUMBER = "not finite"
NO_FIELDS = "A field was asked of a value that has no fields."
_DEEP = "The expression is nested too deeply, or chains more than 30 operators: split it over several steps."

_KINDS = {
    "string": "a text",
    "int": "a whole number",
    "int64": "a whole number",
    "uint": "a whole number",
    "uint64": "a whole number",
    "double": "a number",
    "bool": "yes or no",
    "null": "nothing",
    "null_type": "nothing",
    "list": "a list",
    "map": "a group of values",
    "timestamp": "a time",
    "google.protobuf.Timestamp": "a time",
    "duration": "a duration",
    "google.protobuf.Duration": "a duration",
    "bytes": "raw data",
    "dyn": "any value",
}
_COMPARING = frozenset({"_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_"})
_CALCULATING = frozenset({"_+_", "_-_", "_*_", "_/_", "_%_", "quotient"})
_HINTS = {"_+_": ": texts are joined with texts, numbers added to numbers (`string(…)` makes a text of a number)"}
_ERROR = re.compile(r"ERROR: <input>:(\d+):(-?\d+): (.*)")
_MISMATCH = re.compile(r"found no matching overload for '(.+?)' applied to '(.*)'$")
_RUNTIME_MISMATCH = re.compile(r"No matching overloads found : (\S*?)\((.*)\)$|No matching overloads found : (.*)$")
_METHOD = re.compile(r"\((\w+)\)\.(\w+)\((.*)\)$")
_NAMES = {
    "@in": "in",
    "math.@max": "math.greatest",
    "math.@min": "math.least",
    "_?_:_": "? :",
    "_[_]": "[ ]",
    "quotient": "/",
}


def operator(name: str) -> str:
    """How a function is written: `_+_` is `+`."""
    return _NAMES.get(name) or name.strip("_")


def kind(name: str) -> str:
    """What a person calls a type."""
    return _KINDS.get(re.sub(r"\(.*", "", name.strip()), name.strip())


def split_types(text: str) -> list[str]:
    """The types in `int, list(map(string, dyn))`, split at the outer commas."""
    parts, depth = [""], 0
    for char in text[1:-1] if text.startswith("(") else text:
        depth += (char in "(<") - (char in ")>")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


def mismatches(message: str) -> list[tuple[str, list[str]]] | None:
    """The (function, types) pairs that the checker objected to, or None if it objected to something else as well."""
    found = [_MISMATCH.search(text.split(" [")[0].strip()) for _, _, text in _ERROR.findall(message)]
    if not found:
        return None
    pairs = [(match[1], split_types(match[2])) for match in found if match is not None]
    return pairs if len(pairs) == len(found) else None


def mismatch(function: str, types: list[str]) -> str:
    """The sentence for an operator given values it does not know."""
    named = [kind(name) for name in types]
    if function == "_?_:_" and types and types[0] == "bool":
        return "The two results of `? :` are of different kinds."
    values = " and ".join(named) or "these values"
    if function in _COMPARING:
        return f"{values[0].upper()}{values[1:]} cannot be compared."
    if function in _CALCULATING:
        return f"`{operator(function)}` cannot put {values} together{_HINTS.get(function, '')}."
    return f"`{operator(function)}` does not work with {values}."


def uncompilable(message: str) -> str:
    """Why a text is not an expression."""
    if "ecursion" in message:
        return _DEEP
    errors = _ERROR.findall(message)
    if not errors:
        return "The expression cannot be read."
    line, column, text = errors[0]
    if "'<EOF>'" in text:
        return "The expression cannot be read: something is missing at its end."
    where = f"character {column}" if line == "1" else f"line {line}, character {column}"
    return f"The expression cannot be read at {where}: a quote, bracket or sign may be missing there."


def incomputable(message: str) -> Unknown:
    """Why a value could not be computed, as far as the library's message tells."""
    if (key := re.search(r'Key not found in map : "?(.*?)"?$', message)) is not None:
        return Unknown(f"There is no field `{key[1]}`.", "missing_field")
    if (name := re.search(r'No value with name "(.*?)"', message)) is not None:
        return Unknown(f"`{name[1]}` is not known here.", "missing_field")
    if (index := re.search(r"Index error: index=(-?\d+) size=(\d+)", message)) is not None:
        return Unknown(f"There is no item [{index[1]}] in a list of {index[2]}.", "missing_field")
    if "No matching overloads" in message:
        return Unknown(_mistyped(message), "type")
    return _other(message)


def _mistyped(message: str) -> str:
    text = message.split("No matching overloads found : ", 1)[-1]
    if "<jump_condition>" in text:
        return "What stands before `?` is neither yes nor no (true nor false)."
    if text in ("_&&_", "_||_", "!_"):
        return f"`{operator(text)}` needs yes or no (true or false){' on both sides' if text != '!_' else ''}."
    if (method := _METHOD.match(text)) is not None:
        return mismatch(method[2], [method[1], *split_types(method[3])])
    name, _, types = text.partition("(")
    return mismatch(name, split_types(types.removesuffix(")")))


_SENTENCES = (
    ("SELECT to non-message", "type", NO_FIELDS),
    ("Invalid container", "type", "An item was asked of a value that has no items."),
    ("Index error", "type", "A list is counted in whole numbers: the number in `[ ]` is not one."),
    (TOO_MANY, "too_large", "A list of more than 1,000 items is too long to go through."),
    ("domain error", "not_finite", "A number was divided by zero."),
    ("zero", "not_finite", "A number was divided by zero."),
    (ODD_NUMBER, "not_finite", "A number on the way is not finite."),
    ("overflow", "not_finite", "A number on the way is too large."),
    ("out of int64 range", "not_finite", "A number is too large to be a whole number."),
    ("onversion", "type", "A text could not be read as a time or duration."),
    ("cannot convert", "type", "A text could not be read as a number."),
    ("regular expression", "type", "The pattern of `matches` cannot be read."),
)


def _other(message: str) -> Unknown:
    for part, code, sentence in _SENTENCES:
        if part in message:
            return Unknown(sentence, code)  # type: ignore[arg-type]  # the table above holds codes only
    return Unknown(f"The expression failed: {message.partition(': ')[2][:200] or message[:200]}.", "error")
