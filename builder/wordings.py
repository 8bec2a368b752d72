"""How a changed field of a drawing is told: short values in full, long ones by what happened to them.

Called by `differences` alone. It finds nothing; it only says.
"""

from __future__ import annotations

from typing import Any

from runtime.json_gate import write_json

_LONGEST = 60
_FIELDS = {
    "name": "the name",
    "kind": "the kind of step",
    "join": "what it waits for",
    "retry": "how often it tries again",
    "timeout_s": "the time it may take (in seconds)",
    "note": "the note",
    "due_hours": "the hours within which an answer is due",
    "reviewers": "the number of reviewers",
    "not_by_requester": "whether the requester is kept from answering",
    "model": "the model",
    "connection": "the connection",
    "queue": "the queue",
}
_INSIDE = {
    "max_error": "the promise",
    "confidence": "how sure its proof has to be",
    "cutoff": "the cut-off",
    "audit": "the share of its own decisions that people check",
    "attempts": "the number of attempts",
    "choices": "the choices",
    "playbooks": "the playbooks",
    "examples": "the examples",
    "label": "the label",
    "description": "the description",
    "form": "the form",
    "show": "what is shown",
    "promise": "the promise",
}
_ITEMS = {"choices": "the choice", "playbooks": "the playbook", "rules": "the rule", "properties": "the field"}
"""Lists of named things: what one of them is called."""
_MANY = frozenset({"examples", "choices", "playbooks"})
_SHARES = frozenset({"confidence", "audit"})
_WHERE_MORE_IS_LOOSER = {
    ("promise", "max_error"): True,
    ("promise", "confidence"): False,
    ("cutoff",): False,
    ("audit",): False,
    ("reviewers",): False,
}
_KEEPS = frozenset({"promise", "cutoff", "audit", "reviewers", "not_by_requester"})


def field_change(whose: str, path: tuple[str, ...], sort: str, before: Any, after: Any) -> str:
    """The sentence for a changed field; `path` begins with the part of the node or document that it lies in."""
    what = _spoken(path)
    if sort == "added":
        return f"{whose}: {what} was added{_with(after)}."
    if sort == "removed":
        return f"{whose}: {what} was taken away{_with(before)}."
    if _is_short(before) and _is_short(after):
        from_to = f"from {_valued(path, before)} to {_valued(path, after)}"
        return f"{whose}: {what} {_direction(path, before, after)} {from_to}."
    if path[-1] in _MANY:
        return f"{whose}: {_grown(what, before, after) or f'{what} were changed'}."
    return f"{whose}: {what} was changed."


def loosens(path: tuple[str, ...], before: Any, after: Any) -> bool:
    """Whether a field now lets more through than before; None stands for a field that is not there."""
    if path and path[-1] in _KEEPS and before not in (None, False) and after in (None, False):
        return True
    return _direction(path, before, after) == "was loosened"


def said(value: Any) -> str:
    """A value as it is said in a sentence; a promise in words."""
    if isinstance(value, dict) and {"max_error", "confidence"} <= value.keys():
        return f"at most {_percent(value['max_error'])} wrong, {_percent(value['confidence'])} sure"
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str():
            return f"“{value}”"
    return write_json(value)[:_LONGEST]


def _spoken(path: tuple[str, ...]) -> str:
    inside = path[1:] if path[0] in ("config", "input") and len(path) > 1 else path
    if path[0] == "input":
        named = [part for part in inside if part != "properties"]
        return f"the field “{'.'.join(named)}”" if inside != path else "everything"
    return _nested(inside)


def _nested(parts: tuple[str, ...]) -> str:
    """A place inside a step from the innermost outwards: the examples of the choice “support”."""
    told, outer = [], list(parts)
    while outer:
        name = outer.pop()
        if outer and outer[-1] in _ITEMS:
            told.append(f"{_ITEMS[outer.pop()]} “{name.replace('_', ' ')}”")
        else:
            told.append(_FIELDS.get(name) or _INSIDE.get(name) or f"“{name.replace('_', ' ')}”")
    # A promise's parts say already that they are of the promise.
    if parts[-2:-1] == ("promise",):
        told.pop(1)
    return " of ".join(told)


def _grown(what: str, before: Any, after: Any) -> str:
    """What came to a list of texts or went from it; empty where it is no list of texts, or both happened."""
    if not all(isinstance(each, list) and all(isinstance(one, str) for one in each) for each in (before, after)):
        return ""
    come, gone = [one for one in after if one not in before], [one for one in before if one not in after]
    if bool(come) == bool(gone) or len(after) - len(before) != len(come) - len(gone):
        return ""
    number = len(come or gone)
    one = f": {said(_cut((come or gone)[0]))}" if number == 1 else ""
    verb = "was" if number == 1 else "were"
    return f"{'one' if number == 1 else number} {verb} {'added to' if come else 'taken out of'} {what}{one}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _valued(path: tuple[str, ...], value: Any) -> str:
    """A value as it is said at this place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return said(value)
    if path[-2:] == ("promise", "max_error"):
        return f"at most {value * 100:g} in 100 wrong"
    return _percent(value) if path[-1] in _SHARES else said(value)


def _with(value: Any) -> str:
    return f" ({said(value)})" if _is_short(value) and value not in (None, "") else ""


def _direction(path: tuple[str, ...], before: Any, after: Any) -> str:
    looser = next((more for end, more in _WHERE_MORE_IS_LOOSER.items() if path[-len(end) :] == end), None)
    if looser is None or not all(isinstance(value, int | float) for value in (before, after)) or before == after:
        return "was changed"
    return "was loosened" if (after > before) == looser else "was tightened"


def _is_short(value: Any) -> bool:
    if isinstance(value, dict | list):
        return isinstance(value, dict) and {"max_error", "confidence"} <= value.keys()
    return not isinstance(value, str) or (len(value) <= _LONGEST and value.isprintable())


def _percent(value: Any) -> str:
    return f"{value * 100:g} %" if isinstance(value, int | float) else str(value)
