"""The pages of the gallery: what they show, what they make, and what they say is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from builder import galleries
from builder.models import SampleCase, Workflow
from runtime.core.definition import parse
from runtime.nodes import discover
from runtime.traces import pictures
from tests.makers.people import person, queue_of

pytestmark = pytest.mark.django_db
SLUGS = [sample.slug for sample in galleries.samples()]
SIZES = Path(__file__).resolve().parents[2] / "static" / "canvas" / "kernels" / "sizes.ts"


@pytest.fixture
def designer(db: None) -> Client:
    client = Client()
    client.force_login(person("dora", "designer"))
    return client


def test_every_workflow_of_the_gallery_has_a_card_with_its_picture(designer: Client) -> None:
    page = designer.get(reverse("gallery")).content.decode()
    assert page.count('class="picture"') == len(SLUGS)
    for sample in galleries.samples():
        for told in (sample.title, sample.summary, *sample.teaches, f"{len(sample.cases)} sample cases"):
            assert told in page
        assert reverse("gallery_start", args=[sample.slug]) in page


@pytest.mark.parametrize("slug", SLUGS)
def test_a_workflow_is_shown_whole_with_its_cases_before_one_starts(designer: Client, slug: str) -> None:
    sample = galleries.sample(slug)
    assert sample
    page = designer.get(reverse("gallery_item", args=[slug])).content.decode()
    assert page.count('class="picture-step"') == 2 * (len(sample.document["nodes"]) + 1), "small and whole"
    assert page.count("<details") == len(sample.cases) + 1
    assert not Workflow.objects.exists()


def test_what_is_not_here_yet_is_named_before_one_starts(designer: Client) -> None:
    address = reverse("gallery_item", args=["claims-intake"])
    page = designer.get(address).content.decode()
    assert "the queues claims-desk, investigations" in page
    assert "the workflow invoice-approval" in page
    queue_of("investigations")
    assert "the queue claims-desk<" in designer.get(address).content.decode()


def test_starting_from_one_makes_a_workflow_with_its_cases_and_opens_the_canvas(designer: Client) -> None:
    answer = designer.post(reverse("gallery_start", args=["support-triage"]))
    workflow = Workflow.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("workflow_canvas", args=["support-triage"]) + "?begun",
    )
    assert SampleCase.objects.filter(workflow=workflow).exists()


def test_a_name_that_cannot_be_is_said_and_makes_nothing(designer: Client) -> None:
    answer = designer.post(reverse("gallery_start", args=["support-triage"]), {"name": "a\x07b"})
    assert answer.status_code == 422
    assert "A name has 1 to 200 printable characters." in answer.content.decode()
    assert not Workflow.objects.exists()


def test_what_the_gallery_does_not_have_is_not_there(designer: Client) -> None:
    assert designer.get(reverse("gallery_item", args=["nothing"])).status_code == 404
    assert designer.post(reverse("gallery_start", args=["nothing"])).status_code == 404


def test_two_workflows_of_one_name_are_told_apart_in_the_list(designer: Client) -> None:
    for _ in range(2):
        designer.post(reverse("gallery_start", args=["support-triage"]))
    designer.post(reverse("gallery_start", args=["data-clean-up"]))
    page = designer.get(reverse("workflow_list")).content.decode()
    assert re.findall(r'<code class="twin">([^<]*)</code>', page) == ["support-triage", "support-triage-2"]


def test_the_sizes_of_a_picture_are_those_of_the_canvas() -> None:
    text = SIZES.read_text()
    for name in ("WIDTH", "HEAD", "PORT", "FOOT", "GAP"):
        found = re.search(rf"export const {name} = (\d+);", text)
        assert found
        assert int(found[1]) == getattr(pictures, name)


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_of_a_drawing_lies_inside_of_its_picture(slug: str) -> None:
    sample = galleries.sample(slug)
    document = parse(sample.document).document if sample else None
    assert document
    drawn = pictures.picture(document, discover())
    left, top, width, height = map(float, drawn.view_box.split())
    assert len(drawn.ways) == len(document.edges)
    for box in drawn.boxes:
        assert left <= box.x <= box.x + box.width <= left + width
        assert top <= box.y <= box.y + box.height <= top + height


def test_an_empty_drawing_has_a_picture_too() -> None:
    document = parse({"format": "interlock/1", "input": {}, "nodes": [], "edges": []}).document
    assert document
    assert [box.title for box in pictures.picture(document, discover()).boxes] == ["Start"]
