"""The tests that use the database, on PostgreSQL: `python -m pytest -p tests.on_postgresql`.

A pytest plugin, since `DATABASE_URL` has to be set before Django reads its settings. It keeps exactly the tests that
ask for the database, but those marked `sqlite_only` (they start processes of their own on a file) and `browser`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.services import postgresql

servers = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Start the server before pytest-django sets Django up. Workers of a parallel run share the one of their parent."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["DATABASE_URL"] = servers.enter_context(postgresql())
    yield


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """End the server after pytest-django has dropped its database."""
    servers.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what this run is for, and show the rest as deselected."""
    kept, left_out = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        (kept if _is_for_this_run(item) else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def _is_for_this_run(item: pytest.Item) -> bool:
    apart = item.get_closest_marker("sqlite_only") or item.get_closest_marker("browser")
    return not apart and uses_the_database(item)


def uses_the_database(item: pytest.Item) -> bool:
    """Whether a test asks for the database, by its marker or by any fixture."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "live_server"})
