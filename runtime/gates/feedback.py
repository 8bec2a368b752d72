"""What becomes known of a decision after it: it was right, it was wrong, or what would have been right.

Called by the API and the page of a run. It is a label that was not given blind, so it counts against the gate and never
for it; two that disagree are both kept, and the worse one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runtime.gates import labels
from runtime.models import Decision, Run, Sighting
from runtime.refused import FieldError, Refused


@dataclass(frozen=True, slots=True)
class Told:
    """It is in the ledger. `agrees`: with the machine; `new`: it was not there before."""

    node: str
    choice: str | None
    agrees: bool
    new: bool


def told(
    run_id: str, node: str, by: str, now: datetime, *, correct: bool | None = None, choice: str | None = None
) -> Told | Refused:
    """Keep what somebody knows of the newest decision of a gate in a run: whether it was right, or the right choice.

    Refused: no_decision (this step decided nothing there under a promise), unknown_choice, invalid (both or neither).
    """
    if (correct is None) == (choice is None):
        return Refused("invalid", "Say either whether it was right, or which choice would have been.")
    found = Decision.objects.filter(run=run_id, node=node).select_related("gate").order_by("-visit").first()
    if found is None:
        where = FieldError("/node", "No gate with a promise has decided here.", "no_decision")
        return Refused("no_decision", "In this run no gate with a promise decided at this step.", (where,))
    if choice is not None and choice not in found.gate.choices:
        known = ", ".join(f"“{each}”" for each in found.gate.choices)
        where = FieldError("/choice", f"The choices of this gate are {known}.", "unknown_choice")
        return Refused("unknown_choice", "This is none of the gate's choices.", (where,))
    if found.state == "open" and Run.objects.filter(pk=run_id).exists():
        # What is told here tells whoever says it what the machine had said: their answer to the case is not blind.
        Sighting.objects.get_or_create(run_id=run_id, by=by, defaults={"at": now})
    # That it was wrong, and no more, is what “cannot tell” says too: no choice is confirmed by it.
    answer = choice if choice is not None else found.answer if correct else None
    kept = labels.told(run_id, node, answer, by, now, visit=found.visit)
    return kept if isinstance(kept, Refused) else Told(node, answer, kept.agrees, kept.new)
