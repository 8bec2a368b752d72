"""Finds the cases of which something is to be told now, and writes down who is to hear it.

A job that comes back every few seconds. It reads the cases whose `notice_at` has come, by an index that holds only
those; the column is set by whoever writes cases (`journal`, `escalations`) and moved on here. Who may not see a case is
not told of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Min

from runtime import jobs
from runtime.models import Escalation, Notice, NoticeHook, NoticeWish
from runtime.notices.events import Event, Owed, Standing, owed
from runtime.permissions import may

EVERY_S = 10.0
AT_ONCE = 500
GATHERED = timedelta(seconds=60)
"""For so long what a person is to be told is gathered, so that many cases come in one mail."""
ANY = "*"

type Told = tuple[Escalation, Event]


@jobs.every("notices", EVERY_S)
async def hear(work: jobs.Work) -> jobs.Outcome:
    """Look once; at once again where there was more than one look takes in."""
    full = await work.write(lambda: look(work.now))
    return jobs.Again(after_s=0.0) if full else jobs.Done()


@transaction.atomic
def look(now: datetime) -> bool:
    """Write down what is owed and have it sent; whether there is more."""
    owing = Escalation.objects.filter(notice_at__lte=now).order_by("notice_at")
    cases = list(owing.select_for_update(skip_locked=True, no_key=True)[:AT_ONCE])
    found = [(case, owed(_standing(case), now)) for case in cases]
    told: list[Told] = [(case, each.event) for case, each in found if each.event]
    _tell_people(told, now)
    _tell_hooks(told, now)
    _move_on(found)
    _send_gathered(now)
    return len(cases) == AT_ONCE


def _standing(case: Escalation) -> Standing:
    noted = case.notice_at or case.created_at
    return Standing(case.kind, case.state, case.created_at, case.due_at, noted, case.goes_on_at)


def _move_on(found: Iterable[tuple[Escalation, Owed]]) -> None:
    by_moment: dict[datetime | None, list[str]] = defaultdict(list)
    for case, each in found:
        by_moment[each.again_at].append(case.pk)
    for moment, ids in by_moment.items():
        Escalation.objects.filter(pk__in=ids).update(notice_at=moment)


def _tell_people(told: Sequence[Told], now: datetime) -> None:
    wishes = _wishes(told)
    sees: dict[tuple[int, str], bool] = {}
    notices = []
    for case, event in told:
        for user in {wish.user for queue in (case.queue, ANY) for wish in wishes[queue, event]}:
            seen = (user.pk, case.queue)
            if seen not in sees:
                sees[seen] = may(user, "escalations:read", case)
            if sees[seen]:
                notices.append(Notice(user=user, case=case, event=event, at=now))
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _wishes(told: Sequence[Told]) -> dict[tuple[str, str], list[NoticeWish]]:
    queues, events = {ANY, *(case.queue for case, _ in told)}, {event for _, event in told}
    found: dict[tuple[str, str], list[NoticeWish]] = defaultdict(list)
    if told:
        rows: Any = NoticeWish.objects.filter(queue__in=queues, event__in=events, user__is_active=True)
        for wish in rows.exclude(user__email="").select_related("user"):
            found[wish.queue, wish.event].append(wish)
    return found


def _tell_hooks(told: Sequence[Told], now: datetime) -> None:
    if not told:
        return
    for hook in NoticeHook.objects.filter(is_on=True):
        for case, event in told:
            if event in hook.events and hook.queue in (ANY, case.queue):
                data = {"hook": hook.pk, "case": case.pk, "event": event, "at": now.isoformat()}
                jobs.put("notice.hook", f"{hook.pk}:{case.pk}:{event}", data, now)


def _send_gathered(now: datetime) -> None:
    waiting = Notice.objects.filter(settled_at__isnull=True).values("user").annotate(since=Min("at"), last=Max("id"))
    for each in waiting:
        if each["since"] <= now - GATHERED:
            jobs.put("notice.mail", f"{each['user']}:{each['last']}", {"user": each["user"], "last": each["last"]}, now)
