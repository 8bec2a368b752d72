"""What the tests of the gallery share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from builder import galleries
from runtime import blueprints, doors, runs
from runtime.ai import Models
from runtime.egress import Egress
from tests.makers.engine import Engine
from tests.makers.threads import in_thread_and_close


@pytest.fixture
def engine(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A worker with the real doors: what the gallery does to the outside goes to the outbox."""
    monkeypatch.setattr(doors, "_in_thread", in_thread_and_close)
    egress = Egress()
    with Engine(cast("Any", doors.ProcessDoors(egress, Models(egress)))) as started:
        yield started
        started.call(egress.close())
    blueprints.sealed.cache_clear()
    for sample in galleries.samples():
        runs.forget_newest(sample.slug)
