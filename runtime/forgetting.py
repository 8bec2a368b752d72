"""What is forgotten: try-outs after a day (their runs, and the drafts that nothing runs any more),
backtests after thirty, jobs that are over, and the words that settled cases were found by.

A side job, done every hour (`jobs.every`). It knows nothing else of try-outs: how they begin and are answered is the
business of `tryouts`, what they do differently while they run that of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from runtime import jobs
from runtime.models import Backtest, Blueprint, CaseWords, Escalation, Run

DRAFT = 0
"""The version of a blueprint that holds a draft."""
KEPT = timedelta(days=1)
BACKTESTS_KEPT = timedelta(days=30)
EVERY_S = 3_600.0
WORDS_AT_ONCE = 5_000


@transaction.atomic
def forget(before: datetime) -> int:
    """Delete the try-outs that were started before this moment, and the drafts that nothing runs any more; how many.

    One that let its effects out and waits for somebody in the inbox is kept until that case is settled.
    """
    asks = Escalation.objects.filter(state="open", run=OuterRef("pk"))
    runs = Run.objects.filter(~Exists(asks), tryout=True, created_at__lt=before)
    old = dict(runs.values_list("pk", "blueprint_id"))
    Run.objects.filter(pk__in=list(old)).delete()
    _forget_drafts(old.values())
    return len(old)


@transaction.atomic
def forget_backtests(before: datetime) -> int:
    """Delete the backtests that were over before this moment, and the drafts that nothing runs any more; how many."""
    old = dict(Backtest.objects.filter(finished_at__lt=before).values_list("pk", "blueprint_id"))
    Backtest.objects.filter(pk__in=list(old)).delete()
    _forget_drafts(old.values())
    return len(old)


def forget_words(most: int) -> int:
    """Delete what cases were found by that are settled for good, at most so many; how many.

    The inbox looks for open ones, and reads the words of all to find what is nowhere. An answer that can still be taken
    back keeps them.
    """
    found = Escalation.objects.filter(Q(state="open") | Q(goes_on_at__isnull=False), pk=OuterRef("pk"))
    settled = list(CaseWords.objects.filter(~Exists(found)).values_list("pk", flat=True)[:most])
    CaseWords.objects.filter(pk__in=settled).delete()
    return len(settled)


def _forget_drafts(blueprints: Iterable[str]) -> None:
    drafts = Blueprint.objects.filter(version=DRAFT, pk__in=set(blueprints))
    runs, backtests = Run.objects.filter(blueprint=OuterRef("pk")), Backtest.objects.filter(blueprint=OuterRef("pk"))
    drafts.filter(~Exists(runs), ~Exists(backtests)).delete()


@jobs.every("forgetting", EVERY_S)
async def keep_forgetting(work: jobs.Work) -> jobs.Outcome:
    """Forget what is old by now."""

    def old() -> None:
        forget(work.now - KEPT)
        forget_backtests(work.now - BACKTESTS_KEPT)
        jobs.forget(work.now - jobs.KEPT)

    while await work.write(lambda: forget_words(WORDS_AT_ONCE)) == WORDS_AT_ONCE:
        pass  # One transaction after the other, so that others write in between.
    return jobs.Done(also=old)
