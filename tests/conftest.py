"""Fixtures for every test: the throw-away servers. What a part of the tests shares stands in a `conftest` beside it.

Hypothesis tries the same examples each time, so that what fails for one fails for all; without a clock, since a busy
machine is no mistake. `HYPOTHESIS_PROFILE=default` lets it look elsewhere.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import connection, connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import services
from tests.makers import shelf
from tests.on_postgresql import uses_the_database

hypothesis_settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

pytest_plugins = ["tests.makers.people"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite, leave out what only PostgreSQL can do; `on_postgresql` leaves out the reverse."""
    if connection.vendor == "sqlite":
        left_out = [item for item in items if item.get_closest_marker("postgresql_only")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("postgresql_only")]
    # Who waits for servers of his own at the end leaves the other processes without work.
    items.sort(key=lambda item: not _is_long(item))


def _is_long(item: pytest.Item) -> bool:
    """Whether it looks at whole processes from outside. What uses our own database keeps pytest-django's order."""
    return bool(item.get_closest_marker("slow")) and not uses_the_database(item)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays until the end: garbage need not be sought among half a million things, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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


@pytest.fixture(scope="session", autouse=True)
def _same_key() -> None:
    """Which cases gates draw follows from the key, and each checkout makes one of its own: tests draw the same."""
    settings.SECRET_KEY = "the same in every checkout, and known to everybody: no installation has it"


@pytest.fixture(scope="session", autouse=True)
def _own_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each process that runs tests works in a folder of its own, whose lock no other one can hold."""
    settings.DATA = tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session", autouse=True)
def _shared_shelf(tmp_path_factory: pytest.TempPathFactory) -> None:
    """All processes of this run copy from the same shelf."""
    shelf.stands_in(shelf.of_this_run(tmp_path_factory, parallel="PYTEST_XDIST_WORKER" in os.environ))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Give back the connection of the thread that lasts as long as the tests: PostgreSQL drops no database in use."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
def own_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads of a side job give their connections back: in a test they end with its loop."""
    from runtime import threads
    from tests.makers.threads import in_thread_and_close

    monkeypatch.setattr(threads, "in_any_thread", in_thread_and_close)
