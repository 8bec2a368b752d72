"""Pages: every row once, in order, both ways, whatever is added meanwhile; and no cursor but our own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runtime import sight
from runtime.models import Run
from tests.makers.api_client import Caller, problem
from tests.makers.cases import open_case, waiting_run

pytestmark = pytest.mark.django_db


def follow(who: Caller, first: str, way: str = "next") -> list[Any]:
    """The pages from the first one on."""
    pages = [who.get(first).json()]
    while pages[-1][way]:
        parts = urlsplit(pages[-1][way])
        pages.append(who.get(f"{parts.path}?{parts.query}").json())
    return pages


def ids(page: Any) -> list[str]:
    return [each["id"] for each in page["results"]]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_the_pages_hold_every_row_once_and_lead_back(dev: Caller, limit: int) -> None:
    made = sorted((waiting_run().pk for _ in range(7)), reverse=True)
    pages = follow(dev, f"runs/?limit={limit}&workflow=leads")
    assert [each for page in pages for each in ids(page)] == made
    assert all(page["previous"] is None for page in pages[:1])
    if len(pages) > 1:
        parts = urlsplit(pages[-1]["previous"])
        back = follow(dev, f"{parts.path}?{parts.query}", "previous")
        assert [each for page in back[::-1] for each in ids(page)] == made[: len(made) - len(ids(pages[-1]))]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_a_reviewers_runs_are_looked_through_bit_by_bit_and_every_one_is_listed_once_both_ways(
    rui: Caller, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "WINDOW", 3)
    monkeypatch.setattr(sight, "FEWEST", 3)
    made = sorted((open_case().run_id for _ in range(7)), reverse=True)
    waiting_run()
    pages = follow(rui, f"runs/?limit={limit}")
    assert [each for page in pages for each in ids(page)] == made
    assert max(len(ids(page)) for page in pages) == min(limit, 3), "no more than a bit at once"
    parts = urlsplit(pages[-1]["previous"])
    back = follow(rui, f"{parts.path}?{parts.query}", "previous")
    assert [each for page in back[::-1] for each in ids(page)] == made[: len(made) - len(ids(pages[-1]))]


def test_a_reviewer_finds_an_old_run_behind_pages_that_hold_none(rui: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "WINDOW", 3)
    monkeypatch.setattr(sight, "FEWEST", 3)
    made = sorted(open_case().run_id for _ in range(7))
    Run.objects.filter(pk=made[0]).update(status="failed")
    pages = follow(rui, "runs/?status=failed")
    assert [ids(page) for page in pages] == [[], [], [made[0]]]
    newest = urlsplit(pages[1]["previous"])
    assert ids(rui.get(f"{newest.path}?{newest.query}").json()) == []


def test_a_reviewers_list_costs_the_same_however_many_cases_there_are_and_reads_them_by_a_key(rui: Caller) -> None:
    numbers = []
    for more in (2, 40):
        for _ in range(more):
            open_case(queue="sales")
        rui.get("runs/")
        with CaptureQueriesContext(connection) as asked:
            assert rui.get("runs/").status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 5
    if connection.vendor == "sqlite":
        about = [each["sql"] for each in asked if "runtime_escalation" in each["sql"]]
        assert about
        with connection.cursor() as cursor:
            for sql in about:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                steps = [row[3] for row in cursor.fetchall()]
                assert not [step for step in steps if step.startswith("SCAN runtime_")], steps


def test_rows_that_come_meanwhile_shift_nothing(dev: Caller) -> None:
    made = sorted((waiting_run().pk for _ in range(4)), reverse=True)
    first = dev.get("runs/?limit=2").json()
    waiting_run()
    parts = urlsplit(first["next"])
    assert ids(first) + ids(dev.get(f"{parts.path}?{parts.query}").json()) == made


def test_cases_come_oldest_first(rui: Caller) -> None:
    made = sorted(open_case().pk for _ in range(3))
    assert [each for page in follow(rui, "escalations/?limit=2") for each in ids(page)] == made


@pytest.mark.parametrize("cursor", ["x", "", "after:1", "%00", "a:b:c", "a" * 501, "%F0%9F%98%80", "after:1:AAAA"])
def test_a_malformed_cursor_is_refused(dev: Caller, cursor: str) -> None:
    answer = dev.get(f"runs/?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "/cursor"


def test_a_cursor_of_another_list_is_refused(dev: Caller, ada: Caller) -> None:
    for _ in range(3):
        open_case()
    theirs = urlsplit(dev.get("runs/?limit=1").json()["next"]).query
    problem(ada.get(f"escalations/?{theirs}"), 400, "bad_cursor")


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=1e1", "/limit"),
        ("status=done", "/status"),
        ("status=queued&status=failed", "/status"),
        ("colour=red", "/colour"),
        ("format=json", "/format"),
        ("workflow=%00", "/workflow"),
        ("label=", "/label"),
    ],
)
def test_a_query_that_does_not_fit_names_the_parameter(dev: Caller, query: str, path: str) -> None:
    assert problem(dev.get(f"runs/?{query}"), 400, "bad_query")["errors"][0]["path"] == path


def test_a_query_that_is_no_utf8_is_refused(dev: Caller) -> None:
    problem(dev.get("runs/?workflow=%ff"), 400, "bad_query")
    problem(dev.get("runs/?" + "&".join(f"a{number}=1" for number in range(60))), 400, "bad_query")
