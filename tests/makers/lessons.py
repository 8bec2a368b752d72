"""A workflow that people can teach: it checks the data, a model sorts the message, a table routes it.

Its runs are written as the engine would have left them. For tests of lessons.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from builder.models import Version, Workflow
from runtime.core.definition import parse
from runtime.core.drawing import Drawing, compile_drawing
from runtime.models import Escalation
from runtime.nodes import discover
from tests.makers.runs import Story
from tests.makers.sealed import published

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MESSAGE = 'The parcel {{ input.secret }} never came, I want "my money" back.'

_EXAMPLES = (
    ["I want my money back.", "Please refund the order.", "You charged me twice."],
    ["Where is my parcel?", "The tracking page has not moved.", "Can you deliver to my office?"],
)

TEACHABLE: dict[str, Any] = {
    "format": "interlock/1",
    "input": {
        "type": "object",
        "properties": {name: {} for name in ("message", "email", "seats", "country", "phone")},
    },
    "nodes": [
        {"id": "data", "kind": "verify.quality", "name": "Is it complete?", "config": {"required": ["message"]}},
        {
            "id": "honest",
            "kind": "verify.rules",
            "name": "Does it make sense?",
            "config": {"rules": [{"name": "some seats", "assert": "input.seats > 0", "else": "fail"}]},
        },
        {
            "id": "sort",
            "kind": "decide.model",
            "name": "What is it about?",
            "config": {
                "connection": "embedded",
                "question": "What is this about? {{ input.message }}",
                "choices": [
                    {"name": "refund", "examples": _EXAMPLES[0]},
                    {"name": "delivery", "examples": _EXAMPLES[1]},
                ],
                "promise": {"max_error": 0.05, "confidence": 0.95},
            },
        },
        {
            "id": "read",
            "kind": "escalate.review",
            "name": "Read it",
            "config": {
                "question": "What is it about?",
                "choices": [{"name": "refund", "label": "Money back"}, {"name": "delivery", "label": "Delivery"}],
            },
        },
        {
            "id": "route",
            "kind": "decide.table",
            "name": "Who takes it?",
            "config": {
                "inputs": [
                    {"name": "seats", "expr": "input.seats", "type": "integer"},
                    {"name": "country", "expr": "input.country", "type": "string"},
                ],
                "choices": ["large", "small"],
                "rows": [
                    {"when": [">= 100", "-"], "choice": "large", "then": {"team": "key accounts"}},
                    {"when": ["< 10", "-"], "choice": "small", "then": {"team": "desk"}},
                ],
            },
        },
        {
            "id": "assign",
            "kind": "escalate.review",
            "name": "Assign it",
            "config": {"question": "Who takes it?", "choices": [{"name": "large"}, {"name": "small"}]},
        },
        {"id": "large", "kind": "outcome", "name": "to key accounts"},
        {"id": "small", "kind": "outcome", "name": "to the desk"},
        {"id": "gone", "kind": "outcome", "name": "dropped", "config": {"kind": "stopped"}},
    ],
    "edges": [
        {"id": f"e{number}", "from": source, "port": port, "to": target}
        for number, (source, port, target) in enumerate(
            [
                ("start", "out", "data"), ("data", "pass", "honest"), ("data", "fail", "gone"),
                ("data", "unsure", "gone"), ("honest", "pass", "sort"), ("honest", "fail", "gone"),
                ("honest", "unsure", "gone"), ("sort", "refund", "route"), ("sort", "delivery", "route"),
                ("sort", "unsure", "read"),
                ("read", "refund", "route"), ("read", "delivery", "route"),
                ("route", "large", "large"), ("route", "small", "small"), ("route", "unsure", "assign"),
                ("assign", "large", "large"), ("assign", "small", "small"),
            ]
        )
    ],
}  # fmt: skip

INPUT: dict[str, Any] = {"message": MESSAGE, "email": "n/a", "seats": 40, "country": 'D"E', "phone": ""}


def teachable() -> Version:
    """The workflow, drafted and published."""
    return published("teachable", copy.deepcopy(TEACHABLE))


def drawing_of(document: dict[str, Any] = TEACHABLE) -> Drawing:
    """The drawing, compiled."""
    read = parse(document).document
    assert read is not None
    return compile_drawing(read, discover())[0]


def read_case(version: Version, given: dict[str, Any] | None = None, *, minute: int = 0) -> tuple[Escalation, Story]:
    """The case that the model's doubt led to, open."""
    story = Story(version.blueprint, given or INPUT, began=BEGAN + timedelta(minutes=minute))
    story.does("data", "pass", {"issues": [], "completeness": 1.0}).does("honest", "pass", {"broken": []})
    told = {"choice": "refund", "confidence": 0.6, "signals": {}, "gate": "probation", "reason": "On probation."}
    story.does("sort", "unsure", told)
    choices = [{"name": "refund", "label": "Money back"}, {"name": "delivery", "label": "Delivery"}]
    return story.asks("read", "What is it about?", queue="", choices=choices), story


def settled(case: Escalation, story: Story, choice: str, *, by: str = "rui") -> Escalation:
    """The case as it is once an answer has gone on."""
    answer = {"choice": choice, "by": by, "at": story.now.isoformat(), "edits": {}, "comment": ""}
    Escalation.objects.filter(pk=case.pk).update(
        state="resolved", resolution=answer, resolved_by=by, resolved_at=story.now
    )
    story.does(case.node, choice, answer)
    case.refresh_from_db()
    return case


def assigned(
    version: Version, given: dict[str, Any] | None = None, *, minute: int = 0, choice: str = "small"
) -> Escalation:
    """A run that has ended: a person read it, no row of the table held, and a person assigned it."""
    case, story = read_case(version, given, minute=minute)
    settled(case, story, "refund")
    story.does("route", "unsure", {"reason": "No row holds for this case."})
    choices = [{"name": "large", "label": "Key accounts"}, {"name": "small", "label": "Desk"}]
    asked = settled(story.asks("assign", "Who takes it?", queue="", choices=choices), story, choice)
    ends = {"large": "to key accounts", "small": "to the desk"}
    story.ends(choice, ends[choice], {})
    return asked


def draft_of(workflow: Workflow) -> dict[str, Any]:
    """The draft, read anew."""
    workflow.refresh_from_db()
    document: dict[str, Any] = workflow.draft
    return document
