"""The write-ahead log is refused on a SQLite that can corrupt it; a proxy that everybody may be is warned of."""

from __future__ import annotations

import pytest
from django.core import checks

from runtime import sqlite
from runtime.system_checks import found_in


def ids(command: str, engine: str = "django.db.backends.sqlite3") -> list[str | None]:
    return [found.id for found in found_in({"default": {"ENGINE": engine, "OPTIONS": {"init_command": command}}})]


@pytest.fixture
def affected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "version", lambda: (3, 51, 2))


@pytest.mark.usefixtures("affected")
@pytest.mark.parametrize("command", ["PRAGMA journal_mode=WAL", "pragma journal_mode = wal; PRAGMA synchronous=FULL"])
def test_wal_on_an_affected_sqlite_is_refused(command: str) -> None:
    assert ids(command) == ["runtime.E001"]


@pytest.mark.usefixtures("affected")
def test_an_affected_sqlite_without_wal_is_said_to_be_slower() -> None:
    assert ids("PRAGMA journal_mode=TRUNCATE") == ["runtime.W001"]


def test_wal_on_a_sound_sqlite_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "version", lambda: (3, 51, 3))
    assert ids("PRAGMA journal_mode=WAL") == []


@pytest.mark.usefixtures("affected")
def test_postgresql_does_not_care_for_sqlite() -> None:
    assert ids("", engine="django.db.backends.postgresql") == []


@pytest.mark.usefixtures("affected")
def test_django_runs_the_check_before_every_command() -> None:
    assert {found.id for found in checks.run_checks()} & {"runtime.E001", "runtime.W001"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("*", ["runtime.W002"]),
        ("0.0.0.0/0", ["runtime.W002"]),
        ("10.0.0.1,::/0", ["runtime.W002"]),
        ("10.0.0.0/8, 192.0.2.7", []),
        ("", []),
    ],
)
def test_a_proxy_that_everybody_may_be_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, given: str, found: list[str]
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", given)
    assert [each.id for each in checks.run_checks() if each.id == "runtime.W002"] == found
