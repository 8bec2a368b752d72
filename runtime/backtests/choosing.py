"""Which past cases a backtest takes: the newest, or a random sample of all since a moment.

Called by `work` once for each backtest. A case is a run of a published version that came to an end, or that waits for
a person. What was cancelled says nothing about a drawing, and what is under way is not known yet.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from runtime.ids import first_id_at
from runtime.models import Escalation, Run

MOST_LOOKED_AT = 100_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """The runs, newest first; how many there were to choose from, and from when to when those came.

    `picked` are those that somebody chose by hand and that are not among the others.
    """

    run_ids: tuple[str, ...]
    population: int
    span: tuple[datetime, datetime] | None
    picked: tuple[str, ...] = ()


def eligible(workflow: str, since: datetime | None) -> QuerySet[Run]:
    """The past cases of a workflow."""
    asks = Escalation.objects.filter(run=OuterRef("pk"), state="open")
    ended = Q(status__in=["succeeded", "failed"]) | (Q(status="waiting") & Exists(asks))
    found = Run.objects.filter(ended, workflow=workflow, tryout=False)
    return found.filter(pk__gte=first_id_at(since)) if since else found


def choose(workflow: str, cases: int, since: datetime | None, seed: str, picked: str = "") -> Chosen:
    """The newest `cases`; with `since` a random sample of all from then on; with `picked` that run as well.

    The same seed chooses the same.
    """
    chosen = _drawn(workflow, cases, since, seed)
    wanted = picked and picked not in chosen.run_ids and eligible(workflow, None).filter(pk=picked).exists()
    return replace(chosen, picked=(picked,)) if wanted else chosen


def _drawn(workflow: str, cases: int, since: datetime | None, seed: str) -> Chosen:
    newest = eligible(workflow, since).order_by("-pk").values_list("pk", "created_at")
    found = list(newest[: MOST_LOOKED_AT if since else cases])
    if not found:
        return Chosen((), 0, None)
    taken = found
    if len(found) > cases:
        # The choice is to be the same after a crash, and nobody gains from guessing it.
        taken = sorted(random.Random(seed).sample(found, cases), reverse=True)  # noqa: S311  # it is no secret
    return Chosen(tuple(pk for pk, _ in taken), len(found), (found[-1][1], found[0][1]))
