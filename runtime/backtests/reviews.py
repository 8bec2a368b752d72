"""What people have decided of past cases, and how likely it was that they would be asked: from cases and ledgers.

Called by `past`, a few runs at a time. A gate asks about every case that it does not decide (probability 1), and about
a few of those that it does: those few stand for all of them. Taken at face value they would weigh too little, and
what nobody looked at would seem to be agreed with.

What the gates of a run made of it is taken as given: people were asked with 1 - (1 - pi)(1 - pi)… over its decisions.
Where the first question that people have answered came from no gate, it was certain to be asked.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runtime.backtests.recorded import Reviewed
from runtime.models import Decision, Escalation

_READ = ("run", "node", "visit", "pi", "sampled", "state", "labels")


def of_runs(run_ids: Sequence[str]) -> dict[str, Reviewed]:
    """What people have decided of each of these runs; those of which they have decided nothing are left out."""
    decided: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in Decision.objects.filter(run__in=run_ids).order_by("pk").values(*_READ):
        decided[row["run"]].append(row)
    first = _first_answered(run_ids)
    found = {run_id: _reviewed(decided[run_id], first.get(run_id)) for run_id in {*decided, *first}}
    return {run_id: each for run_id, each in found.items() if each}


def _first_answered(run_ids: Sequence[str]) -> dict[str, bool]:
    """Runs in which people have answered a question; whether a gate had handed the first of them over."""
    asked = Escalation.objects.filter(run__in=run_ids, state="resolved", kind__in=["review", "form"])
    rows: Iterable[tuple[str, Any]] = asked.exclude(resolution=None).order_by("-pk").values_list("run_id", "behind")
    return {run_id: bool((behind or {}).get("gates")) for run_id, behind in rows}


def _reviewed(decisions: Sequence[Mapping[str, Any]], by_gate: bool | None) -> Reviewed | None:
    """`by_gate`: whether the first answer came by a gate; None: there is no answer."""
    asked_about = [each for each in decisions if each["sampled"]]
    disputed = any(_is_disputed(each) for each in asked_about)
    if by_gate is None and not disputed:
        return None
    certain = by_gate is False or not asked_about
    return Reviewed(1.0 if certain else 1.0 - math.prod(1.0 - each["pi"] for each in decisions), disputed)


def _is_disputed(decision: Mapping[str, Any]) -> bool:
    """Whether nobody could tell, everybody let it lie, or two said different things."""
    answers = {label["answer"] for label in decision["labels"]}
    return decision["state"] == "given_up" or None in answers or len(answers) > 1
