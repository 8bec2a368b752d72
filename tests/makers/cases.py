"""Runs and cases in the database, as the engine would leave them, for tests of what people do with them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from runtime.case_words import words_of
from runtime.ids import new_id
from runtime.json_gate import write_json
from runtime.models import Blueprint, CaseWords, Escalation, Run

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

CHOICES = [
    {"name": "approve", "label": "Send it", "comment_required": False},
    {"name": "reject", "label": "Do not write", "comment_required": True},
]
INCIDENT = [{"name": name, "label": name, "comment_required": False} for name in ("retry", "skip", "fail")]
EDITABLE = {"subject": {"value": "Hello", "schema": {"type": "string", "maxLength": 20}}}
FORM = {"type": "object", "properties": {"phone": {"type": "string"}}, "required": ["phone"]}
DOCUMENT: dict[str, Any] = {
    "format": "interlock/1",
    "input": {},
    "nodes": [],
    "edges": [
        {"id": "e1", "from": "ask", "port": "approve", "to": "won"},
        {"id": "e2", "from": "ask", "port": "reject", "to": "lost"},
        {"id": "e3", "from": "send", "port": "done", "to": "won"},
    ],
}


def waiting_run(workflow: str = "leads", **fields: Any) -> Run:
    """A run that is parked."""
    blueprint, _ = Blueprint.objects.get_or_create(
        workflow=workflow,
        version=1,
        defaults={"name": workflow, "digest": "0" * 64, "document": DOCUMENT, "sealed_at": NOW},
    )
    given: dict[str, Any] = {"status": "waiting", "requester": "dev", "created_at": NOW, **fields}
    return Run.objects.create(blueprint=blueprint, workflow=workflow, version=1, **given)


def open_case(run: Run | None = None, **fields: Any) -> Escalation:
    """An open review of the queue `sales` with the choices approve and reject, or what the fields say."""
    run = run or waiting_run()
    asked: dict[str, Any] = {"question": "May we?", "choices": CHOICES, "show": {}, "editable": EDITABLE, "form": None}
    asked |= fields.pop("asked", {})
    given: dict[str, Any] = {"node": "ask", "visit": 1, "kind": "review", "queue": "sales", "reasons": [], **fields}
    given.setdefault("id", new_id())
    digest = hashlib.sha256(write_json([asked, given["reasons"]]).encode()).hexdigest()
    case = Escalation.objects.create(
        run=run,
        workflow=run.workflow,
        question=asked["question"],
        asked=asked,
        digest=digest,
        requester=run.requester,
        created_at=NOW,
        **given,
    )
    text = words_of(case.pk, run.pk, run.requester, run.labels or {}, case.question, asked)
    CaseWords.objects.create(case=case, text=text)
    return case


def open_form(**fields: Any) -> Escalation:
    """A case that asks for a phone number."""
    return open_case(kind="form", asked={"choices": [], "editable": {}, "form": FORM}, **fields)


def incident(**fields: Any) -> Escalation:
    """An incident of the step `send`."""
    return open_case(kind="incident", node="send", queue="", asked={"choices": INCIDENT, "editable": {}}, **fields)
