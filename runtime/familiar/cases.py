"""The past cases of a workflow, as an expression sees them: read from the journals of runs that reached an outcome.

Called by `references`, in a thread. It reads a few journals at a time and of them only what the expression names, and
keeps no more of a case than is learned from it. Try-outs are no cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from runtime.core import expressions
from runtime.models import Entry, Run

MOST_CASES = 2_000
_AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class Past:
    """A past case: its run, and what an expression may read of it."""

    run: str
    scope: Mapping[str, Any]


def count(workflow: str, before: str, most: int) -> int:
    """How many past cases there are, up to so many."""
    return len(_runs(workflow, before, most))


def read(workflow: str, before: str, expression: str) -> Iterator[list[Past]]:
    """The newest past cases, newest first, a few at a time. `before` is the run that asks: later ones are no past."""
    ids = _runs(workflow, before, MOST_CASES)
    steps = sorted({reference.step for reference in expressions.references(expression) if reference.step})
    for start in range(0, len(ids), _AT_A_TIME):
        yield _scopes(ids[start : start + _AT_A_TIME], steps, expression)


def _runs(workflow: str, before: str, most: int) -> list[tuple[str, str]]:
    ended = Run.objects.filter(workflow=workflow, status="succeeded", tryout=False, id__lt=before)
    rows = ended.order_by("-id").values_list("id", "created_at")[:most]
    return [(run, at.isoformat()) for run, at in rows]


def _scopes(runs: Sequence[tuple[str, str]], steps: Sequence[str], expression: str) -> list[Past]:
    wanted = Q(seq=1) | Q(type="step.finished", node__in=steps) if steps else Q(seq=1)
    found: dict[str, dict[str, Any]] = {
        run: {"input": None, "steps": {}, "run": {"id": run, "started_at": at}} for run, at in runs
    }
    entries = Entry.objects.filter(wanted, run_id__in=[run for run, _ in runs]).order_by("run_id", "seq")
    rows: Iterable[Any] = entries.values_list("run_id", "seq", "node", "data")
    for run, seq, node, data in rows:
        if seq == 1:
            found[run]["input"] = data.get("input")
        else:
            found[run]["steps"][node] = {"output": data.get("output"), "port": data.get("port")}
    return [Past(run, expressions.narrow([expression], scope)) for run, scope in found.items()]
