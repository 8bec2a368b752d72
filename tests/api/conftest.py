"""Callers of the API, one of each role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from api import authentication, throttles
from tests.makers.api_client import Caller, caller


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
