"""What people do with a case before they settle it: hand it over, put it aside, write beside it, answer many at once.

Called by the inbox and the API. Like `escalations`, which settles: each deed is one transaction with its audit entry,
decided by a conditional update, and refused where that person may not settle this case now.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from runtime import audit
from runtime.cases import escalations
from runtime.cases.answers import Answer
from runtime.cases.escalations import Resolved, Voted
from runtime.cases.holds import may_settle, still_open
from runtime.live.broadcast import broadcast
from runtime.models import Escalation, Queue, Remark
from runtime.permissions import Person, may, people_asked, people_with
from runtime.refused import Refused

MOST_AT_ONCE = 100
LONGEST_REMARK = 4_000
LONGEST_SNOOZE = timedelta(days=90)
MENTION = re.compile(r"(?<![\w@])@([\w.+-]{1,150}(?<![.+-]))")


@dataclass(frozen=True, slots=True)
class Handed:
    """The case is meant for this person now. Others of the queue may still take it."""

    escalation: str
    to: str


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The case is out of sight until then; None: it is in sight again."""

    escalation: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Remarked:
    """What was written is kept. `reached` are those who were mentioned and may see the case, `unknown` the others."""

    escalation: str
    reached: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOfMany[Done]:
    """What became of one of several cases."""

    escalation: str
    outcome: Done | Refused


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody whom cases may be handed to. `queues` are the names of his queues; None: he may settle those of all."""

    name: str
    queues: tuple[str, ...] | None

    @property
    def listed(self) -> str:
        """The same for a page; names of queues have no spaces."""
        return "*" if self.queues is None else " ".join(self.queues)


def takers(user: Person, most: int) -> list[Taker]:
    """Those who settle the cases that this person does, by name, each with the queues of hers that they are in, too."""
    admins = people_with("admin").filter(pk=OuterRef("pk"))
    people = people_asked("escalations:write", user).annotate(whole=Exists(admins)).order_by("username")
    found = list(people.values_list("pk", "username", "whole")[:most])
    members = Queue.members.through.objects.filter(user_id__in=[pk for pk, *_ in found])
    if not may(user, "admin"):
        members = members.filter(queue__in=Queue.objects.filter(members=user.pk))
    queues: dict[Any, list[str]] = defaultdict(list)
    for pk, queue in members.values_list("user_id", "queue__name"):
        queues[pk].append(queue)
    return [Taker(name, None if whole else tuple(sorted(queues[pk]))) for pk, name, whole in found]


def people_for(case: Escalation) -> QuerySet[Any]:
    """The people who may settle this case: members of its queue, and administrators."""
    people = people_asked("escalations:write")
    if case.queue:
        members = Queue.objects.filter(name=case.queue).values("members")
        people = people.filter(Q(pk__in=members) | Q(pk__in=people_with("admin").values("pk")))
    requester = case.requester if case.not_by_requester else ""
    return people.exclude(username=requester).distinct().order_by("username")


@transaction.atomic
def hand_over(escalation_id: str, user: Person, to: str, now: datetime) -> Handed | Refused:
    """Mean a case for somebody, held by oneself or by nobody. Refused: what `claim` refuses, and no_such_person."""
    case = may_settle(escalation_id, user, now)
    if isinstance(case, Refused):
        return case
    person = people_for(case).filter(username=to).first()
    if person is None:
        return Refused("no_such_person", "Nobody of this name may settle cases of this queue.")
    if not still_open(user, case, now).update(assignee=person.pk, claimed_until=None):
        return _gone()
    _done(user, "escalation.assigned", case, now, {"to": to})
    return Handed(case.pk, to)


@transaction.atomic
def snooze(escalation_id: str, user: Person, until: datetime | None, now: datetime) -> Snoozed | Refused:
    """Put a case out of everybody's sight until a time, or (None) back into it. It may still be settled, and is due.

    Refused: what `claim` refuses, and not_then (a time that has passed, is past the due time, or 90 days ahead).
    """
    case = may_settle(escalation_id, user, now)
    if isinstance(case, Refused):
        return case
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        return Refused("not_then", "A case can be put aside until a time within the next 90 days.")
    if until is not None and case.due_at and until >= case.due_at:
        return Refused("not_then", "It is due before that, so it has to stay in sight.", at=case.due_at)
    if not still_open(user, case, now).update(snoozed_until=until, assignee=None, claimed_until=None):
        return _gone()
    _done(user, "escalation.snoozed", case, now, {"until": until.isoformat() if until else None})
    return Snoozed(case.pk, until)


@transaction.atomic
def remark(escalation_id: str, user: Person, text: str, now: datetime) -> Remarked | Refused:
    """Write beside a case, open or not; `@name` mentions a colleague. Refused: not_found, forbidden, invalid."""
    case = Escalation.objects.filter(pk=escalation_id).first()
    if case is None:
        return Refused("not_found", "There is no such case.")
    if not may(user, "escalations:write", case):
        return Refused("forbidden", "You may not write beside cases of this queue.")
    written = text.strip()
    if not written or len(written) > LONGEST_REMARK or "\0" in written:
        return Refused("invalid", f"Write 1 to {LONGEST_REMARK:,} characters.")
    found, unknown = mentioned(case, written)
    kept = Remark.objects.create(escalation=case, by=user.get_username(), text=written, at=now)
    kept.mentions.set(found)
    reached = tuple(person.get_username() for person in found)
    _done(user, "escalation.remarked", case, now, {"mentions": list(reached)})
    return Remarked(case.pk, reached, unknown)


def mentioned(case: Escalation, text: str) -> tuple[list[Any], tuple[str, ...]]:
    """Whom a remark names: the people who may see the case, and the names that are nobody's of them."""
    names = list(dict.fromkeys(MENTION.findall(text)))[:20]
    found = [person for person in people_with("escalations:read").filter(username__in=names) if _sees(person, case)]
    reached = {person.get_username() for person in found}
    return found, tuple(name for name in names if name not in reached)


def resolve_many(
    cases: Sequence[tuple[str, str]], user: Person, answer: Answer, now: datetime, grace_s: float = 0.0
) -> tuple[OneOfMany[Resolved | Voted], ...] | Refused:
    """Give several cases (id, and digest of what was shown) one answer, each on its own: some may be refused.

    Only cases whose designer allows it (one_by_one otherwise). Refused as a whole: invalid, for none or too many.
    """
    digests = dict(cases)
    return each_of(
        [case_id for case_id, _ in cases], lambda case_id: _one(case_id, digests[case_id], user, answer, now, grace_s)
    )


def each_of[Done](cases: Sequence[str], deed: Callable[[str], Done | Refused]) -> tuple[OneOfMany[Done], ...] | Refused:
    """Do the same with several cases, each on its own: some may be refused. All are: invalid, for none or too many."""
    if not 0 < len(cases) <= MOST_AT_ONCE:
        return Refused("invalid", f"Choose 1 to {MOST_AT_ONCE} cases.")
    return tuple(OneOfMany(case_id, deed(case_id)) for case_id in dict.fromkeys(cases))


def _one(
    case_id: str, digest: str, user: Person, answer: Answer, now: datetime, grace_s: float
) -> Resolved | Voted | Refused:
    case = Escalation.objects.filter(pk=case_id).only("asked", "queue").first()
    if case is not None and may(user, "escalations:write", case) and not case.asked.get("bulk"):
        return Refused("one_by_one", "Cases like this are answered one by one.")
    return escalations.resolve(case_id, user, replace(answer, digest=digest), now, grace_s)


def _sees(person: Person, case: Escalation) -> bool:
    return may(person, "escalations:read", case)


def _done(user: Person, action: str, case: Escalation, now: datetime, data: dict[str, Any]) -> None:
    audit.record(user.get_username(), action, case, now, data)
    transaction.on_commit(broadcast.inbox_changed)


def _gone() -> Refused:
    return Refused("closed", "Somebody was faster: look at the case again.")
