"""The list of workflows, and starting one by hand; the runs themselves are watched in tests/browser."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from builder import views
from builder.models import Version, Workflow
from runtime.models import Run
from runtime.refused import FieldError, Refused
from tests.makers import runs
from tests.makers.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def designer(db: None) -> Client:
    client = Client()
    client.force_login(person("dora", "designer"))
    return client


@pytest.fixture
def small(db: None) -> Workflow:
    """A published workflow."""
    drawn = runs.blueprint()
    workflow = Workflow.objects.create(slug=drawn.workflow, name=drawn.name, draft=drawn.document)
    Version.objects.create(workflow=workflow, number=1, blueprint=drawn)
    return workflow


def test_a_workflow_is_shown_with_its_steps_and_last_runs(designer: Client, small: Workflow) -> None:
    run = runs.Story(runs.blueprint(), {"seats": 1}).ends("told", "told").run
    page = designer.get(reverse("workflow_list")).content.decode()
    for told in ("A small one", "1 decide", "1 outward", reverse("run_detail", args=[run.pk])):
        assert told in page


def test_an_archived_workflow_is_not_listed(designer: Client, small: Workflow) -> None:
    Workflow.objects.update(archived_at=timezone.now())
    assert "There is no workflow yet" in designer.get(reverse("workflow_list")).content.decode()
    assert designer.get(reverse("workflow_start", args=[small.slug])).status_code == 404


def test_a_workflow_that_is_not_published_cannot_be_started(designer: Client) -> None:
    Workflow.objects.create(slug="draft", name="Draft", draft={})
    assert "not published" in designer.get(reverse("workflow_list")).content.decode()
    assert designer.get(reverse("workflow_start", args=["draft"])).status_code == 404


def test_the_form_is_made_from_the_inputs_schema(designer: Client, small: Workflow) -> None:
    page = designer.get(reverse("workflow_start", args=[small.slug])).content.decode()
    assert 'id="field-seats"' in page
    assert "(needed)" in page


def test_json_that_cannot_be_read_is_refused_and_kept(designer: Client, small: Workflow) -> None:
    answer = designer.post(reverse("workflow_start", args=[small.slug]), {"json": '{"seats": 1, "seats": 2}'})
    assert answer.status_code == 422
    assert "&quot;seats&quot;: 2" in answer.content.decode()


def test_without_a_run_time_nothing_is_started_and_that_is_said(designer: Client, small: Workflow) -> None:
    answer = designer.post(reverse("workflow_start", args=[small.slug]), {"field-seats": "3"})
    assert answer.status_code == 503
    assert "cannot be started just now" in answer.content.decode()
    assert not Run.objects.exists()


def test_what_does_not_fit_stands_at_its_field_by_the_title_that_it_has_there(
    designer: Client, small: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> Refused:
        return Refused("invalid_input", "It does not fit.", (FieldError("/input/seats", "“seats” is no number."),))

    monkeypatch.setattr(views, "_start", refused)
    page = designer.post(reverse("workflow_start", args=[small.slug]), {"field-seats": "many"}).content.decode()
    assert page.count("Seats must be a whole number.") == 1
    assert "“seats”" not in page
    as_json = designer.post(reverse("workflow_start", args=[small.slug]), {"json": '{"seats": "many"}'})
    assert "“seats” is no number." in as_json.content.decode()


def test_a_reviewer_may_not_start_runs(client: Client, small: Workflow) -> None:
    client.force_login(person("rui", "reviewer"))
    assert client.post(reverse("workflow_start", args=[small.slug]), {"field-seats": "3"}).status_code == 403
