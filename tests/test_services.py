"""The throw-away servers answer, and a run on PostgreSQL is one."""

from __future__ import annotations

import os
import socket

import psycopg
import pytest
from django.db import connection

from config.database_url import postgresql
from tests import services


def test_a_throw_away_postgresql_answers_at_the_address_it_gives(postgresql_url: str) -> None:
    settings = postgresql(postgresql_url)
    with psycopg.connect(host=str(settings["HOST"]), user=str(settings["USER"]), dbname=str(settings["NAME"])) as db:
        assert db.execute("SELECT 6 * 7").fetchone() == (42,)


def test_a_throw_away_redis_answers_at_the_address_it_gives(redis_url: str) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(redis_url.removeprefix("unix://"))
        client.sendall(b"SET greeting hello\r\nGET greeting\r\n")
        assert b"hello" in client.recv(64)


def test_a_server_and_its_folder_are_gone_after_use() -> None:
    with services.redis() as url:
        path = url.removeprefix("unix://")
        assert os.path.exists(path)
    assert not os.path.exists(os.path.dirname(path))


@pytest.mark.django_db
def test_the_tests_run_on_the_database_that_was_asked_for() -> None:
    asked = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    assert connection.vendor == asked
