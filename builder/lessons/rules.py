"""What a reviewer found wrong with the data becomes a rule of the step before: must be filled, must be well formed,
must not contradict, must be true. Pure.

Used by `makers`. Expressions are put together here from fields that are names, comparisons of a short list, and values
that are quoted; nothing that anybody wrote is read as an expression. A rule that would have let the very case through
is refused: it is not the rule that was meant.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

from builder import mending
from builder.lessons.terms import (
    MOST_OFFERED,
    Ask,
    Change,
    Facts,
    Maker,
    Offer,
    Posted,
    Unfit,
    chosen,
    config_of,
    name_of,
    params_of,
    shown,
    with_config,
)
from builder.mending import Json
from runtime.core.expressions import Expr, Unknown
from runtime.core.node import Context, Done
from runtime.engine.inputs import ScopedInputs
from runtime.json_gate import JsonProblem, read_json
from runtime.nodes import discover
from runtime.nodes._formats import Format

QUALITY, RULES = "verify.quality", "verify.rules"
SORTS = ("required", "format", "conflict", "assert")
SIGNS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "==": "the same as", "!=": "other than"}
LONGEST_NAME, LONGEST_VALUE, DEEPEST = 80, 200, 3
FORMATS: tuple[str, ...] = get_args(Format)
_WORDS = {"email": "an e-mail address", "phone": "a phone number", "url": "a web address", "date": "a date"} | {
    "country": "a country",
    "uuid": "a UUID",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def reading(root: str, field: str) -> str | None:
    """The expression that reads a field of a record; None where its name could be read as anything else."""
    parts = field.split(".")
    expression = ".".join((root, *parts))
    if not all(_NAME.fullmatch(part) for part in parts):
        return None
    try:
        return str(Expr(expression))
    except ValueError:
        return None


def literal(value: object) -> str:
    """A text, a number or a truth value as an expression that is this very value and nothing else."""
    return json.dumps(value, ensure_ascii=False)


def _offers(facts: Facts) -> Iterator[Offer]:
    for node in facts.steps(QUALITY, RULES):
        name = name_of(facts.document, node)
        for sort, title, help_, asks in _sorts(facts, node):
            if all(ask.options for ask in asks if ask.name != "value"):
                yield Offer("rule", f"{node}:{sort}", f"{title}, for “{name}”", help_, asks)


def _sorts(facts: Facts, node: str) -> Iterator[tuple[str, str, str, tuple[Ask, ...]]]:
    """Each sort of rule that the step takes, with its title, what it does, and what is asked for it."""
    fields, root = [*_fields(facts, node)], _root(facts, node)
    every = tuple((field, field) for field, _ in fields)
    plain = [(field, value) for field, value in fields if root and reading(root, field)]
    if facts.drawing.graph.nodes[node].kind == RULES:
        known = tuple((field, f"{field} (here {shown(value)})") for field, value in plain if _is_plain(value))
        told = Ask("field", "Must be so", known), Ask("sign", "is", _SIGNS), Ask("value", "Value"), _ELSE
        yield "assert", "A value was wrong", "Cases in which it is not so do not pass this step.", told
        return
    named = tuple((field, field) for field, _ in plain)
    yield "required", "A field was missing", "Cases without it stop here.", (Ask("field", "Must be filled", every),)
    formed = Ask("field", "Field", every), _FORMAT
    yield "format", "A field was malformed", "Cases in which it is malformed stop here.", formed
    both = Ask("field", "Must not be so", named), Ask("sign", "is", _SIGNS), Ask("other", "Other field", named)
    yield "conflict", "Two fields contradicted each other", "Such cases go to a person.", both


_SIGNS = tuple(SIGNS.items())
_FORMAT = Ask("format", "Must be", tuple((each, _WORDS[each]) for each in FORMATS))
_PORTS = (("unsure", "goes to a person, as doubtful"), ("fail", "fails the check"))
_ELSE = Ask("else", "Else the case", _PORTS, "unsure")


def _taught(facts: Facts, key: str, posted: Posted) -> Change | Unfit:
    offer = next((each for each in _offers(facts) if each.key == key), None)
    if offer is None:
        return Unfit("gone", "This case holds no such rule.")
    node, _, sort = key.rpartition(":")
    said = {ask.name: chosen(ask, posted) for ask in offer.asks if ask.options}
    wrong = next((each for each in said.values() if isinstance(each, Unfit)), None)
    if wrong:
        return wrong
    config = config_of(facts.document, node, QUALITY, RULES)
    if isinstance(config, Unfit):
        return config
    value = _value(facts, node, str(said["field"]), posted.get("value", "")) if sort == "assert" else None
    if isinstance(value, Unfit):
        return value
    root = _root(facts, node) or ""
    change = {"node": node, "sort": sort, "record": config.get("value"), "root": root, **said, "value": value}
    return change if _caught(facts, change) else Unfit("wrong", "This case itself would have passed such a rule.")


def _edited(document: Json, change: Change) -> Json | Unfit:
    node, quality = change["node"], change["sort"] != "assert"
    config = config_of(document, node, QUALITY if quality else RULES)
    if isinstance(config, Unfit):
        return config
    if quality and config.get("value") != change["record"]:
        return Unfit("changed", f"“{name_of(document, node)}” checks another record by now.")
    more = _with_rule(config, change)
    return more if isinstance(more, Unfit) else with_config(document, node, more)


def _with_rule(config: dict[str, Any], change: Change) -> dict[str, Any] | Unfit:
    """The configuration with the rule."""
    match change["sort"]:
        case "required":
            required = config.get("required", [])
            there = change["field"] in required
            return _KNOWN if there else {**config, "required": [*required, change["field"]]}
        case "format":
            return _with_format(config, change["field"], change["format"])
        case "conflict":
            conflict = {"name": _called(change), "when": _contradiction(change), "message": _message(change)}
            return _with_named(config, "conflicts", conflict, "when")
        case _:
            holds = f"{reading(change['root'], change['field'])} {change['sign']} {literal(change['value'])}"
            rule = {"name": _called(change), "assert": holds, "else": change["else"]}
            return _with_named(config, "rules", rule, "assert")


_KNOWN = Unfit("known", "The drawing has this rule already.")


def _with_format(config: dict[str, Any], field: str, wanted: str) -> dict[str, Any] | Unfit:
    formats = config.get("formats", {})
    if formats.get(field) == wanted:
        return _KNOWN
    if field in formats:
        return Unfit("contradicts", f"“{field}” has to be {_WORDS.get(formats[field], formats[field])} already.")
    return {**config, "formats": {**formats, field: wanted}}


def _with_named(config: dict[str, Any], where: str, rule: dict[str, Any], what: str) -> dict[str, Any] | Unfit:
    there = config.get(where, [])
    if any(each.get(what) == rule[what] for each in there):
        return _KNOWN
    name = mending.free_name((str(each.get("name")) for each in there), rule["name"])
    return {**config, where: [*there, {**rule, "name": name}]}


def _contradiction(change: Change) -> str:
    """True where both fields are there and stand so to each other."""
    sides = [str(reading(change["root"], change[name])) for name in ("field", "other")]
    there = " && ".join(f"has({side}) && {side} != null" for side in sides)
    return f"{there} && {sides[0]} {change['sign']} {sides[1]}"


def _called(change: Change) -> str:
    other = change["other"] if change["sort"] == "conflict" else shown(change["value"])
    name = f"{change['field']} is {SIGNS[change['sign']]} {other}"
    return "".join(each if each.isprintable() else " " for each in name)[: LONGEST_NAME - 4].strip()


def _message(change: Change) -> str:
    return f"“{change['field']}” is {SIGNS[change['sign']]} “{change['other']}”."


def _told(document: Json, change: Change) -> str:
    step, field = name_of(document, change["node"]), shown(change["field"])
    match change["sort"]:
        case "required":
            return f"“{step}” stops cases in which {field} is not filled."
        case "format":
            return f"“{step}” stops cases in which {field} is not {_WORDS[change['format']]}."
        case "conflict":
            return f"“{step}” asks a person where {field} is {SIGNS[change['sign']]} {shown(change['other'])}."
        case _:
            end = "a person is asked" if change["else"] == "unsure" else "the check fails"
            return f"“{step}” wants {field} to be {SIGNS[change['sign']]} {shown(change['value'])}; else {end}."


def _caught(facts: Facts, change: Change) -> bool:
    """Whether the rule alone, asked of this very case, does not let it pass."""
    kind = RULES if change["sort"] == "assert" else QUALITY
    blank = {} if kind == RULES or change["record"] is None else {"value": change["record"]}
    config = _with_rule(blank, change)
    params = config if isinstance(config, Unfit) else params_of(kind, config)
    if isinstance(params, Unfit):
        return False
    # A check without freshness and duplicates asks nothing of its context, and ends at once.
    ended = discover()[kind].run(params, facts.inputs[change["node"]], cast("Context", None))
    return isinstance(ended, Done) and ended.port != "pass"


def _root(facts: Facts, node: str) -> str | None:
    """What the fields of the step's record are read from; None where that is no plain name."""
    config = config_of(facts.document, node, QUALITY, RULES)
    record = None if isinstance(config, Unfit) else config.get("value") or "input"
    return record if record and all(_NAME.fullmatch(part) for part in record.split(".")) else None


def _fields(facts: Facts, node: str) -> Iterator[tuple[str, Any]]:
    """The fields of the record, with their values here; those that the workflow asks for too, where it is the input."""
    record = _record(facts, node, facts.inputs[node])
    found = dict(_flat(record)) if isinstance(record, dict) else {}
    if record is facts.input:
        asked = facts.document.get("input", {}).get("properties")
        found = {name: None for name in asked or () if name not in facts.input and _is_path(name)} | found
    yield from sorted(found.items())[:MOST_OFFERED]


def _record(facts: Facts, node: str, inputs: ScopedInputs) -> Any:
    config = config_of(facts.document, node, QUALITY, RULES)
    value = None if isinstance(config, Unfit) else config.get("value")
    if value is None:
        return facts.input
    if value != facts.drawing.graph.nodes[node].config.get("value"):
        return None
    found = inputs.value(value)
    return None if isinstance(found, Unknown) else found


def _flat(record: Mapping[str, Any], before: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        path = (*before, name)
        if not _is_path(name):
            continue
        if isinstance(value, dict) and value and len(path) < DEEPEST:
            yield from _flat(value, path)
        else:
            yield ".".join(path), value


def _is_path(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and "." not in name and name.isprintable()


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, bool | int | str)


def _value(facts: Facts, node: str, field: str, text: str) -> Any | Unfit:
    """What was entered, as the sort of value that the field holds in this case."""
    here, text = dict(_fields(facts, node)).get(field), text.strip()
    if len(text) > LONGEST_VALUE or not text:
        return Unfit("wrong", f"Give a value of 1 to {LONGEST_VALUE} characters.")
    if isinstance(here, str):
        return text
    value = {"yes": True, "no": False}.get(text.lower()) if isinstance(here, bool) else read_json(text)
    fits = not isinstance(value, JsonProblem) and isinstance(value, bool) == isinstance(here, bool) and _is_plain(value)
    wanted = "yes or no" if isinstance(here, bool) else "a number"
    return value if fits and not isinstance(value, str) else Unfit("wrong", f"“{field}” is {wanted}.")


MAKER = Maker(_offers, _taught, _edited, _told)
