"""The token of the demo's first call: the same after a restart, as long as it is worth something."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from api.management.commands import demo
from api.models import Token
from api.tokens import digest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA = tmp_path
    return tmp_path


def in_force() -> list[str]:
    return list(Token.objects.filter(revoked_at=None).values_list("digest", flat=True))


def test_a_start_on_the_same_data_prints_the_same_token(data: Path, developer_dev: User) -> None:
    first = demo._token(developer_dev)
    assert demo._token(developer_dev) == first
    assert in_force() == [digest_of(first)]
    assert stat.S_IMODE((data / demo.TOKEN_FILE).stat().st_mode) == 0o600


def test_where_it_was_not_kept_another_one_is_made_and_the_earlier_one_ends(data: Path, developer_dev: User) -> None:
    first = demo._token(developer_dev)
    (data / demo.TOKEN_FILE).unlink()
    second = demo._token(developer_dev)
    assert second != first
    assert in_force() == [digest_of(second)]


def test_one_that_was_withdrawn_ends_soon_or_was_changed_in_its_file_is_replaced(
    data: Path, developer_dev: User
) -> None:
    first = demo._token(developer_dev)
    Token.objects.update(revoked_at=timezone.now())
    second = demo._token(developer_dev)
    assert second != first
    Token.objects.update(expires_at=timezone.now() + timedelta(days=1))
    third = demo._token(developer_dev)
    assert third != second
    (data / demo.TOKEN_FILE).write_text("il_something-else")
    assert demo._token(developer_dev) not in (first, second, third, "il_something-else")
    assert len(in_force()) == 1
