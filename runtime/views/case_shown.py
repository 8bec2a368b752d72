"""What is shown of a case besides why it stopped, each part with whose words it is.

Used by the pages of cases. What Interlock found itself, and has said among the reasons already, is not said twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.cases.attempted import Attempted, attempted
from runtime.cases.whose import Said, apart
from runtime.core.reasons import said
from runtime.models import Escalation


@dataclass(frozen=True, slots=True)
class Shown:
    """`parts` of the case by whose words they are; `later` are the labels of what is shown after the answer.

    Of an incident: `tried`, what the step was about to do (None: not for this person), and `detail` of the failure.
    """

    parts: tuple[Said, ...] = ()
    later: tuple[str, ...] = ()
    tried: Attempted | None = None
    detail: Any = None


def shown(case: Escalation, may_read_run: bool) -> Shown:
    """Everything that the card of a case shows of it."""
    if case.kind == "incident":
        error = (case.asked.get("show") or {}).get("error")
        detail = error.get("detail") if isinstance(error, Mapping) else None
        return Shown(tried=attempted(case) if may_read_run else None, detail=detail or None)
    covered = (case.behind or {}).get("show") or {}
    values = _values(case)
    later = tuple(label for label in values if label in covered)
    return Shown(apart(case, {label: value for label, value in values.items() if label not in covered}), later)


def _values(case: Escalation) -> dict[str, Any]:
    """What the drawing shows, without empty lists, and findings that stand among the reasons, word for word."""
    told = {detail for each in case.reasons if isinstance(each, dict) for detail in each.get("details") or ()}
    return {
        label: value
        for label, value in (case.asked.get("show") or {}).items()
        if value != [] and not _is_said(value, told)
    }


def _is_said(value: Any, told: set[str]) -> bool:
    """Whether a value is nothing but findings whose sentences are all among those; one that names a run says more."""
    findings = value if isinstance(value, list) else []
    return bool(findings) and all(
        isinstance(each, dict)
        and "run" not in each
        and (isinstance(each.get("message"), str) or {"name", "reason"} <= each.keys())
        and said(each) in told
        for each in findings
    )
