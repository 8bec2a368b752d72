"""Completion and preview over HTTP: offers at a cursor, the value of an expression on a sample or a past case."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from builder.completions import Preview, Sample, preview
from builder.models import Workflow
from runtime.engine.cage import Cage
from runtime.ids import new_id
from tests.makers.runs import Story
from tests.makers.sealed import ECHO, published

pytestmark = pytest.mark.django_db


def asked(client: Client, name: str, **body: Any) -> Any:
    address = reverse(name, args=["echo"])
    whole = {"document": ECHO, "node": "said", **body}
    return client.post(address, json.dumps(whole), content_type="application/json")


def test_offers_come_with_the_place_they_go_to(designer: Client) -> None:
    answer = asked(designer, "workflow_completions", text="input.", cursor=6)
    assert answer.json()["offers"][0] == {
        "text": "n", "start": 6, "end": 6, "sort": "field", "type": "whole number", "help": "",
    }  # fmt: skip


def test_in_a_template_offers_are_placed_in_the_whole_text(designer: Client) -> None:
    answer = asked(designer, "workflow_completions", text="Dear {{ input. }}", cursor=14, language="template")
    assert [(each["text"], each["start"]) for each in answer.json()["offers"]] == [("n", 14)]
    assert asked(designer, "workflow_completions", text="Dear", language="template").json() == {"offers": []}


@pytest.mark.parametrize(
    ("text", "body", "value"),
    [
        ("input.n + 1", {"input": {"n": 4}}, {"value": 5}),
        ("steps.say.output.n * 2", {"steps": {"say": {"output": {"n": 4}}}}, {"value": 8}),
        ("input.n", {}, {"value": 1}),
    ],
)
def test_an_expression_is_computed_on_the_sample(designer: Client, text: str, body: Any, value: Any) -> None:
    assert asked(designer, "workflow_preview", text=text, **body).json() == value


def test_a_template_is_filled_in(designer: Client) -> None:
    answer = asked(designer, "workflow_preview", text="{{ input.n }} seats", language="template", input={"n": 4})
    assert answer.json() == {"value": "4 seats"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("input.n +", "something is missing at its end"),
        ("input.x", "`input.x` is missing."),
        ("steps.say.output.n", "“say” has not run in this sample"),
        ("input.n / 0", "divided by zero"),
    ],
)
def test_what_has_no_value_says_why_not(designer: Client, text: str, told: str) -> None:
    assert told in asked(designer, "workflow_preview", text=text, input={"n": 4}).json()["reason"]


def test_a_past_case_is_a_sample(designer: Client) -> None:
    version = published("past", ECHO)
    run = Story(version.blueprint, {"n": 4}).does("say", "done", {"n": 4}).ends("said", "said", {"n": 4}).run
    Workflow.objects.filter(slug="echo").delete()
    Workflow.objects.filter(slug="past").update(slug="echo")
    run.workflow = "echo"
    run.save()
    assert asked(designer, "workflow_preview", text="steps.say.output.n + input.n", run=run.pk).json() == {"value": 8}


def test_a_run_that_one_may_not_see_is_no_sample(designer: Client) -> None:
    for run_id in (new_id(), "nothing"):
        assert asked(designer, "workflow_preview", text="input.n", run=run_id).status_code == 404


@pytest.mark.parametrize("name", ["workflow_completions", "workflow_preview"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": 3}, 422),
        ({"text": "x" * 20_001}, 422),
        ({"text": "x", "language": "python"}, 422),
        ({"text": "x", "node": "nobody"}, 404),
        ({"text": "x", "node": None}, 422),
        ({"text": "x", "document": [1]}, 422),
    ],
)
def test_bad_questions_are_refused(designer: Client, name: str, body: Any, status: int) -> None:
    assert asked(designer, name, **body).status_code == status


def test_what_is_costly_is_computed_in_the_cage_or_not_at_all(designer: Client) -> None:
    assert "none is up" in asked(designer, "workflow_preview", text='"a,b".split(",")').json()["reason"]


async def test_the_cage_computes_what_is_costly() -> None:
    cage = Cage()
    try:
        workflow = Workflow(slug="echo")
        found = await preview(workflow, ECHO, "said", '"a,b".split(",")', "expression", Sample(), None, cage)
    finally:
        await cage.close()
    assert found == Preview(["a", "b"])
