"""What the tests of the builder share: a signed-in designer with a drawing, and a worker with the real doors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.test import Client

from builder import galleries
from runtime import blueprints, doors, runs
from runtime.ai import Models
from runtime.egress import Egress
from tests.makers.engine import Engine
from tests.makers.people import person
from tests.makers.sealed import ECHO, drafted
from tests.makers.threads import in_thread_and_close


@pytest.fixture
def designer(db: None) -> Client:
    """Dora's browser; she has drafted the workflow `echo`."""
    drafted("echo", ECHO)
    client = Client()
    client.force_login(person("dora", "designer"))
    return client


@pytest.fixture
def engine(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A worker with the real doors: what the gallery does to the outside goes to the outbox."""
    monkeypatch.setattr("runtime.threads.in_any_thread", in_thread_and_close)
    egress = Egress()
    with Engine(cast("Any", doors.ProcessDoors(egress, Models(egress)))) as started:
        yield started
        started.call(egress.close())
    blueprints.sealed.cache_clear()
    for sample in galleries.samples():
        runs.forget_newest(sample.slug)
