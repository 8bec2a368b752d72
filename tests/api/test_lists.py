"""Lists ask the database the same few questions, however many rows there are, and page through all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api import authentication
from runtime.models import Run, RunLabel
from tests.makers import runs
from tests.makers.api_client import Caller
from tests.makers.people import person, queue_of

pytestmark = pytest.mark.django_db

API = [
    ("runs/", 5),
    ("runs/?workflow=lead-qualification&status=succeeded", 5),
    ("runs/?label=source:fair", 5),
    ("runs/?simulated=false&status=succeeded", 6),
    ("runs/?simulated=true&label=source:fair", 5),
    ("escalations/", 5),
    ("escalations/?state=open", 5),
    ("escalations/?assignee=me", 5),
]
ROLES = ("administrator", "designer", "reviewer", "developer")
PAGES = [
    ("/runs/", 7),
    ("/runs/?status=waiting", 7),
    ("/runs/?q=fabrikam", 7),
    ("/runs/?simulated=false", 8),
    ("/runs/?simulated=true&status=waiting", 8),
    ("/cases/", 12),
    ("/cases/?view=unassigned", 12),
    ("/cases/?q=fabrikam&due=week", 11),
]
"""By path, what nobody's page may ask more often, whatever his role."""

HOME = {"administrator": 16, "designer": 16, "developer": 16, "reviewer": 13}
"""How often home asks, by role: exactly so often, since everybody begins there."""


def tell_stories(number: int) -> None:
    """Runs that ended, and runs that wait for people."""
    for _ in range(number):
        ended = runs.contacted()
        RunLabel.objects.create(run=ended, text="source:fair")
        runs.asked()


def questions(get: Callable[[str], Any], path: str) -> int:
    """How many queries a request makes."""
    authentication.forget()  # Whether a token is still remembered is a matter of time.
    with CaptureQueriesContext(connection) as made:
        assert get(path).status_code == 200
    return len(made)


@pytest.mark.parametrize(("path", "most"), API)
def test_the_queries_of_a_list_do_not_grow_with_the_table(path: str, most: int, dev: Caller, rui: Caller) -> None:
    for caller in (dev, rui):
        caller.get(path)
        tell_stories(1)
        few = questions(caller.get, path)
        tell_stories(4)
        many = questions(caller.get, path)
        assert many == few <= most


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("path", "most"), PAGES)
def test_the_queries_of_a_page_do_not_grow_with_the_table(path: str, most: int, role: str) -> None:
    somebody = person("somebody", role)
    queue_of("sales", somebody)
    client = Client()
    client.force_login(somebody)
    tell_stories(1)
    few = questions(client.get, path)
    tell_stories(4)
    many = questions(client.get, path)
    assert many == few <= most


@pytest.mark.parametrize("role", ROLES)
def test_home_asks_as_often_as_it_is_written_here_however_much_there_is(role: str) -> None:
    somebody = person("somebody", role)
    queue_of("sales", somebody)
    client = Client()
    client.force_login(somebody)
    tell_stories(1)
    few = questions(client.get, "/")
    tell_stories(4)
    assert (few, questions(client.get, "/")) == (HOME[role], HOME[role])


FILTERS = ["", "&label=source:fair", "&label=source:fair&status=succeeded", "&outcome=contacted"]


@pytest.mark.parametrize("given", [*FILTERS, "&outcome=contacted&simulated=false"])
def test_paging_shows_every_run_once_and_back_again(given: str, dev: Caller) -> None:
    tell_stories(7)
    wanted = Run.objects.filter(status="succeeded") if given else Run.objects.all()
    expected = list(wanted.order_by("-pk").values_list("pk", flat=True))

    page = dev.get(f"runs/?limit=2{given}").json()
    there = [page]
    while page["next"]:
        page = dev.get("/" + page["next"].split("/", 3)[3]).json()
        there.append(page)
    assert [row["id"] for page in there for row in page["results"]] == expected

    back = [page]
    while page["previous"]:
        page = dev.get("/" + page["previous"].split("/", 3)[3]).json()
        back.append(page)
    assert [row["id"] for page in reversed(back) for row in page["results"]] == expected
