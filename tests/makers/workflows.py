"""Drawings that can be published on the real kinds, and workflows that hold them."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User

from builder import workflows
from builder.models import Workflow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_SOUND: dict[str, Any] = {
    "format": "interlock/1",
    "input": {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]},
    "nodes": [
        {
            "id": "ask",
            "kind": "escalate.review",
            "name": "May we write?",
            "at": [240, 80],
            "config": {
                "queue": "sales",
                "question": "Write to {{ input.email }}?",
                "choices": [{"name": "approve", "label": "Send it"}, {"name": "reject"}],
                "due_hours": 24,
            },
        },
        {
            "id": "send",
            "kind": "execute.email",
            "name": "Send outreach",
            "at": [480, 80],
            "config": {"to": "{{ input.email }}", "subject": "Hello", "body": "Hello."},
        },
        {"id": "won", "kind": "outcome", "name": "contacted", "at": [720, 80]},
        {"id": "lost", "kind": "outcome", "name": "left alone", "at": [720, 200]},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "ask"},
        {"id": "e2", "from": "ask", "port": "approve", "to": "send"},
        {"id": "e3", "from": "ask", "port": "reject", "to": "lost"},
        {"id": "e4", "from": "ask", "port": "overdue", "to": "lost"},
        {"id": "e5", "from": "send", "port": "done", "to": "won"},
    ],
}


def sound_document(**changes: Any) -> dict[str, Any]:
    """A drawing without a problem; `changes` replace its top-level keys."""
    return {**copy.deepcopy(_SOUND), **changes}


def unsound_document() -> dict[str, Any]:
    """A drawing that can be kept and not published: it sends a mail without asking anybody."""
    document = sound_document()
    document["edges"][0]["to"] = "send"
    return document


def node_of(document: dict[str, Any], node_id: str) -> dict[str, Any]:
    """A node of a document, to be changed in place."""
    return next(node for node in document["nodes"] if node["id"] == node_id)


def a_workflow(user: User, document: dict[str, Any] | None = None, slug: str = "leads") -> Workflow:
    """A workflow with this draft, or a sound one."""
    made = workflows.create("Leads", user, NOW, slug=slug, document=document or sound_document())
    assert isinstance(made, workflows.Made), made
    return made.workflow
