"""A case that no row of a decision table covered becomes a row, as far generalised as the reviewer says. Pure.

Used by `makers`. Cells are made of the case's values and of a comparison from a short list, quoted by the table's own
rules; what the row hands on is chosen among what other rows hand on. A row that contradicts another is refused, and so
is one that would hold for every case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from builder.lessons.terms import (
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
from runtime.core.cells import BadCell, fits, parse_cell
from runtime.core.expressions import Unknown
from runtime.core.tables import Table, decide, overlaps

KIND = "decide.table"
WORDS = {"exact": "exactly", "from": "at least", "to": "at most", "any": "anything"}
_SIGNS = {"exact": "", "from": ">= ", "to": "<= "}
MOST_VALUES = 30
NOTHING = "none"


def cell(how: str, value: object, column_type: str) -> str | Unfit:
    """The text of a cell that holds for this value: quoted, so that no value can be read as anything else."""
    if how == "any":
        return "-"
    number = int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
    text = _SIGNS[how] + json.dumps(number, ensure_ascii=False)
    read = parse_cell(text, column_type)  # type: ignore[arg-type]  # one of the kind's own column types
    if isinstance(read, BadCell):
        return Unfit("wrong", read.reason)
    return text if read.holds(value) else Unfit("wrong", "A table cannot tell this value from others.")


def _offers(facts: Facts) -> Iterator[Offer]:
    for node in facts.steps(KIND):
        config, values = _uncovered(facts, node)
        if values and (facts.doubted(node) or facts.choice in config["choices"]):
            columns = (_column(number, each, values) for number, each in enumerate(config["inputs"]))
            asks = (*columns, _choice(config, facts.choice), *_thens(config))
            title = f"A row for “{name_of(facts.document, node)}”"
            help_ = "No row of the table held for this case. Say how far the row is to reach beyond this case."
            yield Offer("row", node, title, help_, asks)


def _taught(facts: Facts, key: str, posted: Posted) -> Change | Unfit:
    offer = next((each for each in _offers(facts) if each.key == key), None)
    if offer is None:
        return Unfit("gone", "This case holds no such row.")
    config, values = _uncovered(facts, key)
    said = {ask.name: chosen(ask, posted) for ask in offer.asks}
    cells = [_cell(said[f"column-{number}"], values, each) for number, each in enumerate(config["inputs"])]
    wrong = next((each for each in (*said.values(), *cells) if isinstance(each, Unfit)), None)
    if wrong or set(cells) == {"-"}:
        return wrong or Unfit("wrong", "A row for every case would leave no doubt to anybody: keep one column.")
    known = {name: _handed_on(config, name) for name in _names(config)}
    picked = {name: str(said[f"then-{place}"]) for place, name in enumerate(known)}
    then = {name: known[name][int(number)] for name, number in picked.items() if number != NOTHING}
    return {"node": key, "columns": _columns(config), "cells": cells, "choice": said["choice"], "then": then}


def _edited(document: Json, change: Change) -> Json | Unfit:
    config = config_of(document, change["node"], KIND)
    if isinstance(config, Unfit):
        return config
    name = name_of(document, change["node"])
    if _columns(config) != change["columns"]:
        return Unfit("changed", f"“{name}” has other columns by now.")
    if change["choice"] not in config["choices"]:
        return Unfit("changed", f"“{name}” has no choice “{change['choice']}” any more.")
    row = {"when": change["cells"], "then": change["then"], "choice": change["choice"]}
    if any(_same(row, each) for each in config["rows"]):
        return Unfit("known", "The table has this row already.")
    config["rows"] = [*config["rows"], row]
    refused = _contradicted(config)
    return refused or with_config(document, change["node"], config)


def _told(document: Json, change: Change) -> str:
    named = zip(change["columns"], change["cells"], strict=True)
    tests = [f"{column['name']} {_spoken(text)}" for column, text in named if text != "-"]
    then = "".join(f", {name} {shown(value)}" for name, value in change["then"].items())
    return f"“{name_of(document, change['node'])}” gets a row: {', '.join(tests)} → “{change['choice']}”{then}."


def _uncovered(facts: Facts, node: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The table as it is drawn, and the case's values for its columns; no values where a row holds, or one is unknown.

    What the draft's columns look at is computed from what the step could read when it ran.
    """
    config = config_of(facts.document, node, KIND)
    if isinstance(config, Unfit) or _columns(config) != _columns(facts.drawing.graph.nodes[node].config):
        return {}, {}
    params: Any = params_of(KIND, config)
    found = {each.name: facts.inputs[node].value(each.expr) for each in params.inputs}
    values = {name: value for name, value in found.items() if not isinstance(value, Unknown)}
    return (config, values) if decide(params.table(), values).status == "no_match" else ({}, {})


def _column(number: int, column: Mapping[str, Any], values: Mapping[str, Any]) -> Ask:
    value, numeric = values[column["name"]], column["type"] in ("number", "integer")
    words = {"exact": f"exactly {shown(value)}", "from": f"at least {shown(value)}", "to": f"at most {shown(value)}"}
    hows = ("exact", "from", "to") if numeric else ("exact",)
    options = (*((how, words[how]) for how in hows), ("any", WORDS["any"]))
    return Ask(f"column-{number}", column["name"], options, "exact")


def _cell(how: str | Unfit, values: Mapping[str, Any], column: Mapping[str, Any]) -> str | Unfit:
    if isinstance(how, Unfit):
        return how
    value = values[column["name"]]
    return cell(how, value, column["type"]) if fits(value, column["type"]) else Unfit("changed", "A value is unknown.")


def _choice(config: Mapping[str, Any], given: str) -> Ask:
    options = tuple((each, each) for each in config["choices"])
    return Ask("choice", "The row chooses", options, given if given in config["choices"] else "")


def _thens(config: Mapping[str, Any]) -> Iterator[Ask]:
    for place, name in enumerate(_names(config)):
        known = _handed_on(config, name)
        options = [(str(number), shown(value)) for number, value in enumerate(known)]
        if any(name not in row.get("then", {}) for row in config["rows"]):
            options.append((NOTHING, "nothing"))
        yield Ask(f"then-{place}", f"It hands on: {name}", tuple(options), "0" if len(options) == 1 else "")


def _names(config: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({name for row in config["rows"] for name in row.get("then", {})}))


def _handed_on(config: Mapping[str, Any], name: str) -> list[Any]:
    """The different values that rows hand on under a name, in the order of the rows."""
    given = (row["then"][name] for row in config["rows"] if name in row.get("then", {}))
    return list({json.dumps(value, sort_keys=True): value for value in given}.values())[:MOST_VALUES]


def _columns(config: Mapping[str, Any]) -> list[dict[str, str]]:
    found = [each for each in config.get("inputs") or () if isinstance(each, Mapping)]
    return [{name: str(each.get(name)) for name in ("name", "expr", "type")} for each in found]


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    told = ([each.get("when"), each.get("choice"), each.get("then", {})] for each in (one, other))
    first, second = (json.dumps(each, sort_keys=True) for each in told)
    return first == second


def _contradicted(config: Mapping[str, Any]) -> Unfit | None:
    """The first row that the last one contradicts, if the table is one at all."""
    params = params_of(KIND, config)
    if isinstance(params, Unfit):
        return params
    table: Table = params.table()
    *before, last = table.rows
    for number, row in enumerate(before, 1):
        found = overlaps(replace(table, rows=(row, last)), most=1)
        if found and table.hit != "COLLECT":
            case = ", ".join(f"{name} {shown(value)}" for name, value in found[0].example.items())
            return Unfit("contradicts", f"Row {number} says otherwise for {case}. Make the new row narrower.")
    return None


def _spoken(text: str) -> str:
    return text.replace(">= ", "at least ").replace("<= ", "at most ") if text[:1] in "<>" else f"is {text}"


MAKER = Maker(_offers, _taught, _edited, _told)
