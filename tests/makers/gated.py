"""A workflow with a promise, its cases, and reviewers who answer them: what tests of gates begin with.

The model's script is real runs' input: `{"answer", "score"}` is what the model says of a case, `truth` what a person
will say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from runtime.cases.escalations import Answer, Resolved, resolve
from runtime.core.node import GateQuestion, GateVerdict, ModelAnswer, ModelRequest
from runtime.engine.ports import Judged, Seat
from runtime.gates import folding, labels, ledger, policies
from runtime.gates.verifying import InProcess
from runtime.judgement.promise import Rules
from runtime.models import Blueprint, Decision, Escalation, Gate
from tests.makers.engine import Engine, ScriptedDoors, drawn, ended, node, outcome, review

QUICK = Rules(learn=20, candidates=4, audit=0.3, alarm_at=20.0, unanswered=100)
"""Few labels make a plan, and few wrong audits an alarm."""
CHOICES = ["pay", "decline"]


Here = InProcess
"""Sums in this process: where a test is about what is folded, not where."""


def gated(
    *, promise: Mapping[str, float] | None = None, gate: Mapping[str, Any] | None = None, reviewed: bool = True
) -> dict[str, Any]:
    """A drawing: a model chooses between paying and declining, and whoever is asked in its place chooses the same."""
    config = {
        "connection": "embedded",
        "question": "May this be paid? {{ input.text }}",
        "choices": [{"name": name} for name in CHOICES],
        "confidence": ["logprob"],
        "promise": promise or {"max_error": 0.2, "confidence": 0.8},
        **(gate or {}),
    }
    ends = [outcome("paid"), outcome("declined")]
    ways = ["start > gate", "gate.pay > paid", "gate.decline > declined"]
    if not reviewed:
        return drawn([node("gate", "decide.model", config), *ends, outcome("none")], *ways, "gate.unsure > none")
    asked = review("ask", *CHOICES)
    ways += ["gate.unsure > ask", "ask.pay > paid", "ask.decline > declined"]
    return drawn([node("gate", "decide.model", config), asked, *ends], *ways)


async def says(_key: str, request: ModelRequest) -> ModelAnswer:
    """The model of these drawings: what it says stands in the case."""
    words = request.prompt.rsplit(" ", 2)
    return ModelAnswer(words[-2], {"logprob": float(words[-1])})


def doors() -> ScriptedDoors:
    """The doors of these drawings."""
    return ScriptedDoors({"gate": [says]})


def case(answer: str = "pay", score: float = 0.9, about: object = "") -> dict[str, str]:
    """The input of a run whose model says this; `about` tells one case from another of which it says the same."""
    return {"text": f"{about} {answer} {score}".strip()}


def answer_case(run_id: str, truth: str, user: User) -> None:
    """A person answers the open case of a run, for good."""
    found = Escalation.objects.get(run=run_id, state="open")
    done = resolve(found.pk, user, Answer(truth, digest=found.digest), datetime.now(UTC))
    assert isinstance(done, Resolved), done


def stream(engine: Engine, blueprint: Blueprint, user: User, cases: Iterable[tuple[str, float, str]]) -> list[str]:
    """Run these cases (machine's answer, score, truth), one after the other; whoever is asked says the truth."""
    ran: list[str] = []
    before = Decision.objects.count()
    for said, score, truth in cases:
        run_id = engine.run(blueprint, case(said, score, f"case {before + len(ran)}"))
        if Escalation.objects.filter(run=run_id, state="open").exists():
            answer_case(run_id, truth, user)
            ended(run_id)
        folding.fold_due(Here())
        ran.append(run_id)
    return ran


def the_gate() -> Gate:
    """The only gate there is."""
    return Gate.objects.get()


def rows() -> list[Decision]:
    """The ledger in arrival order."""
    return list(Decision.objects.order_by("gate", "number"))


def question(answer: str | None = "pay", score: object = 0.9, **changes: Any) -> GateQuestion:
    """What a step of these drawings asks its gate."""
    asked: dict[str, Any] = {
        "answer": answer,
        "choices": tuple(CHOICES),
        "signals": {"logprob": score},
        "names": ("logprob",),
        "max_error": 0.2,
        "confidence": 0.8,
    }
    return GateQuestion(**{**asked, **changes})


def decided(
    run_id: str, asked: GateQuestion | None = None, *, workflow: str = "w", visit: int = 1, subject: str = ""
) -> GateVerdict:
    """Ask the gate, and write the row as the store does: a step without an engine around it."""
    judged = policies.judged(asked or question(), Seat(run_id, workflow, "gate", visit, subject=subject))
    assert isinstance(judged, Judged)
    assert judged.row
    with transaction.atomic():
        ledger.write(judged.row, datetime.now(UTC))
    return judged.verdict


def labelled(run_id: str, truth: str, by: str = "ada", *, blind: bool = True, visit: int = 1) -> int:
    """A person has answered the case of this run; how many labels came of it."""
    gate = {"node": "gate", "visit": visit, "labels": True, "blind": blind, "ways": CHOICES}
    asked = Escalation(run_id=run_id, behind={"gates": [gate]}, kind="review", reviewers=1)
    with transaction.atomic():
        return labels.answered(asked, {"choice": truth, "by": by, "at": datetime.now(UTC).isoformat()})


def fold() -> None:
    """Take in what was answered."""
    folding.fold_due(Here())


def proven(cases: int = 60) -> Gate:
    """A gate that was right so often that it decides by itself."""
    for number in range(cases):
        decided(f"good{number}")
        if Decision.objects.get(run=f"good{number}").sampled:
            labelled(f"good{number}", "pay")
    fold()
    gate = the_gate()
    assert gate.state == "proven"
    return gate
