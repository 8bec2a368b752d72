"""Try-outs are forgotten after a day: their runs, and the drafts that nothing runs any more.

Done by `launch` when a process begins to work and every hour from then on. It knows nothing else of try-outs: how they
begin and are answered is the business of `tryouts`, what they do differently while they run that of the engine.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from runtime.engine.ports import StoreError
from runtime.engine.writer import Writer
from runtime.models import Blueprint, Escalation, Run

logger = logging.getLogger(__name__)

DRAFT = 0
"""The version of a blueprint that holds a draft."""
KEPT = timedelta(days=1)
EVERY_S = 3_600.0


@transaction.atomic
def forget(before: datetime) -> int:
    """Delete the try-outs that were started before this moment, and the drafts that nothing runs any more; how many.

    One that let its effects out and waits for somebody in the inbox is kept until that case is settled.
    """
    asks = Escalation.objects.filter(state="open", run=OuterRef("pk"))
    runs = Run.objects.filter(~Exists(asks), tryout=True, created_at__lt=before)
    old = dict(runs.values_list("pk", "blueprint_id"))
    Run.objects.filter(pk__in=list(old)).delete()
    drafts = set(old.values()) - set(Run.objects.filter(tryout=True).values_list("blueprint_id", flat=True))
    Blueprint.objects.filter(version=DRAFT, pk__in=drafts).delete()
    return len(old)


async def keep_forgetting(writer: Writer, every_s: float = EVERY_S) -> None:
    """Forget at once and again and again, until cancelled. A database that cannot be asked is asked the next time."""
    while True:
        try:
            await writer.submit(lambda: forget(datetime.now(UTC) - KEPT))
        except StoreError as failure:
            logger.warning("Old try-outs could not be forgotten: %s", failure)
        await asyncio.sleep(every_s)
