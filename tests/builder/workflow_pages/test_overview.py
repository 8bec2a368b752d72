"""The overview of a workflow: how it does, what is in trouble, and who may do what with it."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from api import tokens
from builder.models import Version, Workflow
from builder.workflow_pages.reach import Reach, reached
from runtime.core.definition import Document, parse
from runtime.models import Gate, Schedule
from tests.makers import runs
from tests.makers.people import person, queue_of
from tests.makers.sealed import drafted

pytestmark = pytest.mark.django_db


def browser(role: str, name: str = "pia") -> Client:
    client = Client()
    client.force_login(person(name, role))
    return client


@pytest.fixture
def small(db: None) -> Workflow:
    drawn = runs.blueprint()
    workflow = Workflow.objects.create(slug=drawn.workflow, name=drawn.name, draft=drawn.document)
    Version.objects.create(workflow=workflow, number=1, blueprint=drawn, published_by="dora")
    return workflow


def page(client: Client) -> str:
    return client.get(reverse("workflow_overview", args=["small"])).content.decode()


def told(document: dict[str, Any]) -> Document:
    found = parse(document).document
    assert found
    return found


def test_it_says_what_the_workflow_does_how_its_runs_ended_and_what_is_open(small: Workflow) -> None:
    runs.Story(runs.blueprint(), {"seats": 1}).ends("dropped", "dropped")
    runs.Story(runs.blueprint(), {"seats": 200}).asks("ask", "May we go on?")
    runs.declined()
    shown = page(browser("administrator"))
    for words in ("A small one", "version 1", "acts outside: Tell them", "50 % of the runs went by themselves"):
        assert words in shown
    assert shown.count('<tr role="row">') == 2 + 1, "its two runs alone, and one person"
    assert "May we go on?" in shown


def test_trouble_comes_first_and_only_where_there_is_some(small: Workflow) -> None:
    client = browser("designer")
    assert "What needs somebody" not in page(client)
    runs.Story(runs.blueprint(), {"seats": 1}).breaks("size", "No.")
    now = timezone.now()
    Gate.objects.create(
        workflow="small",
        node="size",
        epoch=1,
        fingerprint="f",
        basis={},
        choices=[],
        max_error=0.05,
        confidence=0.95,
        audit=0.1,
        state="broken",
        scoring={},
        standing={},
        begun_at=now,
        broken_at=now,
    )
    kept = {"cadence": {}, "expression": "0 9 * * *", "zone": "UTC", "input": {}, "created_at": now}
    Schedule.objects.create(workflow="small", name="Mornings", paused_why="Its input does not fit any more.", **kept)
    Schedule.objects.create(workflow="small", name="Evenings", **kept)
    shown = page(client)
    assert "The schedule “Mornings”: Its input does not fit any more." in shown
    assert "Evenings" not in shown
    assert "One run failed since yesterday." in shown
    assert "“How large is it?” did not keep its promise" in shown


def test_a_draft_that_is_different_is_told_of(small: Workflow) -> None:
    client = browser("designer")
    assert "The draft is different" not in page(client)
    Workflow.objects.update(draft={**runs.SMALL, "notes": []})
    assert "The draft is different" in page(client)


def test_what_is_not_published_or_cannot_be_read_has_its_page_all_the_same() -> None:
    workflow = drafted("small", runs.SMALL)
    client = browser("designer")
    assert "not published" in page(client)
    Workflow.objects.filter(pk=workflow.pk).update(draft={"format": "interlock/0"}, archived_at=timezone.now())
    assert "archived" in page(client)


def test_people_are_listed_with_what_they_may_do_and_cases_by_queue() -> None:
    rui, rosa = person("rui", "reviewer"), person("rosa", "reviewer")
    person("ada", "administrator")
    person("dora", "designer")
    person("rob")
    person("ina", "administrator", is_active=False)
    queue_of("sales", rui)
    found = {each.name: each for each in reached(told(runs.SMALL)).people}
    assert {*found} == {"ada", "dora", "rui", "rosa"}
    assert found["rui"] == Reach("rui", rui.pk, ("reviewer",), False, False, False, "every case", False)
    assert found["rosa"] == Reach("rosa", rosa.pk, ("reviewer",), False, False, False, "incidents", False)
    assert (found["dora"].draws, found["dora"].starts, found["dora"].answers) == (True, True, "")
    assert (found["ada"].administers, found["ada"].answers) == (True, "every case")


def test_who_answers_some_queues_only_is_told_which() -> None:
    queue_of("sales", person("rui", "reviewer"))
    document = copy.deepcopy(runs.SMALL)
    document["nodes"].append({**copy.deepcopy(document["nodes"][1]), "id": "again"})
    document["nodes"][-1]["config"]["queue"] = "legal"
    found = reached(told(document))
    assert [each.answers for each in found.people] == ["sales and incidents"]
    assert [(each.name, each.row is None) for each in found.queues] == [("sales", False), ("legal", True)]


def test_settings_are_linked_for_who_may_open_them(small: Workflow) -> None:
    queue_of("sales")
    assert "/settings/people/" in page(browser("administrator", "ada"))
    shown = page(browser("designer", "dora"))
    assert "/settings/people/" not in shown
    assert "(nobody is in it)" in shown


def test_tokens_are_named_to_their_own_and_to_administrators(small: Workflow) -> None:
    client = browser("developer", "dev")
    tokens.issue(person("dan", "developer"), "the shop", ["runs:write"])
    issued = tokens.issue(person("die", "developer"), "an old one", ["runs:write"])
    assert isinstance(issued, tokens.Issued)
    tokens.revoke(issued.id)
    assert "the shop" not in page(client)
    shown = page(browser("administrator", "ada"))
    assert "<b>the shop</b>" in shown
    assert "may start it" in shown
    assert "an old one" not in shown


def test_more_of_everything_asks_the_database_no_more(small: Workflow) -> None:
    queue = queue_of("sales")
    client = browser("administrator", "ada")

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            page(client)
        return len(found)

    def more(number: int) -> None:
        for each in range(number):
            runs.Story(runs.blueprint(), {"seats": 1}, began=timezone.now() - timedelta(hours=each)).ends(
                "told", "told"
            )
            runs.Story(runs.blueprint(), {"seats": 200}).asks("ask", "May we go on?")
            queue.members.add(person(f"r{number}-{each}", "reviewer"))

    more(1)
    page(client)
    before = asked()
    more(7)
    assert asked() == before <= 21, before
