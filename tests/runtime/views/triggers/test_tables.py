"""The pages of tables: taken in, their columns chosen, and how their rows go, at a cost that stays."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from django.urls import reverse

from runtime import runs
from runtime.models import Batch, BatchRow, Blueprint, Job, Run
from runtime.triggers import csv_reading
from runtime.views.triggers import table_rows
from tests.makers.people import person
from tests.makers.runs import Story
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
FILE = b"How many;Name\n1;<b>a</b>\nx;b\n"


@pytest.fixture(autouse=True)
def echo(db: None) -> Iterator[None]:
    published("echo", ECHO)
    yield
    runs.forget_newest("echo")


def at(name: str, *arguments: object) -> str:
    return reverse(f"trigger_{name}", args=["echo", *arguments])


def upload(client: Client, raw: bytes = FILE) -> Any:
    return client.post(at("tables"), {"file": SimpleUploadedFile("leads.csv", raw)}, follow=True)


@pytest.mark.parametrize("place", ["9" * 5_000, "-1", "²", "1.0", "2"])
def test_a_column_that_there_is_none_of_is_given_to_no_field(designer: Client, place: str) -> None:
    upload(designer)
    batch = Batch.objects.get()
    chosen = {"column-n": place, "decimal": "comma", "dates": "dmy", "deed": "start"}
    assert designer.post(at("table", batch.pk), chosen).status_code == 422
    batch.refresh_from_db()
    assert (batch.state, batch.columns) == ("draft", {})


def batch_of(rows: int, **fields: Any) -> Batch:
    """A file that was started, with rows in every state."""
    given = {"version": 1, "name": "leads.csv", "state": "running", "total": rows, "started_by": "dora"}
    options = {"encoding": "utf-8", "separator": ",", "decimal": "point", "dates": "iso"}
    batch = Batch.objects.create(
        workflow="echo", header=["n", "name"], options=options, created_at=NOW, **{**given, **fields}
    )
    states = itertools.cycle(table_rows.STATES)
    made = (
        BatchRow(batch=batch, number=number, cells=["1", "<i>a"], state=next(states)) for number in range(2, rows + 2)
    )
    BatchRow.objects.bulk_create(made)
    return batch


def test_a_file_is_looked_at_and_then_started(designer: Client) -> None:
    page = upload(designer).content.decode()
    batch = Batch.objects.get()
    assert "2 rows · UTF-8 · separated by semicolon" in page
    assert "&lt;b&gt;a" in page
    assert "“n” is needed" in page, "no column is called like it"
    chosen = {"column-n": "0", "decimal": "comma", "dates": "dmy"}
    page = designer.post(at("table", batch.pk), {**chosen, "deed": "look"}, follow=True).content.decode()
    assert "1 of 2 rows would be refused" in page
    assert "Start 1 run<" in page
    assert '<th scope="row">3</th><td>How many</td>' in page
    assert "is no number as chosen" in page
    designer.post(at("table", batch.pk), {**chosen, "deed": "start"})
    batch.refresh_from_db()
    assert (batch.state, batch.columns, batch.options["dates"]) == ("reading", {"n": 0}, "dmy")
    assert Job.objects.get(kind="batch").key == batch.pk
    assert "being read in" in designer.get(at("table", batch.pk)).content.decode()
    again = designer.post(at("table", batch.pk), {**chosen, "deed": "start"}, follow=True)
    assert "started already" in again.content.decode()


def test_a_needed_field_without_a_column_is_marked(designer: Client) -> None:
    upload(designer)
    nothing = {"decimal": "point", "dates": "iso", "deed": "start"}
    answer = designer.post(at("table", Batch.objects.get().pk), nothing)
    assert answer.status_code == 422
    assert 'aria-describedby="column-n-error"' in answer.content.decode()


@pytest.mark.parametrize(
    ("raw", "said"), [(b"", "Choose a file"), (b"PK\x03\x04zip", "zip or Excel"), (b"a\n", "no row below")]
)
def test_what_is_no_table_is_refused_on_the_page(designer: Client, raw: bytes, said: str) -> None:
    answer = upload(designer, raw)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert designer.post(at("tables"), {"file": "no file"}).status_code == 422


def test_too_large_a_file_is_refused(designer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.views.triggers.tables.MAX_BYTES", 10)
    assert "larger than" in upload(designer).content.decode()


def test_old_letters_are_said_to_be_old(designer: Client) -> None:
    page = upload(designer, "n;Name\n1;Müller\n".encode("cp1252")).content.decode()
    assert "not UTF-8" in page
    assert "Müller" in page


def test_rows_are_shown_a_page_at_a_time_and_by_how_they_stand(designer: Client) -> None:
    batch = batch_of(180)
    first = designer.get(at("table", batch.pk))
    assert [row.number for row, *_ in first.context["rows"]] == list(range(2, 52))
    further = designer.get(at("table", batch.pk), {"after": first.context["further"]})
    assert [row.number for row, *_ in further.context["rows"]][:2] == [52, 53]
    failed = designer.get(at("table", batch.pk), {"state": "failed"})
    assert {row.state for row, *_ in failed.context["rows"]} == {"failed"}
    assert "20 failed" in failed.content.decode()
    assert "<i>a" not in failed.content.decode()
    assert designer.get(at("table", batch.pk), {"after": "x", "state": "<script>"}).status_code == 200


def test_the_page_costs_as_much_for_many_rows_as_for_few(
    designer: Client, django_assert_max_num_queries: object
) -> None:
    for rows in (9, 3_000):
        batch = batch_of(rows)
        for name in ("table", "table_live", "tables"):
            address = at(name, batch.pk) if name != "tables" else at(name)
            with django_assert_max_num_queries(11):  # type: ignore[operator]  # pytest-django gives it no public type
                assert designer.get(address).status_code == 200


def test_it_is_paused_gone_on_with_and_cancelled(designer: Client) -> None:
    batch = batch_of(9)
    for deed, state in (("pause", "paused"), ("resume", "running"), ("odd", "running"), ("cancel", "cancelled")):
        designer.post(at("table_deed", batch.pk), {"deed": deed})
        batch.refresh_from_db()
        assert batch.state == state, deed
    assert (
        "cannot be done" in designer.post(at("table_deed", batch.pk), {"deed": "pause"}, follow=True).content.decode()
    )


def test_a_file_of_another_workflow_is_not_here(designer: Client) -> None:
    batch = batch_of(3)
    other = published("other", ECHO)
    for name in ("table", "table_live", "table_csv"):
        address = reverse(f"trigger_{name}", args=[other.workflow.slug, batch.pk])
        assert designer.get(address).status_code == 404
    assert designer.get(at("table", "nothing")).status_code == 404


def test_who_may_not_start_runs_sees_no_tables(reviewer: Client) -> None:
    assert reviewer.get(at("tables")).status_code == 403


@pytest.mark.usefixtures("threads_give_back")
@pytest.mark.django_db(transaction=True)
async def test_the_results_are_written_with_cells_and_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_rows, "CHUNK", 2)

    def made() -> tuple[Any, Batch]:
        batch = batch_of(5)
        run = Story(Blueprint.objects.get(workflow="echo"), {"n": 1}).run
        Run.objects.filter(pk=run.pk).update(status="succeeded", outcome="said")
        run.entries.create(seq=99, at=NOW, type="run.finished", data={"outcome": "said", "output": {"n": "=1"}})
        batch.rows.filter(number=2).update(run=run, state="succeeded")
        batch.rows.filter(number=3).update(state="refused", error="“x” is no number.")
        return person("dora", "designer"), batch

    dora, batch = await sync_to_async(made)()
    client = AsyncClient()
    await client.aforce_login(dora)
    answer: Any = await client.get(at("table_csv", batch.pk))
    rows = list(csv.reader(io.StringIO("".join([chunk.decode() async for chunk in answer]))))
    assert rows[0] == ["row", "result", "outcome", "run", "why", "n", "name", "output: n"]
    assert [row[0] for row in rows[1:]] == ["2", "3", "4", "5", "6"]
    assert rows[1][1:3] == ["done", "said"]
    assert rows[1][-1] == "'=1"
    assert rows[2][1:6] == ["refused", "", "", "“x” is no number.", "1"]


def test_the_bounds_that_are_said_are_those_that_hold(designer: Client) -> None:
    page = designer.get(at("tables")).content.decode()
    assert f"{csv_reading.MAX_BYTES // 1024 // 1024} MB" in page
    assert f"{csv_reading.MAX_ROWS:,} rows" in page
