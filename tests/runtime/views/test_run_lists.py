"""The list of runs: what is counted, found and exported, at a cost that does not grow with what is stored."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from django.urls import reverse

from runtime import finding, sight
from runtime.models import Escalation, Run
from runtime.views import run_lists
from tests.makers import runs
from tests.makers.cases import open_case
from tests.makers.people import person

NOW = datetime.now(UTC)


def text(client: Client, query: str = "") -> str:
    answer = client.get(reverse("run_list") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def found(client: Client, query: str) -> set[str]:
    return {run.pk for run in client.get(reverse("run_list") + query).context["page"].rows}


@pytest.mark.django_db
def test_filters_say_how_many_runs_each_of_them_has(designer: Client) -> None:
    for _ in range(3):
        runs.declined()
    runs.asked()
    page = text(designer, f"?workflow={runs.LEADS}")
    assert re.search(r">succeeded \(3\)<", page)
    assert re.search(r">waiting \(1\)<", page)
    assert re.search(r">declined \(3\)<", page)


@pytest.mark.django_db
def test_each_word_of_a_search_is_looked_for_by_itself(designer: Client) -> None:
    run = runs.declined(title="Ray Delgado · Okafor Labs", labels={"source": "fair"})
    runs.declined(title="Ray of hope")
    assert found(designer, "?q=okafor+ray") == {run.pk}
    assert found(designer, "?q=delgado+fair+succeeded") == {run.pk}
    assert found(designer, "?q=delgado+hope") == set()


@pytest.mark.django_db
def test_a_search_without_a_run_says_what_it_looks_at_and_leads_to_cases_that_say_it(designer: Client) -> None:
    open_case(queue="", asked={"show": {"Message": "There are black spots on leaf 23."}})
    page = text(designer, "?q=black+spots+leaf+23")
    assert "looks at titles, ids, people, labels" in page
    assert f'href="{reverse("case_list")}?q=black+spots+leaf+23"' in page
    assert f'href="{reverse("case_list")}?q=' not in text(designer, "?q=nowhere+at+all")
    assert "looks at titles" not in text(designer, "?status=failed")


@pytest.mark.django_db
def test_a_search_without_a_run_tells_of_no_case_of_others(reviewer: Client) -> None:
    open_case(queue="legal", asked={"show": {"Message": "black spots"}})
    assert f'href="{reverse("case_list")}?q=' not in text(reviewer, "?q=black+spots")


@pytest.mark.django_db
def test_very_many_are_counted_up_to_a_bound_only(designer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_lists, "MOST_COUNTED", 2)
    for _ in range(4):
        runs.declined()
    assert "succeeded (2+)" in text(designer)


@pytest.mark.django_db
def test_real_runs_and_simulated_ones_are_shown_alone_and_counted_beside_the_other_filters(designer: Client) -> None:
    real = [runs.declined().pk, runs.asked().run_id]
    simulated = [runs.declined(labels={"simulated": "drill"}).pk for _ in range(3)]
    assert found(designer, "?simulated=false") == set(real)
    assert found(designer, "?simulated=true") == set(simulated)
    assert found(designer, "?simulated=false&status=succeeded") == {real[0]}
    assert found(designer, "?simulated=true&q=declined") == set(simulated)
    assert found(designer, f"?simulated=true&q={real[0]}") == set()
    assert all(word in text(designer) for word in (">real (2)<", ">simulated (3)<", "succeeded (4)"))
    page = text(designer, "?simulated=true&status=waiting")
    assert all(word in page for word in (">real (1)<", ">simulated (0)<", "succeeded (3)", "waiting (0)"))
    page = text(designer, "?simulated=false&status=failed")
    assert all(word in page for word in (">real (0)<", "succeeded (1)", "waiting (1)", "status=failed"))
    assert designer.get(reverse("run_list") + "?simulated=yes").status_code == 400


@pytest.mark.django_db
def test_where_many_are_simulated_real_runs_are_counted_at_least_and_found_further_back(
    designer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (finding, run_lists):
        monkeypatch.setattr(module, "WINDOW", 4)
    old = runs.declined(began=NOW - timedelta(hours=9))
    for hours in range(1, 4):
        runs.declined(began=NOW - timedelta(hours=hours), labels={"simulated": "drill"})
    new = runs.declined(began=NOW)
    page = text(designer, "?simulated=false")
    assert ">real (1+)<" in page
    assert "succeeded (1+)" in page
    assert found(designer, "?simulated=false") == {new.pk}
    further = re.search(r'href="(\?[^"]*)">Look further back', page)
    assert further
    assert found(designer, further[1].replace("&amp;", "&")) == {old.pk}


@pytest.mark.django_db
def test_free_text_finds_what_lists_show(designer: Client) -> None:
    told = runs.declined(requester="Zoë", labels={"kunde": "Müller"})
    other = runs.asked().run
    for words in ("decli", "zo", "müller", "kunde", told.pk, told.pk[-6:], told.pk.upper(), "succ"):
        assert found(designer, f"?q={words}") == {told.pk}, words
    assert found(designer, "?q=Lead+qual") == {told.pk, other.pk}
    for words in ("100%25", "_", "%00", "nothing", "'", '"'):
        assert found(designer, f"?q={words}") == set(), words


@pytest.mark.django_db
def test_free_text_looks_through_a_bounded_part_and_goes_on_from_there(
    designer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WINDOW", 3)
    old = runs.declined(began=NOW - timedelta(hours=9))
    for hours in range(5):
        runs.Story(runs.blueprint(), {"seats": 1}, began=NOW - timedelta(hours=hours))
    page = text(designer, "?q=declined")
    assert old.pk not in page
    further = re.search(r'href="(\?[^"]*)">Look further back', page)
    assert further
    assert found(designer, further[1].replace("&amp;", "&")) == {old.pk}


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?q=declined", f"?workflow={runs.LEADS}", "?simulated=false"])
def test_the_list_costs_as_many_queries_for_many_runs_as_for_one(
    designer: Client, query: str, django_assert_max_num_queries: object
) -> None:
    for hours in range(40):
        runs.declined(began=NOW - timedelta(hours=hours))
    text(designer, query)  # The drawing's outcomes are read once.
    with django_assert_max_num_queries(9 if query else 7):  # type: ignore[operator]  # pytest-django gives the fixture no public type
        text(designer, query)


async def exported(name: str, query: str = "") -> list[list[str]]:
    client = AsyncClient()
    user = await sync_to_async(person)(name, "reviewer" if name == "rui" else "designer")
    await client.aforce_login(user)
    answer: object = await client.get(reverse("run_export") + query)
    assert isinstance(answer, StreamingHttpResponse)
    whole = b"".join([chunk async for chunk in answer])
    return list(csv.reader(io.StringIO(whole.decode())))


@pytest.mark.usefixtures("threads_give_back")
@pytest.mark.django_db(transaction=True)
async def test_a_reviewer_takes_all_runs_of_his_cases_along(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WINDOW", "FEWEST"):
        monkeypatch.setattr(sight, name, 2)
    made = [await sync_to_async(runs.asked)() for _ in range(5)]
    await Escalation.objects.aupdate(queue="")
    await sync_to_async(runs.declined)()
    _, *rows = await exported("rui")
    assert [row[0] for row in rows] == sorted((case.run_id for case in made), reverse=True)


@pytest.mark.usefixtures("threads_give_back")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "query", ["?status=succeeded", "?q=declined", "?simulated=false&outcome=declined", "?simulated=false&q=decl"]
)
async def test_everything_that_fits_is_exported_a_part_at_a_time(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_lists, "CHUNK", 2)
    monkeypatch.setattr(finding, "WINDOW", 2)
    made = [(await sync_to_async(runs.declined)(requester="=1+1", labels={"a": "b"})).pk for _ in range(5)]
    await sync_to_async(runs.asked)()
    head, *rows = await exported("dora", query)
    assert head[0] == "run"
    assert [row[0] for row in rows] == sorted(made, reverse=True)
    assert rows[0][4:7] == ["declined", "'=1+1", "a: b"]


@pytest.mark.usefixtures("threads_give_back")
@pytest.mark.django_db(transaction=True)
async def test_an_export_holds_what_its_reader_may_see_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    await sync_to_async(runs.declined)()
    assert len(await exported("rui")) == 1
    monkeypatch.setattr(run_lists, "MOST_EXPORTED", 1)
    monkeypatch.setattr(run_lists, "CHUNK", 1)
    await sync_to_async(runs.declined)()
    *_, last = await exported("dora")
    assert "narrower filter" in last[0]
    assert await sync_to_async(Run.objects.count)() == 2
