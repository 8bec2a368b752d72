"""Whether a gate is what its ledger says: everything recomputed and held against what is stored.

Called by `manage.py verify_gates`. It folds what waits to be folded first, as the server would, and changes nothing
else. Loads numpy and scikit-learn into its process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runtime.gates import folding, ledger, sums
from runtime.gates.numbers import Message
from runtime.gates.scorings import scoring_to_json
from runtime.judgement.gate import Standing, recompute
from runtime.judgement.ledger import Costs
from runtime.judgement.stored import same
from runtime.models import Decision, Gate

_ROUNDS = 5
"""A gate at work changes while one looks; what differs then is looked at again."""


class InProcess:
    """Sums without a process of their own."""

    def computed(self, request: Message) -> Message:
        """The answer of `sums.answer`."""
        return sums.answer(request)


def flaws_of(gate_id: int) -> list[str]:
    """What differs between this epoch of a gate and its ledger, a sentence each; none: it is what it says."""
    for _ in range(_ROUNDS):
        folding.fold(gate_id, InProcess())
        gate = Gate.objects.get(pk=gate_id)
        found = [f"{gate}: {sentence}" for sentence in _flaws(gate)]
        now = Gate.objects.get(pk=gate_id)
        if not found or _mark(now) == _mark(gate):
            return found
    return [f"{gate}: it does not hold still; try again at a quieter time."]


def _flaws(gate: Gate) -> Iterator[str]:
    rows: list[Any] = list(Decision.objects.filter(gate=gate).order_by("number").values())
    if [row["number"] for row in rows] != list(range(gate.arrivals)):
        yield f"the arrivals are not 0 to {gate.arrivals - 1}, each once."
        return
    for row in rows:
        if sentence := _misfit(row):
            yield f"decision {row['number']} {sentence}"
    open_audits = sum(row["auto"] and row["state"] == "open" for row in rows)
    if open_audits != gate.open_audits:
        yield f"{open_audits} audits are open, and {gate.open_audits} are stored."
    yield from _standing_flaws(gate)


def _standing_flaws(gate: Gate) -> Iterator[str]:
    try:
        stored = ledger.standing_of(gate)
        told = recompute(stored, ledger.rows_of(gate, gate.upto))
    except (ValueError, TypeError, KeyError) as failure:
        yield f"it cannot be recomputed: {failure}"
        return
    if not same(stored, told):
        yield f"the ledger gives {_told(told)}, and what is stored is {_told(stored)}."
    elif not gate.flaw and _copies(gate) != _stands(told):
        yield f"its row says {_copies(gate)}, and the ledger gives {_stands(told)}."
    elif gate.flaw and (gate.state, gate.cutoff) != ("broken", None):
        yield "it was closed, and decides all the same."


def _misfit(row: dict[str, Any]) -> str:
    """What in a row cannot be."""
    score, cutoff = row["score"], row["cutoff"]
    above = score is not None and cutoff is not None and score > 0.0 and score >= cutoff
    drawn = row["draw"] is not None and row["draw"] < row["audit"]
    if row["auto"] != above:
        return "was routed otherwise than its score and cut-off say."
    if row["sampled"] != (drawn if row["auto"] else True) or row["pi"] != (row["audit"] if row["auto"] else 1.0):
        return "was picked for review otherwise than its number says."
    # While people are asked, that somebody else says it was right is kept and counts for nothing.
    told = [each for each in row["labels"] if row["state"] != "open" or each["source"] != "feedback"]
    losses = [Costs().loss(row["answer"], label["answer"]) for label in told]
    if (max(losses, default=None)) != row["loss"]:
        return "says otherwise what its labels cost."
    if (row["state"] in ("settled", "given_up")) != bool(losses):
        return f"is “{row['state']}” with {len(losses)} labels."
    return ""


def _copies(gate: Gate) -> tuple[Any, ...]:
    return gate.state, gate.cutoff, gate.upto, gate.scoring


def _stands(standing: Standing) -> tuple[Any, ...]:
    scoring = standing.plan.scoring if standing.plan else standing.scoring
    return standing.state, standing.cutoff, standing.upto, scoring_to_json(scoring)


def _told(standing: Standing) -> str:
    labels = standing.evidence.labels if standing.evidence else len(standing.lessons)
    return f"“{standing.state}”, cut-off {standing.cutoff}, {labels} labels up to arrival {standing.upto}"


def _mark(gate: Gate) -> tuple[int, ...]:
    return gate.revision, gate.arrivals, gate.open_audits
