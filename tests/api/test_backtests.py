"""Backtests over the API: started, watched, read, cancelled; refused in words where they cannot be."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from runtime.backtests import orders
from runtime.models import Backtest
from tests.makers.api_client import Caller, caller, problem
from tests.makers.jobs import worked_off
from tests.makers.runs import SMALL, Story
from tests.makers.sealed import published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_threads")]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def small() -> Any:
    """The small workflow, published, with three small cases."""
    version = published("small", SMALL)
    for minute in range(3):
        story = Story(version.blueprint, {"seats": 5 + minute}, began=NOW + timedelta(minutes=minute))
        story.does("size", "small", {"choice": "small"}).ends("dropped", "dropped", {}, kind="stopped")
    return version.workflow


def change(workflow: Any, when: str) -> None:
    """Another condition in the draft."""
    draft = copy.deepcopy(workflow.draft)
    draft["nodes"][0]["config"]["choices"][0]["when"] = when
    workflow.draft = draft
    workflow.save()


def test_a_draft_is_tried_on_past_cases_and_its_result_is_read(dev: Caller, small: Any) -> None:
    change(small, "input.seats >= 6")
    begun = dev.post("workflows/small/backtests/", {"cases": 10})
    assert begun.status_code == 202
    address = begun["Location"]
    assert begun.json()["state"] == "queued"
    assert begun.json()["version"] is None
    worked_off(orders.KIND)
    read = dev.get(address).json()
    assert (read["state"], read["done"], read["total"]) == ("done", 3, 3)
    assert read["summary"]["verdicts"] == {"same": 1, "to_person": 2}
    assert read["summary"]["automatic"]["before"]["value"] == 1.0
    cases = dev.get(f"{address}cases/").json()["results"]
    assert {case["after"] for case in cases} == {"dropped", "(waits for a person)"}
    assert all(case["steps"] for case in cases)
    (listed,) = dev.get("workflows/small/backtests/").json()["results"]
    assert listed["id"] == read["id"]


def test_a_version_may_be_tried_too_and_one_that_is_not_there_may_not(dev: Caller, small: Any) -> None:
    begun = dev.post("workflows/small/backtests/", {"version": 1})
    assert begun.status_code == 202
    assert begun.json()["version"] == 1
    missing = dev.post("workflows/small/backtests/", {"version": 7})
    problem(missing, 404, "unknown_version")


def test_one_that_is_under_way_is_cancelled_once(dev: Caller, small: Any) -> None:
    address = dev.post("workflows/small/backtests/")["Location"]
    stopped = dev.send("DELETE", address)
    assert stopped.status_code == 200
    assert stopped.json()["state"] == "cancelled"
    assert stopped.json()["summary"] is None
    problem(dev.send("DELETE", address), 409, "ended")


@pytest.mark.parametrize(
    "body",
    [
        {"cases": 0},
        {"cases": 5001},
        {"cases": "many"},
        {"since": "yesterday"},
        {"since": "2026-03-01T00:00:00"},
        {"version": 0},
        {"budget": {"calls": -1}},
        {"budget": {"money": 1}},
        {"draft": {}},
    ],
)
def test_what_is_no_order_is_refused_and_nothing_is_begun(dev: Caller, small: Any, body: Any) -> None:
    problem(dev.post("workflows/small/backtests/", body), 422, "invalid")
    assert not Backtest.objects.exists()


def test_a_workflow_without_past_cases_says_so(dev: Caller) -> None:
    published("small", SMALL)
    problem(dev.post("workflows/small/backtests/"), 422, "no_cases")
    problem(dev.post("workflows/nowhere/backtests/"), 404, "not_found")


def test_a_draft_that_cannot_run_shows_its_problems(dev: Caller, small: Any) -> None:
    small.draft = {**small.draft, "edges": []}
    small.save()
    told = problem(dev.post("workflows/small/backtests/"), 422, "not_runnable")
    assert told["errors"]


def test_too_many_at_once_are_refused(dev: Caller, small: Any) -> None:
    for _ in range(orders.MOST_OPEN):
        assert dev.post("workflows/small/backtests/").status_code == 202
    problem(dev.post("workflows/small/backtests/"), 409, "busy")


def test_a_token_needs_both_scopes(developer_dev: User, small: Any) -> None:
    for scope in ("workflows:write", "runs:read"):
        problem(caller(developer_dev, scope).post("workflows/small/backtests/"), 403, "insufficient_scope")
    assert caller(developer_dev, "workflows:write", "runs:read").post("workflows/small/backtests/").status_code == 202


def test_what_is_not_there_is_not_found(dev: Caller, small: Any) -> None:
    for address in ("backtests/nothing/", "backtests/nothing/cases/", f"backtests/{'0' * 26}/"):
        problem(dev.get(address), 404, "not_found")
