"""Workflows as design time would have left them: a workflow, its draft, its published version, the sealed blueprint."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from builder.models import Version, Workflow
from runtime.core.definition import digest, parse
from runtime.models import Blueprint

ECHO: dict[str, Any] = {
    "format": "interlock/1",
    "input": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    "nodes": [
        {"id": "say", "kind": "execute.transform", "config": {"output": {"n": "input.n"}}},
        {"id": "said", "kind": "outcome", "name": "said", "config": {"output": {"n": "steps.say.output.n"}}},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "say"},
        {"id": "e2", "from": "say", "port": "done", "to": "said"},
    ],
}
"""A drawing without effects: it ends at once and gives back its number."""


def drafted(slug: str, document: dict[str, Any]) -> Workflow:
    """A workflow whose draft is this document."""
    return Workflow.objects.create(slug=slug, name=slug.capitalize(), draft=document)


def published(slug: str, document: dict[str, Any]) -> Version:
    """A workflow with this document as its draft and as its version 1."""
    workflow = drafted(slug, document)
    read = parse(document).document
    assert read is not None
    sealed = Blueprint.objects.create(
        workflow=slug,
        version=1,
        name=workflow.name,
        digest=digest(read),
        document=read.to_json(),
        sealed_at=timezone.now(),
    )
    return Version.objects.create(workflow=workflow, number=1, blueprint=sealed, published_by="dora")
