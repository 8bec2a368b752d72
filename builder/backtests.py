"""A draft, or a version, tried on past cases: sealed here, replayed by `runtime.backtests`.

Called by the API and by the pages. A draft may be tried while it is unsafe, for nothing leaves; what keeps it from
running at all keeps it from this too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from builder.models import Workflow
from builder.publishing import NotPublishable, problems_of, version_of
from builder.tryouts import CANNOT_RUN, sealed_draft
from builder.workflows import unreadable
from runtime.backtests import orders
from runtime.backtests.orders import Options
from runtime.core.definition import Document, parse
from runtime.forgetting import DRAFT
from runtime.models import Backtest
from runtime.permissions import Person
from runtime.refused import FieldError, Refused


def start(
    workflow: Workflow, options: Options, user: Person, now: datetime, version: int | None = None, document: Any = None
) -> Backtest | NotPublishable | Refused:
    """Try the draft (or a version, or a `document` that is not kept as the draft) on past cases.

    Refused: forbidden, archived, unknown_version, unreadable, invalid_options, busy, no_cases. NotPublishable where the
    draft's errors keep it from running.
    """
    refused = orders.may_start(user) or _archived(workflow) or orders.unfit(workflow.slug, options)
    if refused:
        return refused
    drawn = workflow.draft if document is None else document
    sealed = _version(workflow, version) if version is not None else _draft(workflow, drawn, now)
    if not isinstance(sealed, str):
        return sealed
    return orders.start(workflow.slug, sealed, DRAFT if version is None else version, options, user, now)


def _archived(workflow: Workflow) -> Refused | None:
    if workflow.archived_at:
        return Refused("archived", "This workflow is archived.", at=workflow.archived_at)
    return None


def _version(workflow: Workflow, number: int) -> str | Refused:
    found = version_of(workflow, number)
    if found is None:
        wrong = FieldError("/version", "There is no such version.", "unknown_version")
        return Refused("unknown_version", "There is no such version.", (wrong,))
    return str(found.blueprint_id)


def _draft(workflow: Workflow, raw: Any, now: datetime) -> str | NotPublishable | Refused:
    document = _document(raw)
    if isinstance(document, Refused):
        return document
    keeping = [each for each in problems_of(raw) if each.level == "error" and each.code.startswith(CANNOT_RUN)]
    return NotPublishable(tuple(keeping)) if keeping else sealed_draft(workflow, document, now)


def _document(raw: Any) -> Document | Refused:
    refused = unreadable(raw)
    return refused or parse(raw).document or Refused("malformed", "This is no drawing.")
