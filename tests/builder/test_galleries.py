"""The gallery as a list, and workflows that are made from it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.models import User

from builder import galleries, samples
from builder.galleries import Begun, Sample, create_from
from builder.models import SampleCase, Workflow
from builder.publishing import Published, problems_of, publish
from runtime.core.definition import Document, parse
from runtime.nodes import discover
from runtime.refused import Refused
from runtime.triggers import batches
from tests.makers.people import queue_of
from tests.makers.workflows import NOW

SAMPLES = pytest.mark.parametrize("sample", galleries.samples(), ids=lambda sample: sample.slug)
# What a drawing names and an empty installation does not have is told when one starts from it.
MISSING = {"queue.missing", "workflow.missing"}
# A node is about 220 wide and 76 high; between two there is room for an edge with its label.
APART = (280, 136)


def document_of(sample: Sample) -> Document:
    document = parse(sample.document).document
    assert document
    return document


def begun(found: Begun | Refused) -> Begun:
    assert isinstance(found, Begun), found
    return found


def test_the_gallery_has_six_workflows_and_shows_the_example_first() -> None:
    slugs = [sample.slug for sample in galleries.samples()]
    assert slugs[0] == "lead-qualification"
    assert len(set(slugs)) == len(slugs) >= 6


@SAMPLES
def test_a_card_says_what_it_is_in_plain_words(sample: Sample) -> None:
    assert sample.title
    assert 20 < len(sample.summary) <= 160
    assert len(sample.teaches) >= 3


@pytest.mark.django_db
@SAMPLES
def test_nothing_is_wrong_with_a_workflow_of_the_gallery_but_what_is_not_here_yet(sample: Sample) -> None:
    assert {problem.code for problem in problems_of(sample.document)} <= MISSING


@SAMPLES
def test_it_needs_no_account(sample: Sample) -> None:
    configs = [node.config for node in document_of(sample).nodes]
    assert {config["connection"] for config in configs if "connection" in config} <= {"embedded"}
    assert not [node.id for node in document_of(sample).nodes if node.kind == "execute.http"]


@SAMPLES
def test_no_two_steps_touch_and_edges_go_on_to_the_right(sample: Sample) -> None:
    document = document_of(sample)
    places = {"start": (0.0, 320.0), **{node.id: node.at for node in document.nodes}}
    touching = [(a, b) for a in places for b in places if a < b and near(places[a], places[b])]
    assert touching == []
    ahead = [edge for edge in document.edges if places[edge.source][0] <= places[edge.target][0]]
    assert len(ahead) >= 0.9 * len([edge for edge in document.edges if not edge.loop])


def near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < APART[0] and abs(one[1] - other[1]) < APART[1]


@SAMPLES
def test_every_step_has_a_name_of_its_own_and_some_a_note(sample: Sample) -> None:
    nodes = document_of(sample).nodes
    names = Counter(node.name for node in nodes)
    assert [name for name, count in names.items() if count > 1 or not name or len(name) > 40] == []
    assert len([node for node in nodes if node.note]) >= 4


@SAMPLES
def test_it_comes_with_twelve_to_twenty_cases_of_every_temper(sample: Sample) -> None:
    assert 12 <= len(sample.cases) <= 20
    assert len({case.name for case in sample.cases}) == len({case.key for case in sample.cases}) == len(sample.cases)
    assert all(case.name for case in sample.cases)
    sorts = Counter(case.labels["case"] for case in sample.cases)
    assert sorts["hostile"] >= 3
    assert {"incomplete", "missing"} & set(sorts)
    assert {"contradictory", "conflicting"} & set(sorts)
    assert {"ambiguous", "unclear"} & set(sorts)


@SAMPLES
def test_no_line_of_its_cases_is_bad(sample: Sample) -> None:
    _, bad = batches.read(galleries.GALLERY / f"{sample.slug.replace('-', '_')}.cases.jsonl")
    assert bad == []


def test_between_them_they_show_every_kind_but_those_that_need_something_outside() -> None:
    shown = {node.kind for sample in galleries.samples() for node in document_of(sample).nodes}
    assert set(discover()) - shown == {"execute.http", "execute.python"}


def test_each_is_built_differently() -> None:
    kinds = [frozenset(Counter(node.kind for node in document_of(each).nodes).items()) for each in galleries.samples()]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.django_db
@SAMPLES
def test_a_workflow_made_from_it_publishes_and_can_be_tried(designer_dora: User, sample: Sample) -> None:
    workflow = begun(create_from(sample.slug, designer_dora, NOW)).workflow
    assert (workflow.slug, workflow.name, workflow.description) == (sample.slug, sample.title, sample.summary)
    kept = samples.samples_of(workflow, designer_dora)
    assert not isinstance(kept, Refused)
    assert [(case.name, case.input) for case in kept] == [(case.name, case.input) for case in sample.cases]
    published = publish(workflow, designer_dora, NOW)
    assert isinstance(published, Published)
    assert {warning.code for warning in published.warnings} <= MISSING


@pytest.mark.django_db
def test_two_workflows_from_one_sample_get_two_slugs_and_cases_of_their_own(designer_dora: User) -> None:
    made = [begun(create_from("support-triage", designer_dora, NOW)).workflow for _ in range(2)]
    assert [workflow.slug for workflow in made] == ["support-triage", "support-triage-2"]
    first = made[0].sample_cases.order_by("pk").first()
    assert first
    samples.remove(made[0], first.pk, designer_dora)
    assert made[1].sample_cases.count() == made[0].sample_cases.count() + 1


@pytest.mark.django_db
def test_a_name_of_ones_own_gives_the_slug(designer_dora: User) -> None:
    workflow = begun(create_from("claims-intake", designer_dora, NOW, name="Storm damage")).workflow
    assert (workflow.slug, workflow.name) == ("storm-damage", "Storm damage")


@pytest.mark.django_db
def test_it_says_which_queues_and_workflows_are_still_to_be_made(designer_dora: User) -> None:
    queue_of("claims-desk")
    first = begun(create_from("claims-intake", designer_dora, NOW))
    assert (first.missing_queues, first.missing_workflows) == (("investigations",), ("invoice-approval",))
    invoices = begun(create_from("invoice-approval", designer_dora, NOW)).workflow
    assert begun(create_from("claims-intake", designer_dora, NOW)).missing_workflows == ("invoice-approval",)
    publish(invoices, designer_dora, NOW)
    assert begun(create_from("claims-intake", designer_dora, NOW)).missing_workflows == ()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["", "nothing-of-the-kind", "../support-triage"])
def test_what_the_gallery_does_not_have_is_refused(designer_dora: User, slug: str) -> None:
    refused = create_from(slug, designer_dora, NOW)
    assert isinstance(refused, Refused)
    assert refused.code == "not_found"


@pytest.mark.django_db
def test_who_may_not_draw_makes_nothing(reviewer_rui: User) -> None:
    refused = create_from("data-clean-up", reviewer_rui, NOW)
    assert isinstance(refused, Refused)
    assert refused.code == "forbidden"
    assert not Workflow.objects.exists()


@pytest.mark.django_db
def test_where_a_case_cannot_be_kept_no_workflow_is_left(designer_dora: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST", 3)
    assert isinstance(create_from("data-clean-up", designer_dora, NOW), Refused)
    assert not Workflow.objects.exists()
    assert not SampleCase.objects.exists()


@pytest.mark.django_db
def test_a_draft_that_is_changed_leaves_the_gallery_alone(designer_dora: User) -> None:
    workflow: Any = begun(create_from("data-clean-up", designer_dora, NOW)).workflow
    workflow.draft["nodes"].clear()
    again = galleries.sample("data-clean-up")
    assert again
    assert again.document["nodes"]
