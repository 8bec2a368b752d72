"""What the tests of the engine share: a started engine, and a database that really commits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime import blueprints, runs
from tests.makers.engine import Engine, ScriptedDoors


@pytest.fixture
def doors() -> ScriptedDoors:
    """The doors of `engine`."""
    return ScriptedDoors()


@pytest.fixture
def engine(transactional_db: None, doors: ScriptedDoors) -> Iterator[Engine]:
    """A worker that runs."""
    with Engine(doors) as started:
        yield started


@pytest.fixture(autouse=True)
def _nothing_compiled(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Blueprints are made anew for each test, and so is what is kept of them."""
    yield
    blueprints.sealed.cache_clear()
    runs._newest.clear()
