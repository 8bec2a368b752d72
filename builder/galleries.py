"""The gallery: workflows worth starting from, each with sample cases, and a workflow made from one of them.

Called by the canvas, the pages and `example`. The drawings and the cases are files in `gallery`; nothing of them is in
the database before somebody starts from one.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from builder import samples as sample_cases
from builder import workflows
from builder.models import Workflow
from builder.needed import needs_of
from builder.workflows import Made
from runtime.json_gate import read_json
from runtime.permissions import Person
from runtime.refused import Refused
from runtime.triggers import batches

GALLERY = Path(__file__).parent / "gallery"


@dataclass(frozen=True, slots=True)
class Sample:
    """A workflow to start from. `teaches` names what its drawing shows; `document` is not to be changed."""

    slug: str
    title: str
    summary: str
    teaches: tuple[str, ...]
    document: Mapping[str, Any]
    cases: tuple[batches.Case, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """The new workflow, and what its drawing names that is not there yet: queues, and other published workflows."""

    workflow: Workflow
    missing_queues: tuple[str, ...]
    missing_workflows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Card:
    title: str
    summary: str
    teaches: tuple[str, ...]


_CARDS: Mapping[str, _Card] = {
    "lead-qualification": _Card(
        "Lead qualification and outreach",
        "Checks incoming leads, asks people where something is missing or odd, and writes to those who want to buy.",
        (
            "a choice by a model with a cut-off",
            "two branches that meet at a table",
            "a draft that is judged and written again",
        ),
    ),
    "support-triage": _Card(
        "Support triage",
        "Sorts tickets by topic and urgency, pages the people on call, and answers what a help article answers.",
        (
            "a deciding branch that meets a computing one",
            "alarms when nobody answers in time",
            "a reply checked against its source",
            "a wait of three days",
        ),
    ),
    "invoice-approval": _Card(
        "Invoice approval",
        "Checks invoices against the order and the known account, and releases payment by the four-eyes rule.",
        (
            "two people above a limit, never the requester",
            "corrections that are checked again, at most twice",
            "two messages at once before the end",
        ),
    ),
    "content-moderation": _Card(
        "Content moderation",
        "Publishes posts that every check passes, and brings all others before a moderator.",
        (
            "checks from the cheap to the costly",
            "a judge that learns from examples",
            "two moderators who must agree to ban somebody",
            "messages that only ask",
        ),
    ),
    "claims-intake": _Card(
        "Claims intake",
        "Takes in insurance claims, waits for missing documents, and pays small clear ones at once.",
        (
            "three branches that meet",
            "a timer inside of a loop",
            "a table where the gravest row wins",
            "another workflow as a step",
        ),
    ),
    "data-clean-up": _Card(
        "Data clean-up",
        "Compares what two systems hold of a customer, mends what is certain, and asks about the rest.",
        (
            "two records compared field by field",
            "a form that loops back until the record is sound",
            "deleting only with two people",
        ),
    ),
    "customer-complaints": _Card(
        "Customer complaints",
        "Finds the playbook that fits a complaint, refunds item by item, and asks a person where none fits clearly.",
        (
            "a playbook found by examples, with no account",
            "money only for complaints like past ones, or by a person",
            "another workflow for each item of a list",
        ),
    ),
}


@cache
def samples() -> tuple[Sample, ...]:
    """Every workflow of the gallery, the one to see first in front."""
    return tuple(_read(slug, card) for slug, card in _CARDS.items())


def sample(slug: str) -> Sample | None:
    """The sample of this slug, if there is one."""
    return next((each for each in samples() if each.slug == slug), None)


@transaction.atomic
def create_from(slug: str, user: Person, now: datetime, *, name: str = "") -> Begun | Refused:
    """Make a workflow whose draft is a sample's drawing, with its sample cases.

    Without a name it is called like the sample; its slug is the sample's, numbered where that is taken. Refused:
    not_found (no such sample), and what `workflows.create` refuses.
    """
    chosen = sample(slug)
    if chosen is None:
        return Refused("not_found", "The gallery has no such workflow.")
    document, free = copy.deepcopy(dict(chosen.document)), "" if name else workflows.free_slug(chosen.slug)
    made = workflows.create(name or chosen.title, user, now, slug=free, description=chosen.summary, document=document)
    return made if isinstance(made, Refused) else _filled(made, chosen, user)


def _filled(made: Made, chosen: Sample, user: Person) -> Begun | Refused:
    for case in chosen.cases:
        kept = sample_cases.add(made.workflow, case.name, case.input, user)
        if isinstance(kept, Refused):
            transaction.set_rollback(True)
            return kept
    missing = needs_of(made.workflow.draft, user)
    return Begun(made.workflow, missing.queues, missing.workflows)


def _read(slug: str, card: _Card) -> Sample:
    stem = slug.replace("-", "_")
    document: Any = read_json((GALLERY / f"{stem}.json").read_bytes())
    cases, _ = batches.read(GALLERY / f"{stem}.cases.jsonl")
    return Sample(slug, card.title, card.summary, card.teaches, document, tuple(cases))
