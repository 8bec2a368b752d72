"""Objects by what a path says, as far as the caller may see them. What he may not see is not there for him.

Used by the resources. Also turns what a domain function refused into a problem document.
"""

from __future__ import annotations

from collections.abc import Mapping

from api import problems
from api.authentication import Caller
from builder.drafts import Stale
from builder.models import Workflow
from runtime.ids import is_id
from runtime.models import Escalation, Gate, Run
from runtime.permissions import visible_escalations, visible_runs
from runtime.refused import Refused
from runtime.traces.reading import moment

STATUS_OF: Mapping[str, int] = {
    "not_found": 404,
    "unknown_workflow": 404,
    "unknown_version": 404,
    "forbidden": 403,
    "not_requester": 403,
    "not_published": 404,
    "claimed": 409,
    "already_resolved": 409,
    "already_voted": 409,
    "closed": 409,
    "stale": 409,
    "not_yours": 409,
    "too_late": 409,
    "conflict": 409,
    "slug_taken": 409,
    "archived": 409,
    "overtaken": 412,
    "ended": 409,
    "not_failed": 409,
    "unchanged": 409,
    "busy": 409,
    "idempotency_conflict": 409,
    "unavailable": 503,
}
"""The status of each refusal that the domain knows; any other says that what was handed in does not fit (422)."""


def visible_run(caller: Caller, run_id: str) -> Run:
    """The run with this id."""
    run = visible_runs(caller.user, tryouts=True).filter(pk=run_id).first() if is_id(run_id) else None
    if run is None:
        raise problems.Refuse(problems.NOT_FOUND)
    return run


def visible_escalation(caller: Caller, case_id: str) -> Escalation:
    """The case with this id."""
    cases = visible_escalations(caller.user).select_related("assignee", "run")
    case = cases.filter(pk=case_id).first() if is_id(case_id) else None
    if case is None:
        raise problems.Refuse(problems.NOT_FOUND)
    return case


def gate_of(gate_id: str) -> Gate:
    """The epoch of a gate with this id."""
    known = gate_id.isascii() and gate_id.isdigit() and len(gate_id) < 19
    found = Gate.objects.filter(pk=int(gate_id)).first() if known else None
    if found is None:
        raise problems.Refuse(problems.NOT_FOUND)
    return found


def workflow_of(slug: str) -> Workflow:
    """The workflow with this slug, archived or not."""
    found = Workflow.objects.filter(slug=slug).first()
    if found is None:
        raise problems.Refuse(problems.NOT_FOUND)
    return found


def version_number(value: int) -> int:
    """A version's number from a path; one that no column can hold is not there."""
    if not 1 <= value <= 2**31 - 1:
        raise problems.Refuse(problems.NOT_FOUND)
    return value


def refused(refusal: Refused, **members: object) -> problems.Refuse:
    """What the domain refused, as the API says it: `who` and `at` become members of the problem document."""
    if refusal.who:
        members["who"] = refusal.who
    if refusal.at is not None:
        members["at"] = moment(refusal.at)
    status = 412 if isinstance(refusal, Stale) else STATUS_OF.get(refusal.code, 422)
    errors = [{"code": error.code, "path": error.path, "message": error.message} for error in refusal.errors]
    return problems.refuse(status, refusal.code, refusal.detail, errors, **members)
