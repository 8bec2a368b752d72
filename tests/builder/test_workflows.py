from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from builder.models import Workflow
from builder.publishing import publish
from builder.workflows import Made, archive, create, rename, unarchive
from runtime import audit, blueprints, runs
from runtime.refused import Refused
from tests.makers.workflows import NOW, a_workflow

if TYPE_CHECKING:
    from runtime.engine.runner import Runner

pytestmark = pytest.mark.django_db


def made(outcome: Made | Refused) -> Workflow:
    assert isinstance(outcome, Made), outcome
    return outcome.workflow


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_a_new_workflow_has_an_empty_draft_and_stands_in_the_audit_trail(designer_dora: User) -> None:
    workflow = made(create("Lead qualification", designer_dora, NOW))
    assert (workflow.slug, workflow.draft_revision, workflow.draft["nodes"]) == ("lead-qualification", 1, [])
    assert [entry.action for entry in audit.of(workflow)] == ["workflow.created"]


def test_two_workflows_of_one_name_get_two_slugs(designer_dora: User) -> None:
    slugs = [made(create("Leads", designer_dora, NOW)).slug for _ in range(3)]
    assert slugs == ["leads", "leads-2", "leads-3"]


@pytest.mark.parametrize("name", ["日本", "!!!", "a" * 200, "--", "Ünï — çødé__x"])
def test_every_name_gives_a_slug_that_could_have_been_chosen(designer_dora: User, name: str) -> None:
    slug = made(create(name, designer_dora, NOW)).slug
    Workflow.objects.all().delete()
    assert made(create(name, designer_dora, NOW, slug=slug)).slug == slug


@pytest.mark.parametrize("slug", ["A", "a b", "-a", "a--b", "a/b", "a" * 81, "ä", "a\n", 3, None])
def test_a_slug_that_makes_no_address_is_refused(designer_dora: User, slug: str) -> None:
    refused = create("Leads", designer_dora, NOW, slug=slug)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.errors[0].path) == ("invalid", "/slug")


@pytest.mark.parametrize("name", ["", " ", "a" * 201, "a\nb", "\ud800", "a\x00", 3, None])
def test_a_name_that_nobody_could_read_is_refused(designer_dora: User, name: str) -> None:
    refused = create(name, designer_dora, NOW)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.errors[0].path) == ("invalid", "/name")
    assert not Workflow.objects.exists()


def test_a_slug_is_taken_once_also_by_an_archived_workflow(designer_dora: User) -> None:
    workflow = made(create("Leads", designer_dora, NOW, slug="leads"))
    archive(workflow, designer_dora, NOW)
    assert code_of(create("Other", designer_dora, NOW, slug="leads")) == "slug_taken"


def test_those_who_may_not_draw_change_no_workflow(designer_dora: User, reviewer_rui: User) -> None:
    workflow = a_workflow(designer_dora)
    for person in (reviewer_rui, None):
        assert code_of(create("Leads", person, NOW)) == "forbidden"
        assert code_of(rename(workflow, person, NOW, name="x")) == "forbidden"
        assert code_of(archive(workflow, person, NOW)) == "forbidden"
        assert code_of(unarchive(workflow, person, NOW)) == "forbidden"


def test_a_renamed_workflow_keeps_its_slug_and_what_was_not_named(designer_dora: User) -> None:
    workflow = made(create("Leads", designer_dora, NOW, description="Old"))
    renamed = made(rename(workflow, designer_dora, NOW, name="Prospects"))
    assert (renamed.slug, renamed.name, renamed.description) == ("leads", "Prospects", "Old")
    assert code_of(rename(workflow, designer_dora, NOW, description="x" * 10_001)) == "invalid"


def test_archiving_twice_is_archiving_once(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    assert made(archive(workflow, designer_dora, NOW)).archived_at == NOW
    assert made(archive(workflow, designer_dora, NOW)).archived_at == NOW
    assert made(unarchive(workflow, designer_dora, NOW)).archived_at is None
    actions = [entry.action for entry in audit.of(workflow)]
    assert actions == ["workflow.created", "workflow.archived", "workflow.unarchived"]


def test_an_archived_workflow_starts_no_run_whoever_asks_and_stays_readable(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    publish(workflow, designer_dora, NOW)
    newest = blueprints.latest("leads")
    assert newest
    archive(workflow, designer_dora, NOW)
    assert blueprints.latest("leads") is blueprints.latest("leads", 1) is None
    assert blueprints.is_archived("leads")
    assert blueprints.sealed(newest[0]).version == 1
    unarchive(workflow, designer_dora, NOW)
    assert blueprints.latest("leads", 1) == blueprints.latest("leads") == newest


def test_archiving_one_workflow_leaves_the_others_alone(designer_dora: User) -> None:
    for slug in ("leads", "other"):
        publish(a_workflow(designer_dora, slug=slug), designer_dora, NOW)
    archive(Workflow.objects.get(slug="other"), designer_dora, NOW)
    assert blueprints.latest("leads")
    assert not blueprints.is_archived("leads")


def test_a_trigger_without_the_api_is_refused_as_archived(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    publish(workflow, designer_dora, NOW)
    archive(workflow, designer_dora, NOW)
    asked = async_to_sync(runs.trigger)(cast("Runner", None), runs.Trigger("leads", {}))
    assert code_of(asked) == "archived"


def test_a_workflow_is_not_made_from_what_is_no_document(designer_dora: User) -> None:
    none: tuple[object, ...] = (None, [], {}, {"format": "interlock/1", "nodes": 3}, {"format": "\ud800"})
    for document in none:
        assert code_of(create("Leads", designer_dora, NOW, document=document)) == "malformed"
    assert not Workflow.objects.exists()


def test_what_was_archived_before_the_run_time_knew_of_it_starts_no_runs_either(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    publish(workflow, designer_dora, NOW)
    Workflow.objects.update(archived_at=NOW)
    assert blueprints.latest("leads")
    migration = import_module("builder.migrations.0004_archived_below")
    migration.tell(apps, connection.schema_editor())
    assert blueprints.latest("leads") is None
