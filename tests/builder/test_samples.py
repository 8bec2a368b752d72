"""Sample cases of a workflow: bounded, strict, and only for those who may draw."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from builder import samples
from builder.models import Workflow
from builder.samples import Kept, Removed, add, remove, samples_of
from builder.workflows import archive
from runtime.refused import Refused
from tests.makers.workflows import NOW, a_workflow

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow(designer_dora: User) -> Workflow:
    return a_workflow(designer_dora)


def kept(found: Kept | Refused) -> Kept:
    assert isinstance(found, Kept), found
    return found


def code_of(found: object) -> str:
    assert isinstance(found, Refused), found
    return found.code


@pytest.mark.parametrize(
    "given", [{"email": "a@b.example"}, None, [], "text", 0, {"deep": {"as": ["a", {"well": None}]}}]
)
def test_any_json_can_be_kept_whether_it_fits_the_drawing_or_not(
    designer_dora: User, workflow: Workflow, given: Any
) -> None:
    made = kept(add(workflow, " A case ", given, designer_dora))
    assert (made.name, made.input, made.created_by) == ("A case", given, "dora")
    assert samples_of(workflow, designer_dora) == (made,)


def test_samples_come_in_the_order_they_were_added(designer_dora: User, workflow: Workflow) -> None:
    for name in ("b", "a", "c"):
        kept(add(workflow, name, {}, designer_dora))
    found = samples_of(workflow, designer_dora)
    assert not isinstance(found, Refused)
    assert [each.name for each in found] == ["b", "a", "c"]


@pytest.mark.parametrize("name", ["", "  ", "a" * 121, "two\nlines", "\ud800", "nul\x00", None, 3, ["a"]])
def test_a_name_that_nobody_could_read_is_refused(designer_dora: User, workflow: Workflow, name: object) -> None:
    refused = add(workflow, name, {}, designer_dora)
    assert isinstance(refused, Refused)
    assert (refused.code, [error.path for error in refused.errors]) == ("invalid", ["/name"])


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (float("nan"), "/input"),
        ({"a": [1, float("inf")]}, "/input/a/1"),
        ({"a": "\ud800"}, "/input/a"),
        ({"a": {1, 2}}, "/input/a"),
        ({1: "a"}, "/input"),
        (2**64, "/input"),
        ("a" * (samples.MAX_BYTES + 1), "/input"),
        (CYCLE, "/input"),
    ],
    ids=["nan", "infinite", "surrogate", "a set", "a number as a key", "too big a number", "too long", "cyclic"],
)
def test_an_input_that_is_no_strict_json_is_refused_with_its_place(
    designer_dora: User, workflow: Workflow, given: object, path: str
) -> None:
    refused = add(workflow, "bad", given, designer_dora)
    assert isinstance(refused, Refused)
    assert refused.code == "invalid"
    assert refused.errors[0].path.startswith(path)
    assert not workflow.sample_cases.exists()


def test_a_name_is_taken_once_in_a_workflow(designer_dora: User, workflow: Workflow) -> None:
    other = a_workflow(designer_dora, slug="other")
    kept(add(workflow, "one", {}, designer_dora))
    assert code_of(add(workflow, " one ", {}, designer_dora)) == "name_taken"
    kept(add(other, "one", {}, designer_dora))


def test_there_is_an_end_to_how_many(designer_dora: User, workflow: Workflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST", 2)
    first = kept(add(workflow, "one", {}, designer_dora))
    kept(add(workflow, "two", {}, designer_dora))
    assert code_of(add(workflow, "three", {}, designer_dora)) == "too_many"
    assert remove(workflow, first.id, designer_dora) == Removed(first)
    kept(add(workflow, "three", {}, designer_dora))


def test_a_sample_of_another_workflow_is_not_found(designer_dora: User, workflow: Workflow) -> None:
    other = a_workflow(designer_dora, slug="other")
    made = kept(add(other, "one", {}, designer_dora))
    assert code_of(remove(workflow, made.id, designer_dora)) == "not_found"
    assert code_of(remove(workflow, -1, designer_dora)) == "not_found"
    assert other.sample_cases.exists()


def test_those_who_may_not_draw_change_nothing(designer_dora: User, reviewer_rui: User, workflow: Workflow) -> None:
    made = kept(add(workflow, "one", {}, designer_dora))
    for person in (reviewer_rui, None):
        assert code_of(add(workflow, "two", {}, person)) == "forbidden"
        assert code_of(remove(workflow, made.id, person)) == "forbidden"
        assert code_of(samples_of(workflow, person)) == "forbidden"
    assert workflow.sample_cases.count() == 1


def test_an_archived_workflow_stays_as_it_is(designer_dora: User, workflow: Workflow) -> None:
    made = kept(add(workflow, "one", {}, designer_dora))
    archive(workflow, designer_dora, NOW)
    assert code_of(add(workflow, "two", {}, designer_dora)) == "archived"
    assert code_of(remove(workflow, made.id, designer_dora)) == "archived"
    assert samples_of(workflow, designer_dora) == (made,)
