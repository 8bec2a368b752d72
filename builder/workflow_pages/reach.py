"""Who may do what with a workflow, as `runtime.permissions` and the queues of its questions have it.

Used by the overview. There are no permissions of a single workflow: what somebody may do, they may do with each. Only
answering differs, since cases belong to the members of their queue. It shows; settings change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runtime.core.definition import Document
from runtime.models import Queue
from runtime.permissions import everybody

MOST_PEOPLE = 100
MOST_QUEUES = 50


@dataclass(frozen=True, slots=True)
class Queued:
    """A queue that the drawing asks; `row` is None where there is none of this name, so that nobody is asked."""

    name: str
    row: Queue | None

    @property
    def title(self) -> str:
        """What people call it."""
        return (self.row.title if self.row else "") or self.name


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person may do with the workflow. `answers` says whose cases they may answer; empty: none."""

    name: str
    id: int
    roles: tuple[str, ...]
    sees: bool
    draws: bool
    starts: bool
    answers: str
    administers: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """The people by name, `more` where there are further ones, and the queues that its questions go to."""

    people: tuple[Reach, ...]
    more: bool
    queues: tuple[Queued, ...]


def reached(document: Document | None) -> Reached:
    """Everybody who may do something with a workflow that is drawn so. Asks the database three things, however many."""
    asked = _asked(document)
    rows = {queue.name: queue for queue in Queue.objects.filter(name__in=asked).prefetch_related("members")}
    queues = tuple(Queued(name, rows.get(name)) for name in asked if name)
    members = {name: {user.pk for user in queue.members.all()} for name, queue in rows.items()}
    everyone = everybody(MOST_PEOPLE + 1)
    found = (
        Reach(
            name=user.get_username(),
            id=user.pk,
            roles=roles,
            sees="workflows:read" in held,
            draws="workflows:write" in held,
            starts="runs:write" in held,
            answers=_answers(user.pk, asked, members, "admin" in held) if "escalations:write" in held else "",
            administers="admin" in held,
        )
        for user, roles, held in everyone[:MOST_PEOPLE]
    )
    people = tuple(each for each in found if each.sees or each.starts or each.answers or each.administers)
    return Reached(people, len(everyone) > MOST_PEOPLE, queues)


def _asked(document: Document | None) -> list[str]:
    """The queues that the steps of a drawing name; the empty name where a question goes to everybody who answers."""
    steps = (node for node in document.nodes if node.kind.startswith("escalate.")) if document else ()
    names = (node.config.get("queue", "") for node in steps)
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))[:MOST_QUEUES]


def _answers(person: int, asked: Iterable[str], members: Mapping[str, set[int]], every: bool) -> str:
    """Whose cases. Incidents go to everybody who answers; so do questions without a queue."""
    mine = [name for name in asked if not name or every or person in members.get(name, ())]
    if len(mine) == len([*asked]):
        return "every case"
    named = [name for name in mine if name]
    return f"{', '.join(named)} and incidents" if named else "without a queue, and incidents" if mine else "incidents"
