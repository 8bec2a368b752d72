from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth.models import User

from builder import drafts, workflows
from builder.drafts import Saved, Stale, save
from builder.models import Version
from builder.publishing import Published, publish, version_of
from runtime.refused import Refused
from tests.makers.races import kinds_of, race
from tests.makers.workflows import NOW, a_workflow, sound_document, unsound_document


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


@pytest.mark.django_db
def test_a_draft_is_read_back_as_it_was_saved_under_a_new_etag(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    first = drafts.read(workflow)
    document = {**unsound_document(), "edges": []}
    saved = save(workflow, document, first.etag, designer_dora, NOW)
    assert isinstance(saved, Saved)
    second = drafts.read(workflow)
    assert (second.document, second.revision, second.etag, second.saved_by) == (document, 2, saved.etag, "dora")
    assert first.etag != second.etag


@pytest.mark.django_db
def test_a_save_over_somebody_elses_is_refused_with_both_revisions(designer_dora: User, developer_dev: User) -> None:
    workflow = a_workflow(designer_dora)
    read = drafts.read(workflow)
    save(workflow, sound_document(), read.etag, developer_dev, NOW)
    refused = save(workflow, sound_document(input={}), read.etag, designer_dora, NOW)
    assert isinstance(refused, Stale)
    assert (refused.code, refused.yours, refused.current, refused.who) == ("stale", (1,), 2, "dev")
    assert drafts.read(workflow).document == sound_document()


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["*", None, '"r1"', '"x", "r1"', 'W/"r1", "r1"', ' "r7" , * '])
def test_a_header_that_names_the_revision_wins(designer_dora: User, header: str | None) -> None:
    assert isinstance(save(a_workflow(designer_dora), sound_document(), header, designer_dora, NOW), Saved)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", ["", "r1", "1", '"r2"', 'W/"r1"', '"r1', '"r٣"', '"r' + "9" * 400 + '"', "\x00", ","]
)
def test_a_header_that_does_not_name_the_revision_never_wins(designer_dora: User, header: str) -> None:
    assert code_of(save(a_workflow(designer_dora), sound_document(), header, designer_dora, NOW)) == "stale"


@pytest.mark.django_db
def test_only_what_is_no_document_is_refused_and_nothing_is_kept(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    bad = sound_document()
    bad["nodes"][0]["colour"] = "red"
    refused = save(workflow, bad, "*", designer_dora, NOW)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.errors[0].path) == ("malformed", "/nodes/0/colour")
    cyclic: dict[str, object] = {}
    cyclic["a"] = cyclic
    for document in (None, 3, "x", {"format": "interlock/2"}, sound_document(input={"a": float("nan")}), cyclic):
        assert code_of(save(workflow, document, "*", designer_dora, NOW)) == "malformed"
    assert drafts.read(workflow).revision == 1


@pytest.mark.django_db
def test_reviewers_do_not_draw(reviewer_rui: User, designer_dora: User) -> None:
    assert code_of(save(a_workflow(designer_dora), sound_document(), "*", reviewer_rui, NOW)) == "forbidden"


@pytest.mark.django_db
def test_an_archived_workflow_keeps_its_draft(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    workflows.archive(workflow, designer_dora, NOW)
    assert code_of(save(workflow, sound_document(), "*", designer_dora, NOW)) == "archived"


@pytest.mark.django_db
def test_an_earlier_version_becomes_the_draft_and_the_next_version(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora)
    publish(workflow, designer_dora, NOW)
    save(workflow, sound_document(input={}), "*", designer_dora, NOW)
    publish(workflow, designer_dora, NOW)
    first = version_of(workflow, 1)
    assert isinstance(first, Version)
    assert code_of(drafts.restore(first, '"r1"', designer_dora, NOW)) == "stale"
    assert isinstance(drafts.restore(first, '"r2"', designer_dora, NOW), Saved)
    again = publish(workflow, designer_dora, NOW)
    assert isinstance(again, Published)
    assert (again.number, again.digest, again.new) == (3, first.blueprint.digest, True)


@pytest.mark.django_db(transaction=True)
def test_of_two_savers_one_wins(designer_dora: User, developer_dev: User) -> None:
    workflow = a_workflow(designer_dora)
    for _ in range(100):
        read = drafts.read(workflow)
        people = (designer_dora, developer_dev)
        results = race(*(partial(save, workflow, sound_document(), read.etag, person, NOW) for person in people))
        assert kinds_of(results) == ["Saved", "Stale"]
        assert drafts.read(workflow).revision == read.revision + 1
