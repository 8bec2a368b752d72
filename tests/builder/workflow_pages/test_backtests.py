"""The pages of backtests: started with a form, watched, read down to a case, stopped, taken along as a file."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import Client

from runtime.backtests import orders
from runtime.models import Backtest, Run
from tests.makers.jobs import worked_off
from tests.makers.runs import SMALL, Story
from tests.makers.sealed import published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_threads")]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = "/workflows/small/backtests/"
FORM = {"version": "", "cases": "50", "since": "", "calls": "10"}


@pytest.fixture
def small() -> Any:
    """The small workflow with three cases that ended by themselves; its draft asks people about two of them."""
    version = published("small", SMALL)
    for minute in range(3):
        story = Story(version.blueprint, {"seats": 5 + minute}, began=NOW + timedelta(minutes=minute))
        story.does("size", "small", {"choice": "small"}).ends("dropped", "dropped", {}, kind="stopped")
    workflow = version.workflow
    workflow.draft = copy.deepcopy(SMALL)
    workflow.draft["nodes"][0]["config"]["choices"][0]["when"] = "input.seats >= 6"
    workflow.save()
    return workflow


@pytest.fixture
def dora(client: Client, designer_dora: User) -> Client:
    """A designer's browser."""
    client.force_login(designer_dora)
    return client


def begun(browser: Client, **given: str) -> str:
    """The address of a backtest that the form has started."""
    answer = browser.post(f"{HERE}start/", {**FORM, **given})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_the_form_starts_one_and_its_page_tells_it_when_it_is_over(dora: Client, small: Any) -> None:
    assert "Nothing was tried on past cases yet" in dora.get(HERE).content.decode()
    address = begun(dora)
    waiting = dora.get(address).content.decode()
    assert "part=live" in waiting
    assert "Stop" in waiting
    worked_off(orders.KIND)
    over = dora.get(address).content.decode()
    assert "part=live" not in over
    assert "about 100 % (29–100 %)" in over  # noqa: RUF001  # as people read it
    assert "about 33 %" in over
    assert "Now goes to a person" in over
    listed = dora.get(HERE).content.decode()
    assert "100 % → 33 % automatic" in listed
    assert "part" not in dora.get(f"{address}?part=live").content.decode().split("<section", 1)[0].replace("?part", "")


def test_a_case_shows_both_stories_and_where_they_part(dora: Client, small: Any) -> None:
    address = begun(dora)
    worked_off(orders.KIND)
    page = dora.get(f"{address}1/").content.decode()
    assert "As it went" in page
    assert "A person would be asked" in page
    assert "different" in page
    assert dora.get(f"{address}9/").status_code == 404


def test_its_cases_are_filtered_and_taken_along(dora: Client, small: Any) -> None:
    Run.objects.update(title="Lead <Ada>")
    address = begun(dora)
    worked_off(orders.KIND)
    changing = dora.get(address).content.decode()
    assert changing.count("waits for a person</a>") == 2
    assert changing.count("Lead &lt;Ada&gt;") == 2, "what each run is called"
    same = dora.get(f"{address}?verdict=same").content.decode()
    assert same.count('<span aria-hidden="true">→</span><span class="visually-hidden">, then</span> dropped</a>') == 1
    sent: Any = dora.get(f"{address}export/")

    async def read() -> str:
        return b"".join([part async for part in sent.streaming_content]).decode()

    lines = async_to_sync(read)().splitlines()
    assert lines[0].startswith("case,run,before,after")
    assert len(lines) == 4


def test_one_under_way_is_stopped_and_what_is_over_is_not(dora: Client, small: Any) -> None:
    address = begun(dora)
    assert dora.post(f"{address}cancellation/").status_code == 302
    page = dora.get(address).content.decode()
    assert "Stopped" in page
    assert "Nothing was replayed" in page
    again = dora.post(f"{address}cancellation/", follow=True).content.decode()
    assert "over already" in again


@pytest.mark.parametrize(
    "given", [{"cases": "x"}, {"cases": ""}, {"calls": "-1"}, {"since": "2026-02-31"}, {"since": "x"}]
)
def test_what_cannot_be_read_is_said_and_nothing_is_begun(dora: Client, small: Any, given: dict[str, str]) -> None:
    answer = dora.post(f"{HERE}start/", {**FORM, **given})
    assert answer.status_code == 422
    assert "Give whole numbers" in answer.content.decode()
    assert not Backtest.objects.exists()


def test_why_one_cannot_begin_is_said_in_words(dora: Client, small: Any) -> None:
    assert "takes 1 to 5,000 cases" in dora.post(f"{HERE}start/", {**FORM, "cases": "9000"}).content.decode()
    assert "no such version" in dora.post(f"{HERE}start/", {**FORM, "version": "7"}).content.decode()
    assert "no past case" in dora.post(f"{HERE}start/", {**FORM, "since": "2027-01-01"}).content.decode()
    small.draft = {**small.draft, "edges": []}
    small.save()
    assert "cannot run as it is" in dora.post(f"{HERE}start/", FORM).content.decode()


def test_a_backtest_of_another_workflow_is_not_there(dora: Client, small: Any) -> None:
    address = begun(dora)
    published("other", SMALL)
    assert dora.get(address.replace("/small/", "/other/")).status_code == 404


def test_who_may_not_draw_sees_no_form_and_starts_none(client: Client, reviewer_rui: User, small: Any) -> None:
    client.force_login(reviewer_rui)
    assert client.get(HERE).status_code == 403
    assert client.post(f"{HERE}start/", FORM).status_code == 403


def test_more_cases_ask_the_database_no_more_often(
    dora: Client, small: Any, django_assert_max_num_queries: Any
) -> None:
    address = begun(dora)
    worked_off(orders.KIND)
    with django_assert_max_num_queries(20) as few:
        dora.get(address)
        number = len(few)
    version = small.versions.get()
    for minute in range(10, 30):
        story = Story(version.blueprint, {"seats": 50}, began=NOW + timedelta(minutes=minute))
        story.does("size", "small", {"choice": "small"}).ends("dropped", "dropped", {}, kind="stopped")
    more = begun(dora)
    worked_off(orders.KIND)
    with django_assert_max_num_queries(number):
        dora.get(more)


def test_a_case_is_sent_from_its_own_page_and_shown_apart(dora: Client, small: Any) -> None:
    picked = Run.objects.order_by("pk").first()
    assert picked is not None
    assert f"{HERE}?run={picked.pk}" in dora.get(f"/runs/{picked.pk}/").content.decode()
    assert f'name="run" value="{picked.pk}"' in dora.get(f"{HERE}?run={picked.pk}").content.decode()
    address = begun(dora, cases="1", run=picked.pk)
    worked_off(orders.KIND)
    page = dora.get(address).content.decode()
    assert page.index("picked by hand") < page.index("Now goes to a person</span></div></li>")
    assert "Estimates from 1 past case," in page
    refused = dora.post(f"{HERE}start/", {**FORM, "run": "<script>"})
    assert refused.status_code == 422
    assert "no past case of this workflow" in refused.content.decode()
    assert "<script>alert" not in dora.get(f"{HERE}?run=<script>alert").content.decode()
