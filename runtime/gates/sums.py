"""What the process of `numbers` computes: standings from rows. Pure; with `profiling` all of gates that loads numpy.

Called by `numbers` in its process, and directly by the command that verifies gates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from runtime.gates.profiling import profile
from runtime.gates.scorings import scoring_from, scoring_to_json
from runtime.judgement.budget import labels_needed
from runtime.judgement.gate import Standing, begin, fold, recompute
from runtime.judgement.ledger import Label, Row
from runtime.judgement.promise import Promise, Rules
from runtime.judgement.stored import standing_from, to_json


def standing_of(terms: Mapping[str, Any]) -> Standing:
    """A standing as it is kept, or the one of an epoch before its first row.

    `terms`: gate, epoch, max_error, confidence, scoring, standing. Raises ValueError for what was tampered with.
    """
    kept = terms["standing"]
    if "gate" in kept:
        return standing_from(kept)
    promise = Promise(terms["max_error"], terms["confidence"])
    return begin(terms["gate"], terms["epoch"], promise, Rules(**kept["rules"]), scoring_from(terms["scoring"]))


def rows_of(name: str, epoch: int, rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Rows of a ledger, from the values of `ledger.COLUMNS`; labels are `{answer, by, blind, …}`."""
    return [_row(name, epoch, values) for values in rows]


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """A standing (folded or anew), how far it is (`labels_a_day`), or what its page draws (`profile`).

    A ledger that breaks its own rules is told as a flaw: nothing is judged by it.
    """
    try:
        standing = standing_of(request["terms"])
        if "labels_a_day" in request:
            return asdict(labels_needed(standing, request["labels_a_day"]))
        if "profile" in request:
            asked = request["profile"]
            return profile(standing, rows_of(standing.gate, standing.epoch, asked["rows"]), asked["times"], asked)
        rows = rows_of(standing.gate, standing.epoch, request["rows"])
        trusted = replace(standing, distrusted=tuple(request["distrusted"]))
        told = recompute(trusted, rows) if request["anew"] else fold(trusted, rows)
    except (ValueError, TypeError, KeyError) as failure:
        return {"flaw": str(failure)[:1000] or type(failure).__name__}
    scoring = told.plan.scoring if told.plan else told.scoring
    where = {"state": told.state, "cutoff": told.cutoff, "upto": told.upto}
    return {"standing": to_json(told), **where, "scoring": scoring_to_json(scoring)}


def _row(name: str, epoch: int, values: Sequence[Any]) -> Row:
    labels = tuple(Label(each["answer"], each["by"], each["blind"]) for each in values[-1])
    return Row(name, epoch, *[*values[:-1], labels])
