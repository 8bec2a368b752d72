"""What the workflows do that a gate's steps run: a digest for each such step, of the version that ran for the case.

Called by `terms` for the fingerprint of an epoch, only for gates that read what another workflow gave. A case whose
workflow began before a newer version was published counts for what ran. Workflows that are called by these count as
they would run now, and so do the connections of them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection

from runtime import blueprints
from runtime.claimed import places
from runtime.core.sources import Call, whole
from runtime.engine.attempts import MAX_GENERATIONS
from runtime.engine.ports import Ran


@dataclass(frozen=True, slots=True)
class Callee:
    """A workflow that a step runs: its name, and a digest of all that it does (empty where there is none)."""

    workflow: str
    digest: str


@dataclass(frozen=True, slots=True)
class Callees:
    """The workflows by the steps that run them; `connections`: the names of all that these use."""

    by_step: Mapping[str, Callee] = field(default_factory=dict)
    connections: frozenset[str] = frozenset()


NOBODY = Callees()


def callees(calls: Mapping[str, Call], ran: Mapping[str, Ran]) -> Callees:
    """What is run by these calls, however deep. `ran`: what has run for the case already, by step."""
    sealed = _sealed(ran)
    known: dict[str, str] = {}
    connections: set[str] = set()
    found: dict[str, Callee] = {}
    for step, (name, version) in calls.items():
        blueprint = sealed.get(step) or _newest(name, version)
        found[step] = Callee(name, _digest(blueprint, known, connections) if blueprint else "")
    return Callees(found, frozenset(connections))


def _sealed(ran: Mapping[str, Ran]) -> dict[str, str]:
    """The blueprints that have run; of a run that was forgotten meanwhile nothing is known."""
    runs = [each.id for each in ran.values() if each.sort == "run"]
    of_run: dict[str, str] = {}
    if runs:
        # Plain SQL, as everywhere on the way of a decision.
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, blueprint_id FROM runtime_run WHERE id IN ({places(runs)})", runs)  # noqa: S608 - placeholders
            of_run = dict(cursor.fetchall())
    found = {step: each.id if each.sort == "blueprint" else of_run.get(each.id, "") for step, each in ran.items()}
    return {step: blueprint for step, blueprint in found.items() if blueprint}


def _newest(name: str, version: int | None) -> str:
    found = blueprints.latest(name, version)
    return found[0] if found else ""


def _digest(blueprint: str, known: dict[str, str], connections: set[str], depth: int = 0) -> str:
    """A digest of what a blueprint does with all that it calls; workflows may call each other in a circle.

    Deeper than workflows may call one another at all, nothing is looked at.
    """
    if blueprint in known:
        return known[blueprint]
    known[blueprint] = ""
    try:
        within = whole(blueprints.load(blueprint))
    except blueprints.Unreadable:
        known[blueprint] = blueprint
        return blueprint
    connections.update(within.connections)
    called = sorted(set(within.calls.values()), key=str) if depth < MAX_GENERATIONS else ()
    nested = [_digest(one, known, connections, depth + 1) for call in called if (one := _newest(*call))]
    known[blueprint] = hashlib.sha256("".join([within.digest, *nested]).encode()).hexdigest()
    return known[blueprint]
