"""The door of a step to its gate: the policy in force, put to one case. Reads one row, writes nothing.

Called by `doors`. The policy was fixed by what came before the case, and the case is drawn by a number that
follows from its identity: nothing about the case itself decides whether a person will check it.
"""

from __future__ import annotations

import json
from typing import Any, cast

from django.db import connection

from runtime.core.node import Failed, GateQuestion, GateState, GateVerdict
from runtime.engine.ports import Judged, NewDecision, Seat
from runtime.gates import terms
from runtime.gates.draws import draw
from runtime.gates.scorings import scoring_from
from runtime.judgement.policy import Decision, Policy, decide, in_force

HANDED_OVER = "A person decides this case: the gate is not sure enough of it, or it was picked for a check."
"""The same for every case that a proven gate hands over: nobody can tell a check from a doubt."""
_NEVER_PICKED = 1.0 - 2.0**-53
UNAVAILABLE = Failed("gate", "The gate could not be asked, so a person decides.")
_COLUMNS = ("id", "epoch", "state", "cutoff", "scoring", "open_audits")
# Plain SQL: every decision passes here, and the ORM would cost more than all the rest.
_FIND = (
    f"SELECT {', '.join(_COLUMNS)} FROM runtime_gate WHERE workflow = %s AND node = %s AND fingerprint = %s"  # noqa: S608 - constants
    " ORDER BY epoch DESC LIMIT 1"
)


def judged(question: GateQuestion, seat: Seat) -> Judged | Failed:
    """What the gate makes of this case, and the row for its ledger. Failed where its row makes no sense.

    Raises what the database raises, so that whoever holds a transaction knows that it is lost.
    """
    try:
        mark = terms.fingerprint(question, seat.sources, seat.ran)
        kept = _kept(seat, mark)
        policy = _policy(question, kept)
    except (ValueError, TypeError, KeyError):
        return UNAVAILABLE
    number = draw(seat.run_id, seat.node, seat.visit) if seat.counts else _NEVER_PICKED
    made = decide(policy, question.signals, question.novelty, number)
    state = cast("GateState", kept["state"] if kept else "probation")
    row = _row(question, seat, mark, kept["id"] if kept else None, policy, made, number)
    return Judged(_verdict(state, policy, made), row if seat.counts else None)


def _kept(seat: Seat, mark: str) -> dict[str, Any] | None:
    """The newest epoch with these terms."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [seat.workflow, seat.node, mark])
        row = cursor.fetchone()
    if row is None:
        return None
    kept = dict(zip(_COLUMNS, row, strict=True))
    return {**kept, "scoring": json.loads(kept["scoring"])}


def _policy(question: GateQuestion, kept: dict[str, Any] | None) -> Policy:
    audit = terms.audit_of(question)
    if kept is None:
        return in_force(1, terms.first_scoring(question), "probation", None, audit)
    scoring = scoring_from(kept["scoring"])
    crowded = kept["open_audits"] >= terms.RULES.unanswered
    return in_force(kept["epoch"], scoring, kept["state"], kept["cutoff"], audit, crowded=crowded)


def _verdict(state: GateState, policy: Policy, made: Decision) -> GateVerdict:
    proceed = made.auto and not made.sampled
    reason = "" if proceed else (made.reason if policy.cutoff is None else HANDED_OVER)
    return GateVerdict(proceed, state, made.score, policy.cutoff, reason)


def _row(
    question: GateQuestion, seat: Seat, mark: str, gate: int | None, policy: Policy, made: Decision, number: float
) -> NewDecision:
    return NewDecision(
        seat, mark, gate, question, made.score, number, policy.cutoff, policy.audit,
        made.auto, made.sampled, made.pi, made.floor,
    )  # fmt: skip
