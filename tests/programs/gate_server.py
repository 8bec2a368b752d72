"""Servers with a gate, for the tests that kill them: `gate_server.py seed`, `serve PORT` or `told`.

`seed` fills an empty database with a workflow with a promise, and prints the tokens by user name as JSON. `serve` is
what the command `serve` does. `told` prints what does not fit together in the end, as JSON: nothing, where all is well.
With `GATES=quick` gates learn from few labels.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.models import Decision, Escalation, Gate

ROOT = Path(__file__).parents[2]
EXAMPLES = {"pay": ["pay the invoice", "a payment"], "decline": ["no, never", "not at all"]}
REVIEWERS = ("ann", "bea", "cem")


def seed() -> None:
    """Fill it."""
    from django.core.management import call_command

    from api.tokens import Issued, issue
    from tests.makers.gated import gated
    from tests.makers.people import person
    from tests.makers.sealed import published

    call_command("migrate", verbosity=0)
    choices = [{"name": name, "examples": texts} for name, texts in EXAMPLES.items()]
    published("gated", gated(gate={"choices": choices, "question": "{{ input.text }}"}))
    tokens = {
        name: issue(person(name, "reviewer"), "test", ["escalations:read", "escalations:write"]) for name in REVIEWERS
    }
    tokens["dev"] = issue(person("dev", "developer"), "test", ["runs:read", "runs:write"])
    print(json.dumps({name: token.plain for name, token in tokens.items() if isinstance(token, Issued)}))


def serve(port: int) -> None:
    """Serve until killed."""
    from runtime.management.serving import listening, server

    with listening("127.0.0.1", port) as listener:
        server().run(sockets=[listener])


def told() -> None:
    """What there is, and what does not fit together. On PostgreSQL."""
    from django.db import connection

    from runtime.gates import verifying
    from runtime.models import Decision, Entry, Escalation, Gate, Run

    gate = Gate.objects.get()
    rows = list(Decision.objects.order_by("number"))
    cases = {case.run_id: case for case in Escalation.objects.all()}
    began = Entry.objects.filter(type="run.started")
    texts = {entry.run_id: entry.data["input"]["text"] for entry in began}
    wrong = [sentence for row in rows for sentence in _misfits(row, cases.get(row.run), texts[row.run])]
    wrong += verifying.flaws_of(gate.pk)
    wrong += [f"{row.number} was decided by {row.cutoff}, which nothing before it allows." for row in _unallowed(gate)]
    statuses = {
        status: Run.objects.filter(status=status).count() for status in Run.objects.values_list("status", flat=True)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        wrong += [f"{count} deadlocks." for (count,) in cursor.fetchall() if count]
    found = {"numbers": [row.number for row in rows], "runs": statuses, "state": gate.state, "misfits": wrong}
    print(json.dumps({**found, "automatic": sum(row.auto and not row.sampled for row in rows), "cases": len(cases)}))


def _misfits(row: Decision, case: Escalation | None, text: str) -> Iterator[str]:
    """What is wrong between a row of the ledger and the case that people had."""
    if row.sampled != (case is not None):
        yield f"{row.number}: picked for a person {row.sampled}, and the case is {case}."
    if case is None or not row.sampled:
        return
    wanted = [(truth_of(int(text.rsplit(" ", 1)[-1])), case.resolution and case.resolution["by"], True)]
    if [(label["answer"], label["by"], label["blind"]) for label in row.labels] != wanted:
        yield f"{row.number}: the labels are {row.labels}, not {wanted}."


def _unallowed(gate: Gate) -> Iterator[Decision]:
    """The rows with a cut-off that no fold of those before them gives."""
    from dataclasses import replace

    from runtime.gates import ledger
    from runtime.judgement.gate import fold, recompute
    from runtime.models import Decision

    standing, rows = ledger.standing_of(gate), ledger.rows_of(gate)
    now, allowed = recompute(replace(standing), ()), set[float | None]((None,))
    for row, kept in zip(rows, Decision.objects.filter(gate=gate).order_by("number"), strict=True):
        if row.cutoff not in allowed:
            yield kept
        now = fold(now, (row,))
        allowed.add(now.cutoff)


def truth_of(number: int) -> str:
    """What a person says of the case of this number."""
    return "decline" if number % 25 == 7 else "pay"


def main() -> None:
    """Set Django and the rules up, and do what was asked."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from runtime.gates import terms
    from tests.makers.gated import QUICK

    if os.environ.get("GATES") == "quick":
        terms.RULES = QUICK
    match sys.argv[1:]:
        case ["serve", port]:
            serve(int(port))
        case [deed]:
            {"seed": seed, "told": told}[deed]()


main()
