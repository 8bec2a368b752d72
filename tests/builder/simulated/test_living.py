"""A story is lived through the product's own doors: once, however often it is begun, and by reviewers who are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction

from builder.models import Workflow
from builder.simulated import install, living
from builder.simulated.living import Living
from builder.simulated.stories import STORIES, Stage, Story
from runtime import runs
from runtime.gates import folding, labels
from runtime.models import AuditEntry, Decision, Escalation, Gate, Queue, Run
from tests.makers.engine import Engine
from tests.makers.gated import Here
from tests.makers.people import person


@pytest.fixture(autouse=True)
def _folded_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The side job's work, done where a label is taken: no worker of jobs runs here."""
    monkeypatch.setattr(labels, "nudge", lambda: transaction.on_commit(lambda: folding.fold_due(Here())))
    yield
    for story in STORIES:
        runs.forget_newest(story.slug)


def short(most: int) -> Story:
    """The first story, over after so many messages."""
    story = STORIES[0]
    stage = Stage("the first weeks", story.world, lambda past: past.decisions >= most, most, 4)
    return replace(story, stages=(stage,))


def lived(engine: Engine, story: Story) -> None:
    engine.call(living.live(story, Living(engine.runner, install.reviewers())))


def installed(story: Story) -> None:
    # A transactional test flushes the groups that the migration made.
    person("rui", "reviewer")
    assert install.installed(story, person("dora", "designer"), datetime.now(UTC))


def test_every_message_is_a_run_and_every_answer_a_named_reviewers(engine: Engine) -> None:
    installed(STORIES[0])
    lived(engine, short(8))
    gate = Gate.objects.get()
    assert (gate.workflow, gate.node, gate.state, gate.arrivals) == (STORIES[0].slug, STORIES[0].gate, "probation", 8)
    assert list(Run.objects.values_list("status").distinct()) == [("succeeded",)]
    assert set(Escalation.objects.values_list("queue", "state", "resolved_by")) == {
        ("simulated-desk", "resolved", f"simulated-reviewer-{number}") for number in (1, 2, 3)
    }
    assert {row.by for row in Decision.objects.all()} == {f"simulated-reviewer-{number}" for number in (1, 2, 3)}
    assert all(row.blind and not row.fresh for row in Decision.objects.all())
    assert AuditEntry.objects.filter(action="escalation.resolved", actor__startswith="simulated-reviewer-").count() == 8


def test_broken_off_it_goes_on_with_the_same_messages_and_at_its_end_it_is_left_alone(engine: Engine) -> None:
    installed(STORIES[0])
    lived(engine, short(4))
    first = set(Run.objects.values_list("pk"))
    lived(engine, short(8))
    lived(engine, short(8))
    assert first < set(Run.objects.values_list("pk"))
    assert Run.objects.count() == Decision.objects.count() == 8
    assert living.is_lived(short(8))
    assert not living.is_lived(short(9))


def test_what_has_been_archived_is_left_alone(engine: Engine) -> None:
    installed(STORIES[0])
    Workflow.objects.update(archived_at=datetime.now(UTC))
    assert not install.installed(STORIES[0], person("erik", "designer"), datetime.now(UTC))


def test_where_nobody_may_answer_the_story_ends_and_its_cases_stay_open(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(STORIES[0])
    monkeypatch.setattr(living, "PATIENCE_S", 0.3)
    install.reviewers()
    Queue.objects.get().members.clear()
    lived(engine, short(8))
    assert list(Escalation.objects.values_list("state", flat=True)) == ["open"] * 4
    assert not living.is_lived(short(8))
