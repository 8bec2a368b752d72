"""Queues as administrators keep them: made, called otherwise, given members, put away. Cases are never lost by it.

Called by the settings' pages and by the canvas. A queue's name stays, since cases and sealed drawings use it; what
people read is its title. One that is put away is offered no more, but its members still settle what is in it or comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Count, QuerySet

from runtime import audit
from runtime.models import Escalation, Queue
from runtime.permissions import ROLES, Person, may
from runtime.refused import FieldError, Refused

NAME = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
MOST_CHARACTERS = 80
LONGEST_TITLE = 200
MOST_UNMADE = 50
MOST_NAMES, MOST_DESERTED, MOST_WAITING = 500, 6, 1_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A queue with the number of its members and of its open cases."""

    queue: Queue
    members: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Unmade:
    """A name that drawings put cases under though no queue has it: only administrators see them.

    `fits`: a queue of this name can be made.
    """

    name: str
    waiting: int
    fits: bool


@dataclass(frozen=True, slots=True)
class Deserted:
    """A queue with open cases that only administrators may settle: nobody in it may, or nobody has made it.

    `queue_id` and `title` are None where nobody has; `waiting` is counted up to `MOST_WAITING` and one more; `workflow`
    is that of its newest open case, `called` what people call it.
    """

    name: str
    queue_id: int | None
    title: str | None
    waiting: int
    workflow: str
    called: str


def listed() -> list[Shown]:
    """Every queue by name, those put away last."""
    open_cases = Escalation.objects.filter(state="open").values("queue").annotate(number=Count("pk"))
    waiting = dict(open_cases.values_list("queue", "number"))
    found = Queue.objects.annotate(number=Count("members")).order_by("name")
    shown = [Shown(queue, queue.number, waiting.get(queue.name, 0)) for queue in found]
    return sorted(shown, key=lambda each: each.queue.archived_at is not None)


def waiting_unmade() -> QuerySet[Escalation]:
    """The open cases of queues that nobody made."""
    return Escalation.objects.filter(state="open").exclude(queue="").exclude(queue__in=Queue.objects.values("name"))


def unmade() -> list[Unmade]:
    """The queues that open cases wait in though nobody made them, by name."""
    numbers = waiting_unmade().values("queue").annotate(number=Count("pk")).order_by("queue")[:MOST_UNMADE]
    return [Unmade(name, number, _is_name(name)) for name, number in numbers.values_list("queue", "number")]


def deserted() -> list[Deserted]:
    """The first queues, by name, with open cases and no member who may settle them; one question, whatever is stored.

    It goes from name to name along an index, since thousands of cases may wait in few queues.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DESERTED)
        return [Deserted(*row) for row in cursor.fetchall()]


_OPEN = "FROM runtime_escalation AS waiting WHERE waiting.queue = named.queue AND waiting.state = 'open'"
_ANSWER = ", ".join(f"'{role}'" for role, held in ROLES.items() if "escalations:write" in held)
_DESERTED = f"""
    WITH RECURSIVE named(queue, turn) AS (
        SELECT MIN(queue), 1 FROM runtime_escalation WHERE queue > ''
        UNION ALL
        SELECT (SELECT MIN(later.queue) FROM runtime_escalation AS later WHERE later.queue > named.queue), turn + 1
        FROM named WHERE queue IS NOT NULL AND turn < {MOST_NAMES}
    )
    SELECT found.*, (
        SELECT sealed.name FROM runtime_blueprint AS sealed WHERE sealed.workflow = found.workflow
        ORDER BY sealed.version DESC LIMIT 1
    ) FROM (SELECT named.queue, made.id, made.title,
        (SELECT COUNT(*) FROM (SELECT 1 {_OPEN} LIMIT {MOST_WAITING + 1}) AS counted) AS waiting,
        (SELECT waiting.workflow {_OPEN} ORDER BY waiting.id DESC LIMIT 1) AS workflow
    FROM named LEFT JOIN runtime_queue AS made ON made.name = named.queue
    WHERE EXISTS (SELECT 1 {_OPEN}) AND NOT EXISTS (
        SELECT 1 FROM runtime_queue_members AS member JOIN auth_user AS person ON person.id = member.user_id
        WHERE member.queue_id = made.id AND person.is_active AND (person.is_superuser OR EXISTS (
            SELECT 1 FROM auth_user_groups AS held JOIN auth_group AS role ON role.id = held.group_id
            WHERE held.user_id = person.id AND role.name IN ({_ANSWER})
        ))
    )
    ORDER BY named.queue LIMIT {MOST_DESERTED}) AS found ORDER BY found.queue
"""  # noqa: S608 (our own tables and numbers)


@transaction.atomic
def make(name: object, user: Person, now: datetime, title: str = "") -> Queue | Refused:
    """Make a queue; its maker becomes the first member. One that is there already is left as it is.

    Refused: forbidden, invalid.
    """
    if not may(user, "settings:write"):
        return Refused("forbidden", "You may not make queues.")
    if not isinstance(name, str) or not _is_name(name):
        letters = "small letters and digits, with single - _ or . between them."
        return _invalid("/name", f"A queue's name has up to {MOST_CHARACTERS} {letters}")
    if not _is_title(title):
        return _invalid("/title", f"A title is one line of at most {LONGEST_TITLE} characters.")
    spoken = title.strip() or name.replace("-", " ").replace("_", " ").capitalize()
    queue, new = Queue.objects.get_or_create(name=name, defaults={"title": spoken})
    if new:
        queue.members.add(user)
        _record(queue, user, now)
    return queue


@transaction.atomic
def change(queue_id: int, title: str, members: Iterable[str], user: Person, now: datetime) -> Queue | Refused:
    """Call a queue so, and let these people (user names) be its members. Refused: forbidden, not_found, invalid."""
    queue = _mine(queue_id, user)
    if isinstance(queue, Refused):
        return queue
    if not title.strip() or not _is_title(title):
        return _invalid("/title", f"A title is one line of 1 to {LONGEST_TITLE} characters.")
    people = get_user_model()._default_manager.filter(username__in=list(members))
    queue.title = title.strip()
    queue.save(update_fields=["title"])
    queue.members.set(people)
    _record(queue, user, now)
    return queue


@transaction.atomic
def put_away(queue_id: int, away: bool, user: Person, now: datetime) -> Queue | Refused:
    """Offer a queue to drawings no more, or again. Refused: forbidden, not_found."""
    queue = _mine(queue_id, user)
    if isinstance(queue, Refused):
        return queue
    if (queue.archived_at is not None) != away:
        queue.archived_at = now if away else None
        queue.save(update_fields=["archived_at"])
        verb = "queue.archived" if away else "queue.unarchived"
        audit.record(user.get_username(), verb, queue, now, {"name": queue.name})
    return queue


def _mine(queue_id: int, user: Person) -> Queue | Refused:
    if not may(user, "settings:write"):
        return Refused("forbidden", "Only administrators change queues.")
    found = Queue.objects.select_for_update().filter(pk=queue_id).first()
    return found or Refused("not_found", "There is no such queue.")


def _record(queue: Queue, user: Person, now: datetime) -> None:
    members = sorted(queue.members.values_list("username", flat=True))
    data = {"name": queue.name, "title": queue.title, "members": members}
    audit.record(user.get_username(), "queue.saved", queue, now, data)


def _is_name(name: str) -> bool:
    return len(name) <= MOST_CHARACTERS and NAME.fullmatch(name) is not None


def _is_title(title: str) -> bool:
    return len(title) <= LONGEST_TITLE and title.isprintable()


def _invalid(path: str, message: str) -> Refused:
    return Refused("invalid", message, (FieldError(path, message),))
