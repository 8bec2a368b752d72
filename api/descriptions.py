"""One run as the contract shows it: where it stands, what it was given, what it gave, and the steps it has made.

Called by `runs` and `trigger`. It reads the run and its journal, each once.
"""

from __future__ import annotations

from typing import Any

from api.shapes import moment
from runtime.models import Run
from runtime.traces import Step, Trace, trace


def describe(run_id: str) -> dict[str, Any]:
    """The run's object. Raises Run.DoesNotExist; ask `lookups` first whether the caller may see it."""
    run = Run.objects.get(pk=run_id)
    story = trace(run)
    return {
        "id": run.pk,
        "workflow": run.workflow,
        "version": run.version,
        "status": run.status,
        "outcome": run.outcome,
        "input": story.input,
        **_end(run, story),
        "labels": run.labels or {},
        "requester": run.requester,
        "callback_url": run.callback_url or None,
        "created_at": moment(run.created_at),
        "finished_at": moment(run.finished_at),
        "steps": [_step(step) for step in story.steps if step.started_at is not None],
    }


def _end(run: Run, story: Trace) -> dict[str, Any]:
    """What a run ended with; asked for separately where its journal is too long to be read as a whole."""
    if story.complete or run.finished_at is None:
        return {"output": story.output, "error": story.error}
    last = run.entries.order_by("-seq").first()
    data = last.data if last else {}
    return {"output": data.get("output"), "error": data.get("error")}


def _step(step: Step) -> dict[str, Any]:
    return {**step.to_json(), "escalation": step.escalation, "run": step.child}
