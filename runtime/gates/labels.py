"""What people say becomes labels of the ledger: answers to cases of a gate, complaints, and what nobody answers.

Called by `escalations` when an answer goes on (while it can be taken back it is none), by the API for what becomes
known later, and by `waiting`. A label touches its own row alone, in the transaction that decided it; what it means for
the gate is folded in afterwards. One more label never loosens a gate, but for the first one by somebody who had not
seen the machine's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from runtime import audit, jobs
from runtime.gates.terms import OTHER
from runtime.judgement.ledger import Costs, Label
from runtime.models import Decision, Escalation, Gate, Remark, Sighting
from runtime.refused import Refused

FOLD = "gates.fold"
"""The kind of the job that folds labels."""

_LOOKED_THROUGH = 100

type Source = Literal["review", "feedback", "given_up"]


@dataclass(frozen=True, slots=True)
class Taken:
    """The label stands in the ledger. `new`: it was not there before. `agrees`: with the machine's answer."""

    decision: int
    new: bool
    agrees: bool


def answered(case: Escalation, resolution: Mapping[str, Any]) -> int:
    """People have answered a case, and the answer goes on: the labels that follow from it; how many.

    Which gates a case speaks of was written down when it was opened (`engine.covers`): those whose answers it offers by
    name and that had handed it over. An answer that is none of a gate's choices says that the gate's was wrong. It is
    blind where the machine's answer was hidden, and whoever gave it had not looked it up in the run.
    """
    at = datetime.fromisoformat(resolution["at"])
    gates = [gate for gate in (case.behind or {}).get("gates", ()) if gate["labels"]]
    people = str(resolution["by"]).split(", ") if case.reviewers > 1 else [str(resolution["by"])]
    given = 0
    for gate in gates:
        choice = resolution["choice"]
        answer = choice if choice in gate["ways"] else OTHER
        first = _row(run=case.run_id, node=gate["node"], visit=gate["visit"])
        hidden = bool(gate["blind"]) and first is not None and not _was_bare(first) and not _was_told(case, at)
        for by in people:
            row = _row(run=case.run_id, node=gate["node"], visit=gate["visit"])
            blind = hidden and not _has_looked(case.run_id, by, at) and not _knows(row, by)
            given += isinstance(_labelled(row, Label(answer, by, blind), at, "review"), Taken)
    return given


@transaction.atomic
def told(
    run_id: str, node: str, answer: str | None, by: str, now: datetime, *, visit: int | None = None
) -> Taken | Refused:
    """What became known later of a decision (`visit`: the newest), by whomever: a complaint, a second opinion.

    It is not blind, so it can count against the gate and never for it. `answer` None: nobody can tell. Refused:
    unknown_case, unknown_answer, no_reviewer.
    """
    wanted: dict[str, Any] = {"run": run_id, "node": node} | ({} if visit is None else {"visit": visit})
    found = _labelled(_row(**wanted), Label(answer, by, blind=False), now, "feedback")
    if isinstance(found, Taken) and found.new:
        audit.record(by, "gate.told", f"decision:{found.decision}", now, {"run": run_id, "node": node})
    return found


def given_up(run_id: str, node: str, visit: int, now: datetime) -> int:
    """Give up a case that nobody has answered; 1 where it was open, else 0. Inside a transaction."""
    row = _row(run=run_id, node=node, visit=visit, state="open")
    if row is None:
        return 0
    return int(isinstance(_labelled(row, Label(None, audit.SYSTEM, blind=False), now, "given_up"), Taken))


def nudge() -> None:
    """Have labels folded soon. Called after the commit: a job that all gates share must not hold up an answer."""
    transaction.on_commit(lambda: jobs.replace(FOLD, ""), robust=True)


def _row(**wanted: Any) -> Decision | None:
    locked = Decision.objects.select_for_update(of=("self",)).select_related("gate")
    return locked.filter(**wanted).order_by("-visit").first()


def _labelled(row: Decision | None, label: Label, now: datetime, source: Source) -> Taken | Refused:
    if row is None:
        return Refused("unknown_case", "There is no such case at this gate.")
    refused = _unfit(row, label)
    if refused:
        return refused
    known = {(each["answer"], each["by"], each["blind"]) for each in row.labels}
    agrees = label.answer == row.answer
    if (label.answer, label.by, label.blind) in known:
        return Taken(row.pk, new=False, agrees=agrees)
    kept = {"answer": label.answer, "by": label.by, "at": now.isoformat(), "blind": label.blind, "source": source}
    loss = Costs().loss(row.answer, label.answer)
    changes: dict[str, Any] = {"labels": [*row.labels, kept], "fresh": True}
    # That somebody says it was right does not answer a case that people are asked: else whoever can say so could choose
    # which cases the gate is judged by.
    waits = row.state == "open" and source == "feedback" and loss == 0.0
    if not waits and (row.loss is None or loss > row.loss):
        seen = {"said": label.answer, "by": label.by[:150], "blind": label.blind, "labelled_at": now, "loss": loss}
        changes |= seen
    if row.state in ("open", "unasked") and not waits:
        changes["state"] = "given_up" if source == "given_up" else "settled"
    Decision.objects.filter(pk=row.pk).update(**changes)
    nudge()
    return Taken(row.pk, new=True, agrees=agrees)


def _unfit(row: Decision, label: Label) -> Refused | None:
    """Why the ledger does not take this label."""
    if not label.by.strip():
        return Refused("no_reviewer", "An answer needs the name of the one who gave it.")
    if label.answer is not None and label.answer not in (*row.gate.choices, OTHER):
        return Refused("unknown_answer", "This answer is none of the gate's choices.")
    return None


def _has_looked(run_id: str, by: str, at: datetime) -> bool:
    return Sighting.objects.filter(run=run_id, by=by, at__lte=at).exists()


def _was_bare(row: Decision) -> bool:
    """Another case about the same decision was answered: from then on the machine's answer was for all to see."""
    return any(each["source"] == "review" for each in row.labels)


def _knows(row: Decision | None, by: str) -> bool:
    """Whether this person has answered the very same case before, in another run: the machine's answer was shown then.

    It is also what keeps one case that is sent over and over from proving a gate.
    """
    if row is None or not row.subject:
        return False
    gates = Gate.objects.filter(workflow=row.gate.workflow, node=row.node, fingerprint=row.gate.fingerprint)
    others = Decision.objects.filter(gate__in=list(gates.values_list("pk", flat=True)), subject=row.subject)
    known = others.exclude(pk=row.pk).exclude(state="open")
    if known.filter(by=by[:150]).exists():
        return True
    # Beside the one by whom a row is known, others may have answered it.
    together = known.filter(state="settled").order_by("-number").only("labels")[:_LOOKED_THROUGH]
    return any(each["by"] == by for other in together for each in other.labels)


def _was_told(case: Escalation, at: datetime) -> bool:
    """Somebody who had seen the machine's answer wrote beside the case before it was answered."""
    seers = Sighting.objects.filter(run=case.run_id, at__lte=at).values("by")
    return Remark.objects.filter(escalation=case.pk, at__lte=at, by__in=seers).exists()
