"""What is known of an answered case, read from its run for the makers of lessons.

Called by `lesson_views`. It gives nothing while the answer can be taken back, or while people are asked in the same run
what they must not be told: a blind answer comes first, and teaching after it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from builder.cases import title_of
from builder.lessons.terms import Facts
from builder.models import Workflow
from runtime import blueprints, tryouts, veils
from runtime.core.definition import parse
from runtime.core.drawing import Drawing
from runtime.core.state import State, visible_results
from runtime.engine.inputs import ScopedInputs, costly_texts, scope_of
from runtime.models import Escalation
from runtime.refused import Refused

TEACHING = frozenset({"decide.model", "decide.match", "decide.table", "verify.quality", "verify.rules"})


def facts_of(case: Escalation, workflow: Workflow | None, now: datetime) -> Facts | Refused:
    """What a case can teach its workflow from.

    Refused: no_workflow, archived, not_answered, not_yet (`at`: when the answer goes on), secret, unreadable.
    """
    refused = _too_early(case, now)
    if workflow is None:
        return Refused("no_workflow", "Its workflow is no longer there.")
    if refused or workflow.archived_at:
        return refused or Refused("archived", "This workflow is archived.", at=workflow.archived_at)
    if parse(workflow.draft).document is None:
        return Refused("unreadable", "The draft of the workflow cannot be read just now.")
    try:
        drawing, state = blueprints.load(case.run.blueprint_id), tryouts.state_of(case.run)
    except blueprints.Unreadable:
        return Refused("unreadable", "What the case ran on can no longer be read.")
    return _facts(case, workflow.draft, drawing, state)


def _too_early(case: Escalation, now: datetime) -> Refused | None:
    if case.run.tryout:
        return Refused("not_answered", "This only tried the workflow out.")
    if case.state != "resolved" or case.kind not in ("review", "form") or not (case.resolution or {}).get("choice"):
        return Refused("not_answered", "Nobody has answered this case, so there is nothing to learn from it.")
    if case.goes_on_at is not None and case.goes_on_at > now:
        return Refused("not_yet", "The answer can still be taken back.", at=case.goes_on_at)
    if veils.secret(case.run_id, case.run.blueprint_id, case.run.status):
        return Refused("secret", "People are asked about this run just now. It can teach once they have answered.")
    return None


def _facts(case: Escalation, draft: Any, drawing: Drawing, state: State) -> Facts:
    results = visible_results(drawing.graph, state, case.node) if case.node in drawing.params else {}
    inputs = {name: found for name in results if (found := _inputs(drawing, state, name, case.run_id))}
    return Facts(
        document={"nodes": [], "edges": [], **draft},
        drawing=drawing,
        node=case.node,
        choice=str((case.resolution or {})["choice"]),
        input=state.input,
        results=results,
        inputs=inputs,
        outcome=(state.outcome or "") if state.status == "succeeded" else "",
        title=title_of(state.input),
    )


def _inputs(drawing: Drawing, state: State, node: str, run_id: str) -> ScopedInputs | None:
    """What a step could read; None where a lesson is never about it, or it is too much to be computed here."""
    if node not in drawing.params or drawing.graph.nodes[node].kind not in TEACHING:
        return None
    scope = scope_of(drawing, state, node, run_id)
    return None if costly_texts(drawing, node, scope) else ScopedInputs(scope)
