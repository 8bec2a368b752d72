"""The pages around the canvas: who may draw, what a new workflow begins with, and what an import refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from builder import workflows
from builder.models import Workflow
from tests.makers.people import person
from tests.makers.sealed import ECHO, drafted

pytestmark = pytest.mark.django_db


@pytest.fixture
def designer(db: None) -> Client:
    client = Client()
    client.force_login(person("dora", "designer"))
    return client


def make(client: Client, **given: Any) -> Any:
    return client.post(reverse("workflow_new"), given)


def test_the_canvas_hands_over_what_it_needs_and_nothing_inline_runs(designer: Client) -> None:
    drafted("echo", ECHO)
    page = designer.get(reverse("workflow_canvas", args=["echo"]))
    text = page.text
    assert 'data-slug="echo"' in text
    assert "data-read-only" not in text
    assert 'id="icon-mail"' in text
    assert "'unsafe" not in page.headers["Content-Security-Policy"]


def test_the_page_asks_for_the_parts_of_its_script_at_once_and_does_without_where_they_are_not_known(
    designer: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drafted("echo", ECHO)
    listed = tmp_path / "canvas-first.json"
    monkeypatch.setattr("builder.canvas.finders.find", lambda _: str(listed))
    address = reverse("workflow_canvas", args=["echo"])
    assert "modulepreload" not in designer.get(address).text
    listed.write_text('["canvas-chunk-A.js"]')
    assert '<link rel="modulepreload" href="/static/dist/canvas-chunk-A.js"' in designer.get(address).text
    listed.write_text('["canvas-')
    assert "modulepreload" not in designer.get(address).text


def test_the_canvas_of_an_archived_workflow_is_only_to_look_at(designer: Client) -> None:
    drafted("echo", ECHO)
    Workflow.objects.update(archived_at="2026-01-01T00:00:00Z")
    text = designer.get(reverse("workflow_canvas", args=["echo"])).text
    assert "data-read-only" in text
    assert 'data-archived="Archived on 1 January 2026"' in text


def test_an_archived_workflow_says_who_put_it_away(designer: Client) -> None:
    drafted("echo", ECHO)
    assert "data-archived" not in designer.get(reverse("workflow_canvas", args=["echo"])).text
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    workflows.archive(Workflow.objects.get(slug="echo"), person("dan", "designer"), now)
    text = designer.get(reverse("workflow_canvas", args=["echo"])).text
    assert 'data-archived="Archived on 2 March 2026 by dan"' in text


def test_a_canvas_is_not_for_everybody_nor_for_nothing(designer: Client) -> None:
    assert designer.get(reverse("workflow_canvas", args=["nowhere"])).status_code == 404
    reviewer = Client()
    reviewer.force_login(person("rui", "reviewer"))
    assert reviewer.get(reverse("workflow_new")).status_code == 403
    assert Client().get(reverse("workflow_new")).status_code == 302


def test_the_form_says_how_many_workflows_the_gallery_has(designer: Client) -> None:
    number = len(list((settings.BASE_DIR / "builder" / "gallery").glob("*.cases.jsonl")))
    assert f"{number} workflows worth starting from" in designer.get(reverse("workflow_new")).text


def test_a_name_is_enough_to_begin(designer: Client) -> None:
    answer = make(designer, name="Invoice approval")
    assert answer.headers["Location"] == "/workflows/invoice-approval/"


def test_a_workflow_may_be_called_new(designer: Client) -> None:
    assert make(designer, name="New").headers["Location"] == "/workflows/new/"
    assert 'data-slug="new"' in designer.get("/workflows/new/").text


@pytest.mark.parametrize("by", ["file", "text"])
def test_a_drawing_comes_along_by_file_or_paste(designer: Client, by: str) -> None:
    text = json.dumps(ECHO)
    given = {"file": SimpleUploadedFile("echo.json", text.encode())} if by == "file" else {"text": text}
    assert make(designer, name="Echo", **given).status_code == 302
    assert Workflow.objects.get().draft["nodes"] == ECHO["nodes"]


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "interlock/0"}', '{"format": "interlock/1", "x": 1}'])
def test_what_is_no_drawing_makes_no_workflow_and_stays_in_the_form(designer: Client, text: str) -> None:
    answer = make(designer, name="Echo", text=text)
    assert answer.status_code == 422
    assert answer.context["text"] == text
    assert not Workflow.objects.exists()


def test_a_name_with_script_is_shown_as_text(designer: Client) -> None:
    make(designer, name="<script>alert(1)</script>", slug="scripted")
    page = designer.get(reverse("workflow_canvas", args=["scripted"]))
    assert "<script>alert" not in page.text


def test_a_taken_short_name_is_said(designer: Client) -> None:
    make(designer, name="Echo", slug="echo")
    assert make(designer, name="Echo", slug="echo").status_code == 409
