"""Installing the example: once, and never over what people have changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from builder import example
from builder.models import Version, Workflow
from runtime.models import Queue
from runtime.permissions import ROLES

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"


def installed() -> dict[str, example.Person]:
    people = {person.name: person for person in example.people(PASSWORD)}
    example.install(people["designer"].user, datetime.now(UTC))
    return people


def test_the_example_comes_with_a_person_of_each_role() -> None:
    people = installed()
    assert set(people) == set(ROLES)
    assert all(person.new and person.user.check_password(PASSWORD) for person in people.values())
    assert {name: [group.name for group in person.user.groups.all()] for name, person in people.items()} == {
        role: [role] for role in ROLES
    }
    assert [name for name, person in people.items() if person.user.is_staff] == ["administrator"]


def test_the_reviewer_works_on_both_queues() -> None:
    people = installed()
    assert {queue.name for queue in Queue.objects.filter(members=people["reviewer"].user)} == set(example.QUEUES)
    assert not Queue.objects.filter(members=people["developer"].user).exists()


def test_the_example_is_published() -> None:
    installed()
    version = Version.objects.get(workflow__slug=example.SLUG)
    assert (version.number, version.published_by, version.blueprint.workflow) == (1, "designer", example.SLUG)


def test_installing_again_changes_nothing() -> None:
    installed()
    again = installed()
    assert not any(person.new for person in again.values())
    assert (User.objects.count(), Workflow.objects.count(), Version.objects.count()) == (4, 1, 1)


def test_installing_again_leaves_peoples_changes_alone() -> None:
    people = installed()
    people["reviewer"].user.set_password("another password of mine")
    people["reviewer"].user.save()
    Queue.objects.get(name="data-desk").members.clear()
    Workflow.objects.update(draft={"format": "interlock/1"}, name="Ours now")
    installed()
    assert User.objects.get(username="reviewer").check_password("another password of mine")
    assert not Queue.objects.get(name="data-desk").members.exists()
    assert Workflow.objects.get().name == "Ours now"
    assert Version.objects.count() == 1


def test_an_archived_example_stays_archived() -> None:
    installed()
    Workflow.objects.update(archived_at=datetime.now(UTC))
    installed()
    assert Workflow.objects.get().archived_at
    assert Version.objects.count() == 1


def test_an_example_that_cannot_be_published_says_why() -> None:
    people = {person.name: person.user for person in example.people(PASSWORD)}
    with pytest.raises(example.NotInstalled, match="may not"):
        example.install(people["reviewer"], datetime.now(UTC))
    assert not Version.objects.exists()
