"""Fixtures for every test: the throw-away servers. What a part of the tests shares stands in a `conftest` beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import connections

from tests import services

pytest_plugins = ["tests.makers.people"]


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of an empty database on a PostgreSQL of our own; for tests that start processes on it."""
    with services.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis of our own."""
    with services.redis() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """The cast signs in all the time; what makes real passwords safe makes each of them cost half a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Give back the connection of the thread that lasts as long as the tests: PostgreSQL drops no database in use."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
