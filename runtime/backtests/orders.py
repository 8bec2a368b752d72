"""Backtests as people and programs ask for them: started, cancelled, found.

Called by the API, by the builder (which seals the draft) and by the pages. What may be asked for is checked here; the
work itself is a side job. Refusals are data.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from runtime import audit, jobs
from runtime.backtests.choosing import eligible
from runtime.backtests.results import conclude
from runtime.ids import is_id
from runtime.models import Backtest
from runtime.permissions import Person, may, permissions_of
from runtime.refused import FieldError, Refused

KIND = "backtest"
MOST_CASES, MOST_CALLS, MOST_TOKENS = 5_000, 100_000, 100_000_000
CASES, CALLS, TOKENS = 200, 1_000, 1_000_000
MOST_OPEN = 5
OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Options:
    """How many past cases (newest first; with `since` a sample of all from then on), and what models may cost.

    `picked`: the id of one more case, chosen by hand; empty: none.
    """

    cases: int = CASES
    since: datetime | None = None
    calls: int = CALLS
    tokens: int = TOKENS
    picked: str = ""

    def to_json(self) -> dict[str, Any]:
        """What is kept."""
        return {**asdict(self), "since": self.since.isoformat() if self.since else None}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Options:
        """From what was kept."""
        since = kept.get("since")
        return cls(**{**kept, "since": datetime.fromisoformat(since) if since else None})


def may_start(user: Person) -> Refused | None:
    """Why this person may not start one: it reads past cases, and spends what models cost."""
    if not {"workflows:write", "runs:read"} <= permissions_of(user):
        return Refused("forbidden", "You may not try drawings on past cases.")
    return None


def unfit(workflow: str, options: Options) -> Refused | None:
    """Why there is nothing to start."""
    sizes = ((options.cases, 1, MOST_CASES), (options.calls, 0, MOST_CALLS), (options.tokens, 0, MOST_TOKENS))
    if not all(least <= number <= most for number, least, most in sizes):
        return Refused("invalid_options", f"A backtest takes 1 to {MOST_CASES:,} cases and a budget within bounds.")
    if Backtest.objects.filter(workflow=workflow, state__in=OPEN).count() >= MOST_OPEN:
        return Refused("busy", f"{MOST_OPEN} backtests of this workflow are under way. Wait for one, or cancel one.")
    if not eligible(workflow, options.since).exists():
        return Refused("no_cases", "There is no past case of this workflow to try on.")
    if options.picked and not _is_case(workflow, options.picked):
        wrong = FieldError("/run", "This is no past case of this workflow.", "unknown_case")
        return Refused("unknown_case", "The case that was picked is no past case of this workflow.", (wrong,))
    return None


def _is_case(workflow: str, run_id: str) -> bool:
    return is_id(run_id) and eligible(workflow, None).filter(pk=run_id).exists()


@transaction.atomic
def start(workflow: str, blueprint_id: str, version: int, options: Options, user: Person, now: datetime) -> Backtest:
    """Have a sealed drawing tried on past cases."""
    made = Backtest.objects.create(
        workflow=workflow,
        blueprint_id=blueprint_id,
        version=version,
        options=options.to_json(),
        by=user.get_username(),
        created_at=now,
    )
    audit.record(made.by, "backtest.started", made, now, {"workflow": workflow, "cases": options.cases})
    jobs.put(KIND, made.pk)
    return made


@transaction.atomic
def cancel(backtest_id: str, user: Person, now: datetime) -> Backtest | Refused:
    """End a backtest that is under way; what it has found so far is kept. Refused: forbidden, not_found, ended."""
    refused = may_start(user)
    if refused:
        return refused
    jobs.hold(KIND, backtest_id)
    found = Backtest.objects.select_for_update().filter(pk=backtest_id).first()
    if found is None:
        return Refused("not_found", "There is no such backtest.")
    if found.state not in OPEN:
        return Refused("ended", f"This backtest is over already: {found.state}.")
    jobs.cancel(kind=KIND, key=found.pk)
    conclude(found, "cancelled", now)
    audit.record(user.get_username(), "backtest.cancelled", found, now, {"workflow": found.workflow})
    return found


def visible(user: Person) -> QuerySet[Backtest]:
    """The backtests that a person may see: those who read workflows and runs."""
    allowed = may(user, "workflows:read") and may(user, "runs:read")
    return Backtest.objects.all() if allowed else Backtest.objects.none()


def visible_one(user: Person, backtest_id: str) -> Backtest | None:
    """The backtest with this id, if the person may see it."""
    found = visible(user).select_related("blueprint").defer("blueprint__document")
    return found.filter(pk=backtest_id).first() if is_id(backtest_id) else None
