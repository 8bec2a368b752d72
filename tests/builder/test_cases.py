"""The cases that a drawing can be tried on: whose they are, in which order, under which words, and found again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from builder import cases, samples
from builder.models import Workflow
from runtime.models import Run
from tests.makers.leads import ADA
from tests.makers.people import person
from tests.makers.runs import SMALL, Story, blueprint
from tests.makers.sealed import drafted
from tests.makers.workflows import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow(db: None) -> Workflow:
    return drafted("small", SMALL)


@pytest.fixture
def designer(workflow: Workflow, designer_dora: User) -> Client:
    client = Client()
    client.force_login(designer_dora)
    return client


def ran(given: Any, minutes: int = 0, **fields: Any) -> Run:
    return Story(blueprint(), given, began=NOW + timedelta(minutes=minutes), **fields).run


def listed(client: Client, search: str = "") -> Any:
    return client.get(reverse("workflow_cases", args=["small"]), {"q": search} if search else {}).json()


def test_past_runs_come_newest_first_with_the_words_people_know_them_by(designer: Client) -> None:
    first, second = ran(ADA), ran({"seats": 3}, 1)
    found = listed(designer)["runs"]
    assert [each["id"] for each in found] == [second.pk, first.pk]
    assert found[1]["title"] == "Ada Berg, ada@northwind.example, Northwind"
    assert found[0] == {"id": second.pk, "at": "2026-03-02T09:01:00Z", "status": "running", "outcome": "",
                        "title": "", "tryout": False}  # fmt: skip


def test_a_search_finds_words_of_the_input_in_any_script(designer: Client) -> None:
    ran(ADA)
    wanted = ran({"name": "Zoë “the best” Łukasz", "seats": 1}, 1)
    for search in ("zoë", "“the", "Łukasz", "Zoë “the best” Łukasz"):
        assert [each["id"] for each in listed(designer, search)["runs"]] == [wanted.pk], search
    assert listed(designer, "nobody like that")["runs"] == []
    assert listed(designer, "\0")["runs"] != []


def test_tryouts_other_workflows_and_more_than_fifty_are_left_out(designer: Client) -> None:
    ran(ADA, tryout=True)
    Story(blueprint("other"), ADA)
    made = [ran({"seats": n}, n).pk for n in range(52)]
    assert [each["id"] for each in listed(designer)["runs"]] == made[:1:-1]


def test_who_may_see_no_runs_sees_the_samples_alone(workflow: Workflow, designer_dora: User) -> None:
    ran(ADA)
    assert cases.past_cases("small", person("nobody", "nothing of the kind")) == ()
    assert len(cases.past_cases("small", designer_dora)) == 1


def test_a_sample_is_kept_listed_and_thrown_away(designer: Client) -> None:
    at = reverse("workflow_cases", args=["small"])
    kept = designer.post(at, {"name": "Three seats", "input": {"seats": 3}}, content_type="application/json")
    assert (kept.status_code, kept.json()["input"]) == (201, {"seats": 3})
    assert listed(designer)["samples"] == [kept.json()]
    one = reverse("workflow_case", args=["small", kept.json()["id"]])
    assert [designer.delete(one).status_code, designer.delete(one).status_code] == [204, 404]
    assert listed(designer)["samples"] == []


@pytest.mark.parametrize(
    ("body", "status"), [({"name": "", "input": 1}, 422), ({"name": "Taken", "input": 1}, 409), ([], 400)]
)
def test_a_sample_that_cannot_be_kept_is_refused(designer: Client, body: Any, status: int) -> None:
    samples.add(Workflow.objects.get(), "Taken", {}, User.objects.get())
    answer = designer.post(reverse("workflow_cases", args=["small"]), body, content_type="application/json")
    assert (answer.status_code, Workflow.objects.get().sample_cases.count()) == (status, 1)


def test_a_number_beyond_every_sample_is_not_there(designer: Client) -> None:
    assert designer.delete(reverse("workflow_case", args=["small", 10**30])).status_code == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_whatever_the_input_its_title_is_one_short_line(given: Any) -> None:
    title = cases.title_of(given)
    assert len(title) <= cases.MOST_WORDS * (cases.LONGEST_WORD + 2)
    assert title.splitlines() in ([title], [])
