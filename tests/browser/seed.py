"""Fills the database of a server that the browser tests look at: people, workflows, runs in every state.

Run as a program with `DATA` in the environment, since it works on another database than the tests' own. Prints the
addresses of what it made as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder.models import Workflow

ROOT = Path(__file__).resolve().parents[2]


PAGES = {
    "home": "/",
    "run list": "/runs/",
    "empty run list": "/runs/?status=queued",
    "case list": "/cases/",
    "workflow list": "/workflows/",
    "workflow start": "/workflows/lead-qualification/start/",
    "workflow overview": "/workflows/lead-qualification/overview/",
    "workflow versions": "/workflows/four-eyes/versions/?from=2&to=1",
    "workflow triggers": "/workflows/lead-qualification/triggers/",
    "webhooks": "/workflows/lead-qualification/triggers/webhooks/",
    "schedules": "/workflows/lead-qualification/triggers/schedules/",
    "new schedule": "/workflows/lead-qualification/triggers/schedules/new/",
    "forms": "/workflows/lead-qualification/triggers/forms/",
    "tables": "/workflows/lead-qualification/triggers/tables/",
    "backtests": "/workflows/lead-qualification/backtests/",
    "gallery": "/gallery/",
    "notices": "/settings/notices/",
    "notice calls": "/settings/notices/calls/",
    "retention": "/settings/keeping/",
    "background work": "/settings/work/",
    "audit log": "/settings/log/",
    "not found": "/nothing/",
}
"""Pages whose address is known beforehand."""


def main() -> None:
    """Make everything once."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(_made()))


def _made() -> dict[str, str]:
    _drawn()
    return {**PAGES, **_happened(datetime.now(UTC))}


def _drawn() -> None:
    """Who is there, and the workflows that they have."""
    from builder.models import Version, Workflow
    from tests.makers import blind, runs
    from tests.makers.engine import seal
    from tests.makers.people import person, queue_of

    person("ada", "administrator", is_staff=True)
    queue_of("sales", person("rui", "reviewer"))
    person("dora", "designer")
    for drawn in (runs.leads(), runs.blueprint(), seal(blind.document(), "animals")):
        workflow = Workflow.objects.create(slug=drawn.workflow, name=drawn.name, draft=drawn.document)
        Version.objects.create(workflow=workflow, number=1, blueprint=drawn)
        _sampled(workflow)
    _reviewed_by_two()


def _happened(now: datetime) -> dict[str, str]:
    """Runs of every sort, and the pages that they have."""
    from django.contrib.auth.models import User

    from runtime.triggers import webhooks
    from tests.makers import runs, stocked

    made = webhooks.make("lead-qualification", "Shop", None, User.objects.get(username="ada"), now)
    assert isinstance(made, webhooks.Made)
    declined = [runs.declined(began=now - timedelta(hours=hours)) for hours in range(60)]
    contacted = runs.contacted(began=now - timedelta(minutes=3))
    case, form = runs.asked(began=now - timedelta(minutes=40)), runs.incomplete(began=now - timedelta(minutes=30))
    Case = type(form)
    Case.objects.filter(pk=form.pk).update(due_at=now + timedelta(hours=1))
    incident = runs.incident(began=now - timedelta(minutes=9))
    cancelled = runs.qualified(began=now - timedelta(days=2)).is_cancelled("dora", "Sent twice.").run
    failed = runs.Story(runs.blueprint(), {"seats": 200}).breaks("size", "Somebody chose to fail the run.").run
    return {
        **stocked.three(now),
        "case to teach from": _teachable(),
        "ended run": f"/runs/{contacted.pk}/",
        "waiting run": f"/runs/{case.run_id}/",
        "incident run": f"/runs/{incident.run_id}/",
        "failed run": f"/runs/{failed.pk}/",
        "cancelled run": f"/runs/{cancelled.pk}/",
        "case": f"/cases/{case.pk}/",
        "form case": f"/cases/{form.pk}/",
        "incident case": f"/cases/{incident.pk}/",
        "webhook": f"/workflows/lead-qualification/triggers/webhooks/{made.webhook.pk}/",
        "two runs": f"/runs/{declined[-1].pk}/against/{contacted.pk}/",
    }


def _teachable() -> str:
    """A workflow that learns from its cases; the address of one that a person has read."""
    from runtime.models import Escalation
    from tests.makers import lessons

    version = lessons.teachable()
    asked = [lessons.assigned(version, minute=minute) for minute in range(3)]
    return f"/cases/{Escalation.objects.get(run=asked[-1].run_id, node='read').pk}/"


def _reviewed_by_two() -> None:
    """A workflow with two versions: the second asks two people, so that the way back from it loosens something."""
    from copy import deepcopy

    from builder.models import Version
    from runtime.models import Blueprint
    from tests.makers.runs import SMALL
    from tests.makers.sealed import published

    first = published("four-eyes", SMALL)
    document = deepcopy(SMALL)
    document["nodes"][1]["config"]["reviewers"] = 2
    sealed = Blueprint.objects.create(
        workflow="four-eyes",
        version=2,
        name="Four-eyes",
        digest="2" * 64,
        document=document,
        sealed_at=first.blueprint.sealed_at,
    )
    Version.objects.create(
        workflow=first.workflow, number=2, blueprint=sealed, published_by="dora", note="Two people look."
    )


def _sampled(workflow: Workflow) -> None:
    """The first sample cases of the gallery's workflow of this name, if it has one."""
    from builder import galleries

    example = galleries.sample(workflow.slug)
    for each in (example.cases if example else ())[:6]:
        workflow.sample_cases.create(name=each.name, input=each.input)


if __name__ == "__main__":
    main()
