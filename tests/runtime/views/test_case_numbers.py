"""The numbers beside the inbox's views: those of what stands below, and nothing where nothing is known."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from runtime.models import GateIncident
from tests.makers.cases import open_case, waiting_run
from tests.makers.gate_rows import gate
from tests.runtime.views.conftest import signed_in

pytestmark = pytest.mark.django_db


def numbers(page: str) -> dict[str, str]:
    """The views of a page, and the number beside each."""
    views = re.search(r'<nav class="views".*?</nav>', page, re.DOTALL)
    assert views
    links = re.findall(r"<a [^>]*>([^<]+?)\s*(?:<span class=\"count\">([^<]*)</span>)?</a>", views[0])
    return dict(links)


@pytest.fixture
def ada(db: None) -> Client:
    return signed_in("administrator", name="ada")


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_gate_that_closed_itself_is_counted_where_it_stands_and_stands_in_no_queue(ada: Client) -> None:
    run = waiting_run()
    open_case(run, kind="incident")
    open_case(run)
    GateIncident.objects.create(gate=gate(), workflow="leads", at=datetime.now(UTC))
    page = read(ada, "/cases/?view=incidents")
    assert numbers(page)["Incidents"] == "2"
    assert "closed itself" in page
    assert numbers(read(ada, "/cases/?view=mine"))["Incidents"] == "2"
    assert "2 incidents" in read(ada, "/")
    narrowed = read(ada, "/cases/?view=incidents&queue=sales")
    assert numbers(narrowed)["Incidents"] == "1"
    assert "closed itself" not in narrowed


def test_a_search_says_how_many_it_found_and_nothing_of_the_other_views(ada: Client) -> None:
    run = waiting_run()
    for number in range(3):
        open_case(run, asked={"question": f"Fabrikam {('pears', 'plums')[number % 2]}?"})
    found = numbers(read(ada, "/cases/?q=fabrikam+pears"))
    assert found == {**dict.fromkeys(found, ""), "Open": "2"}


def test_the_numbers_can_be_asked_for_alone(ada: Client) -> None:
    open_case()
    part = read(ada, "/cases/?part=views&view=unassigned")
    assert numbers(part)["Open"] == numbers(part)["Free"] == "1"
    assert "<main" not in part
    assert 'aria-current="true">Free' in part


def test_the_card_can_be_asked_for_alone_and_says_how_it_stands(ada: Client) -> None:
    case = open_case()
    part = read(ada, f"/cases/{case.pk}/?part=card")
    assert 'data-state="open"' in part
    assert "<main" not in part
    assert "part=card" in part
    assert ada.get("/cases/01K000000000000000000000XX/?part=card").status_code == 404
