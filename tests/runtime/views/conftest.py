"""Browsers in which people of each role have signed in, without a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client

from tests.makers.people import person, queue_of


@pytest.fixture
async def threads_give_back() -> AsyncIterator[None]:
    """What an asynchronous test asked of the database was asked in another thread, with a connection of its own."""
    yield
    await sync_to_async(connections.close_all)()


def signed_in(*roles: str, name: str = "pat") -> Client:
    client = Client()
    client.force_login(person(name, *roles))
    return client


@pytest.fixture
def designer(db: None) -> Client:
    return signed_in("designer", name="dora")


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of the queue `sales`."""
    client = Client()
    rui = person("rui", "reviewer")
    queue_of("sales", rui)
    client.force_login(rui)
    return client


@pytest.fixture
def roleless(db: None) -> Client:
    return signed_in(name="rob")
