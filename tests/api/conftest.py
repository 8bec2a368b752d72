"""Callers of the API, one of each role."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from django.contrib.auth.models import User

from api import authentication, throttles
from tests.makers.api_client import Caller, caller
from tests.makers.live_server import Server, bearer, live_server


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Tokens and buckets are kept in the process; each test begins without."""
    authentication.forget()
    throttles.forget()
    yield
    authentication.forget()


@pytest.fixture
def dev(developer_dev: User) -> Caller:
    """A developer with all scopes."""
    return caller(developer_dev)


@pytest.fixture
def rui(reviewer_rui: User) -> Caller:
    """A reviewer of the queue `sales` with all scopes."""
    return caller(reviewer_rui)


@pytest.fixture
def ada(administrator_ada: User) -> Caller:
    """An administrator with all scopes."""
    return caller(administrator_ada)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Interlock as a process of its own, shared by the tests that look from outside."""
    with live_server(tmp_path_factory.mktemp("interlock"), API_REQUESTS_PER_S="0") as started:
        yield started


@pytest.fixture
def outside(server: Server) -> Iterator[httpx2.Client]:
    """A client of the server with the administrator's token."""
    with httpx2.Client(base_url=server.url, headers=bearer(server, "ada"), timeout=60) as client:
        yield client
