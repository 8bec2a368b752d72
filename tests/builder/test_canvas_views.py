"""The canvas's questions over HTTP: what is asked for badly is refused with a reason, and by whom it may be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from runtime.ids import new_id
from tests.makers.cases import waiting_run
from tests.makers.sealed import ECHO, drafted

pytestmark = pytest.mark.django_db


def posted(client: Client, name: str, body: Any, *more: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(reverse(name, args=["echo", *more]), text, content_type="application/json")


def test_without_a_run_time_nothing_is_tried_and_that_is_said(designer: Client) -> None:
    answer = posted(designer, "workflow_try", {"document": ECHO, "input": {"n": 1}})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize("body", [{"pins": [1]}, {"from": "x"}, {"insist": "yes"}, {"insist": 1}])
def test_a_trial_of_another_shape_is_refused(designer: Client, body: Any) -> None:
    answer = posted(designer, "workflow_try", {"document": ECHO, **body})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("name", ["workflow_try", "workflow_inspector"])
@pytest.mark.parametrize("body", ["", "[]", "{", '{"a": 1, "a": 2}', '{"a": NaN}'])
def test_a_body_that_is_no_object_is_refused(designer: Client, name: str, body: str) -> None:
    assert posted(designer, name, body).status_code == 400


@pytest.mark.parametrize("name", ["workflow_try", "workflow_inspector"])
def test_a_form_with_files_is_refused_like_any_other_body_that_is_none(designer_dora: User, name: str) -> None:
    drafted("echo", ECHO)
    mine = Client(enforce_csrf_checks=True)
    mine.force_login(designer_dora)
    mine.cookies["csrftoken"] = token = "a" * 32
    answer = mine.post(reverse(name, args=["echo"]), {"csrfmiddlewaretoken": token, "document": "{}"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def test_only_tryouts_are_answered_here(designer: Client) -> None:
    run = waiting_run()
    for run_id in (run.pk, new_id(), "nothing"):
        assert posted(designer, "workflow_try_answer", {"node": "ask", "choice": "yes"}, run_id).status_code == 404
    run.workflow = "echo"
    run.save()
    answer = posted(designer, "workflow_try_answer", {"node": "ask", "choice": "yes"}, run.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_tryout")
