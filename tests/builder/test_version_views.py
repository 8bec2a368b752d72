"""What the canvas asks before somebody chooses: differences, who is signed in, what a drawing names that is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from builder import needed
from runtime.models import AuditEntry, Queue
from tests.makers.people import person, queue_of
from tests.makers.sealed import ECHO

pytestmark = pytest.mark.django_db


def asked(client: Client, name: str, body: Any, *args: str) -> Any:
    return client.post(reverse(name, args=args), json.dumps(body), content_type="application/json")


def test_the_difference_of_two_drawings_is_told_in_words_and_nothing_is_kept(designer: Client) -> None:
    renamed = {**ECHO, "nodes": [{**ECHO["nodes"][0], "name": "Renamed"}, *ECHO["nodes"][1:]]}
    answer = asked(designer, "workflow_differences", {"before": ECHO, "after": renamed}, "echo")
    (change,) = answer.json()["changes"]
    assert (change["kind"], change["nodes"]) == ("changed", [ECHO["nodes"][0]["id"]])
    assert "Renamed" in change["sentence"]


@pytest.mark.parametrize(
    "body", [{}, {"before": ECHO}, {"before": ECHO, "after": []}, {"before": {"format": "x"}, "after": ECHO}]
)
def test_what_is_no_drawing_is_compared_with_nothing(designer: Client, body: Any) -> None:
    answer = asked(designer, "workflow_differences", body, "echo")
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_a_body_that_is_no_json_is_a_plain_refusal(designer: Client) -> None:
    answer = designer.post(reverse("workflow_differences", args=["echo"]), "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def test_the_page_learns_who_is_signed_in(designer: Client) -> None:
    assert designer.get(reverse("workflow_me")).json() == {"name": "dora"}


def test_what_a_drawing_names_and_is_not_there_is_listed(designer: Client) -> None:
    queue_of("here", person("rui", "reviewer"))
    queue_of("empty")
    person("ada", "administrator")
    steps = [
        {"queue": "here"},
        {"queue": "gone"},
        {"queue": "empty"},
        {"workflow": "echo"},
        {"connection": "line"},
        {"connection": "embedded"},
    ]
    document = {"nodes": [{"config": config} for config in steps]}
    told = asked(designer, "workflow_needs", {"document": document}, "echo").json()
    missing = {"queues": ["gone"], "workflows": ["echo"], "connections": ["line"], "deserted": ["empty"]}
    assert told == {**missing, "may_make_queues": False, "queue_makers": ["ada"]}


@pytest.mark.parametrize(
    "document", [None, 3, [], {"nodes": 3}, {"nodes": [3, {"config": 3}, {"config": {"queue": []}}]}]
)
def test_what_is_no_drawing_lacks_nothing(designer: Client, document: Any) -> None:
    assert not needed.needs_of(document, None)


def test_a_queue_is_made_once_by_who_may_with_its_maker_in_it(db: None) -> None:
    client = Client()
    client.force_login(person("ada", "administrator"))
    for _ in range(2):
        assert asked(client, "workflow_make_queue", {"name": "claims-desk"}).status_code == 201
    queue = Queue.objects.get()
    assert (queue.name, queue.title, [each.username for each in queue.members.all()]) == (
        "claims-desk",
        "Claims desk",
        ["ada"],
    )
    assert AuditEntry.objects.filter(action="queue.saved").count() == 1


@pytest.mark.parametrize("name", [None, 3, "", "Claims desk", "-x", "x" * 81, "<b>"])
def test_a_queue_cannot_be_called_anything(name: Any) -> None:
    client = Client()
    client.force_login(person("ada", "administrator"))
    answer = asked(client, "workflow_make_queue", {"name": name})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "/name")
    assert not Queue.objects.exists()


def test_who_may_not_change_settings_makes_no_queue(designer: Client) -> None:
    assert asked(designer, "workflow_make_queue", {"name": "claims-desk"}).status_code == 403
    assert not Queue.objects.exists()
