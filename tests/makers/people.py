"""The cast: one person of each role, and some that make trouble. Use them in tests instead of nameless users.

Fixtures; a conftest makes them known with `from tests.makers.people import *` or `pytest_plugins`. All need `db`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from runtime.models import Queue

PASSWORD = "a long enough password"


def person(name: str, *roles: str, **fields: Any) -> User:
    """A user with these roles."""
    user = User.objects.create(username=name, email=f"{name}@example.org", password=_kept(), **fields)
    # A transactional test flushes the groups that the migration made.
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


@cache
def _kept() -> str:
    """The password as it is kept. Made once: a process that fills a server's database takes its time for each."""
    return make_password(PASSWORD)


def queue_of(name: str, *members: User) -> Queue:
    """A queue with these members."""
    queue = Queue.objects.create(name=name, title=name.capitalize())
    queue.members.set(members)
    return queue


@pytest.fixture
def designer_dora(db: None) -> User:
    return person("dora", "designer")


@pytest.fixture
def reviewer_rui(db: None) -> User:
    """Settles the cases of the queue `sales` and those without a queue."""
    rui = person("rui", "reviewer")
    queue = Queue.objects.get_or_create(name="sales", defaults={"title": "Sales"})[0]
    queue.members.add(rui)
    return rui


@pytest.fixture
def reviewer_rosa(db: None) -> User:
    """A second reviewer of the queue `sales`."""
    rosa = person("rosa", "reviewer")
    queue = Queue.objects.get_or_create(name="sales", defaults={"title": "Sales"})[0]
    queue.members.add(rosa)
    return rosa


@pytest.fixture
def reviewer_otto(db: None) -> User:
    """A reviewer of another queue, `legal`."""
    otto = person("otto", "reviewer")
    queue_of("legal", otto)
    return otto


@pytest.fixture
def developer_dev(db: None) -> User:
    return person("dev", "developer")


@pytest.fixture
def administrator_ada(db: None) -> User:
    return person("ada", "administrator", is_staff=True)


@pytest.fixture
def inactive_ina(db: None) -> User:
    """Was an administrator, and left."""
    return person("ina", "administrator", is_active=False)


@pytest.fixture
def roleless_rob(db: None) -> User:
    return person("rob")
