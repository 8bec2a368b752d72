"""The page of versions: what lies between any two of them, what must not be missed, and the way back."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from builder import publishing
from builder.models import Workflow
from builder.workflow_pages.compared import compared
from runtime.core.definition import Document, parse
from runtime.nodes import discover
from tests.makers.gated import gated
from tests.makers.people import person, queue_of
from tests.makers.runs import SMALL
from tests.makers.sealed import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(db: None) -> User:
    return person("dora", "designer")


@pytest.fixture
def designer(dora: User) -> Client:
    client = Client()
    client.force_login(dora)
    return client


@pytest.fixture
def workflow(dora: User) -> Workflow:
    """Two versions: the second asks two reviewers and has an outcome of another name."""
    queue_of("sales")
    found = published("small", SMALL).workflow
    draw(found, reviewed(2))
    assert isinstance(publishing.publish(found, dora, timezone.now(), "Four eyes."), publishing.Published)
    return found


def reviewed(reviewers: int) -> dict[str, Any]:
    document = copy.deepcopy(SMALL)
    document["nodes"][1]["config"]["reviewers"] = reviewers
    return document


def draw(workflow: Workflow, document: dict[str, Any]) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(draft=document, draft_revision=workflow.draft_revision + 1)
    workflow.refresh_from_db()


def page(client: Client, query: str = "") -> str:
    return client.get(f"{reverse('workflow_versions', args=['small'])}{query}").content.decode()


def test_each_version_is_listed_with_who_and_why_and_the_newest_two_are_compared(
    designer: Client, workflow: Workflow
) -> None:
    shown = page(designer)
    for told in ("Version 2", "Version 1", "Four eyes.", "From version 1 to version 2", "the number of reviewers"):
        assert told in shown
    assert "loosened</b>" not in shown


def test_what_lets_more_through_stands_first_and_stands_out(designer: Client, workflow: Workflow) -> None:
    shown = page(designer, "?from=2&to=1")
    assert "the number of reviewers was taken away (2)" in shown
    assert "1 to look at closely" in shown
    assert shown.index('data-mark="loosened"') < shown.index("</ul>", shown.index('class="differences"'))


def test_a_step_that_asks_only_from_now_on_is_marked() -> None:
    asks = copy.deepcopy(SMALL)
    asks["nodes"][2]["asks"] = True
    before, after = parse(SMALL).document, parse(asks).document
    assert before
    assert after
    found = compared(before, after, discover())
    assert [each.mark for each in found.told] == ["asks"]
    assert [each.box.id for each in found.after.boxes if each.look] == ["tell"]


def test_a_gate_that_begins_anew_is_told_and_not_marked_as_changed() -> None:
    def drawn_with(size: str) -> Document:
        read = {"id": "size", "kind": "execute.transform", "config": {"output": {"n": size}}}
        document = gated(gate={"question": "{{ steps.size.output.n }}"})
        found = parse({**document, "nodes": [*document["nodes"], read]}).document
        assert found
        return found

    found = compared(drawn_with("1"), drawn_with("2"), discover())
    assert ([each.mark for each in found.told], found.alarming) == (["anew", ""], 0)
    assert [each.box.id for each in found.after.boxes if each.look] == ["size"]


def test_a_removed_step_is_marked_on_the_old_picture_alone() -> None:
    less = copy.deepcopy(SMALL)
    less["nodes"] = [each for each in less["nodes"] if each["id"] != "tell"]
    less["edges"] = [each for each in less["edges"] if "tell" not in (each["from"], each["to"])]
    before, after = parse(SMALL).document, parse(less).document
    assert before
    assert after
    found = compared(before, after, discover())
    assert [(each.box.id, each.look) for each in found.before.boxes if each.look] == [("tell", "removed")]
    assert not any(each.look for each in found.after.boxes)
    assert not any(look == "removed" for _, look in found.after.ways)


def test_a_version_is_brought_back_into_the_draft_that_was_looked_at(designer: Client, workflow: Workflow) -> None:
    address = reverse("workflow_restore", args=["small", 1])
    answer = designer.post(address, {"etag": f'"r{workflow.draft_revision}"'}, follow=True)
    assert "The draft is as version 1 was." in answer.content.decode()
    workflow.refresh_from_db()
    assert workflow.draft["nodes"][1]["config"].get("reviewers", 1) == 1


@pytest.mark.parametrize("etag", ['"r1"', "", "nonsense"])
def test_a_draft_that_somebody_saved_meanwhile_is_not_overwritten(
    designer: Client, workflow: Workflow, etag: str
) -> None:
    answer = designer.post(reverse("workflow_restore", args=["small", 1]), {"etag": etag}, follow=True)
    assert "Nothing was changed." in answer.content.decode()
    workflow.refresh_from_db()
    assert workflow.draft == reviewed(2)


@pytest.mark.parametrize("query", ["?from=1&to=9", "?from=x&to=1", "?from=1&to=99999999999", "?from=0&to=1"])
def test_what_is_no_version_is_not_there(designer: Client, workflow: Workflow, query: str) -> None:
    assert designer.get(f"{reverse('workflow_versions', args=['small'])}{query}").status_code == 404


def test_a_drawing_that_cannot_be_read_any_more_is_said_to_be(designer: Client, workflow: Workflow) -> None:
    Workflow.objects.update(draft={"format": "interlock/0"})
    assert "This release cannot read the draft any more." in page(designer, "?from=1&to=draft")


def test_without_a_version_the_page_says_so(designer: Client, dora: User) -> None:
    Workflow.objects.create(slug="small", name="Small", draft=SMALL)
    assert "Nothing is published yet" in page(designer)


def test_more_versions_ask_the_database_no_more(
    designer: Client, workflow: Workflow, dora: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page(designer)
    with django_assert_num_queries(8):
        page(designer)
    for reviewers in (3, 4, 5):
        draw(workflow, reviewed(reviewers))
        publishing.publish(workflow, dora, timezone.now())
    with django_assert_num_queries(8):
        page(designer)
