"""What the tests of the engine share: a started engine, and a database that really commits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime import blueprints, runs
from tests.makers.engine import POLLS_NEVER_S, Engine, ScriptedDoors


@pytest.fixture
def doors() -> ScriptedDoors:
    """The doors of `engine`."""
    return ScriptedDoors()


@pytest.fixture
def engine(transactional_db: None, doors: ScriptedDoors) -> Iterator[Engine]:
    """A worker that runs."""
    with Engine(doors) as started:
        yield started


@pytest.fixture
def no_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker looks around by the clock: what goes on has been woken, however slow the machine is.

    For `usefixtures`, which comes before `engine`.
    """
    monkeypatch.setattr("runtime.engine.runner.POLL_S", POLLS_NEVER_S)


@pytest.fixture(autouse=True)
def _nothing_compiled(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Blueprints are made anew for each test, and so is what is kept of them."""
    yield
    blueprints.sealed.cache_clear()
    runs._newest.clear()
