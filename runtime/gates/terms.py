"""What a gate is held to and what its epoch stands on: rules, fingerprint, scoring as JSON.

Called by `policies` and `epochs`, in the step itself: it needs none of the libraries that fold labels.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.crypto import salted_hmac

from runtime import connections
from runtime.core.node import GateQuestion
from runtime.core.sources import NONE, Sources
from runtime.engine.ports import Ran
from runtime.gates.callees import NOBODY, Callees, callees
from runtime.judgement.promise import Rules
from runtime.judgement.signals import Scoring

RULES = Rules()
"""How every gate gathers its evidence; its audit rate is the drawing's, where that names one."""
LEAST_AUDIT = 0.001
OTHER = ""
"""A person's answer that is none of the gate's choices, and no name that one could have: the machine's was wrong."""


def fingerprint(question: GateQuestion, sources: Sources = NONE, ran: Mapping[str, Ran] = MappingProxyType({})) -> str:
    """What defines the epoch, summed up; see `basis_of`. Whoever stands on nothing else keeps the one it always had."""
    run = callees(sources.calls, ran) if sources.calls else NOBODY
    summed = _own(question, sources, run)
    if sources.digest:
        summed["steps"] = sources.digest
    if run.by_step:
        summed["calls"] = _told(run)
    canonical = json.dumps(summed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def basis_of(
    question: GateQuestion, sources: Sources = NONE, ran: Mapping[str, Ran] = MappingProxyType({})
) -> dict[str, Any]:
    """What defines the epoch: all that decides how the machine answers, how surely, and what was promised of it; and
    what the steps do whose output it reads (`sources`), with the workflows that these run (`ran`: have run).

    The audit rate is no part of it: each row of the ledger says which one was in force.
    """
    run = callees(sources.calls, ran) if sources.calls else NOBODY
    read = {"steps": dict(sources.steps), "checks": list(sources.checks), "titles": dict(sources.titles)}
    return {**_own(question, sources, run), **read, "calls": _told(run)}


def _told(run: Callees) -> dict[str, list[str]]:
    return {step: [each.workflow, each.digest] for step, each in run.by_step.items()}


def _own(question: GateQuestion, sources: Sources, run: Callees) -> dict[str, Any]:
    names = {*question.connections, *sources.connections, *run.connections}
    return {
        "machine": dict(question.basis),
        "connections": connections.identities(names),
        "choices": list(question.choices),
        "signals": list(question.names),
        "familiar_at": question.familiar_at,
        "promise": {"max_error": question.max_error, "confidence": question.confidence},
    }


def sameness(subject: str) -> str:
    """By what a case is known that comes again; nothing of it can be read back. Empty for one about nothing."""
    words = " ".join(subject.split()).casefold()
    return salted_hmac("interlock.gates.subject", words, algorithm="sha256").hexdigest() if words else ""


def audit_of(question: GateQuestion) -> float:
    """The share of automatic decisions that people check. None at all would leave the promise without evidence."""
    return max(LEAST_AUDIT, RULES.audit if question.audit is None else question.audit)


def first_scoring(question: GateQuestion) -> Scoring:
    """How a case is scored before there is a plan: by the lowest signal."""
    return Scoring(question.names, question.familiar_at)
