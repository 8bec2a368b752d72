"""The address of a PostgreSQL becomes Django's settings."""

from __future__ import annotations

import traceback

import psycopg
import pytest

from config.database_url import postgresql


def test_an_address_says_all_that_django_wants_to_know() -> None:
    found = postgresql("postgresql://ada:se%40cret@db.example:5433/inter%20lock?sslmode=require")
    named = ("USER", "PASSWORD", "HOST", "PORT", "NAME")
    assert [found[name] for name in named] == ["ada", "se@cret", "db.example", "5433", "inter lock"]
    assert isinstance(found["OPTIONS"], dict)
    assert found["OPTIONS"]["sslmode"] == "require"


def test_another_address_is_refused() -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        postgresql("mysql://db.example/interlock")


def test_a_socket_is_named_as_postgresql_itself_names_it() -> None:
    assert postgresql("postgresql://ada@%2Fvar%2Frun%2FPostgres/interlock")["HOST"] == "/var/run/Postgres"
    assert postgresql("postgresql://ada@[::1]:5433/interlock")["HOST"] == "::1"


def test_of_options_that_are_said_twice_none_is_lost() -> None:
    found = postgresql("postgresql://db.example/x?options=-c%20a.b%3D1&options=-c%20a.c%3D2")["OPTIONS"]
    assert isinstance(found, dict)
    assert found["options"].endswith(" -c a.b=1 -c a.c=2")


@pytest.mark.parametrize("written", ["sec/ret", "sec#ret", "sec?ret", "sec[ret", "secret@db:x", "secret@db:99999"])
def test_what_cannot_be_read_is_refused_without_a_word_of_the_password(written: str) -> None:
    with pytest.raises(ValueError, match="%2F") as refused:
        postgresql(f"postgresql://ada:{written}{'' if '@' in written else '@db.example'}/interlock")
    assert "sec" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(("said", "workers"), [("", "0"), ("-c max_parallel_workers_per_gather=1", "1")])
def test_no_question_starts_workers_or_a_compiler_unless_the_address_says_so(
    postgresql_url: str, said: str, workers: str
) -> None:
    found = postgresql(postgresql_url)
    options = postgresql(f"postgresql://db.example/interlock?options={said.replace(' ', '%20')}")["OPTIONS"]
    assert isinstance(options, dict)
    host, user, name = (str(found[each]) for each in ("HOST", "USER", "NAME"))
    with psycopg.connect(host=host, user=user, dbname=name, options=options["options"]) as db:
        assert db.execute("SHOW max_parallel_workers_per_gather").fetchone() == (workers,)
        assert db.execute("SHOW jit").fetchone() == ("off",)
