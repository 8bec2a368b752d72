from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from builder import drafts, publishing, workflows
from builder.models import Version, Workflow
from builder.publishing import NotPublishable, Published, publish, version_of
from runtime import audit
from runtime.core import definition
from runtime.models import AuditEntry, Blueprint, Entry
from runtime.refused import Refused
from runtime.sealing import SealedError
from tests.makers.cases import waiting_run
from tests.makers.races import race
from tests.makers.workflows import NOW, a_workflow, sound_document, unsound_document


def published(workflow: Workflow, user: User, note: str = "") -> Published:
    outcome = publish(workflow, user, NOW, note)
    assert isinstance(outcome, Published), outcome
    return outcome


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


@pytest.mark.django_db
def test_a_sound_draft_becomes_version_one_sealed_under_its_digest(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    outcome = published(workflow, designer_dora, "First")
    parsed = definition.parse(sound_document()).document
    assert parsed
    assert (outcome.number, outcome.digest, outcome.new) == (1, definition.digest(parsed), True)
    version = version_of(workflow, 1)
    assert version
    assert (version.note, version.published_by) == ("First", "dora")
    sealed = version.blueprint
    assert (sealed.workflow, sealed.version, sealed.digest, sealed.sealed_at) == ("leads", 1, outcome.digest, NOW)
    assert definition.parse(sealed.document).document == parsed
    assert audit.of(workflow).last().data == {"version": 1, "digest": outcome.digest}  # type: ignore[union-attr]  # there is one


@pytest.mark.django_db
def test_a_draft_with_errors_is_not_published_and_says_why(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora, unsound_document())
    outcome = publish(workflow, designer_dora, NOW)
    assert isinstance(outcome, NotPublishable)
    assert "safety.ungated_action" in {problem.code for problem in outcome.problems}
    assert not Version.objects.exists()
    assert not Blueprint.objects.exists()


@pytest.mark.django_db
def test_warnings_do_not_keep_a_draft_from_being_published(designer_dora: User) -> None:
    document = sound_document()
    del document["nodes"][0]["config"]["queue"]
    outcome = published(a_workflow(designer_dora, document), designer_dora)
    assert [warning.code for warning in outcome.warnings] == ["people.no_owner"]


@pytest.mark.django_db
def test_publishing_what_is_published_gives_the_same_version(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    first, second = published(workflow, designer_dora), published(workflow, designer_dora)
    assert (second.number, second.digest, first.new, second.new) == (1, first.digest, True, False)
    assert Version.objects.count() == 1


@pytest.mark.django_db
def test_a_draft_that_is_saved_while_it_is_checked_is_checked_again(
    designer_dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = a_workflow(designer_dora)
    saves = [unsound_document()]
    really = publishing.problems_of

    def meddling(document: object) -> Any:
        if saves:
            drafts.save(workflow, saves.pop(), "*", designer_dora, NOW)
        return really(document)

    monkeypatch.setattr(publishing, "problems_of", meddling)
    assert isinstance(publish(workflow, designer_dora, NOW), NotPublishable)
    assert not Version.objects.exists()


@pytest.mark.django_db
def test_publishing_is_refused_to_others_when_archived_and_with_a_bad_note(
    designer_dora: User, reviewer_rui: User
) -> None:
    workflow = a_workflow(designer_dora)
    assert code_of(publish(workflow, reviewer_rui, NOW)) == "forbidden"
    assert code_of(publish(workflow, designer_dora, NOW, "x" * 10_001)) == "invalid"
    assert code_of(publish(workflow, designer_dora, NOW, "a\x00")) == "invalid"
    workflows.archive(workflow, designer_dora, NOW)
    assert code_of(publish(workflow, designer_dora, NOW)) == "archived"


@pytest.mark.django_db
def test_a_published_version_cannot_be_changed_or_deleted(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    published(workflow, designer_dora)
    version, blueprint = Version.objects.get(), Blueprint.objects.get()
    for row in (version, blueprint, AuditEntry.objects.all()[0]):
        with pytest.raises(SealedError):
            row.save()
        with pytest.raises(SealedError):
            row.delete()


@pytest.mark.django_db
def test_the_database_itself_refuses_to_change_what_is_sealed(designer_dora: User) -> None:
    published(a_workflow(designer_dora), designer_dora)
    Entry.objects.create(run=waiting_run("other"), seq=1, at=NOW, type="run.started", data={})
    changes: list[Callable[[], int]] = [
        lambda: Blueprint.objects.update(document={}),
        lambda: Version.objects.update(number=7),
        lambda: Entry.objects.update(data={"input": 1}),
        lambda: AuditEntry.objects.update(actor="nobody"),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
            change()


@pytest.mark.django_db
def test_the_newest_version_is_what_triggers_run_once_it_is_committed(
    designer_dora: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[str] = []
    monkeypatch.setattr("runtime.runs.forget_newest", forgotten.append)
    with django_capture_on_commit_callbacks(execute=True):
        published(a_workflow(designer_dora), designer_dora)
    assert forgotten == ["leads"]


@pytest.mark.django_db
def test_only_what_was_seen_is_published(designer_dora: User, developer_dev: User) -> None:
    workflow = a_workflow(designer_dora)
    seen = drafts.read(workflow).revision
    drafts.save(workflow, sound_document(input={"title": "another"}), "*", developer_dev, NOW)
    refused = publish(workflow, designer_dora, NOW, seen=(seen,))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.who) == ("overtaken", "dev")
    assert not Version.objects.exists()
    assert isinstance(publish(workflow, designer_dora, NOW, seen=(seen, seen + 1)), Published)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_one_makes_the_version_and_both_get_it(designer_dora: User, developer_dev: User) -> None:
    workflow = a_workflow(designer_dora)
    for round_ in range(1, 101):
        drafts.save(workflow, sound_document(input={"title": f"round {round_}"}), "*", designer_dora, NOW)
        results = race(*(partial(published, workflow, person) for person in (designer_dora, developer_dev)))
        assert sorted(result.new for result in results) == [False, True]
        assert {result.number for result in results} == {round_}
    assert list(workflow.versions.order_by("number").values_list("number", flat=True)) == list(range(1, 101))


@pytest.mark.django_db(transaction=True)
def test_what_is_published_is_always_what_was_checked(designer_dora: User) -> None:
    """Somebody saves an unsound draft while a sound one is being published: never is the unsound one sealed."""
    workflow = a_workflow(designer_dora)
    good = None
    for round_ in range(40):
        good = sound_document(input={"title": f"round {round_}"})
        drafts.save(workflow, good, "*", designer_dora, NOW)
        race(
            partial(publish, workflow, designer_dora, NOW),
            partial(drafts.save, workflow, unsound_document(), "*", designer_dora, NOW),
        )
    entries = [blueprint.document["edges"][0]["to"] for blueprint in Blueprint.objects.all()]
    assert set(entries) <= {"ask"}
    numbers = list(workflow.versions.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert connection.in_atomic_block is False
