from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from builder.exchange import Imported, export, import_workflow, unpack
from builder.models import Workflow
from runtime.refused import Refused
from tests.makers.workflows import NOW, a_workflow, sound_document, unsound_document

pytestmark = pytest.mark.django_db


def refusal(outcome: object) -> Refused:
    assert isinstance(outcome, Refused), outcome
    return outcome


def test_what_was_written_out_can_be_read_in(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    text = json.dumps(export(workflow))
    made = import_workflow(text, designer_dora, NOW, slug="again")
    assert isinstance(made, Imported)
    assert (made.workflow.slug, made.workflow.name, made.workflow.draft) == ("again", workflow.name, workflow.draft)
    assert {problem.code for problem in made.problems} == {"queue.missing"}


def test_a_file_does_not_take_the_place_of_a_workflow(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    assert refusal(import_workflow(json.dumps(export(workflow)), designer_dora, NOW)).code == "slug_taken"


def test_a_drawing_alone_gets_a_name(designer_dora: User) -> None:
    made = import_workflow(json.dumps(sound_document()).encode(), designer_dora, NOW)
    assert isinstance(made, Imported)
    assert made.workflow.slug == "imported-workflow"


def test_a_drawing_with_problems_is_read_in_and_its_problems_come_back(designer_dora: User) -> None:
    made = import_workflow(json.dumps(unsound_document()), designer_dora, NOW)
    assert isinstance(made, Imported)
    assert "safety.ungated_action" in {problem.code for problem in made.problems}


@pytest.mark.parametrize(
    ("raw", "code", "path"),
    [
        (b"", "malformed", ""),
        ("{", "malformed", ""),
        (b"\xff", "malformed", ""),
        ('{"format": "interlock/1", "format": "interlock/1"}', "malformed", "/format"),
        ('{"a": NaN}', "malformed", "/a"),
        ("[" * 20_000, "malformed", ""),
        ("{}", "unknown_format", "/format"),
        ('{"format": "interlock/0"}', "unknown_format", "/format"),
        ('{"format": 3}', "unknown_format", "/format"),
        ('{"file": "interlock-workflow/9"}', "unknown_format", "/file"),
        ('{"file": "interlock-workflow/1", "document": {"format": "x"}}', "unknown_format", "/document/format"),
        ('{"file": "interlock-workflow/1", "extra": 1, "document": {}}', "malformed", "/extra"),
        ('{"file": "interlock-workflow/1"}', "malformed", "/document"),
        ('{"file": "interlock-workflow/1", "name": 3, "document": {}}', "malformed", "/name"),
        (
            '{"file": "interlock-workflow/1", "document": {"format": "interlock/1", "nodes": [{}]}}',
            "malformed",
            "/document/nodes/0/id",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(designer_dora: User, raw: Any, code: str, path: str) -> None:
    refused = refusal(import_workflow(raw, designer_dora, NOW))
    assert (refused.code, refused.errors[0].path if refused.errors else None) == (code, path)
    assert not Workflow.objects.exists()


@pytest.mark.parametrize("raw", ["[]", "3", '"x"', "null", "true"])
def test_json_that_is_no_object_is_no_drawing(raw: str) -> None:
    assert refusal(unpack(raw)).code == "malformed"


def test_an_older_format_is_told_in_words(designer_dora: User) -> None:
    refused = refusal(unpack('{"format": "interlock/0"}'))
    assert refused.detail == "This file is of the format “interlock/0”; this release reads “interlock/1”."


def test_those_who_do_not_draw_import_nothing(reviewer_rui: User) -> None:
    assert refusal(import_workflow(json.dumps(sound_document()), reviewer_rui, NOW)).code == "forbidden"
