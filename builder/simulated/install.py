"""The simulated reviewers, their queue, and the published workflows that they answer for. Called by the command `demo`.

Safe to call again: what is there is left as people have made it. The reviewers have no password and never get one from
here, so nobody signs in as them.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group, User
from django.db import transaction

from builder import workflows
from builder.models import Workflow
from builder.publishing import Published, publish
from builder.simulated.stories import QUEUE, STORIES, Story
from builder.workflows import Made
from runtime.models import Queue

REVIEWERS = 3
_NAME = "simulated-reviewer"


@transaction.atomic
def reviewers() -> tuple[User, ...]:
    """Who answers: three users that nobody can sign in as, the only members of a queue of their own."""
    found = tuple(_reviewer(number) for number in range(1, REVIEWERS + 1))
    queue, new = Queue.objects.get_or_create(name=QUEUE, defaults={"title": "Simulated reviewers"})
    if new:
        queue.members.set(found)
    return found


def installed(story: Story, designer: User, now: datetime) -> bool:
    """Whether the story's workflow is published and may run; it is made where it is not there yet."""
    workflow = Workflow.objects.filter(slug=story.slug).first()
    if workflow is None:
        made = workflows.create(
            story.name, designer, now, slug=story.slug, description=story.description, document=story.document()
        )
        if not isinstance(made, Made):
            return False
        workflow = made.workflow
    if workflow.archived_at:
        return False
    if workflow.versions.exists():
        return True
    return isinstance(publish(workflow, designer, now, "Made by the demo."), Published)


def join(user: User) -> None:
    """From now on this person answers what comes to the queue of the simulated reviewers, too."""
    Queue.objects.get(name=QUEUE).members.add(user)


def published(designer: User, now: datetime) -> tuple[Story, ...]:
    """The stories whose workflows may run, all made where they are not there yet."""
    return tuple(story for story in STORIES if installed(story, designer, now))


def _reviewer(number: int) -> User:
    name = f"{_NAME}-{number}"
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User.objects.create_user(name, "", None, first_name="Simulated reviewer", last_name=str(number))
        user.groups.set(Group.objects.filter(name="reviewer"))
    return user
