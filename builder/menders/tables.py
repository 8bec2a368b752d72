"""Menders of decision tables: a last row for the rest, which of two rows decides, an order that reaches all."""

from __future__ import annotations

from typing import Any

from builder import mending
from builder.menders.people import to_people
from builder.menders.proposals import Mender, Proposal, Proposals, Wrong
from builder.mending import Json
from runtime.core.tables import Table, Tabular, overlaps, shadows

REST = "to a person"


def _last_row(wrong: Wrong) -> Proposals:
    """A row that fits whatever is left. It must decide for nothing else, so the table goes from the top."""
    node, table = mending.node_of(wrong.document, wrong.node), _table(wrong)
    if node is None or table is None or table.hit == "COLLECT":
        return
    config = node.get("config", {})
    if config.get("hit", "UNIQUE") in ("UNIQUE", "ANY"):
        if overlaps(table, most=1):
            return
        config = {**config, "hit": "FIRST"}
    label = "Add a last row for the rest, and ask a person then"
    there = _asking(wrong, config) if config["hit"] == "FIRST" else None
    if there:
        yield Proposal(label, _with_row(wrong, config, there))
        return
    choice = mending.free_name(config["choices"], REST)
    document = _with_row(wrong, {**config, "choices": [*config["choices"], choice]}, choice)
    for each in to_people(wrong, document, wrong.node, choice):
        yield Proposal(label, each.document)


def _table(wrong: Wrong) -> Table | None:
    params: object = wrong.drawing.params.get(wrong.node)
    return params.table() if isinstance(params, Tabular) else None


def _with_row(wrong: Wrong, config: dict[str, Any], choice: str) -> Json:
    row = {"when": ["-"] * len(config["inputs"]), "choice": choice}
    return mending.changed_node(wrong.document, wrong.node, config={**config, "rows": [*config["rows"], row]})


def _asking(wrong: Wrong, config: dict[str, Any]) -> str | None:
    """A choice that leads to people and nowhere else."""
    people = {each["id"] for each in mending.people(wrong.document)}
    for choice in config["choices"]:
        ways = [each for each in wrong.document["edges"] if (each["from"], each["port"]) == (wrong.node, choice)]
        if ways and all(each["to"] in people for each in ways):
            return str(choice)
    return None


def _first_decides(wrong: Wrong) -> Proposals:
    node = mending.node_of(wrong.document, wrong.node)
    if node and node.get("config", {}).get("hit", "UNIQUE") != "COLLECT":
        config = {**node.get("config", {}), "hit": "FIRST"}
        yield Proposal(
            "Let the first row that fits decide", mending.changed_node(wrong.document, wrong.node, config=config)
        )
    row = int(wrong.place[-1]) + 1
    yield Proposal(f"Delete row {row}", mending.without_value(wrong.document, wrong.place))


def _reached(wrong: Wrong) -> Proposals:
    """The row that hides others goes to the end; or those go, since they never decided anything."""
    node, table = mending.node_of(wrong.document, wrong.node), _table(wrong)
    hidden = int(wrong.place[-1])
    shadow = next((each for each in shadows(table) if hidden in each.hidden), None) if table else None
    if node is None or shadow is None:
        return
    config = node.get("config", {})
    rows = config["rows"]
    moved = [*(row for place, row in enumerate(rows) if place != shadow.row), rows[shadow.row]]
    yield Proposal(f"Move row {shadow.row + 1} to the end", _with_rows(wrong, config, moved))
    left = [row for place, row in enumerate(rows) if place not in shadow.hidden]
    what = f"row {hidden + 1}" if len(shadow.hidden) == 1 else f"the {len(shadow.hidden)} rows that are never reached"
    yield Proposal(f"Delete {what}", _with_rows(wrong, config, left))


def _with_rows(wrong: Wrong, config: dict[str, Any], rows: list[Any]) -> Json:
    return mending.changed_node(wrong.document, wrong.node, config={**config, "rows": rows})


MENDERS: dict[str, Mender] = {
    "table.gap": _last_row,
    "table.overlap": _first_decides,
    "table.unreached": _reached,
}
