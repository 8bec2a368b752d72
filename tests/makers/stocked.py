"""Gates with a history, as months of work leave them: for pages and measurements, made in a few seconds.

Each ledger is what a gate with such cases would have: policies fixed before the case, labels folded in arrival order.
The runs behind it are long forgotten.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from runtime.gates import folding, profiles, scorings
from runtime.gates.terms import RULES
from runtime.judgement.policy import decide, in_force
from runtime.judgement.promise import Rules
from runtime.models import Decision, Gate
from tests.makers.gated import CHOICES, Here, gated
from tests.makers.sealed import published

NAMES = ("logprob", "self")
PEOPLE = ("ana", "ben", "cleo")
AT_ONCE = 100


def gate(workflow: str, began: datetime, node: str = "gate", rules: Rules = RULES) -> Gate:
    """A gate before its first case."""
    return Gate.objects.create(
        workflow=workflow, node=node, epoch=1, version=1, fingerprint="f" * 64, choices=CHOICES,
        basis={"signals": list(NAMES), "familiar_at": None}, max_error=0.05, confidence=0.95, audit=rules.audit,
        scoring={"names": list(NAMES), "familiar_at": None, "weights": [], "bias": 0.0},
        standing={"rules": asdict(rules)}, begun_at=began,
    )  # fmt: skip


def works(
    of: Gate, cases: int, until: datetime, *, wrong: Sequence[float] = (0.005,), open_last: int = 0, seed: int = 1
) -> Gate:
    """The gate decides so many cases, evenly until then; in each part of the time another share of sure ones is wrong.

    The last cases that went to people, `open_last` of them, are not answered.
    """
    chance, began, first = random.Random(f"{of.workflow}:{seed}"), of.begun_at, of.arrivals
    step = (until - began) / max(cases, 1)
    for start in range(0, cases, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, cases))
        rows = list(_rows(Gate.objects.get(pk=of.pk), first, numbers, cases, began, step, wrong, chance))
        if open_last:
            rows = _left_open(rows, cases - open_last - 1 + first)
        Decision.objects.bulk_create(rows)
        audits = sum(row.auto and row.state == "open" for row in rows)
        Gate.objects.filter(pk=of.pk).update(arrivals=first + numbers.stop, open_audits=audits)
        if Gate.objects.get(pk=of.pk).state != "broken":
            folding.fold(of.pk, Here(), rows[-1].at)
    Decision.objects.filter(gate=of.pk).update(fresh=False)
    known = Gate.objects.get(pk=of.pk)
    profiles.make(known, until, Here())
    return known


def _rows(
    of: Gate, first: int, numbers: range, cases: int, began: datetime, step: timedelta, wrong: Sequence[float],
    chance: random.Random,
) -> Iterator[Decision]:  # fmt: skip
    scoring = scorings.scoring_from(of.scoring)
    policy = in_force(of.epoch, scoring, of.state, of.cutoff, of.audit)
    for number in numbers:
        sure = chance.betavariate(6, 1.2)
        signals = {"logprob": round(sure, 6), "self": round(min(1.0, sure ** chance.uniform(0.7, 1.3)), 6)}
        made = decide(policy, signals, None, chance.random())
        floor = wrong[number * len(wrong) // cases]
        right = chance.random() > floor + (1.0 - sure) ** 2
        said = CHOICES[chance.random() > 0.6]
        truth = said if right else CHOICES[said == CHOICES[0]]
        at, by = began + step * number, chance.choice(PEOPLE)
        label = {"answer": truth, "by": by, "at": at.isoformat(), "blind": True, "source": "review"}
        row = Decision(
            gate=of, number=first + number, run=f"{of.pk}-{first + number}", node=of.node, visit=1, at=at, answer=said,
            signals=signals, score=made.score, draw=made.pi / 2 if made.sampled and made.auto else 0.999,
            cutoff=policy.cutoff, audit=policy.audit, auto=made.auto, sampled=made.sampled, pi=made.pi,
            floor=made.floor, state="unasked",
        )  # fmt: skip
        if made.sampled:
            row.state, row.labels, row.fresh, row.loss = "settled", [label], True, float(said != truth)
            row.said, row.by, row.blind, row.labelled_at = truth, by, True, at + timedelta(hours=1)
        yield row


def _left_open(rows: Sequence[Decision], behind: int) -> list[Decision]:
    for row in rows:
        if row.number > behind and row.sampled:
            row.state, row.labels, row.fresh, row.loss, row.said, row.by, row.blind = (
                "open",
                [],
                False,
                None,
                None,
                "",
                None,
            )
            row.labelled_at = None
    return list(rows)


def quick(rules: Rules = RULES, **changes: int) -> Rules:
    """The rules of gates with fewer lessons, where a test has no time for all."""
    return replace(rules, **changes)


def three(now: datetime) -> dict[str, str]:
    """A gate that has proven itself, one on probation, one whose promise broke, and a fixed cut-off; their pages."""
    document = gated(promise={"max_error": 0.05, "confidence": 0.95})
    document["nodes"][0]["name"] = "May it be paid?"
    fixed = gated(gate={"cutoff": 0.7})
    del fixed["nodes"][0]["config"]["promise"]
    published("payments-by-number", fixed)
    stories = (("payments", 60, 900, (0.0,)), ("refunds", 9, 40, (0.0,)), ("claims", 60, 900, (0.0, 0.0, 0.0, 0.6)))
    made = {}
    for slug, days, cases, wrong in stories:
        published(slug, document)
        fresh = gate(slug, now - timedelta(days=days), rules=quick(learn=40, candidates=4))
        made[slug] = works(fresh, cases, now, wrong=wrong)
    assert [each.state for each in made.values()] == ["proven", "probation", "broken"]
    proven = made["payments"].pk
    year = f"since={now.year}-01-01&until={now.year}-12-31"
    return {
        "gate list": "/gates/",
        "workflow gates": "/workflows/payments/gates/",
        "proven gate": f"/gates/{proven}/?{year}",
        "gate on probation": f"/gates/{made['refunds'].pk}/",
        "broken gate": f"/gates/{made['claims'].pk}/",
        "gate cases": f"/gates/{proven}/cases/",
        "gate terms": "/workflows/payments/gates/gate/terms/",
    }
