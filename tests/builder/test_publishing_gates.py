"""What publishing means for gates: changed ones begin anew, and asking less of one stands in the log under a name."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from builder.models import Workflow
from builder.publishing import Published, publish
from runtime.models import AuditEntry, Gate
from runtime.refused import Refused
from tests.makers import gated as gates
from tests.makers.people import person
from tests.makers.workflows import NOW, a_workflow

pytestmark = pytest.mark.django_db


def document(max_error: float = 0.2, **gate: Any) -> dict[str, Any]:
    return gates.gated(promise={"max_error": max_error, "confidence": 0.8}, gate=gate)


def published(workflow: Workflow, user: User, draft: dict[str, Any], *loosens: str) -> int:
    Workflow.objects.filter(pk=workflow.pk).update(draft=draft)
    done = publish(workflow, user, NOW, loosens=loosens)
    assert isinstance(done, Published), done
    return done.number


def loosened() -> list[tuple[str, str, Any]]:
    return list(AuditEntry.objects.filter(action="gate.loosened").values_list("actor", "target", "data"))


def test_who_publishes_a_looser_promise_is_named_with_what_was_loosened(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora, document())
    published(workflow, designer_dora, document())
    gates.decided("r", workflow=workflow.slug)
    dan = person("dan", "designer")
    published(workflow, dan, document(0.3, audit=0.01), "gate")
    assert loosened() == [("dan", f"gate:{workflow.slug}:gate", {"what": ["max_error", "audit"]})]
    assert not Gate.objects.get().current


def test_a_stricter_promise_and_a_first_version_loosen_nothing(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora, document())
    published(workflow, designer_dora, document())
    published(workflow, designer_dora, document(0.1))
    assert loosened() == []


def test_nobody_without_a_name_publishes(designer_dora: User) -> None:
    workflow = a_workflow(designer_dora, document())
    published(workflow, designer_dora, document())
    Workflow.objects.filter(pk=workflow.pk).update(draft=document(0.3))
    for nobody in (AnonymousUser(), None):
        done = publish(workflow, nobody, NOW)
        assert isinstance(done, Refused)
        assert done.code == "forbidden"
    assert loosened() == []
