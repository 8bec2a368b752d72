"""Nothing that asks less of a gate is published, by whatever door, before a person has said that it is meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from builder import drafts
from builder.loosening import Loosening, Unmeant, loosenings
from builder.models import Version, Workflow
from builder.publishing import Published, publish, version_of
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.models import AuditEntry
from runtime.nodes import discover
from tests.makers.gated import gated
from tests.makers.people import person
from tests.makers.workflows import NOW, a_workflow

pytestmark = pytest.mark.django_db


def document(max_error: float = 0.02, confidence: float = 0.95, **gate: Any) -> dict[str, Any]:
    return gated(promise={"max_error": max_error, "confidence": confidence}, gate=gate)


def drawing(raw: dict[str, Any]) -> Drawing:
    read = parse(raw).document
    assert read is not None
    return compile_drawing(read, discover())[0]


def drafted(workflow: Workflow, draft: dict[str, Any]) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(draft=draft)


@pytest.fixture
def workflow(designer_dora: User) -> Workflow:
    """Published with a promise of at most 2 wrong in 100."""
    made = a_workflow(designer_dora, document())
    assert isinstance(publish(made, designer_dora, NOW), Published)
    return made


@pytest.mark.parametrize(
    ("after", "what", "says"),
    [
        (
            document(0.05),
            ("max_error",),
            "This loosens the promise of “gate”: from at most 2 to at most 5 wrong in 100.",
        ),
        (
            document(0.025, 0.9, audit=0.05),
            ("max_error", "confidence", "audit"),
            "This loosens the promise of “gate”: from at most 2 to at most 2.5 wrong in 100; its proof is 90 % sure "
            "instead of 95 %; people check 5 % of its own decisions instead of 10 %.",
        ),
        (
            document(promise=None, cutoff=0.5),
            ("promise",),
            "This takes away the promise of “gate”: it decides without one.",
        ),
    ],
)
def test_what_is_loosened_is_said_in_words(after: dict[str, Any], what: tuple[str, ...], says: str) -> None:
    assert loosenings(drawing(document()), drawing(after)) == (Loosening("gate", "gate", what, says),)


def test_a_looser_promise_is_published_only_by_whoever_says_that_it_is_meant(
    workflow: Workflow, designer_dora: User
) -> None:
    drafted(workflow, document(0.05))
    for meant in ((), ("another",)):
        refused = publish(workflow, designer_dora, NOW, loosens=meant)
        assert isinstance(refused, Unmeant)
        assert [gate.node for gate in refused.gates] == ["gate"]
        assert "from at most 2 to at most 5 wrong in 100" in refused.detail
    assert Version.objects.count() == 1
    assert not AuditEntry.objects.filter(action="gate.loosened").exists()
    done = publish(workflow, designer_dora, NOW, loosens=("gate",))
    assert isinstance(done, Published)
    assert AuditEntry.objects.get(action="gate.loosened").actor == "dora"


def test_of_many_gates_the_first_are_told() -> None:
    several = Unmeant(tuple(Loosening(str(number), "x", (), f"No. {number}.") for number in range(9)))
    assert several.detail.count("No. ") == 5
    assert "So it is with 4 more." in several.detail


@pytest.mark.parametrize(
    "after", [document(0.01), document(0.02, 0.99), document(audit=0.5), document(promise=None), document(question="?")]
)
def test_what_is_stricter_or_as_strict_asks_nothing(
    workflow: Workflow, designer_dora: User, after: dict[str, Any]
) -> None:
    drafted(workflow, after)
    done = publish(workflow, designer_dora, NOW)
    assert isinstance(done, Published)
    assert done.number == 2


def test_a_version_that_is_brought_back_asks_as_any_other_draft_does(workflow: Workflow, designer_dora: User) -> None:
    drafted(workflow, document(0.01))
    assert isinstance(publish(workflow, designer_dora, NOW), Published)
    first = version_of(workflow, 1)
    assert first is not None
    etag = drafts.etag(Workflow.objects.get(pk=workflow.pk).draft_revision)
    assert isinstance(drafts.restore(first, etag, designer_dora, NOW), drafts.Saved)
    assert isinstance(publish(workflow, designer_dora, NOW), Unmeant)
    assert isinstance(publish(workflow, designer_dora, NOW, loosens=("gate",)), Published)


def test_whoever_may_not_publish_may_not_by_meaning_it(workflow: Workflow) -> None:
    drafted(workflow, document(0.05))
    refused = publish(workflow, person("rui", "reviewer"), NOW, loosens=("gate",))
    assert not isinstance(refused, Published | Unmeant)
    assert Version.objects.count() == 1


def test_the_administration_publishes_nothing_looser(workflow: Workflow, designer_dora: User) -> None:
    drafted(workflow, document(0.05))
    User.objects.filter(pk=designer_dora.pk).update(is_staff=True)
    client = Client()
    client.force_login(designer_dora)
    chosen = {"action": "publish", "_selected_action": [workflow.pk]}
    page = client.post(reverse("admin:builder_workflow_changelist"), chosen, follow=True).content.decode()
    assert "at most 5 wrong in 100" in page
    assert "asked where its drawing is published" in page
    assert Version.objects.count() == 1


def test_the_canvas_is_told_before_anybody_publishes(workflow: Workflow, designer_dora: User) -> None:
    client = Client()
    client.force_login(designer_dora)
    address = reverse("workflow_differences", args=[workflow.slug])
    for after, nodes in ((document(0.05), ["gate"]), (document(0.01), [])):
        body = json.dumps({"before": document(), "after": after})
        answer = client.post(address, body, content_type="application/json").json()
        assert [gate["node"] for gate in answer["loosened"]] == nodes
