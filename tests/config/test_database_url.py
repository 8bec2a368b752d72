"""The address of a PostgreSQL becomes Django's settings."""

from __future__ import annotations

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
