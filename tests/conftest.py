"""Fixtures for every test: the throw-away servers. What a part of the tests shares stands in a `conftest` beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

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
