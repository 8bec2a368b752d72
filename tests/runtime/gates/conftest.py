"""What the tests of gates share: an engine whose model says what stands in the case, and small plans."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runtime import blueprints, veils
from tests.makers import gated as gates
from tests.makers.engine import Engine


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    """A worker that runs."""
    with Engine(gates.doors()) as started:
        yield started


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gates learn from few labels."""
    monkeypatch.setattr("runtime.gates.terms.RULES", gates.QUICK)


@pytest.fixture(autouse=True)
def _nothing_compiled() -> Iterator[None]:
    """Blueprints are made anew for each test, and so is what is kept of them."""
    yield
    blueprints.sealed.cache_clear()
    veils.gates_of.cache_clear()
