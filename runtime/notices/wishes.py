"""What people want to be told by mail: which events, in which queues. Everybody keeps their own.

Called by the settings' page. A wish is no permission: who may not see a case is not told of it (`hearing`, `mails`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from runtime.models import NoticeWish, Queue
from runtime.notices.events import EVENTS, Event
from runtime.permissions import Person, may
from runtime.refused import Refused

ANY, NONE = "*", ""


@dataclass(frozen=True, slots=True)
class Row:
    """A queue that a person may be told of, and the events of it that they want."""

    queue: str
    title: str
    events: frozenset[Event]


def rows(user: Person) -> list[Row]:
    """What a person may choose from: any queue, cases of no queue, and each queue whose cases they see."""
    if not may(user, "escalations:read"):
        return []
    queues = Queue.objects.filter(archived_at__isnull=True).order_by("name")
    seen = queues if may(user, "admin") else queues.filter(members=user.pk)
    offered = [(ANY, "All cases that I may see"), (NONE, "Cases without a queue")]
    offered += [(queue.name, str(queue)) for queue in seen]
    wanted = set(NoticeWish.objects.filter(user=user.pk).values_list("queue", "event"))
    return [Row(name, title, frozenset(e for e in EVENTS if (name, e) in wanted)) for name, title in offered]


@transaction.atomic
def keep(user: Person, wanted: Iterable[tuple[str, str]]) -> int | Refused:
    """Keep these pairs of queue and event alone; how many. Unknown ones are dropped. Refused: no_address, forbidden."""
    offered = {row.queue for row in rows(user)}
    chosen = sorted({(queue, event) for queue, event in wanted if queue in offered and event in EVENTS})
    if chosen and not user.email:
        return Refused("no_address", "You have no mail address here yet: an administrator can enter one.")
    if not offered:
        return Refused("forbidden", "You see no cases, so there is nothing to be told of.")
    NoticeWish.objects.filter(user=user.pk).delete()
    NoticeWish.objects.bulk_create([NoticeWish(user=user, queue=queue, event=event) for queue, event in chosen])
    return len(chosen)
