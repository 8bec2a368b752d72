"""The example that ships with Interlock, and the people to try it with.

Called by the command `demo`; safe to call again: what is there already is left as it is. It is the first workflow of
the gallery, with many more leads than that has cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group, User
from django.db import transaction

from builder.galleries import GALLERY, create_from
from builder.loosening import Unmeant
from builder.models import Workflow
from builder.publishing import NotPublishable, publish
from runtime.models import Queue
from runtime.permissions import ROLES
from runtime.refused import Refused

DRAWING = GALLERY / "lead_qualification.json"
LEADS = GALLERY / "lead_qualification.leads.jsonl"
SLUG = "lead-qualification"
QUEUES = {"data-desk": "Data desk", "sales-review": "Sales review"}


class NotInstalled(Exception):
    """The example could not be published; says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to sign in as. `new`: was made just now, with the password that was given."""

    name: str
    user: User
    new: bool


@transaction.atomic
def people(password: str) -> tuple[Person, ...]:
    """One user of each role, called like the role; the reviewer and the administrator work on both queues."""
    found = tuple(_person(role, password) for role in ROLES)
    for name, title in QUEUES.items():
        queue, new = Queue.objects.get_or_create(name=name, defaults={"title": title})
        if new:
            queue.members.set(person.user for person in found if person.name in ("reviewer", "administrator"))
    return found


def _person(role: str, password: str) -> Person:
    user = User.objects.filter(username=role).first()
    if user:
        return Person(role, user, new=False)
    rules = role == "administrator"
    user = User.objects.create_user(role, f"{role}@interlock.example", password, is_staff=rules, is_superuser=rules)
    user.groups.set(Group.objects.filter(name=role))
    return Person(role, user, new=True)


def install(designer: User, now: datetime) -> None:
    """Publish the example, unless it is published. Raises NotInstalled."""
    workflow = Workflow.objects.filter(slug=SLUG).first()
    if workflow is None:
        workflow = _begun(designer, now)
    if workflow.versions.exists() or workflow.archived_at:
        return
    published = publish(workflow, designer, now, "The example as it ships.")
    if isinstance(published, Refused | Unmeant):
        raise NotInstalled(published.detail)
    if isinstance(published, NotPublishable):
        raise NotInstalled(published.problems[0].message)


def _begun(designer: User, now: datetime) -> Workflow:
    begun = create_from(SLUG, designer, now)
    if isinstance(begun, Refused):
        raise NotInstalled(begun.detail)
    return begun.workflow
